//! Going through a tar archive on this computer, ours or another program's.
//!
//! Nothing is unpacked here: names are looked at, bytes are summed and dropped, so an archive that
//! unpacks to more than any disk has costs time and no memory. The names in it are only wishes; which of
//! them could leave a volume is judged by [`Names`] as the program in the throw-away container judges,
//! so that a preview says what a restore will refuse. That program has the last word.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use slipway_porthole::TRASH;
use slipway_porthole::raw::Raw;
use tar::{Entry, EntryType};
use tokio_util::sync::CancellationToken;

use super::format::{
    FORMAT, HEAD, Head, Line, LineKind, MANIFEST, MOST_HEAD, Trailer, hex, is_own,
};
use super::words::of_this_computer;
use crate::Problem;
use crate::jobs::Work;
use crate::place::EntryPath;
use slipway_labs::problem::ProblemKind;

const BUFFER: usize = 128 * 1024;

/// Why an archive could not be read to its end.
#[derive(Debug)]
pub(super) enum Broken {
    Stopped,
    /// In one sentence.
    Damaged(String),
    Failed(Problem),
}

impl From<Problem> for Broken {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// Who waits for it.
#[derive(Clone, Default)]
pub(super) struct Watch {
    pub(super) token: CancellationToken,
    /// Counts the bytes of the packed file.
    pub(super) count: Option<Work>,
}

impl Watch {
    pub(super) fn of(work: &Work) -> Self {
        Self {
            token: work.token().clone(),
            count: Some(work.clone()),
        }
    }

    /// Hears of the stop, and counts nothing.
    pub(super) fn silent(work: &Work) -> Self {
        Self {
            token: work.token().clone(),
            count: None,
        }
    }
}

/// The file, as it is stored.
struct Stored {
    file: File,
    watch: Watch,
}

impl Read for Stored {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.watch.token.is_cancelled() {
            return Err(std::io::Error::other("stopped"));
        }
        let count = self.file.read(into)?;
        if let Some(work) = &self.watch.count {
            work.read(count as u64);
        }
        Ok(count)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Zstd,
    Gzip,
    None,
}

/// What the first bytes say. A plain tar has its mark at 257, an old one none: its checksum decides later.
fn packing(first: &[u8]) -> Packing {
    match first {
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
        [0x1f, 0x8b, ..] => Packing::Gzip,
        _ => Packing::None,
    }
}

/// The archive's own bytes.
pub(super) fn unpacked(file: &Path, watch: Watch) -> Result<Box<dyn Read + Send>, Broken> {
    let opening =
        |error: std::io::Error| Broken::Failed(of_this_computer("Opening the backup", &error));
    let mut file = File::open(file).map_err(opening)?;
    let mut first = Vec::new();
    (&mut file)
        .take(8)
        .read_to_end(&mut first)
        .map_err(opening)?;
    file.seek(SeekFrom::Start(0)).map_err(opening)?;
    let packing = packing(&first);
    let stored = BufReader::with_capacity(BUFFER, Stored { file, watch });
    Ok(match packing {
        Packing::Zstd => {
            Box::new(zstd::stream::read::Decoder::with_buffer(stored).map_err(opening)?)
        }
        Packing::Gzip => Box::new(BufReader::with_capacity(
            BUFFER,
            MultiGzDecoder::new(stored),
        )),
        Packing::None => Box::new(stored),
    })
}

/// Remembers whether the last block was empty, as an archive has to end.
struct Ending<R> {
    inner: R,
    last: Vec<u8>,
    bytes: u64,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        self.bytes += count as u64;
        if count >= 512 {
            self.last.clear();
            self.last.extend_from_slice(&into[count - 512..count]);
        } else {
            self.last.extend_from_slice(&into[..count]);
            let over = self.last.len().saturating_sub(512);
            self.last.drain(..over);
        }
        Ok(count)
    }
}

/// What an entry says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// As it stands in the archive.
    pub(super) name: Raw,
    /// Where it would lie; `None` for what lies nowhere in a volume.
    pub(super) path: Option<Raw>,
    /// `None` for devices and pipes.
    pub(super) kind: Option<LineKind>,
    pub(super) to: Raw,
    pub(super) size: u64,
    /// What it takes on a disk: without holes.
    pub(super) stored: u64,
    pub(super) mode: u16,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) changed: (i64, u32),
    pub(super) holes: bool,
}

