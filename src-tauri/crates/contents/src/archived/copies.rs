//! Files that are read in parts, brought here whole.
//!
//! The engine sends a file from its beginning only. A table whose end is read first, or a notebook that is
//! read piece by piece, would be sent again for each piece. So a file is brought once into a file without a
//! name, which the system removes with its last user. Larger ones are not brought; they are read from their
//! beginning, each time.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use slipway_engine::porthole::ArchiveUse;
use slipway_porthole::answer::FileVersion;
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::entries::Way;
use crate::moving::untar::Item;
use crate::shared::lock;

/// In bytes.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// A comparison reads two.
const KEPT: usize = 2;

/// What is read of a copy at once.
const PIECE: u64 = 256 * 1024;

/// The newest last.
#[derive(Default)]
pub(super) struct Copies(tokio::sync::Mutex<Vec<FileCopy>>);

#[derive(Clone)]
pub(super) struct FileCopy {
    path: Raw,
    version: FileVersion,
    file: Arc<Mutex<File>>,
}

impl Copies {
    /// The copy of a file in this state; `None` where there is none and will be none.
    pub(super) async fn of(
        &self,
        way: &Way,
        path: &Raw,
        version: FileVersion,
    ) -> Result<Option<FileCopy>, Fault> {
        if version.size > LARGEST {
            return Ok(None);
        }
        let mut kept = self.0.lock().await;
        kept.retain(|copy| copy.path != *path || copy.version == version);
        if let Some(at) = kept.iter().position(|copy| copy.path == *path) {
            let copy = kept.remove(at);
            kept.push(copy.clone());
            return Ok(Some(copy));
        }
        let Ok(file) = tempfile::tempfile() else {
            return Ok(None);
        };
        let file = Arc::new(Mutex::new(file));
        let (entry, mut entries) = way.file(ArchiveUse::Read, path).await?;
        if entry.stored != version.size || entry.changed.0 != version.changed.seconds {
            return Err(Fault::Changed);
        }
        while let Some(Item::Body(piece)) = entries.next().await? {
            let into = Arc::clone(&file);
            let written = tokio::task::spawn_blocking(move || lock(&into).write_all(&piece)).await;
            if !matches!(written, Ok(Ok(()))) {
                // No room for it here; it can still be read from its beginning.
                return Ok(None);
            }
        }
        let copy = FileCopy {
            path: path.clone(),
            version,
            file,
        };
        kept.push(copy.clone());
        if kept.len() > KEPT {
            kept.remove(0);
        }
        Ok(Some(copy))
    }
}

impl FileCopy {
    /// Bytes from `at` on, `most` at most; fewer, where a piece is smaller.
    pub(super) async fn read(&self, at: u64, most: u64) -> Result<Vec<u8>, Fault> {
        let file = Arc::clone(&self.file);
        let read = tokio::task::spawn_blocking(move || {
            let mut file = lock(&file);
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(at))?;
            (&mut *file).take(most.min(PIECE)).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        });
        match read.await {
            Ok(Ok(bytes)) => Ok(bytes),
            _ => Err(Fault::Io { errno: 5 }),
        }
    }
}
