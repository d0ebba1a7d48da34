//! Bytes of one file.

use std::os::fd::AsFd;

use rustix::fs::fstat;
use rustix::io::{Errno, pread};
use slipway_porthole::answer::{FileVersion, Outcome, ReadEnd};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::CHUNK;
use slipway_porthole::raw::Raw;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::mount::Mount;
use super::row::version;

pub fn read(
    mount: &Mount,
    path: &Raw,
    offset: u64,
    len: u64,
    expected: Option<FileVersion>,
    talk: &Talk,
) -> Result<Outcome> {
    let (file, stat) = mount.file(path)?;
    let before = version(&stat);
    if expected.is_some_and(|expected| expected != before) {
        return Err(Fault::Changed);
    }
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    while done < len {
        talk.go_on()?;
        let most = usize::try_from(len - done).map_or(CHUNK, |left| left.min(CHUNK));
        let Some(from) = offset.checked_add(done) else {
            break;
        };
        match part(&file, &mut buffer[..most], from)? {
            0 => break,
            count => {
                talk.data(&buffer[..count])?;
                done += count as u64;
            }
        }
    }
    let after = version(&fstat(&file).map_err(fault)?);
    Ok(Outcome::Read(ReadEnd {
        version: after,
        changed: after != before,
        bytes: done,
    }))
}

/// Fills `buffer` as far as the file goes.
pub fn part(file: impl AsFd, buffer: &mut [u8], from: u64) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match pread(&file, &mut buffer[filled..], from + filled as u64) {
            // The largest offset that a file can have lies before it.
            Ok(0) | Err(Errno::INVAL | Errno::OVERFLOW) => break,
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(other) => return Err(fault(other)),
        }
    }
    Ok(filled)
}
