//! Sources for tests: bytes in memory, that can be changed while they are read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::source::{Files, Found, Piece, Source, SourceVersion};
use crate::Result;
use crate::place::EntryPath;

/// Bytes in memory.
pub struct MemorySource {
    opened: SourceVersion,
    now: Mutex<(Bytes, SourceVersion)>,
    read: AtomicU64,
}

impl MemorySource {
    pub fn new(bytes: impl Into<Bytes>) -> Arc<Self> {
        let bytes = bytes.into();
        let version = SourceVersion {
            changed_nanos: 1,
            size: bytes.len() as u64,
            inode: 1,
        };
        Arc::new(Self {
            opened: version,
            now: Mutex::new((bytes, version)),
            read: AtomicU64::new(0),
        })
    }

    /// Writes other bytes into the same file.
    pub fn write(&self, bytes: impl Into<Bytes>) {
        let mut now = self.now.lock().unwrap();
        now.0 = bytes.into();
        now.1.size = now.0.len() as u64;
        now.1.changed_nanos += 1;
    }

    /// How many bytes were read in all.
    pub fn read_bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Source for MemorySource {
    fn version(&self) -> SourceVersion {
        self.opened
    }

    fn read_at(&self, offset: u64, len: u32) -> BoxFuture<'_, Result<Piece>> {
        let now = self.now.lock().unwrap();
        let from = usize::try_from(offset).unwrap().min(now.0.len());
        let to = (from + len as usize).min(now.0.len());
        self.read.fetch_add((to - from) as u64, Ordering::Relaxed);
        let piece = Piece {
            bytes: now.0.slice(from..to),
            version: now.1,
        };
        Box::pin(async move { Ok(piece) })
    }
}

/// Files by their paths.
#[derive(Default)]
pub struct MemoryFiles(pub BTreeMap<String, Arc<MemorySource>>);

impl MemoryFiles {
    /// One file.
    pub fn with(path: &str, bytes: impl Into<Bytes>) -> Arc<Self> {
        let mut files = Self::default();
        files.0.insert(path.to_owned(), MemorySource::new(bytes));
        Arc::new(files)
    }
}

impl Files for MemoryFiles {
    fn open<'a>(&'a self, path: &'a EntryPath) -> BoxFuture<'a, Result<Found>> {
        let found = match self.0.get(&path.0) {
            Some(source) => Ok(Found::File(
                Arc::<MemorySource>::clone(source) as Arc<dyn Source>
            )),
            None => Err(super::reader::gone()),
        };
        Box::pin(async move { found })
    }
}

/// Files below a folder of this computer.
pub struct FolderFiles(pub std::path::PathBuf);

impl Files for FolderFiles {
    fn open<'a>(&'a self, path: &'a EntryPath) -> BoxFuture<'a, Result<Found>> {
        let found = match std::fs::read(self.0.join(&path.0)) {
            Ok(bytes) => Ok(Found::File(MemorySource::new(bytes) as Arc<dyn Source>)),
            Err(_) => Err(super::reader::gone()),
        };
        Box::pin(async move { found })
    }
}

/// Numbered lines.
pub fn numbered(lines: usize, end: &str) -> String {
    use std::fmt::Write;
    (0..lines).fold(String::new(), |mut text, line| {
        write!(text, "line {line}{end}").unwrap();
        text
    })
}
