//! What an entry of an archive says of itself.

use std::io::Read;

use sha2::{Digest, Sha256};
use slipway_porthole::attributes::Attribute;
use slipway_porthole::head::moment;
use slipway_porthole::raw::Raw;
use tar::{Entry, EntryType};

use super::super::format::{Line, LineKind, hex};
use crate::place::EntryPath;

/// What an entry says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Item {
    /// As it stands in the archive.
    pub(in super::super) name: Raw,
    /// Where it would lie; `None` for what lies nowhere in a volume.
    pub(in super::super) path: Option<Raw>,
    /// `None` for devices and pipes.
    pub(in super::super) kind: Option<LineKind>,
    pub(in super::super) to: Raw,
    pub(in super::super) size: u64,
    /// What it takes on a disk: without holes.
    pub(in super::super) stored: u64,
    pub(in super::super) mode: u16,
    pub(in super::super) uid: u32,
    pub(in super::super) gid: u32,
    pub(in super::super) changed: (i64, u32),
    pub(in super::super) holes: bool,
    /// The sum of its extended attributes, where it has any.
    pub(in super::super) attributes: Option<[u8; 32]>,
}

impl Item {
    /// `None` for what only describes others.
    pub(in super::super) fn of(entry: &mut Entry<'_, impl Read>) -> std::io::Result<Option<Self>> {
        let header = entry.header();
        let kind = match header.entry_type() {
            EntryType::Directory => Some(LineKind::Folder),
            EntryType::Symlink => Some(LineKind::Link),
            EntryType::Link => Some(LineKind::Same),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                Some(LineKind::File)
            }
            EntryType::Fifo | EntryType::Char | EntryType::Block => None,
            _ => return Ok(None),
        };
        let number = |value: std::io::Result<u64>| {
            value
                .ok()
                .and_then(|value| u32::try_from(value).ok())
                .unwrap_or(u32::MAX - 1)
        };
        let mut item = Self {
            name: Raw(entry.path_bytes().into_owned()),
            path: None,
            kind,
            to: Raw(entry
                .link_name_bytes()
                .map(std::borrow::Cow::into_owned)
                .unwrap_or_default()),
            size: entry.size(),
            stored: if header.entry_type() == EntryType::GNUSparse {
                header.entry_size().unwrap_or(0)
            } else {
                entry.size()
            },
            mode: u16::try_from(header.mode().unwrap_or(0o644) & 0o7777).unwrap_or(0o644),
            uid: number(header.uid()),
            gid: number(header.gid()),
            changed: (
                header
                    .mtime()
                    .ok()
                    .and_then(|seconds| i64::try_from(seconds).ok())
                    .unwrap_or(0),
                0,
            ),
            holes: header.entry_type() == EntryType::GNUSparse,
            attributes: None,
        };
        let mut attributes = Vec::new();
        let (mut name, mut real, mut parted) = (None, None, false);
        for record in entry.pax_extensions()?.into_iter().flatten() {
            let record = record?;
            let value = record.value_bytes();
            match record.key_bytes() {
                b"mtime" => {
                    if let Some(at) = moment(value) {
                        item.changed = (at.seconds, at.nanoseconds);
                    }
                }
                b"GNU.sparse.major" => parted = value == b"1",
                b"GNU.sparse.name" => name = Some(Raw::from(value)),
                b"GNU.sparse.realsize" => {
                    real = std::str::from_utf8(value)
                        .ok()
                        .and_then(|value| value.parse().ok());
                }
                key => attributes.extend(Attribute::of_record(key, value)),
            }
        }
        item.attributes = sum_of(attributes);
        if let Some(real) = real.filter(|_| parted) {
            item.holes = true;
            item.size = real;
            item.name = name.unwrap_or(item.name);
        }
        item.path = plain(&item.name.0);
        Ok(Some(item))
    }

    pub(in super::super) fn is_file(&self) -> bool {
        matches!(self.kind, Some(LineKind::File | LineKind::Same))
    }

    /// `None` for what no backup of ours has.
    pub(in super::super) fn line(&self, sum: Option<&[u8; 32]>) -> Option<Line> {
        let kind = self.kind?;
        let linked = matches!(kind, LineKind::Link | LineKind::Same);
        Some(Line {
            path: EntryPath::of(self.path.as_ref()?),
            kind,
            size: if kind == LineKind::File { self.size } else { 0 },
            sha256: sum.map(hex),
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            changed: self.changed,
            to: linked.then(|| EntryPath::of(&self.to)),
            holes: self.holes,
            attributes: self.attributes.as_ref().map(hex),
        })
    }
}

/// In whatever order they stand.
fn sum_of(mut attributes: Vec<Attribute>) -> Option<[u8; 32]> {
    attributes.sort();
    attributes.dedup();
    let mut sum = Sha256::new();
    for attribute in &attributes {
        for part in [&attribute.name, &attribute.value] {
            sum.update((part.len() as u64).to_le_bytes());
            sum.update(part);
        }
    }
    (!attributes.is_empty()).then(|| sum.finalize().into())
}

/// A path as names below a volume's root, without `.` and needless `/`.
pub(in super::super) fn plain(name: &[u8]) -> Option<Raw> {
    if name.starts_with(b"/") || name.contains(&0) || name.len() > Raw::LONGEST {
        return None;
    }
    let mut path = Vec::with_capacity(name.len());
    for name in name.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => return None,
            name => {
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
            }
        }
    }
    Some(Raw(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_the_program_in_the_container_reads_them() {
        for (name, path) in [
            (&b"a/b"[..], Some("a/b")),
            (b"./a//b/", Some("a/b")),
            (b"./", Some("")),
            (b"a/../b", None),
            (b"..", None),
            (b"/a", None),
            (b"a\0b", None),
        ] {
            assert_eq!(plain(name), path.map(Raw::from), "{name:?}");
        }
    }
}
