//! Rows of folders, and single rows.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, RawDir, fstat};
use slipway_porthole::answer::{Answer, Kind, Moment, Outcome, Row};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::mount::{Links, Mount, stat_in};
use super::row::{plain, whole};

/// How many bytes of names a step of an answer gathers.
const STEP_BYTES: usize = 16 * 1024;
const STEP_ROWS: usize = 400;
/// No row waits longer than that for others.
const STEP_TIME: Duration = Duration::from_millis(40);

/// Room for entries of a folder that are read at once.
pub const ENTRIES: usize = 32 * 1024;

pub fn list(mount: &Mount, path: &Raw, talk: &Talk) -> Result<Outcome> {
    let folder = mount.folder(path, Links::Follow)?;
    let mut buffer = vec![MaybeUninit::uninit(); ENTRIES];
    let mut entries = RawDir::new(&folder, &mut buffer);
    let mut rows: Vec<Row> = Vec::new();
    let mut bytes = 0;
    let mut count = 0;
    let mut begun = Instant::now();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let row = stat_in(folder.as_fd(), name)
            .and_then(|stat| whole(mount, folder.as_fd(), path, name, &stat));
        let row = match row {
            Ok(row) => row,
            // It vanished since its name was read; nothing else hides a name.
            Err(Fault::NotFound) => continue,
            Err(_) => unknown(name, entry.file_type()),
        };
        bytes += row.name.0.len() + row.target.as_ref().map_or(0, |target| target.0.len());
        rows.push(row);
        count += 1;
        if bytes >= STEP_BYTES || rows.len() >= STEP_ROWS || begun.elapsed() >= STEP_TIME {
            talk.answer(Answer::Rows(std::mem::take(&mut rows)))?;
            bytes = 0;
            begun = Instant::now();
        }
    }
    if !rows.is_empty() {
        talk.answer(Answer::Rows(rows))?;
    }
    Ok(Outcome::Count(count))
}

/// What is known of something that the file system names and tells nothing of.
fn unknown(name: &[u8], file_type: FileType) -> Row {
    Row {
        name: Raw::from(name),
        kind: match file_type {
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            FileType::Fifo => Kind::Pipe,
            FileType::Socket => Kind::Socket,
            FileType::CharacterDevice | FileType::BlockDevice => Kind::Device,
            _ => Kind::File,
        },
        size: 0,
        on_disk: 0,
        mode: 0,
        uid: 0,
        gid: 0,
        changed: Moment::default(),
        links: 0,
        device: 0,
        inode: 0,
        target: None,
        target_kind: None,
    }
}

pub fn stat(mount: &Mount, path: &Raw) -> Result<Outcome> {
    one(mount, path).map(Outcome::Row)
}

pub fn one(mount: &Mount, path: &Raw) -> Result<Row> {
    if path.0.is_empty() {
        return Ok(plain(b"", &fstat(mount.root()).map_err(fault)?));
    }
    let (folder, name) = mount.parent(path)?;
    let folder = folder.as_fd();
    let stat = stat_in(folder, name)?;
    let parent = Raw::from(path.split().map_or(&[][..], |(parent, _)| parent));
    whole(mount, folder, &parent, name, &stat)
}

pub fn stat_all(mount: &Mount, paths: Vec<Raw>, talk: &Talk) -> Result<Outcome> {
    let mut found = Vec::new();
    let mut count = 0;
    let mut bytes = 0;
    for path in paths {
        talk.go_on()?;
        match one(mount, &path) {
            Ok(row) => {
                bytes += path.0.len()
                    + row.name.0.len()
                    + row.target.as_ref().map_or(0, |target| target.0.len());
                found.push((path, row));
                count += 1;
            }
            Err(Fault::NotFound | Fault::NotAFolder) => {}
            Err(other) => return Err(other),
        }
        if bytes >= STEP_BYTES || found.len() >= STEP_ROWS {
            talk.answer(Answer::Found(std::mem::take(&mut found)))?;
            bytes = 0;
        }
    }
    if !found.is_empty() {
        talk.answer(Answer::Found(found))?;
    }
    Ok(Outcome::Count(count))
}
