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
        let (asked, part) = asked(path);
        match self.archive.tar(what, asked).await {
            Ok(Some(stream)) => Ok(Entries {
                stream,
                untar: Untar::default(),
                way: self.clone(),
                part: part.map(Part::new),
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

/// What the engine can be asked for, and what of it is wanted. Engines hand a path on as text within themselves,
/// and find nothing where it is none; then the folder above is asked for.
fn asked(path: &Raw) -> (&[u8], Option<&[u8]>) {
    if std::str::from_utf8(&path.0).is_ok() {
        return (&path.0, None);
    }
    let valid = path
        .0
        .utf8_chunks()
        .next()
        .map_or(0, |chunk| chunk.valid().len());
    match path.0[..valid].iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path.0[..at], Some(&path.0[at + 1..])),
        None => (&[], Some(&path.0)),
    }
}

/// What is wanted of an archive.
struct Part {
    /// Below what was asked for.
    path: Vec<u8>,
    wanted: bool,
    found: bool,
}

impl Part {
    fn new(path: &[u8]) -> Self {
        Self {
            path: path.to_vec(),
            wanted: false,
            found: false,
        }
    }

    /// A name as it would be, had the part itself been asked for.
    fn name(&self, name: &[u8]) -> Option<Raw> {
        let rest = below(name).strip_prefix(&self.path[..])?;
        if !rest.is_empty() && !rest.starts_with(b"/") {
            return None;
        }
        let begin = self.path.iter().rposition(|byte| *byte == b'/');
        let mut name = self.path[begin.map_or(0, |at| at + 1)..].to_vec();
        name.extend_from_slice(rest);
        Some(Raw(name))
    }

    fn take(&mut self, item: Item) -> Option<Item> {
        let Item::Entry(mut entry) = item else {
            return self.wanted.then_some(item);
        };
        let name = self.name(&entry.name.0);
        self.wanted = name.is_some();
        self.found |= self.wanted;
        entry.name = name?;
        if entry.what == What::SameAs {
            match self.name(&entry.link.0) {
                Some(link) => entry.link = link,
                None => entry.what = What::Other,
            }
        }
        Some(Item::Entry(entry))
    }
}

/// An archive as it comes. Dropping it ends it at the engine.
pub(super) struct Entries {
    stream: BoxStream<'static, slipway_engine::Result<bytes::Bytes>>,
    untar: Untar,
    way: Way,
    part: Option<Part>,
}

impl Entries {
    /// The next entry, a piece of its body or its end; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let item = self.any().await?;
            match (&mut self.part, item) {
                (None, item) => return Ok(item),
                (Some(part), None) if !part.found => return Err(Fault::NotFound),
                (Some(_), None) => return Ok(None),
                (Some(part), Some(item)) => {
                    if let Some(item) = part.take(item) {
                        return Ok(Some(item));
                    }
                }
            }
        }
    }

    async fn any(&mut self) -> Result<Option<Item>, Fault> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_asked_for_by_the_folder_above() {
        let asked = |path: &[u8]| {
            let path = Raw::from(path);
            let (asked, part) = asked(&path);
            (asked.to_vec(), part.map(<[u8]>::to_vec))
        };
        assert_eq!(asked("a/größe".as_bytes()), ("a/größe".into(), None));
        assert_eq!(asked(b""), (Vec::new(), None));
        assert_eq!(
            asked(b"b\xE9.txt"),
            (Vec::new(), Some(b"b\xE9.txt".to_vec()))
        );
        assert_eq!(
            asked(b"a/b/c\xE9/d"),
            (b"a/b".to_vec(), Some(b"c\xE9/d".to_vec()))
        );
    }

    #[test]
    fn a_part_is_named_as_if_it_had_been_asked_for() {
        let part = Part::new(b"c\xE9/d");
        assert_eq!(part.name(b"b/c\xE9/d"), Some(Raw::from("d")));
        assert_eq!(part.name(b"b/c\xE9/d/e"), Some(Raw::from("d/e")));
        assert_eq!(part.name(b"b/c\xE9/d2"), None);
        assert_eq!(part.name(b"b/c\xE9"), None);
        assert_eq!(part.name(b"b"), None);
    }
}
