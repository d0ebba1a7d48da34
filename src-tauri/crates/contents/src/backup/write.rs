//! Writing a backup file, while the volume is read.
//!
//! What the program in the container packs goes through a tar reader on its way into the file: that is
//! how the manifest learns owner, mode and time of each entry without a second look at the volume. The
//! program sums what it reads and tells the sums behind the bytes; both are put together here. Lines
//! wait in a file without a name, so a million files cost no memory. All of it is one thread that waits
//! for the volume, beside those that pack.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use slipway_engine::UnixMillis;
use slipway_porthole::answer::{Answer, Outcome, PackTotals, Packed};
use slipway_porthole::raw::Raw;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use zstd::stream::write::Encoder;

use super::archive::Item;
use super::format::{HEAD, Head, Line, MANIFEST, Trailer};
use super::words::{Cautions, of_this_computer};
use crate::jobs::{Stop, Work};
use crate::place::EntryPath;
use crate::session::{Refused, Step, Steps};

/// Fast, and within a few per cent of what slower ones make of notebooks and tables.
const LEVEL: i32 = 3;

/// More threads than this only take memory: the volume is not read that fast.
const MOST_THREADS: usize = 4;

const BUFFER: usize = 128 * 1024;

/// Two empty blocks end an archive.
const END: usize = 1024;

pub(super) struct Written {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) cautions: Cautions,
}

pub(super) struct Writing {
    pub(super) handle: Handle,
    pub(super) steps: Steps,
    pub(super) work: Work,
    /// The volume's name, for what goes wrong.
    pub(super) name: String,
    pub(super) head: Head,
    /// Told when all of the volume was read.
    pub(super) all_read: oneshot::Sender<()>,
}

/// Writes all of it, and waits until it is safe from a power cut.
///
/// # Errors
/// Also where it was stopped. What was written is of no use then.
pub(super) fn write(file: File, folder: &Path, writing: Writing) -> Result<Written, Stop> {
    let cannot =
        |error: std::io::Error| Stop::Failed(of_this_computer("Writing the backup", &error));
    let Writing {
        handle,
        steps,
        work,
        name,
        head,
        all_read,
    } = writing;
    let made = head.made;
    let counted = Counted {
        inner: file,
        bytes: 0,
        work: work.clone(),
    };
    let out = BufWriter::with_capacity(BUFFER, counted);
    let mut frame = packer(out, false).map_err(cannot)?;
    let text = serde_json::to_vec_pretty(&head).map_err(|error| cannot(error.into()))?;
    entry(&mut frame, HEAD, made, text.len() as u64, &mut &text[..]).map_err(cannot)?;
    let out = frame.finish().map_err(cannot)?;

    let lines = tempfile::tempfile_in(folder).map_err(cannot)?;
    let coming = Rc::new(RefCell::new(Coming {
        handle,
        steps,
        work: work.clone(),
        name,
        bytes: Vec::new(),
        at: 0,
        told: VecDeque::new(),
        totals: None,
        stop: None,
        out: Held {
            inner: packer(out, true).map_err(cannot)?,
            back: Vec::with_capacity(END * 2),
            failed: None,
        },
    }));
    let mut list = List {
        lines: BufWriter::with_capacity(BUFFER, lines),
        waiting: VecDeque::new(),
        cautions: Cautions::default(),
    };
    let read = through(&coming, &mut list, &work);
    let mut coming = Rc::try_unwrap(coming)
        .map_err(|_| cannot(std::io::ErrorKind::Other.into()))?
        .into_inner();
    if let Some(stop) = coming.stop.take() {
        return Err(stop);
    }
    if let Some(error) = coming.out.failed.take() {
        return Err(cannot(error));
    }
    read.map_err(cannot)?;
    let _ = all_read.send(());
    let Some(totals) = coming.totals else {
        return Err(Stop::Failed(Refused::unexpected().into()));
    };
    let out = coming.out.inner.finish().map_err(cannot)?;

    let mut out = out;
    out.flush().map_err(cannot)?;
    let trailer = Trailer {
        manifest: out.get_ref().bytes,
        files: totals.files + totals.links,
        bytes: totals.bytes,
    };
    let mut frame = packer(out, true).map_err(cannot)?;
    let mut lines = list
        .lines
        .into_inner()
        .map_err(|error| cannot(error.into_error()))?;
    let length = lines.stream_position().map_err(cannot)?;
    lines.seek(SeekFrom::Start(0)).map_err(cannot)?;
    entry(&mut frame, MANIFEST, made, length, &mut lines).map_err(cannot)?;
    frame.write_all(&[0; END]).map_err(cannot)?;
    let mut out = frame.finish().map_err(cannot)?;
    out.write_all(&trailer.bytes()).map_err(cannot)?;
    let counted = out
        .into_inner()
        .map_err(|error| cannot(error.into_error()))?;
    counted.inner.sync_all().map_err(cannot)?;
    Ok(Written {
        files: trailer.files,
        bytes: trailer.bytes,
        cautions: list.cautions,
    })
}

fn packer<'a, W: Write>(out: W, threads: bool) -> std::io::Result<Encoder<'a, W>> {
    let mut packer = Encoder::new(out, LEVEL)?;
    packer.include_checksum(true)?;
    let threads = if threads {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS))
    } else {
        1
    };
    if threads > 1 {
        packer.multithread(u32::try_from(threads).unwrap_or(1))?;
    }
    Ok(packer)
}

