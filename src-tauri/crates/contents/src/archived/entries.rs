//! The engine's archives, entry by entry.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use slipway_engine::Error;
use slipway_engine::porthole::{ArchiveUse, PlaceArchive};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::Out;
use crate::moving::untar::{Entry, Item, Untar, What};

/// What the file system could not give (`EIO`).
const UNREAD: Fault = Fault::Io { errno: 5 };

/// The way to the engine. Cheap to clone.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) archive: PlaceArchive,
    out: Out,
}

impl Way {
    pub(super) fn new(archive: PlaceArchive, out: Out) -> Self {
        Self { archive, out }
    }

    /// All that lies at a path.
    pub(super) async fn entries(&self, what: ArchiveUse, path: &Raw) -> Result<Entries, Fault> {
        match self.archive.tar(what, &path.0).await {
            Ok(Some(stream)) => Ok(Entries {
                stream,
                untar: Untar::default(),
                way: self.clone(),
            }),
            Ok(None) => Err(Fault::NotFound),
            Err(error) => Err(self.meaning(error).await),
        }
    }

    /// The bytes of one file, and what its header says.
    pub(super) async fn file(
        &self,
        what: ArchiveUse,
        path: &Raw,
    ) -> Result<(Entry, Entries), Fault> {
        let mut entries = self.entries(what, path).await?;
        match entries.next().await? {
            Some(Item::Entry(entry)) => match entry.what {
                What::File => Ok((*entry, entries)),
                What::Folder => Err(Fault::IsAFolder),
                _ => Err(Fault::NotAFile),
            },
            _ => Err(Fault::NotAFile),
        }
    }

    /// Where the engine is gone or has lost the containers, the whole conversation is over.
    pub(super) async fn meaning(&self, error: Error) -> Fault {
        match error {
            Error::Engine { .. } | Error::NotSupported { .. } => {
                tracing::debug!(%error, "the engine's archive fails");
                UNREAD
            }
            error => {
                // An archive also breaks off where a file became shorter while it was sent.
                if matches!(error, Error::Interrupted { .. })
                    && self.archive.is_there().await.is_ok()
                {
                    return Fault::Changed;
                }
                let _ = self.out.send(Err(error)).await;
                Fault::Cancelled
            }
        }
    }
}

/// An archive as it comes. Dropping it ends it at the engine.
pub(super) struct Entries {
    stream: BoxStream<'static, slipway_engine::Result<bytes::Bytes>>,
    untar: Untar,
    way: Way,
}

impl Entries {
    /// The next entry, a piece of its body or its end; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            match self.untar.take() {
                Ok(Some(item)) => return Ok(Some(item)),
                Ok(None) if self.untar.is_over() => return Ok(None),
                Ok(None) => {}
                Err(broken) => {
                    return Err(Fault::BadArchive {
                        why: broken.0.to_owned(),
                    });
                }
            }
            match self.stream.next().await {
                Some(Ok(piece)) => self.untar.push(piece),
                Some(Err(error)) => return Err(self.way.meaning(error).await),
                // Engines end an archive early where a file in it changes its length.
                None => return Err(Fault::Changed),
            }
        }
    }
}

/// The path below what was asked for: the engine names everything after the last name of that.
pub(super) fn below(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b"/").unwrap_or(name);
    match name.iter().position(|byte| *byte == b'/') {
        Some(at) => &name[at + 1..],
        None => &[],
    }
}
