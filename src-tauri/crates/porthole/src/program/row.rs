//! A row from what the file system says.

use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Stat, fstat, readlinkat};
use slipway_porthole::answer::{FileVersion, Kind, Moment, Row};
use slipway_porthole::raw::Raw;

use super::fault::{Result, fault};
use super::mount::{Links, Mount};

pub fn kind(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        _ => Kind::Device,
    }
}

pub fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// The file system counts blocks of 512 bytes, whatever its own are (`stat(2)`).
pub fn on_disk(stat: &Stat) -> u64 {
    u64::try_from(stat.st_blocks)
        .unwrap_or(0)
        .saturating_mul(512)
}

pub fn changed(stat: &Stat) -> Moment {
    Moment {
        seconds: stat.st_mtime,
        nanoseconds: u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
    }
}

pub fn version(stat: &Stat) -> FileVersion {
    FileVersion {
        size: size(stat),
        changed: changed(stat),
        inode: stat.st_ino,
    }
}

pub fn mode(stat: &Stat) -> u16 {
    u16::try_from(stat.st_mode & 0o7777).unwrap_or(0)
}

#[expect(
    clippy::useless_conversion,
    reason = "the width of the number of links depends on the processor"
)]
pub fn links(stat: &Stat) -> u64 {
    u64::try_from(stat.st_nlink).unwrap_or(u64::MAX)
}

/// A row without a link's target.
pub fn plain(name: &[u8], stat: &Stat) -> Row {
    Row {
        name: Raw::from(name),
        kind: kind(stat),
        size: size(stat),
        on_disk: on_disk(stat),
        mode: mode(stat),
        uid: stat.st_uid,
        gid: stat.st_gid,
        changed: changed(stat),
        links: links(stat),
        device: stat.st_dev,
        inode: stat.st_ino,
        target: None,
        target_kind: None,
    }
}

/// A row of `name` in `folder`, whose path within the place is `path`.
pub fn whole(
    mount: &Mount,
    folder: BorrowedFd<'_>,
    path: &Raw,
    name: &[u8],
    stat: &Stat,
) -> Result<Row> {
    let mut row = plain(name, stat);
    if row.kind == Kind::Link {
        let target = readlinkat(folder, name, Vec::new()).map_err(fault)?;
        row.target = Some(Raw::from(target.as_bytes()));
        row.target_kind = mount
            .handle(&path.join(name), Links::Follow)
            .ok()
            .and_then(|end| fstat(end).ok())
            .map(|end| kind(&end));
    }
    Ok(row)
}
