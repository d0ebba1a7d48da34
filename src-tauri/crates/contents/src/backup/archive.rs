//! Going through a tar archive on this computer, ours or another program's.
//!
//! Nothing is unpacked here: names are looked at, bytes are summed and dropped, so an archive that
//! unpacks to more than any disk has costs time and no memory. The names in it are only wishes; which of
//! them could leave a volume is judged by [`Names`] as the program in the throw-away container judges,
//! so that a preview says what a restore will refuse. That program has the last word.

mod item;
mod names;

pub(super) use self::item::{Item, plain};
pub(super) use self::names::Names;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use slipway_porthole::TRASH;
use slipway_porthole::raw::Raw;
use tar::{Entry, EntryType};
use tokio_util::sync::CancellationToken;

use super::format::{FORMAT, HEAD, Head, LineKind, MANIFEST, MOST_HEAD, Trailer, is_own};
use super::words::of_this_computer;
use crate::Problem;
use crate::jobs::Work;
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
    /// What unpacks to more bytes than this was made to take for ever.
    pub(super) most: Option<u64>,
}

impl Watch {
    pub(super) fn of(work: &Work) -> Self {
        Self {
            token: work.token().clone(),
            count: Some(work.clone()),
            most: None,
        }
    }

    /// Hears of the stop, and counts nothing.
    pub(super) fn silent(work: &Work) -> Self {
        Self {
            token: work.token().clone(),
            count: None,
            most: None,
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
    let (token, most) = (watch.token.clone(), watch.most);
    // A reading that is stopped ends early, which must not pass for damage, wherever it is met.
    let met = |broken: Broken| match broken {
        Broken::Damaged(_) if token.is_cancelled() => Broken::Stopped,
        other => other,
    };
    let damaged = |error: std::io::Error| met(Broken::Damaged(what_is_wrong(&error)));
    let mut ending = Ending {
        inner: unpacked(file, watch)?,
        last: Vec::new(),
        bytes: 0,
    };
    let mut archive = tar::Archive::new(&mut ending);
    let (mut first, mut ours, mut bytes) = (true, false, 0_u64);
    let mut buffer = vec![0; BUFFER];
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let Some(item) = Item::of(&mut entry).map_err(damaged)? else {
            continue;
        };
        if first && item.name.0 == HEAD.as_bytes() {
            see(Seen::Head(Box::new(head_of(&mut entry).map_err(met)?)))?;
            ours = true;
        } else if ours && item.name.0 == MANIFEST.as_bytes() {
            see(Seen::Manifest(&mut entry)).map_err(met)?;
        } else if item.path.as_ref().is_some_and(is_own) {
            see(Seen::Other)?;
        } else {
            bytes = bytes.saturating_add(item.stored);
            if most.is_some_and(|most| bytes > most) {
                return Err(Broken::Failed(too_much()));
            }
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

fn too_much() -> Problem {
    Problem::new(ProblemKind::Other, "This file was made to fill disks.")
        .because("It unpacks to more than a thousand times its own size. Nothing was changed.")
        .hint("Use another backup.")
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
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let unreadable = || Broken::Damaged("What it says of itself cannot be read.".to_owned());
    let mut text = Vec::new();
    entry
        .take(MOST_HEAD)
        .read_to_end(&mut text)
        .map_err(|error| Broken::Damaged(what_is_wrong(&error)))?;
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
pub(super) fn what_is_wrong(error: &std::io::Error) -> String {
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