impl Item {
    /// `None` for what only describes others.
    pub(super) fn of(entry: &mut Entry<'_, impl Read>) -> std::io::Result<Option<Self>> {
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
        };
        let (mut name, mut real, mut parted) = (None, None, false);
        for record in entry.pax_extensions()?.into_iter().flatten() {
            let record = record?;
            let value = record.value_bytes();
            match record.key_bytes() {
                b"mtime" => item.changed = time(value).unwrap_or(item.changed),
                b"GNU.sparse.major" => parted = value == b"1",
                b"GNU.sparse.name" => name = Some(Raw::from(value)),
                b"GNU.sparse.realsize" => {
                    real = std::str::from_utf8(value)
                        .ok()
                        .and_then(|value| value.parse().ok());
                }
                _ => {}
            }
        }
        if let Some(real) = real.filter(|_| parted) {
            item.holes = true;
            item.size = real;
            item.name = name.unwrap_or(item.name);
        }
        item.path = plain(&item.name.0);
        Ok(Some(item))
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self.kind, Some(LineKind::File | LineKind::Same))
    }

    /// `None` for what no backup of ours has.
    pub(super) fn line(&self, sum: Option<&[u8; 32]>) -> Option<Line> {
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
        })
    }
}

/// A path as names below a volume's root, without `.` and needless `/`.
pub(super) fn plain(name: &[u8]) -> Option<Raw> {
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

/// A decimal number of seconds, as seconds and the nanoseconds after them.
fn time(text: &[u8]) -> Option<(i64, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(9)
        .collect();
    let nanoseconds: u32 = digits.parse().ok()?;
    if whole.starts_with('-') && nanoseconds > 0 {
        Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds))
    } else {
        Some((seconds, nanoseconds))
    }
}

/// What came before, as far as it decides about what comes.
#[derive(Default)]
pub(super) struct Names {
    links: HashSet<u64>,
    files: HashSet<u64>,
}

impl Names {
    /// Whether an entry could leave the volume, or needs something that the archive does not have.
    pub(super) fn refuses(&mut self, item: &Item) -> bool {
        let (Some(path), Some(kind)) = (&item.path, item.kind) else {
            return true;
        };
        let above = |path: &Raw| {
            let ends = path.0.iter().enumerate().filter(|(_, byte)| **byte == b'/');
            ends.map(|(at, _)| key(&path.0[..at])).collect::<Vec<_>>()
        };
        if !self.links.is_empty() && above(path).iter().any(|folder| self.links.contains(folder)) {
            return true;
        }
        let own = key(&path.0);
        match kind {
            LineKind::Folder => {
                return self.links.contains(&own) || self.files.contains(&own);
            }
            LineKind::Link => {
                self.links.insert(own);
                self.files.remove(&own);
            }
            LineKind::File => {
                self.links.remove(&own);
                self.files.insert(own);
            }
            LineKind::Same => {
                let there = plain(&item.to.0).is_some_and(|first| {
                    self.files.contains(&key(&first.0))
                        && !above(&first)
                            .iter()
                            .any(|folder| self.links.contains(folder))
                });
                if !there {
                    return true;
                }
                self.files.insert(own);
            }
        }
        false
    }
}

