//! A download or a backup: the engine's archives, with the names and sums that ours have.

use sha2::{Digest, Sha256};
use slipway_engine::porthole::ArchiveUse;
use slipway_porthole::answer::{Answer, Caution, Kind, Moment, Outcome, PackTotals, Packed};
use slipway_porthole::fault::Fault;
use slipway_porthole::head::{Body, Head};
use slipway_porthole::raw::Raw;

use super::answers::Seen;
use super::entries::below;
use super::talk::Talk;
use crate::moving::untar::{Entry, Item, What};

const STEP_BYTES: usize = 16 * 1024;

/// What was packed and not told yet.
#[derive(Default)]
struct Told {
    totals: PackTotals,
    packed: Vec<Packed>,
    bytes: usize,
}

impl Told {
    async fn tell(&mut self, packed: Packed, talk: &Talk) -> Result<(), Fault> {
        let left_out = packed.caution.is_some();
        self.totals.cautions += u64::from(left_out);
        if !left_out {
            match packed.kind {
                Kind::Folder => self.totals.folders += 1,
                Kind::Link => self.totals.links += 1,
                _ => self.totals.files += 1,
            }
            self.totals.bytes += packed.bytes;
        }
        self.bytes += 64 + packed.path.0.len();
        self.packed.push(packed);
        if self.bytes >= STEP_BYTES {
            self.flush(talk).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, talk: &Talk) -> Result<(), Fault> {
        self.bytes = 0;
        if self.packed.is_empty() {
            return Ok(());
        }
        talk.answer(Answer::Packed(std::mem::take(&mut self.packed)))
            .await
    }
}

impl Seen {
    pub(super) async fn pack(
        &self,
        paths: &[Raw],
        excludes: &[Raw],
        beneath: &Raw,
        talk: &Talk,
    ) -> Result<Outcome, Fault> {
        let _turn = self.carrying.lock().await;
        let mut told = Told::default();
        for path in paths {
            if !path.is_plain() {
                return Err(Fault::LeftThePlace);
            }
            if !is_within(excludes, path) {
                self.tree(path, excludes, beneath, &mut told, talk).await?;
            }
        }
        // Two empty blocks end an archive.
        talk.data(&[0; 1024]).await?;
        told.flush(talk).await?;
        Ok(Outcome::Pack(told.totals))
    }

    async fn tree(
        &self,
        base: &Raw,
        excludes: &[Raw],
        beneath: &Raw,
        told: &mut Told,
        talk: &Talk,
    ) -> Result<(), Fault> {
        let mut entries = self.way.entries(ArchiveUse::Carry, base).await?;
        while let Some(item) = entries.next().await? {
            let Item::Entry(entry) = item else { continue };
            let Some(path) = within(base, &entry.name) else {
                continue;
            };
            if is_within(excludes, &path) {
                continue;
            }
            let name = named(&path, beneath);
            let Some(kind) = begin(&entry, base, beneath, &name, talk).await? else {
                let caution = Some(Caution::LeftOut);
                let kind = if entry.what == What::Pipe {
                    Kind::Pipe
                } else {
                    Kind::Device
                };
                told.tell(packed(name, kind, 0, None, caution), talk)
                    .await?;
                continue;
            };
            let mut sum = None;
            if entry.what == What::File {
                let mut hash = Sha256::new();
                while let Some(Item::Body(piece)) = entries.next().await? {
                    hash.update(&piece);
                    talk.data(&piece).await?;
                }
                let fill = entry.stored.next_multiple_of(512) - entry.stored;
                talk.data(&[0; 512][..usize::try_from(fill).unwrap_or(0)])
                    .await?;
                sum = Some(hash.finalize().into());
            }
            told.tell(packed(name, kind, entry.stored, sum, None), talk)
                .await?;
        }
        Ok(())
    }
}

/// Says an entry's header; `None` for what is not packed.
async fn begin(
    entry: &Entry,
    base: &Raw,
    beneath: &Raw,
    name: &Raw,
    talk: &Talk,
) -> Result<Option<Kind>, Fault> {
    let first;
    let (kind, body) = match entry.what {
        What::Folder => (Kind::Folder, Body::Folder),
        What::File => (Kind::File, Body::File(entry.stored)),
        What::Link => (Kind::Link, Body::Link(&entry.link.0)),
        What::SameAs => match within(base, &entry.link) {
            Some(path) => {
                first = named(&path, beneath);
                (Kind::File, Body::SameAs(&first.0))
            }
            None => return Ok(None),
        },
        What::Holes { .. } | What::Pipe | What::Other => return Ok(None),
    };
    let shown = if name.0.is_empty() {
        Raw::from(".")
    } else {
        name.clone()
    };
    let head = Head {
        name: &shown.0,
        body,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        changed: Moment {
            seconds: entry.changed.0,
            nanoseconds: entry.changed.1,
        },
        attributes: &[],
    };
    talk.data(&head.bytes()).await?;
    Ok(Some(kind))
}

fn packed(
    path: Raw,
    kind: Kind,
    bytes: u64,
    sha256: Option<[u8; 32]>,
    caution: Option<Caution>,
) -> Packed {
    Packed {
        path,
        kind,
        bytes,
        sha256,
        caution,
    }
}

/// The path in the place of what the engine calls by this name; `None` for a name that is none of a place.
fn within(base: &Raw, name: &Raw) -> Option<Raw> {
    let rest = below(&name.0);
    let rest = rest.strip_suffix(b"/").unwrap_or(rest);
    let path = if rest.is_empty() {
        base.clone()
    } else {
        base.join(rest)
    };
    (path.is_plain() && path.0.len() <= Raw::LONGEST).then_some(path)
}

fn is_within(folders: &[Raw], path: &Raw) -> bool {
    folders.iter().any(|folder| {
        path.0
            .strip_prefix(&folder.0[..])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// A path as it is named in our archive.
fn named(path: &Raw, beneath: &Raw) -> Raw {
    if beneath.0.is_empty() {
        return path.clone();
    }
    match path.0.strip_prefix(&beneath.0[..]) {
        Some([]) => Raw::default(),
        Some([b'/', rest @ ..]) => Raw::from(rest),
        _ => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_place_and_no_others() {
        let within = |base: &str, name: &str| {
            within(&Raw::from(base), &Raw::from(name))
                .map(|path| String::from_utf8(path.0).unwrap())
        };
        assert_eq!(within("", "place/").unwrap(), "");
        assert_eq!(within("", "place/a/b").unwrap(), "a/b");
        assert_eq!(within("x/a", "a").unwrap(), "x/a");
        assert_eq!(within("x/a", "a/b/").unwrap(), "x/a/b");
        for hostile in ["a/../../b", "a//b", "a/./b", "a/b\0"] {
            assert_eq!(within("x/a", hostile), None, "{hostile:?}");
        }
    }
}
