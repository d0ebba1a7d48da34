//! What an entry of an archive says of itself, and its bytes.

use std::io::Read;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, SeekFrom, Timespec, Timestamps, ftruncate, seek, utimensat};
use sha2::{Digest, Sha256};
use slipway_porthole::attributes::Attribute;
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::CHUNK;
use slipway_porthole::head::moment;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Owner;
use tar::{Entry, EntryType};

use super::super::conversation::Talk;
use super::super::edit::Aside;
use super::super::fault::{Result, fault};
use super::bad;

/// Parts that a file with holes may have.
const MOST_PARTS: usize = 1_000_000;

pub struct Wanted {
    pub name: Raw,
    /// Of links: what they name.
    pub link: Raw,
    pub mode: u16,
    pub owner: Owner,
    pub changed: (i64, u32),
    pub attributes: Vec<Attribute>,
    /// Of a file with holes: how long it is.
    holes: Option<u64>,
}

impl Wanted {
    pub fn of(entry: &mut Entry<'_, &mut dyn Read>) -> Result<Wanted> {
        let header = entry.header();
        let number = |value: std::io::Result<u64>| {
            value
                .ok()
                .and_then(|value| u32::try_from(value).ok())
                .unwrap_or(u32::MAX - 1)
        };
        let mut wanted = Wanted {
            name: Raw(entry.path_bytes().into_owned()),
            link: Raw(entry
                .link_name_bytes()
                .map(std::borrow::Cow::into_owned)
                .unwrap_or_default()),
            mode: u16::try_from(header.mode().unwrap_or(0o644) & 0o7777).unwrap_or(0o644),
            owner: Owner {
                uid: number(header.uid()),
                gid: number(header.gid()),
            },
            changed: (
                header
                    .mtime()
                    .ok()
                    .and_then(|seconds| i64::try_from(seconds).ok())
                    .unwrap_or(0),
                0,
            ),
            attributes: Vec::new(),
            holes: None,
        };
        let mut sparse_name = None;
        let (mut major, mut real) = (false, None);
        let records = entry.pax_extensions().map_err(|error| bad(&error))?;
        for record in records.into_iter().flatten() {
            let record = record.map_err(|error| bad(&error))?;
            let value = record.value_bytes();
            match record.key_bytes() {
                b"mtime" => {
                    if let Some(at) = moment(value) {
                        wanted.changed = (at.seconds, at.nanoseconds);
                    }
                }
                b"GNU.sparse.major" => major = value == b"1",
                b"GNU.sparse.name" => sparse_name = Some(Raw::from(value)),
                b"GNU.sparse.realsize" => {
                    real = std::str::from_utf8(value)
                        .ok()
                        .and_then(|value| value.parse().ok());
                }
                key => wanted.attributes.extend(Attribute::of_record(key, value)),
            }
        }
        if major && real.is_some() {
            wanted.holes = real;
            if let Some(name) = sparse_name {
                wanted.name = name;
            }
        }
        Ok(wanted)
    }

    pub fn set_time_of_link(&self, folder: BorrowedFd<'_>, name: &[u8]) {
        let time = Timespec {
            tv_sec: self.changed.0,
            tv_nsec: i64::from(self.changed.1),
        };
        let times = Timestamps {
            last_access: time,
            last_modification: time,
        };
        // Not every file system keeps a link's time.
        let _ = utimensat(folder, name, &times, AtFlags::SYMLINK_NOFOLLOW);
    }
}

/// Writes the entry's bytes; gives how many, and their sum where every byte was there.
pub fn copy_file(
    entry: &mut Entry<'_, &mut dyn Read>,
    wanted: &Wanted,
    aside: &Aside<'_>,
    talk: &Talk,
) -> Result<(u64, Option<[u8; 32]>)> {
    if let Some(real) = wanted.holes {
        return copy_parts(entry, real, aside, talk).map(|()| (real, None));
    }
    // The reader fills these holes with zeros itself.
    let torn = entry.header().entry_type() == EntryType::GNUSparse;
    let size = entry.size();
    let mut sum = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    loop {
        talk.go_on()?;
        let count = entry.read(&mut buffer).map_err(|error| bad(&error))?;
        if count == 0 {
            break;
        }
        let bytes = &buffer[..count];
        done += count as u64;
        if torn && bytes.iter().all(|byte| *byte == 0) {
            seek(&aside.file, SeekFrom::Start(done)).map_err(fault)?;
        } else {
            aside.write(bytes)?;
        }
        if !torn {
            sum.update(bytes);
        }
    }
    if torn {
        ftruncate(&aside.file, done).map_err(fault)?;
        return Ok((done, None));
    }
    if done != size {
        return Err(cut());
    }
    Ok((done, Some(sum.finalize().into())))
}

fn cut() -> Fault {
    Fault::BadArchive {
        why: "it ends within a file".to_owned(),
    }
}

/// Reads the map of a file with holes (GNU tar's sparse format 1.0), then its parts.
fn copy_parts(
    entry: &mut Entry<'_, &mut dyn Read>,
    real: u64,
    aside: &Aside<'_>,
    talk: &Talk,
) -> Result<()> {
    let mut map = Map {
        entry,
        block: [0; 512],
        at: 512,
    };
    let count = map.number()?;
    if count > MOST_PARTS as u64 {
        return Err(no_map());
    }
    let mut parts = Vec::new();
    let mut end = 0;
    for _ in 0..count {
        let (from, length) = (map.number()?, map.number()?);
        let next = from.checked_add(length).ok_or_else(no_map)?;
        if from < end || next > real {
            return Err(no_map());
        }
        end = next;
        if length > 0 {
            parts.push((from, length));
        }
    }
    ftruncate(&aside.file, real).map_err(fault)?;
    let mut buffer = vec![0; CHUNK];
    for (from, length) in parts {
        seek(&aside.file, SeekFrom::Start(from)).map_err(fault)?;
        let mut left = length;
        while left > 0 {
            talk.go_on()?;
            let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
            let count = entry
                .read(&mut buffer[..most])
                .map_err(|error| bad(&error))?;
            if count == 0 {
                return Err(cut());
            }
            aside.write(&buffer[..count])?;
            left -= count as u64;
        }
    }
    Ok(())
}

fn no_map() -> Fault {
    Fault::BadArchive {
        why: "the map of a file with holes makes no sense".to_owned(),
    }
}

struct Map<'a, 'b, 'c> {
    entry: &'a mut Entry<'b, &'c mut dyn Read>,
    block: [u8; 512],
    at: usize,
}

impl Map<'_, '_, '_> {
    fn number(&mut self) -> Result<u64> {
        let mut number: u64 = 0;
        let mut digits = 0;
        loop {
            if self.at == self.block.len() {
                self.entry
                    .read_exact(&mut self.block)
                    .map_err(|error| bad(&error))?;
                self.at = 0;
            }
            let byte = self.block[self.at];
            self.at += 1;
            match byte {
                b'0'..=b'9' if digits < 19 => {
                    number = number * 10 + u64::from(byte - b'0');
                    digits += 1;
                }
                b'\n' if digits > 0 => return Ok(number),
                _ => return Err(no_map()),
            }
        }
    }
}