/// An entry of the backup's own.
fn entry(
    out: &mut impl Write,
    name: &str,
    made: UnixMillis,
    length: u64,
    from: &mut dyn Read,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(length);
    header.set_mtime(u64::try_from(made.0 / 1000).unwrap_or(0));
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    let copied = std::io::copy(&mut from.take(length), out)?;
    if copied != length {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let padding = usize::try_from((512 - length % 512) % 512).unwrap_or(0);
    out.write_all(&[0; 512][..padding])
}

/// Goes through what comes, entry by entry; all of it is written on its way.
fn through(coming: &Rc<RefCell<Coming>>, list: &mut List, work: &Work) -> std::io::Result<()> {
    let mut archive = tar::Archive::new(Shared(Rc::clone(coming)));
    let mut buffer = vec![0; BUFFER];
    for read in archive.entries()? {
        let mut read = read?;
        let Some(item) = Item::of(&mut read)? else {
            continue;
        };
        let holes = item.holes;
        let is_file = item.is_file();
        let path = item.path.clone().unwrap_or_default();
        if let Some(line) = item.line(None) {
            list.waiting.push_back((path, line));
        }
        let mut sum = holes.then(Sha256::new);
        loop {
            let count = read.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            work.read(count as u64);
            if let Some(sum) = &mut sum {
                sum.update(&buffer[..count]);
            }
        }
        if let Some(sum) = sum
            && let Some((_, line)) = list.waiting.back_mut()
        {
            line.sha256 = Some(super::format::hex(&sum.finalize().into()));
        }
        if is_file {
            work.file();
        }
        list.settle(&mut coming.borrow_mut().told)?;
    }
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    list.settle(&mut coming.borrow_mut().told)?;
    list.rest()
}

/// The manifest as it grows.
struct List {
    lines: BufWriter<File>,
    /// Lines whose sum was not told yet.
    waiting: VecDeque<(Raw, Line)>,
    cautions: Cautions,
}

impl List {
    /// Puts what was told and what was read together. Both come in one order; what is told of something
    /// that is not in the archive has no line.
    fn settle(&mut self, told: &mut VecDeque<Packed>) -> std::io::Result<()> {
        while let Some(packed) = told.pop_front() {
            self.cautions.packed(&packed);
            if self
                .waiting
                .front()
                .is_none_or(|(path, _)| *path != packed.path)
            {
                continue;
            }
            if let Some((_, mut line)) = self.waiting.pop_front() {
                if let Some(sum) = &packed.sha256 {
                    line.sha256 = Some(super::format::hex(sum));
                }
                self.write(&line)?;
            }
        }
        Ok(())
    }

    fn rest(&mut self) -> std::io::Result<()> {
        match self.waiting.pop_front() {
            None => Ok(()),
            Some((path, _)) => Err(std::io::Error::other(format!(
                "nothing was told of {:?}",
                EntryPath::of(&path)
            ))),
        }
    }

    fn write(&mut self, line: &Line) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.lines, line)?;
        self.lines.write_all(b"\n")
    }
}

/// What comes from the container, as bytes.
struct Coming {
    handle: Handle,
    steps: Steps,
    work: Work,
    name: String,
    bytes: Vec<u8>,
    at: usize,
    told: VecDeque<Packed>,
    totals: Option<PackTotals>,
    stop: Option<Stop>,
    out: Held<Encoder<'static, BufWriter<Counted>>>,
}

impl Coming {
    /// True once nothing comes any more.
    fn more(&mut self) -> std::io::Result<bool> {
        let (work, steps) = (&self.work, &mut self.steps);
        let came = self.handle.block_on(work.unless_stopped(steps.next()));
        let ended = match came {
            Ok(Ok(Step::Data(bytes))) => {
                self.out.take(&bytes)?;
                self.bytes = bytes;
                self.at = 0;
                return Ok(false);
            }
            Ok(Ok(Step::Answer(Answer::Packed(packed)))) => {
                self.told.extend(packed);
                return Ok(false);
            }
            Ok(Ok(Step::End(Outcome::Pack(totals)))) => {
                self.totals = Some(totals);
                return Ok(true);
            }
            Ok(Ok(_)) => Stop::Failed(Refused::unexpected().into()),
            Ok(Err(refused)) => Stop::Failed(refused.about(&self.name)),
            Err(early) => early,
        };
        self.stop = Some(ended);
        Err(std::io::Error::other("it ended early"))
    }
}

struct Shared(Rc<RefCell<Coming>>);

impl Read for Shared {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut coming = self.0.borrow_mut();
        while coming.at >= coming.bytes.len() {
            if coming.totals.is_some() || coming.more()? {
                return Ok(0);
            }
        }
        let count = into.len().min(coming.bytes.len() - coming.at);
        let at = coming.at;
        into[..count].copy_from_slice(&coming.bytes[at..at + count]);
        coming.at += count;
        Ok(count)
    }
}

/// Holds back the end of the archive, since an entry of our own comes before it.
struct Held<W> {
    inner: W,
    back: Vec<u8>,
    failed: Option<std::io::Error>,
}

impl<W: Write> Held<W> {
    fn take(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let written = self.relay(bytes);
        if let Err(error) = written {
            let kind = error.kind();
            self.failed = Some(error);
            return Err(kind.into());
        }
        Ok(())
    }

    fn relay(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.len() >= END {
            self.inner.write_all(&self.back)?;
            let (now, later) = bytes.split_at(bytes.len() - END);
            self.inner.write_all(now)?;
            self.back.clear();
            self.back.extend_from_slice(later);
        } else {
            self.back.extend_from_slice(bytes);
            let over = self.back.len().saturating_sub(END);
            self.inner.write_all(&self.back[..over])?;
            self.back.drain(..over);
        }
        Ok(())
    }
}

/// Counts what is written to the file.
struct Counted {
    inner: File,
    bytes: u64,
    work: Work,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.bytes += count as u64;
        self.work.wrote(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
