//! A tar archive of files and folders, written while they are read.
//!
//! The format is POSIX's (`pax`): what a plain header cannot say stands in records before it: long names,
//! large numbers, nanoseconds. Files with holes are written as GNU tar does (sparse format 1.0), which
//! needs nothing but those records. A header promises a length, so a file that changes while it is read is
//! cut or filled to what was promised, and that is told.

mod header;
mod holes;

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Stat, fstat, readlinkat};
use sha2::{Digest, Sha256};
use slipway_porthole::answer::{Answer, Caution, Kind, Outcome, PackTotals, Packed};
use slipway_porthole::attributes::Attribute;
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::CHUNK;
use slipway_porthole::raw::Raw;

use self::header::{Body, header};
use self::holes::{map_of, parts};
use super::attributes;
use super::conversation::Talk;
use super::descent::{Below, Entries, Folder, Visit, descend, is_real};
use super::fault::{Result, fault};
use super::mount::{Links, Mount, file_in, stat_in};
use super::read::part;
use super::row::{kind, links, size, version};

const STEP_BYTES: usize = 16 * 1024;

/// Files with several names whose first name is remembered.
const MOST_LINKS: usize = 200_000;

/// Where a packer writes to.
pub trait Sink: Sync {
    fn bytes(&self, bytes: &[u8]) -> Result<()>;
    fn packed(&self, packed: Vec<Packed>) -> Result<()>;
}

/// Straight to the asker.
struct ToTalk<'a>(&'a Talk);

impl Sink for ToTalk<'_> {
    fn bytes(&self, bytes: &[u8]) -> Result<()> {
        self.0.data(bytes)
    }

    fn packed(&self, packed: Vec<Packed>) -> Result<()> {
        self.0.answer(Answer::Packed(packed))
    }
}

pub fn pack(
    mount: &Mount,
    paths: &[Raw],
    excludes: &[Raw],
    beneath: &Raw,
    talk: &Talk,
) -> Result<Outcome> {
    pack_into(mount, paths, excludes, beneath, &ToTalk(talk), talk).map(Outcome::Pack)
}

