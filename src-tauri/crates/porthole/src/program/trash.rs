//! The trash of a place: a folder at its root, so that deleting moves nothing over a mount's edge and can be
//! taken back. Beside each deleted thing lies a small file that says where it was. Whoever works in the
//! place may have written those files too, so they are read as any other: decoded whole or left alone.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Mutex;
use std::sync::PoisonError;

use rustix::fs::{AtFlags, FileType, Mode, RawDir, Stat, fstat, mkdirat, unlinkat};
use slipway_porthole::answer::{Answer, Kind, Moment, Outcome, TrashEntry};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::{TRASH, frame};

use super::conversation::Talk;
use super::descent::{Below, Entries, Folder, Visit, descend, is_real};
use super::edit::{Aside, dress, owner, rename_to_free};
use super::fault::{Result, fault};
use super::list::{ENTRIES, one};
use super::mount::{Links, Mount, file_in, folder_in, stat_in};
use super::read::part;
use super::row::{kind, size};

/// An info file holds one path and a few numbers.
const MOST_INFO: usize = frame::CHUNK;
const STEP_BYTES: usize = 16 * 1024;
const ENDING: &str = ".info";

/// How often a folder is gone through again that something is still written into.
const TRIES: usize = 3;

fn folder(mount: &Mount) -> Result<OwnedFd> {
    folder_in(mount.root(), TRASH.as_bytes())
}

fn folder_made(mount: &Mount) -> Result<OwnedFd> {
    match folder(mount) {
        Err(Fault::NotFound) => {
            mkdirat(mount.root(), TRASH, Mode::from_raw_mode(0o755)).map_err(fault)?;
            let new = folder(mount)?;
            let root = fstat(mount.root()).map_err(fault)?;
            // It is as good where it cannot be given to the place's owner.
            let _ = dress(&new, Some(owner(&root)), 0o755);
            Ok(new)
        }
        other => other,
    }
}

fn name(id: u64) -> String {
    format!("{id:016x}")
}

fn info_name(id: u64) -> String {
    format!("{id:016x}{ENDING}")
}

pub fn trash(mount: &Mount, paths: &[Raw], talk: &Talk) -> Result<Outcome> {
    let trash = folder_made(mount)?;
    let mut count = 0;
    for path in paths {
        talk.go_on()?;
        let entry = trash_one(mount, trash.as_fd(), path, talk)?;
        talk.answer(Answer::Trash(vec![entry]))?;
        count += 1;
    }
    Ok(Outcome::Count(count))
}

fn trash_one(mount: &Mount, trash: BorrowedFd<'_>, path: &Raw, talk: &Talk) -> Result<TrashEntry> {
    if path.names().next() == Some(TRASH.as_bytes()) {
        return Err(Fault::BadRequest);
    }
    let (parent, last) = mount.parent(path)?;
    let stat = stat_in(parent.as_fd(), last)?;
    let (files, bytes) = count(mount, path, &stat, talk)?;
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    let mut id = u64::try_from(now.tv_sec)
        .unwrap_or(0)
        .wrapping_mul(1_000_000_000)
        .wrapping_add(u64::try_from(now.tv_nsec).unwrap_or(0));
    while stat_in(trash, info_name(id).as_bytes()).is_ok() {
        talk.go_on()?;
        id = id.wrapping_add(1);
    }
    let entry = TrashEntry {
        id,
        path: path.clone(),
        kind: kind(&stat),
        files,
        bytes,
        trashed: Moment {
            seconds: now.tv_sec,
            nanoseconds: u32::try_from(now.tv_nsec).unwrap_or(0),
        },
    };
    let info = postcard::to_allocvec(&entry).map_err(|_| Fault::BadRequest)?;
    if info.len() > MOST_INFO {
        return Err(Fault::NameTooLong);
    }
    let aside = Aside::new(trash)?;
    aside.write(&info)?;
    aside.sync()?;
    aside.finish(info_name(id).as_bytes(), false)?;
    let moved = rename_to_free(parent.as_fd(), last, trash, name(id).as_bytes());
    if let Err(why) = moved {
        let _ = unlinkat(trash, info_name(id), AtFlags::empty());
        return Err(if why == Fault::LeftThePlace {
            Fault::OtherMount
        } else {
            why
        });
    }
    Ok(entry)
}