pub(super) fn key(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// What is met in an archive.
pub(super) enum Seen<'a> {
    /// Says that it is one of ours; comes before all else.
    Head(Box<Head>),
    /// Something of the volume. The sum is that of its bytes, of a file with holes that of its map and parts.
    Item(Item, Option<[u8; 32]>),
    /// The manifest of one of ours.
    Manifest(&'a mut dyn Read),
    /// Another entry that is of the backup and not of the volume: what a hand-made tar has of them.
    Other,
}

/// Goes through an archive to its very end.
pub(super) fn read(
    file: &Path,
    watch: Watch,
    mut see: impl FnMut(Seen<'_>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let token = watch.token.clone();
    let damaged = |error: std::io::Error| {
        if token.is_cancelled() {
            Broken::Stopped
        } else {
            Broken::Damaged(what_is_wrong(&error))
        }
    };
    let mut ending = Ending {
        inner: unpacked(file, watch)?,
        last: Vec::new(),
        bytes: 0,
    };
    let mut archive = tar::Archive::new(&mut ending);
    let (mut first, mut ours) = (true, false);
    let mut buffer = vec![0; BUFFER];
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let Some(item) = Item::of(&mut entry).map_err(damaged)? else {
            continue;
        };
        if first && item.name.0 == HEAD.as_bytes() {
            see(Seen::Head(Box::new(head_of(&mut entry)?)))?;
            ours = true;
        } else if ours && item.name.0 == MANIFEST.as_bytes() {
            see(Seen::Manifest(&mut entry))?;
        } else if item.path.as_ref().is_some_and(is_own) {
            see(Seen::Other)?;
        } else {
            let torn = entry.header().entry_type() == EntryType::GNUSparse;
            let sum = match item.kind {
                Some(LineKind::File) if !torn => {
                    Some(sum(&mut entry, &mut buffer).map_err(damaged)?)
                }
                _ => None,
            };
            see(Seen::Item(item, sum))?;
        }
        first = false;
    }
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(damaged)?;
    if ending.last.iter().any(|byte| *byte != 0) || ending.last.len() < 512 {
        return Err(Broken::Damaged(
            "It has no end, so a part of it may be missing.".to_owned(),
        ));
    }
    Ok(())
}

fn sum(entry: &mut Entry<'_, impl Read>, buffer: &mut [u8]) -> std::io::Result<[u8; 32]> {
    let mut sum = Sha256::new();
    let mut left = entry.size();
    loop {
        let count = entry.read(buffer)?;
        if count == 0 {
            break;
        }
        left = left.saturating_sub(count as u64);
        sum.update(&buffer[..count]);
    }
    if left > 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(sum.finalize().into())
}

fn head_of(entry: &mut impl Read) -> Result<Head, Broken> {
    let unreadable = || Broken::Damaged("What it says of itself cannot be read.".to_owned());
    let mut text = Vec::new();
    entry
        .take(MOST_HEAD)
        .read_to_end(&mut text)
        .map_err(|error| Broken::Damaged(what_is_wrong(&error)))?;
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format } = serde_json::from_slice(&text).map_err(|_| unreadable())?;
    if format > FORMAT {
        return Err(Broken::Failed(
            Problem::new(ProblemKind::Other, "A newer Slipway made this backup.")
                .because("This version cannot tell what is in it. The file was not changed.")
                .hint("Update Slipway, then try again."),
        ));
    }
    serde_json::from_slice(&text).map_err(|_| unreadable())
}

/// What a fault of reading means, in one sentence.
fn what_is_wrong(error: &std::io::Error) -> String {
    let text = error.to_string();
    let short = error.kind() == std::io::ErrorKind::UnexpectedEof
        || text.contains("incomplete frame")
        || text.contains("unexpected EOF");
    if short {
        "It ends too early: a part of the file is missing.".to_owned()
    } else if error.raw_os_error().is_some() {
        format!("This computer cannot read the file to its end ({text}).")
    } else {
        "Something in it was changed after it was written.".to_owned()
    }
}

/// What the beginning of a file says it is.
pub(super) struct Glance {
    /// `None` where another program made it.
    pub(super) head: Option<Head>,
    pub(super) trailer: Option<Trailer>,
}

/// Reads only the first entry.
///
/// # Errors
/// `Damaged` also for what is no archive at all.
pub(super) fn glance(file: &Path) -> Result<Glance, Broken> {
    let mut archive = tar::Archive::new(unpacked(file, Watch::default())?);
    let no_tar = |_| Broken::Damaged("It is no tar archive.".to_owned());
    let mut entries = archive.entries().map_err(no_tar)?;
    let Some(mut entry) = entries.next().transpose().map_err(no_tar)? else {
        return Err(Broken::Damaged("There is nothing in it.".to_owned()));
    };
    if &*entry.path_bytes() != HEAD.as_bytes() {
        return Ok(Glance {
            head: None,
            trailer: None,
        });
    }
    let head = head_of(&mut entry)?;
    let trailer = File::open(file)
        .ok()
        .and_then(|mut file| Trailer::of(&mut file));
    Ok(Glance {
        head: Some(head),
        trailer,
    })
}

/// Whether the trash of a volume, or something in it: neither backed up nor restored.
pub(super) fn is_trash(path: &Raw) -> bool {
    path.names().next() == Some(TRASH.as_bytes())
}
