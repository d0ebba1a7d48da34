//! What a backup file is made of.
//!
//! It is a tar archive packed with zstd, so that `tar --zstd -xf` unpacks it without Slipway. Beside the
//! volume's files it has two entries of its own in the folder [`OWN`]: the head, first of all, says what
//! this is a backup of; the manifest, last of all, has a line for every entry with its hash. The manifest
//! cannot come first, since a hash is known only after its file was read, and reading twice would take
//! twice as long and could meet another state of the file.
//!
//! zstd files may consist of several frames, which every program reads one after the other. The head is
//! a frame of its own, so that a list of backups reads a few hundred bytes of each; so is the manifest,
//! and a last frame that other programs skip says where it begins, so that a preview need not unpack
//! gigabytes to see the names in it. All of this only makes it faster: a backup that was packed anew by
//! another program is read from its beginning to its end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};
use slipway_engine::{UnixMillis, VolumeName};
use slipway_porthole::raw::Raw;

use crate::place::EntryPath;

/// The folder of a backup's own entries. What lies in a volume under this name was unpacked there by hand
/// from a backup, and is left out of the next one.
pub(super) const OWN: &str = ".slipway-backup";
pub(super) const HEAD: &str = ".slipway-backup/head.json";
pub(super) const MANIFEST: &str = ".slipway-backup/manifest.jsonl";

/// The format that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// A longer head or line of the manifest is none of ours.
pub(super) const MOST_HEAD: u64 = 1024 * 1024;
pub(super) const MOST_LINE: usize = 512 * 1024;

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    pub(super) format: u32,
    /// The version of Slipway that made it.
    pub(super) slipway: String,
    pub(super) volume: VolumeName,
    pub(super) driver: String,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    /// Of the driver, without passwords.
    #[serde(default)]
    pub(super) options: BTreeMap<String, String>,
    pub(super) made: UnixMillis,
    /// As counted before it was read.
    pub(super) files: u64,
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) remark: String,
    #[serde(default)]
    pub(super) by_schedule: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum LineKind {
    File,
    Folder,
    /// A symbolic link.
    Link,
    /// Another name of a file that came before.
    Same,
}

/// What the manifest says of one entry. Lines stand in the order of the entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    /// As [`EntryPath`] writes it.
    pub(super) path: EntryPath,
    pub(super) kind: LineKind,
    pub(super) size: u64,
    /// Of files: the sum of their bytes; of files with holes that of their map and parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    pub(super) mode: u16,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Seconds since 1970, and nanoseconds.
    pub(super) changed: (i64, u32),
    /// Of links what they name, of further names the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<EntryPath>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) holes: bool,
    /// The sum of its extended attributes, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attributes: Option<String>,
}

pub(super) fn hex(sum: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    sum.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The path of the folder of own entries, or something in it.
pub(super) fn is_own(path: &Raw) -> bool {
    path.names().next() == Some(OWN.as_bytes())
}

/// The last frame, which other programs skip (RFC 8878, 3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Where the frame of the manifest begins.
    pub(super) manifest: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Trailer {
    const MAGIC: [u8; 4] = 0x184D_2A5E_u32.to_le_bytes();
    const NAME: [u8; 8] = *b"slipway1";
    const LENGTH: usize = 40;

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        bytes.extend(Self::MAGIC);
        bytes.extend(32_u32.to_le_bytes());
        bytes.extend(Self::NAME);
        for number in [self.manifest, self.files, self.bytes] {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// `None` where the file does not end with one; what it says is only where to look.
    pub(super) fn of(file: &mut File) -> Option<Self> {
        let length = file.metadata().ok()?.len();
        let begin = length.checked_sub(Self::LENGTH as u64)?;
        file.seek(SeekFrom::Start(begin)).ok()?;
        let mut bytes = [0; Self::LENGTH];
        file.read_exact(&mut bytes).ok()?;
        Self::read(&bytes).filter(|trailer| trailer.manifest < begin)
    }

    fn read(bytes: &[u8; Self::LENGTH]) -> Option<Self> {
        let number = |at: usize| {
            let eight = bytes.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_le_bytes(eight))
        };
        let ours = bytes.starts_with(&Self::MAGIC)
            && bytes.get(4..8) == Some(&32_u32.to_le_bytes())
            && bytes.get(8..16) == Some(&Self::NAME);
        if !ours {
            return None;
        }
        Some(Self {
            manifest: number(16)?,
            files: number(24)?,
            bytes: number(32)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailer_is_a_frame_that_zstd_skips() {
        let trailer = Trailer {
            manifest: 77,
            files: 3,
            bytes: 9,
        };
        let mut packed = zstd::encode_all(&b"all of it"[..], 3).unwrap();
        packed.extend(trailer.bytes());
        assert_eq!(zstd::decode_all(&packed[..]).unwrap(), b"all of it");
        let bytes: [u8; 40] = trailer.bytes().try_into().unwrap();
        assert_eq!(Trailer::read(&bytes), Some(trailer));
        for at in 0..16 {
            let mut other = bytes;
            other[at] ^= 1;
            assert_eq!(Trailer::read(&other), None, "byte {at}");
        }
    }
}