/// All entries, in no order.
fn entries(trash: BorrowedFd<'_>) -> Result<Vec<TrashEntry>> {
    let mut buffer = vec![std::mem::MaybeUninit::uninit(); ENTRIES];
    let mut names = RawDir::new(trash, &mut buffer);
    let mut found = Vec::new();
    while let Some(entry) = names.next() {
        let entry = entry.map_err(fault)?;
        let id = std::str::from_utf8(entry.file_name().to_bytes())
            .ok()
            .and_then(|name| name.strip_suffix(ENDING))
            .and_then(|id| u64::from_str_radix(id, 16).ok());
        if let Some(id) = id
            && let Some(entry) = read(trash, id)
        {
            found.push(entry);
        }
    }
    Ok(found)
}

/// `None` where the info cannot be read, or what it is about is gone.
fn read(trash: BorrowedFd<'_>, id: u64) -> Option<TrashEntry> {
    let (file, stat) = file_in(trash, info_name(id).as_bytes()).ok()?;
    let length = usize::try_from(size(&stat)).ok()?;
    if length > MOST_INFO {
        return None;
    }
    let mut bytes = vec![0; length];
    let count = part(&file, &mut bytes, 0).ok()?;
    let (entry, rest) = postcard::take_from_bytes::<TrashEntry>(&bytes[..count]).ok()?;
    let there = stat_in(trash, name(id).as_bytes()).ok()?;
    let sound = rest.is_empty()
        && entry.id == id
        && entry.path.is_plain()
        && !entry.path.0.is_empty()
        && entry.kind == kind(&there);
    sound.then_some(entry)
}

pub fn list(mount: &Mount, talk: &Talk) -> Result<Outcome> {
    let trash = match folder(mount) {
        Err(Fault::NotFound) => return Ok(Outcome::Count(0)),
        other => other?,
    };
    let mut told = Vec::new();
    let mut bytes = 0;
    let mut count = 0;
    for entry in entries(trash.as_fd())? {
        bytes += 48 + entry.path.0.len();
        count += 1;
        told.push(entry);
        if bytes >= STEP_BYTES {
            bytes = 0;
            talk.answer(Answer::Trash(std::mem::take(&mut told)))?;
        }
    }
    if !told.is_empty() {
        talk.answer(Answer::Trash(told))?;
    }
    Ok(Outcome::Count(count))
}

pub fn restore(mount: &Mount, id: u64, to: Option<&Raw>) -> Result<Outcome> {
    let trash = folder(mount)?;
    let entry = read(trash.as_fd(), id).ok_or(Fault::NotFound)?;
    let to = to.unwrap_or(&entry.path);
    let (parent, last) = mount.parent(to)?;
    rename_to_free(trash.as_fd(), name(id).as_bytes(), parent.as_fd(), last)?;
    let _ = unlinkat(&trash, info_name(id), AtFlags::empty());
    one(mount, to).map(Outcome::Row)
}

pub fn empty(mount: &Mount, ids: Option<&[u64]>, talk: &Talk) -> Result<Outcome> {
    let trash = match folder(mount) {
        Err(Fault::NotFound) => return Ok(Outcome::Count(0)),
        other => other?,
    };
    let removed = Removed::default();
    let ids = match ids {
        Some(ids) => ids.to_vec(),
        None => entries(trash.as_fd())?
            .iter()
            .map(|entry| entry.id)
            .collect(),
    };
    for id in ids {
        talk.go_on()?;
        let name = name(id);
        let path = Raw::from(TRASH).join(name.as_bytes());
        remove(mount, trash.as_fd(), name.as_bytes(), &path, &removed, talk)?;
        match unlinkat(&trash, info_name(id), AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => {}
            Err(errno) => return Err(fault(errno)),
        }
    }
    // Only an empty one goes.
    let _ = unlinkat(mount.root(), TRASH, AtFlags::REMOVEDIR);
    let count = *removed.count.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Outcome::Count(count))
}