/// Packs into a sink; one after the other, in the order of `paths`.
pub fn pack_into(
    mount: &Mount,
    paths: &[Raw],
    excludes: &[Raw],
    beneath: &Raw,
    sink: &dyn Sink,
    talk: &Talk,
) -> Result<PackTotals> {
    let mut state = State::default();
    for path in paths {
        if !path.is_plain() {
            return Err(Fault::LeftThePlace);
        }
        if leaves_out(excludes, &path.0) {
            continue;
        }
        let tree = if path.0.is_empty() {
            true
        } else {
            let (folder, name) = mount.parent(path)?;
            let stat = stat_in(folder.as_fd(), name)?;
            if kind(&stat) == Kind::Folder {
                true
            } else {
                let mut packer = Packer { sink, talk, state };
                let named = named(&path.0, beneath);
                packer.entry(folder.as_fd(), name, named, &stat)?;
                state = packer.state;
                false
            }
        };
        if tree {
            let visit = Tree {
                sink,
                talk,
                base: path,
                beneath,
                excludes,
                state: std::sync::Mutex::new(std::mem::take(&mut state)),
            };
            descend(mount, path, Links::NotTheLast, &visit, talk, 1)?;
            state = visit
                .state
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
    // Two empty blocks end an archive.
    sink.bytes(&[0; 1024])?;
    let mut packer = Packer { sink, talk, state };
    packer.flush()?;
    Ok(packer.state.totals)
}

fn leaves_out(excludes: &[Raw], path: &[u8]) -> bool {
    excludes.iter().any(|out| {
        path.strip_prefix(&out.0[..])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// A path as it is named in the archive.
fn named(path: &[u8], beneath: &Raw) -> Raw {
    if beneath.0.is_empty() {
        return Raw::from(path);
    }
    match path.strip_prefix(&beneath.0[..]) {
        Some([]) => Raw::default(),
        Some([b'/', rest @ ..]) => Raw::from(rest),
        _ => Raw::from(path),
    }
}

#[derive(Default)]
struct State {
    totals: PackTotals,
    told: Vec<Packed>,
    told_bytes: usize,
    /// The first name of each file that has several.
    first_names: HashMap<(u64, u64), Raw>,
}

struct Tree<'a> {
    sink: &'a dyn Sink,
    talk: &'a Talk,
    base: &'a Raw,
    beneath: &'a Raw,
    excludes: &'a [Raw],
    state: std::sync::Mutex<State>,
}

impl Tree<'_> {
    fn with<T>(&self, act: impl FnOnce(&mut Packer<'_>) -> Result<T>) -> Result<T> {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut packer = Packer {
            sink: self.sink,
            talk: self.talk,
            state: std::mem::take(&mut *state),
        };
        let done = act(&mut packer);
        *state = packer.state;
        done
    }

    fn path(&self, below: &[u8]) -> Raw {
        if below.is_empty() {
            self.base.clone()
        } else {
            self.base.join(below)
        }
    }
}

impl Visit for Tree<'_> {
    type Own = ();

    fn folder(
        &self,
        (): &mut (),
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()> {
        let path = self.path(folder.path);
        self.with(|packer| {
            packer.folder(folder.open, named(&path.0, self.beneath), folder.stat)?;
            while let Some(entry) = entries.next() {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(errno) => {
                        let why = Caution::Unread(fault(errno));
                        return packer.tell(
                            named(&path.0, self.beneath),
                            Kind::Folder,
                            0,
                            None,
                            Some(why),
                        );
                    }
                };
                let name = entry.file_name().to_bytes();
                if !is_real(name) {
                    continue;
                }
                let inner = path.join(name);
                if leaves_out(self.excludes, &inner.0) {
                    continue;
                }
                if entry.file_type() == FileType::Directory {
                    below.push(name);
                    continue;
                }
                match stat_in(folder.open, name) {
                    Ok(stat) if kind(&stat) == Kind::Folder => below.push(name),
                    Ok(stat) => {
                        packer.entry(folder.open, name, named(&inner.0, self.beneath), &stat)?;
                    }
                    Err(why) => packer.missed(named(&inner.0, self.beneath), Kind::File, why)?,
                }
            }
            Ok(())
        })
    }

    fn closed(&self, (): &mut (), _: u32, path: &[u8], why: Fault) -> Result<()> {
        let path = named(&self.path(path).0, self.beneath);
        self.with(|packer| packer.missed(path, Kind::Folder, why))
    }
}

struct Packer<'a> {
    sink: &'a dyn Sink,
    talk: &'a Talk,
    state: State,
}

impl Packer<'_> {
    fn flush(&mut self) -> Result<()> {
        self.state.told_bytes = 0;
        if self.state.told.is_empty() {
            return Ok(());
        }
        self.sink.packed(std::mem::take(&mut self.state.told))
    }

    fn tell(
        &mut self,
        path: Raw,
        kind: Kind,
        bytes: u64,
        sha256: Option<[u8; 32]>,
        caution: Option<Caution>,
    ) -> Result<()> {
        let gone = matches!(
            caution,
            Some(Caution::Vanished | Caution::LeftOut | Caution::Unread(_))
        );
        let totals = &mut self.state.totals;
        totals.cautions += u64::from(caution.is_some());
        if !gone {
            match kind {
                Kind::Folder => totals.folders += 1,
                Kind::Link => totals.links += 1,
                _ => totals.files += 1,
            }
            totals.bytes += bytes;
        }
        self.state.told_bytes += 64 + path.0.len();
        self.state.told.push(Packed {
            path,
            kind,
            bytes,
            sha256,
            caution,
        });
        if self.state.told_bytes >= STEP_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Whether the path is too long to be packed, which is told.
    fn too_long(&mut self, path: &Raw, kind: Kind) -> Result<bool> {
        let too_long = path.0.len() > Raw::LONGEST;
        if too_long {
            self.missed(path.cut(), kind, Fault::NameTooLong)?;
        }
        Ok(too_long)
    }

    fn missed(&mut self, path: Raw, kind: Kind, why: Fault) -> Result<()> {
        let caution = if why == Fault::NotFound {
            Caution::Vanished
        } else {
            Caution::Unread(why)
        };
        let path = if path.0.len() > Raw::LONGEST {
            path.cut()
        } else {
            path
        };
        self.tell(path, kind, 0, None, Some(caution))
    }

    fn folder(&mut self, open: BorrowedFd<'_>, path: Raw, stat: &Stat) -> Result<()> {
        if self.too_long(&path, Kind::Folder)? {
            return Ok(());
        }
        let shown = if path.0.is_empty() {
            Raw::from(".")
        } else {
            path.clone()
        };
        let (attributes, bare) = attributes_of(open);
        self.sink
            .bytes(&header(&shown.0, stat, &Body::Folder, &attributes))?;
        self.tell(path, Kind::Folder, 0, None, bare)
    }

    fn entry(&mut self, folder: BorrowedFd<'_>, name: &[u8], path: Raw, stat: &Stat) -> Result<()> {
        self.talk.go_on()?;
        if self.too_long(&path, kind(stat))? {
            return Ok(());
        }
        match kind(stat) {
            Kind::Link => match readlinkat(folder, name, Vec::new()) {
                Ok(target) => {
                    let head = header(&path.0, stat, &Body::Link(target.as_bytes()), &[]);
                    self.sink.bytes(&head)?;
                    self.tell(path, Kind::Link, 0, None, None)
                }
                Err(errno) => self.missed(path, Kind::Link, fault(errno)),
            },
            Kind::File => match file_in(folder, name) {
                Ok((file, stat)) => self.file(&file, path, &stat),
                Err(why) => self.missed(path, Kind::File, why),
            },
            other => self.tell(path, other, 0, None, Some(Caution::LeftOut)),
        }
    }

    fn file(&mut self, file: &OwnedFd, path: Raw, stat: &Stat) -> Result<()> {
        if links(stat) > 1 {
            let which = (stat.st_dev, stat.st_ino);
            if let Some(first) = self.state.first_names.get(&which) {
                let head = header(&path.0, stat, &Body::SameAs(&first.0), &[]);
                self.sink.bytes(&head)?;
                return self.tell(path, Kind::File, 0, None, None);
            }
            if self.state.first_names.len() < MOST_LINKS {
                self.state.first_names.insert(which, path.clone());
            }
        }
        let length = size(stat);
        let parts = parts(file, stat);
        let (attributes, bare) = attributes_of(file.as_fd());
        let mut reading = Contents {
            file,
            sum: Sha256::new(),
            // Of a file with holes the sum is that of its bytes, holes and all, and is not made here:
            // a terabyte of zeros takes as long to sum as to read.
            summed: parts.is_none(),
            buffer: vec![0; CHUNK],
            short: false,
            unread: None,
        };
        let written = match &parts {
            None => {
                let body = Body::File(length);
                self.sink
                    .bytes(&header(&path.0, stat, &body, &attributes))?;
                self.copy(&mut reading, 0, length)?;
                length
            }
            Some(parts) => {
                let map = map_of(parts);
                let stored: u64 = parts.iter().map(|(_, length)| length).sum();
                let stored = stored + map.len() as u64;
                let body = Body::Holes {
                    stored,
                    real: length,
                };
                self.sink
                    .bytes(&header(&path.0, stat, &body, &attributes))?;
                self.sink.bytes(&map)?;
                for (from, length) in parts {
                    self.copy(&mut reading, *from, *length)?;
                }
                stored
            }
        };
        let padding = (512 - written % 512) % 512;
        self.sink
            .bytes(&[0; 512][..usize::try_from(padding).unwrap_or(0)])?;
        let after = fstat(file).map_err(fault)?;
        let caution = if let Some(why) = reading.unread {
            Some(Caution::Unread(why))
        } else if reading.short {
            Some(Caution::Shrank)
        } else if size(&after) > length {
            Some(Caution::Grew)
        } else if version(&after) != version(stat) {
            Some(Caution::Changed)
        } else {
            bare
        };
        let sum = reading.summed.then(|| reading.sum.finalize().into());
        self.tell(path, Kind::File, length, sum, caution)
    }

    /// Writes exactly `length` bytes, zeros where the file has none any more.
    fn copy(&self, reading: &mut Contents<'_>, from: u64, length: u64) -> Result<()> {
        let mut done = 0;
        while done < length {
            self.talk.go_on()?;
            let most = usize::try_from(length - done).map_or(CHUNK, |left| left.min(CHUNK));
            let buffer = &mut reading.buffer[..most];
            let count = match part(reading.file, buffer, from + done) {
                Ok(count) => count,
                Err(why) => {
                    reading.unread = Some(why);
                    0
                }
            };
            if count < most {
                reading.short = true;
                buffer[count..].fill(0);
            }
            if reading.summed {
                reading.sum.update(&buffer[..]);
            }
            self.sink.bytes(&buffer[..])?;
            done += most as u64;
        }
        Ok(())
    }
}

/// What cannot be read of them is told, and the file packed without.
fn attributes_of(open: BorrowedFd<'_>) -> (Vec<Attribute>, Option<Caution>) {
    match attributes::read(open) {
        Ok(attributes) => (attributes, None),
        Err(why) => (Vec::new(), Some(Caution::Bare(why))),
    }
}

struct Contents<'a> {
    file: &'a OwnedFd,
    sum: Sha256,
    summed: bool,
    buffer: Vec<u8>,
    short: bool,
    unread: Option<Fault>,
}
