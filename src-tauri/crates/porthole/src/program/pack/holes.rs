//! Files with holes, as GNU tar's sparse format 1.0 has them: a map, then the bytes that are there.

use std::os::fd::OwnedFd;

use rustix::fs::{SeekFrom, Stat, seek};
use rustix::io::Errno;
use slipway_porthole::head::pad;

use super::super::row::{on_disk, size};

/// Holes of one file that are written as holes. What is more torn is written whole.
const MOST_HOLES: usize = 10_000;

/// The map of a file with holes: how many parts, and begin and length of each, a line each, in whole blocks.
pub fn map_of(parts: &[(u64, u64)]) -> Vec<u8> {
    let mut map = format!("{}\n", parts.len()).into_bytes();
    for (begin, length) in parts {
        map.extend_from_slice(format!("{begin}\n{length}\n").as_bytes());
    }
    pad(&mut map);
    map
}

/// Where a file with holes has bytes, as begin and length; `None` for one that has no hole worth it.
pub fn parts(file: &OwnedFd, stat: &Stat) -> Option<Vec<(u64, u64)>> {
    let length = size(stat);
    if on_disk(stat) >= length {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while at < length {
        match seek(file, SeekFrom::Data(at)) {
            Ok(begin) if begin < length => {
                let end = seek(file, SeekFrom::Hole(begin)).ok()?.min(length);
                if end <= begin || parts.len() >= MOST_HOLES {
                    return None;
                }
                parts.push((begin, end - begin));
                at = end;
            }
            // The rest is a hole.
            Ok(_) | Err(Errno::NXIO) => break,
            Err(_) => return None,
        }
    }
    if parts == [(0, length)] {
        return None;
    }
    // The end is named even where a hole is last, so that the length is known from the map too.
    if parts
        .last()
        .is_none_or(|(begin, part)| begin + part < length)
    {
        parts.push((length, 0));
    }
    Some(parts)
}