/// Without a way through the trash.
pub fn discard(mount: &Mount, paths: &[Raw], talk: &Talk) -> Result<Outcome> {
    let removed = Removed::default();
    for path in paths {
        talk.go_on()?;
        if path.names().next() == Some(TRASH.as_bytes()) {
            return Err(Fault::BadRequest);
        }
        let (parent, last) = match mount.parent(path) {
            Err(Fault::NotFound) => continue,
            other => other?,
        };
        remove(mount, parent.as_fd(), last, path, &removed, talk)?;
    }
    let count = *removed.count.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Outcome::Count(count))
}

/// Removes one of a folder's names, whose path from the place is this, with all in it.
fn remove(
    mount: &Mount,
    folder: BorrowedFd<'_>,
    name: &[u8],
    path: &Raw,
    removed: &Removed,
    talk: &Talk,
) -> Result<()> {
    let stat = match stat_in(folder, name) {
        Err(Fault::NotFound) => return Ok(()),
        other => other?,
    };
    if kind(&stat) != Kind::Folder {
        return removed.unlink(folder, name, AtFlags::empty());
    }
    let mut left = TRIES;
    loop {
        descend(mount, path, Links::Never, removed, talk, 1)?;
        match removed.unlink(folder, name, AtFlags::REMOVEDIR) {
            Err(Fault::NotEmpty) if left > 0 => left -= 1,
            other => return other,
        }
    }
}

/// Removes what it visits.
#[derive(Default)]
struct Removed {
    count: Mutex<u64>,
}

impl Removed {
    fn unlink(&self, folder: BorrowedFd<'_>, name: &[u8], flags: AtFlags) -> Result<()> {
        match unlinkat(folder, name, flags) {
            Ok(()) => {
                *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                Ok(())
            }
            Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(errno) => Err(fault(errno)),
        }
    }
}

impl Visit for Removed {
    type Own = ();

    const LEAVES: bool = true;

    fn folder(
        &self,
        (): &mut (),
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()> {
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name().to_bytes();
            if !is_real(name) {
                continue;
            }
            let is_folder = match entry.file_type() {
                FileType::Directory => true,
                FileType::Unknown => {
                    stat_in(folder.open, name).is_ok_and(|stat| kind(&stat) == Kind::Folder)
                }
                _ => false,
            };
            if is_folder {
                below.push(name);
            } else {
                self.unlink(folder.open, name, AtFlags::empty())?;
            }
        }
        Ok(())
    }

    fn closed(&self, (): &mut (), _: u32, _: &[u8], why: Fault) -> Result<()> {
        if why == Fault::NotFound {
            Ok(())
        } else {
            Err(why)
        }
    }

    fn leave(&self, (): &mut (), parent: BorrowedFd<'_>, name: &[u8]) -> Result<()> {
        match self.unlink(parent, name, AtFlags::REMOVEDIR) {
            // Something was written into it meanwhile: the whole is gone through again.
            Err(Fault::NotEmpty) => Ok(()),
            other => other,
        }
    }
}

fn count(mount: &Mount, path: &Raw, stat: &Stat, talk: &Talk) -> Result<(u64, u64)> {
    if kind(stat) != Kind::Folder {
        return Ok((
            1,
            if kind(stat) == Kind::File {
                size(stat)
            } else {
                0
            },
        ));
    }
    let counted = Counted::default();
    descend(mount, path, Links::NotTheLast, &counted, talk, 1)?;
    let counted = counted
        .0
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(counted)
}

#[derive(Default)]
struct Counted(Mutex<(u64, u64)>);

impl Visit for Counted {
    type Own = ();

    fn folder(
        &self,
        (): &mut (),
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name().to_bytes();
            if !is_real(name) {
                continue;
            }
            match stat_in(folder.open, name) {
                Ok(stat) if kind(&stat) == Kind::Folder => below.push(name),
                Ok(stat) => {
                    counted.0 += 1;
                    if kind(&stat) == Kind::File {
                        counted.1 = counted.1.saturating_add(size(&stat));
                    }
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn closed(&self, (): &mut (), _: u32, _: &[u8], _: Fault) -> Result<()> {
        Ok(())
    }
}
