//! Reading files of this computer into the archive that is sent.
//!
//! A header promises a length, so a file is sent as long as it was when it was opened: what it grows by is
//! left, what it lost is filled with zeros, and both are told. A file that cannot be read to its end ends
//! the upload: half of it must not look like the whole.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::Moment;
use slipway_porthole::head::{Body, Head};
use slipway_porthole::raw::Raw;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::cautions::{Cautions, Fate};
use super::sources::{Kind, Source, changed};
use super::sums::{Ledger, Summing};
use crate::Problem;
use crate::jobs::{Stop, Work};
use crate::path::visible;

/// What is read of a file at once.
const PIECE: usize = 256 * 1024;

/// A source, and what it is called in the archive.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) source: Source,
    pub(super) path: Raw,
}

pub(super) struct Feeding {
    summing: Summing,
    out: mpsc::Sender<Bytes>,
    cautions: Arc<Cautions>,
    work: Work,
}

impl Feeding {
    pub(super) fn new(
        out: mpsc::Sender<Bytes>,
        ledger: &Arc<Ledger>,
        cautions: &Arc<Cautions>,
        work: &Work,
    ) -> Self {
        Self {
            summing: Summing::start(Arc::clone(ledger)),
            out,
            cautions: Arc::clone(cautions),
            work: work.clone(),
        }
    }

    /// Reads all of it on the thread of its caller. What is given besides ends when all was summed.
    pub(super) fn run(self, all: &[Sent]) -> (Result<(), Stop>, JoinHandle<()>) {
        let done = self.all(all);
        (done, self.summing.close())
    }

    fn all(&self, all: &[Sent]) -> Result<(), Stop> {
        for one in all {
            match &one.source.kind {
                Kind::Folder => self.head(one, Body::Folder, one.source.changed)?,
                Kind::Link { target } => {
                    self.head(one, Body::Link(target), one.source.changed)?;
                }
                Kind::File { .. } => self.file(one)?,
            }
        }
        // Two empty blocks end an archive.
        self.say(Bytes::from_static(&[0; 1024]))
    }

    fn head(&self, one: &Sent, body: Body<'_>, changed: (i64, u32)) -> Result<(), Stop> {
        let head = Head {
            name: &one.path.0,
            body,
            mode: one.source.mode & 0o777,
            // Whose it becomes is said beside the archive.
            uid: 0,
            gid: 0,
            changed: Moment {
                seconds: changed.0,
                nanoseconds: changed.1,
            },
            attributes: &[],
        };
        self.say(head.bytes().into())
    }

    fn file(&self, one: &Sent) -> Result<(), Stop> {
        let path = &one.source.path;
        let opened = File::open(&one.source.at).and_then(|file| {
            let about = file.metadata()?;
            Ok((file, about))
        });
        let (mut file, about) = match opened {
            Ok((file, about)) if about.is_file() => (file, about),
            Ok(_) => {
                self.cautions.add(Fate::Special, path);
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.cautions.add(Fate::Vanished, path);
                return Ok(());
            }
            Err(_) => {
                self.cautions.add(Fate::Unread, path);
                return Ok(());
            }
        };
        let size = about.len();
        self.head(one, Body::File(size), changed(&about))?;
        let mut left = size;
        let mut short = false;
        while left > 0 {
            let most = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            let mut piece = BytesMut::zeroed(most);
            if !short {
                let count = fill(&mut file, &mut piece).map_err(|error| cut(path, &error))?;
                short = count < most;
            }
            let piece = piece.freeze();
            self.summing.bytes(&piece);
            self.work.read(piece.len() as u64);
            left -= piece.len() as u64;
            self.say(piece)?;
        }
        self.summing.end(one.path.clone());
        let padding = usize::try_from(size.next_multiple_of(512) - size).unwrap_or(0);
        if padding > 0 {
            self.say(Bytes::from_static(&[0; 512]).slice(..padding))?;
        }
        let after = file.metadata().ok();
        if short {
            self.cautions.add(Fate::Shrank, path);
        } else if after.as_ref().is_some_and(|after| after.len() > size) {
            self.cautions.add(Fate::Grew, path);
        } else if after.is_none_or(|after| changed(&after) != changed(&about)) {
            self.cautions.add(Fate::Changed, path);
        }
        Ok(())
    }

    /// Where nobody takes it any more, there is a reason that counts more than this one.
    fn say(&self, bytes: Bytes) -> Result<(), Stop> {
        self.out.blocking_send(bytes).map_err(|_| Stop::Cancelled)
    }
}

/// Reads until the piece is full or the file ends.
fn fill(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut done = 0;
    while done < piece.len() {
        match file.read(&mut piece[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn cut(path: &Raw, error: &std::io::Error) -> Problem {
    Problem::new(
        ProblemKind::Other,
        format!("{} cannot be read to its end.", visible(&path.0).0),
    )
    .because("The disk of this computer reports a fault.")
    .detail(error.to_string())
}

#[cfg(test)]
mod tests;
