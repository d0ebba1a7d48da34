//! Reading one state of a file.
//!
//! A lab writes while somebody looks. A page that is put together from two states of a file would
//! be a lie, so every read is checked against the version that the preview was opened with. A file
//! that only grew at its end (a log, results) can still be read as it was, which is checked by its
//! first and last bytes; one that was written anew has to be opened again.
//!
//! The libraries that read the formats are synchronous. They run on a thread of their own, with a
//! deadline, and read through `Blocking`. They were written by others for files that are no attack:
//! a panic or an endless loop in one of them ends as "cannot be read", not as the end of the app.

use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use slipway_labs::problem::ProblemKind;

use super::source::{Source, SourceVersion};
use crate::{Problem, Result};

/// What is asked for at once.
pub const PIECE: u32 = 1024 * 1024;
/// How much a synchronous reader reads ahead.
const WINDOW: u32 = 256 * 1024;
/// How much is looked at to know a file.
pub const HEAD: u32 = 64 * 1024;
/// Bytes at each end that must not differ where a file has grown.
const PROOF: u32 = 4096;

/// One state of a file. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    source: Arc<dyn Source>,
    opened: SourceVersion,
    proof: Arc<Proof>,
}

struct Proof {
    first: Bytes,
    last: Bytes,
    /// The newest version that is known to have only grown.
    grown: Mutex<SourceVersion>,
}

impl Reader {
    /// Reads the head of the file, and what proves later that it only grew.
    pub async fn open(source: Arc<dyn Source>) -> Result<(Self, Bytes)> {
        let opened = source.version();
        let piece = source.read_at(0, HEAD).await?;
        if piece.version != opened {
            return Err(changed());
        }
        let head = piece.bytes;
        let first = head.slice(..head.len().min(PROOF as usize));
        let tail = opened.size.saturating_sub(u64::from(PROOF));
        let last = if opened.size <= u64::from(HEAD) {
            let from = usize::try_from(tail).unwrap_or(0).min(head.len());
            head.slice(from..)
        } else {
            let piece = source.read_at(tail, PROOF).await?;
            if piece.version != opened {
                return Err(changed());
            }
            piece.bytes
        };
        let reader = Self {
            source,
            opened,
            proof: Arc::new(Proof {
                first,
                last,
                grown: Mutex::new(opened),
            }),
        };
        Ok((reader, head))
    }

    /// As it was when it was opened; what was added since is not read.
    pub fn size(&self) -> u64 {
        self.opened.size
    }

    pub fn version(&self) -> SourceVersion {
        self.opened
    }

    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// Exactly this range, less only where the file ends.
    pub async fn read(&self, offset: u64, len: u64) -> Result<Bytes> {
        let end = offset.saturating_add(len).min(self.size());
        let mut at = offset;
        let mut all = BytesMut::new();
        while at < end {
            let want = u32::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let piece = self.source.read_at(at, want).await?;
            self.check(piece.version).await?;
            if piece.bytes.is_empty() {
                // The file says that it is longer than what can be read of it.
                break;
            }
            let count = piece.bytes.len().min(want as usize);
            if at == offset && at + count as u64 == end {
                return Ok(piece.bytes.slice(..count));
            }
            all.extend_from_slice(&piece.bytes[..count]);
            at += count as u64;
        }
        Ok(all.freeze())
    }

    async fn check(&self, now: SourceVersion) -> Result<()> {
        if now == *lock(&self.proof.grown) {
            return Ok(());
        }
        if now.inode != self.opened.inode || now.size < self.opened.size {
            return Err(changed());
        }
        let first = self.source.read_at(0, PROOF).await?.bytes;
        let tail = self.opened.size.saturating_sub(u64::from(PROOF));
        let last = self.source.read_at(tail, PROOF).await?.bytes;
        let same = first.starts_with(&self.proof.first) && last.starts_with(&self.proof.last);
        if !same || self.opened.size == 0 {
            return Err(changed());
        }
        *lock(&self.proof.grown) = now;
        Ok(())
    }

    /// Runs a synchronous reading of the file aside.
    pub async fn aside<T: Send + 'static>(
        &self,
        within: Duration,
        read: impl FnOnce(Blocking) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let failed = Arc::new(Mutex::new(None));
        let blocking = Blocking {
            reader: self.clone(),
            runtime: tokio::runtime::Handle::current(),
            deadline: Instant::now() + within,
            failed: Arc::clone(&failed),
            at: 0,
            window: Bytes::new(),
            window_at: 0,
        };
        let outcome = aside(within, move || read(blocking)).await;
        let reading = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (outcome, reading) {
            (Err(_), Some(problem)) => Err(problem),
            (outcome, _) => outcome,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs something long on a thread of its own; what takes longer than `within`, or panics, fails.
pub async fn aside<T: Send + 'static>(
    within: Duration,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::time::timeout(within, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panicked)) => Err(unreadable(
            "It makes no sense where its format says it should.",
        )),
        Err(_) => Err(too_long()),
    }
}

/// A file as the synchronous libraries want it. Only for a thread of `aside`.
#[derive(Clone)]
pub struct Blocking {
    reader: Reader,
    runtime: tokio::runtime::Handle,
    deadline: Instant,
    failed: Arc<Mutex<Option<Problem>>>,
    at: u64,
    window: Bytes,
    window_at: u64,
}

impl Blocking {
    pub fn size(&self) -> u64 {
        self.reader.size()
    }

    /// Exactly this range, less only where the file ends.
    pub fn range(&self, offset: u64, len: u64) -> Result<Bytes> {
        if Instant::now() > self.deadline {
            return Err(self.fail(too_long()));
        }
        self.runtime
            .block_on(self.reader.read(offset, len))
            .map_err(|problem| self.fail(problem))
    }

    fn fail(&self, problem: Problem) -> Problem {
        *lock(&self.failed) = Some(problem.clone());
        problem
    }

    /// The bytes from `at` on that are at hand; read when there are none. Empty at the end.
    pub fn ahead(&mut self, at: u64) -> Result<&[u8]> {
        let end = self.window_at + self.window.len() as u64;
        if at < self.window_at || at >= end {
            self.window = self.range(at, u64::from(WINDOW))?;
            self.window_at = at;
        }
        let from = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        Ok(self.window.get(from..).unwrap_or_default())
    }
}

impl Read for Blocking {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let at = self.at;
        if into.len() > WINDOW as usize {
            let long = into.len().min(PIECE as usize);
            let bytes = self.range(at, long as u64).map_err(std::io::Error::other)?;
            into[..bytes.len()].copy_from_slice(&bytes);
            self.at += bytes.len() as u64;
            return Ok(bytes.len());
        }
        let ahead = self.ahead(at).map_err(std::io::Error::other)?;
        let count = ahead.len().min(into.len());
        into[..count].copy_from_slice(&ahead[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Blocking {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The path names nothing any more.
#[cfg(test)]
pub fn gone() -> Problem {
    Problem::new(ProblemKind::Gone, "This file is not there any more.")
        .because("It was deleted, moved or given another name.")
}

/// The file became another while it was read.
pub fn changed() -> Problem {
    Problem::new(ProblemKind::Other, "The file changed while it was read.")
        .because("Something is writing to it, so what was read does not fit together.")
        .hint("Open it again.")
}

/// The file is not what its format says.
pub fn unreadable(why: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Other, "This file cannot be read.").because(why)
}

fn too_long() -> Problem {
    Problem::new(ProblemKind::Other, "Reading this file takes too long.")
        .because("It was given up, and nothing of it was changed.")
}
