//! Changing single things: small texts, folders, names.

use std::collections::HashSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{
    AtFlags, Gid, Mode, OFlags, RenameFlags, Stat, Timespec, Timestamps, Uid, fchmod, fchown,
    fstat, fsync, futimens, linkat, mkdirat, openat, renameat, renameat_with, unlinkat,
};
use rustix::io::{Errno, write as write_some};
use slipway_porthole::ASIDE;
use slipway_porthole::answer::{FileVersion, Kind, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Owner;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::list::one;
use super::mount::{Mount, stat_in};
use super::row::{kind, version};
use super::sweep::sweep;

/// Longer texts are not edited; they are uploaded.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// Files and folders that are remembered as made by this run.
const MOST_MADE: usize = 200_000;

/// How many names are tried for a file that is written aside.
const TRIES: usize = 64;

/// What this run of the program made, by device and inode.
#[derive(Default)]
pub struct Made {
    made: Mutex<HashSet<(u64, u64)>>,
    /// Folders that are free of what killed programs left.
    swept: Mutex<HashSet<(u64, u64)>>,
}

impl Made {
    pub fn add(&self, stat: &Stat) {
        remember(&self.made, stat);
    }

    fn has(&self, stat: &Stat) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.contains(&(stat.st_dev, stat.st_ino))
    }

    fn forget(&self, stat: &Stat) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.remove(&(stat.st_dev, stat.st_ino));
    }

    /// Frees a folder, before something is written into it, of the parts that killed programs left
    /// there. Each folder is looked at once, one that was made here not at all. What cannot be
    /// removed stays: its name tells what it is.
    pub fn sweep(&self, folder: BorrowedFd<'_>) {
        if let Ok(stat) = fstat(folder)
            && !self.has(&stat)
            && remember(&self.swept, &stat)
        {
            sweep(folder);
        }
    }
}

/// True where it was not there before. What is too much is not remembered.
fn remember(all: &Mutex<HashSet<(u64, u64)>>, stat: &Stat) -> bool {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    let which = (stat.st_dev, stat.st_ino);
    if all.len() < MOST_MADE {
        all.insert(which)
    } else {
        !all.contains(&which)
    }
}

/// A file that is written under another name, and goes away unless it takes its own.
pub struct Aside<'a> {
    folder: BorrowedFd<'a>,
    name: Vec<u8>,
    pub file: OwnedFd,
    done: bool,
}

impl<'a> Aside<'a> {
    pub fn new(folder: BorrowedFd<'a>) -> Result<Aside<'a>> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let own = u64::from(std::process::id());
        for _ in 0..TRIES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
            let name = format!("{ASIDE}{own}-{number}-{}", now.tv_nsec).into_bytes();
            let flags =
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(folder, &name[..], flags, Mode::from_raw_mode(0o600)) {
                Ok(file) => {
                    return Ok(Aside {
                        folder,
                        name,
                        file,
                        done: false,
                    });
                }
                Err(Errno::EXIST) => {}
                Err(other) => return Err(fault(other)),
            }
        }
        Err(Fault::Exists)
    }

    pub fn write(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match write_some(&self.file, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(other) => return Err(fault(other)),
            }
        }
        Ok(())
    }

    pub fn sync(&self) -> Result<()> {
        fsync(&self.file).map_err(fault)
    }

    /// Takes its name. Without `replace`, a name that is taken is left alone: [`Fault::Exists`].
    pub fn finish(mut self, name: &[u8], replace: bool) -> Result<Stat> {
        let stat = fstat(&self.file).map_err(fault)?;
        if replace {
            renameat(self.folder, &self.name[..], self.folder, name).map_err(fault)?;
        } else {
            rename_to_free(self.folder, &self.name, self.folder, name)?;
        }
        self.done = true;
        Ok(stat)
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        if !self.done {
            // Where it cannot be removed, its name tells what it is.
            let _ = unlinkat(self.folder, &self.name[..], AtFlags::empty());
        }
    }
}

/// Renames to a name that nothing has. File systems that cannot do it in one step are asked first.
pub fn rename_to_free(
    from: BorrowedFd<'_>,
    name: &[u8],
    to: BorrowedFd<'_>,
    other: &[u8],
) -> Result<()> {
    match renameat_with(from, name, to, other, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => {}
        done => return done.map_err(fault),
    }
    // A second name fails where it is taken; folders cannot have one, and are looked for.
    match linkat(from, name, to, other, AtFlags::empty()) {
        Ok(()) => return unlinkat(from, name, AtFlags::empty()).map_err(fault),
        Err(Errno::EXIST) => return Err(Fault::Exists),
        Err(_) => {}
    }
    match stat_in(to, other) {
        Err(Fault::NotFound) => renameat(from, name, to, other).map_err(fault),
        Ok(_) => Err(Fault::Exists),
        Err(why) => Err(why),
    }
}

/// Sets owner, then mode, since a new owner takes special bits away.
pub fn dress(file: impl AsFd, owner: Option<Owner>, mode: u16) -> Result<()> {
    if let Some(owner) = owner {
        let stat = fstat(&file).map_err(fault)?;
        if (stat.st_uid, stat.st_gid) != (owner.uid, owner.gid) {
            let (uid, gid) = ids(owner)?;
            fchown(&file, Some(uid), Some(gid)).map_err(fault)?;
        }
    }
    fchmod(&file, Mode::from_raw_mode(u32::from(mode))).map_err(fault)
}

/// The number that the kernel takes for "leave it" is no owner.
pub fn ids(owner: Owner) -> Result<(Uid, Gid)> {
    if owner.uid == u32::MAX || owner.gid == u32::MAX {
        return Err(Fault::BadRequest);
    }
    Ok((Uid::from_raw(owner.uid), Gid::from_raw(owner.gid)))
}

pub fn owner(stat: &Stat) -> Owner {
    Owner {
        uid: stat.st_uid,
        gid: stat.st_gid,
    }
}

pub fn set_changed(file: impl AsFd, seconds: i64, nanoseconds: u32) -> Result<()> {
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: i64::from(nanoseconds.min(999_999_999)),
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    futimens(file, &times).map_err(fault)
}

fn sync_folder(folder: BorrowedFd<'_>) {
    // The name is there either way; on file systems that cannot, it takes effect a little later.
    let _ = fsync(folder);
}

/// Where a link leads to a text, the text is what is written, and the link stays.
fn at_the_end(mount: &Mount, path: &Raw) -> Result<Raw> {
    let mut path = path.clone();
    for _ in 0..8 {
        match one(mount, &path) {
            Ok(row) if row.kind == Kind::Link => {
                let target = row.target.unwrap_or_default();
                if target.0.starts_with(b"/") {
                    return Err(Fault::LeftThePlace);
                }
                let mut names: Vec<Vec<u8>> = path.names().map(<[u8]>::to_vec).collect();
                names.pop();
                for name in target.names() {
                    match name {
                        b"." => {}
                        b".." => {
                            names.pop().ok_or(Fault::LeftThePlace)?;
                        }
                        name => names.push(name.to_vec()),
                    }
                }
                path = Raw(names.join(&b'/'));
            }
            Ok(_) | Err(Fault::NotFound) => return Ok(path),
            Err(why) => return Err(why),
        }
    }
    Err(Fault::Loop)
}

pub fn write(
    mount: &Mount,
    made: &Made,
    path: &Raw,
    expected: Option<FileVersion>,
    talk: &Talk,
) -> Result<Outcome> {
    let path = at_the_end(mount, path)?;
    let (folder, name) = mount.parent(&path)?;
    let folder = folder.as_fd();
    let before = as_expected(folder, name, expected)?;
    made.sweep(folder);
    let aside = Aside::new(folder)?;
    let mut bytes = 0;
    while let Some(part) = talk.take()? {
        bytes += part.len();
        if bytes > MOST_TEXT {
            return Err(Fault::BadRequest);
        }
        aside.write(&part)?;
    }
    let (of, rights) = match &before {
        Some(stat) => (owner(stat), super::row::mode(stat)),
        None => (owner(&fstat(folder).map_err(fault)?), 0o644),
    };
    dress(&aside.file, Some(of), rights)?;
    aside.sync()?;
    talk.go_on()?;
    // Once more, right before: what the lab saved meanwhile is not written over.
    as_expected(folder, name, expected)?;
    let stat = aside.finish(name, before.is_some())?;
    sync_folder(folder);
    if before.is_none() {
        made.add(&stat);
    }
    Ok(Outcome::Version(version(&stat_in(folder, name)?)))
}

fn as_expected(
    folder: BorrowedFd<'_>,
    name: &[u8],
    expected: Option<FileVersion>,
) -> Result<Option<Stat>> {
    match (stat_in(folder, name), expected) {
        (Err(Fault::NotFound), None) => Ok(None),
        (Err(Fault::NotFound), Some(_)) => Err(Fault::Changed),
        (Err(why), _) => Err(why),
        (Ok(_), None) => Err(Fault::Exists),
        (Ok(stat), Some(expected)) => {
            super::mount::regular(&stat)?;
            if version(&stat) == expected {
                Ok(Some(stat))
            } else {
                Err(Fault::Changed)
            }
        }
    }
}

pub fn make_folder(
    mount: &Mount,
    made: &Made,
    path: &Raw,
    wanted: Option<Owner>,
) -> Result<Outcome> {
    let (folder, name) = mount.parent(path)?;
    let above = fstat(&folder).map_err(fault)?;
    mkdirat(&folder, name, Mode::from_raw_mode(0o755)).map_err(fault)?;
    let new = super::mount::folder_in(folder.as_fd(), name)?;
    made.add(&fstat(&new).map_err(fault)?);
    dress(&new, Some(wanted.unwrap_or_else(|| owner(&above))), 0o755)?;
    one(mount, path).map(Outcome::Row)
}

pub fn rename(mount: &Mount, from: &Raw, to: &Raw) -> Result<Outcome> {
    let (old_folder, old_name) = mount.parent(from)?;
    let (new_folder, new_name) = mount.parent(to)?;
    match rename_to_free(old_folder.as_fd(), old_name, new_folder.as_fd(), new_name) {
        // Both lie in the place, so what is crossed is another mount within it.
        Err(Fault::LeftThePlace) => return Err(Fault::OtherMount),
        other => other?,
    }
    one(mount, to).map(Outcome::Row)
}

/// What cannot be removed does not keep the rest; the first reason is told at the end.
pub fn remove(mount: &Mount, made: &Made, paths: &[Raw], talk: &Talk) -> Result<Outcome> {
    let mut count = 0;
    let mut first = None;
    for path in paths {
        talk.go_on()?;
        match remove_one(mount, made, path) {
            Ok(()) => count += 1,
            Err(Fault::NotFound) => {}
            Err(why) => first = first.or(Some(why)),
        }
    }
    match first {
        Some(why) => Err(why),
        None => Ok(Outcome::Count(count)),
    }
}

fn remove_one(mount: &Mount, made: &Made, path: &Raw) -> Result<()> {
    let (folder, name) = mount.parent(path)?;
    let stat = stat_in(folder.as_fd(), name)?;
    if !made.has(&stat) {
        return Err(Fault::NotOurs);
    }
    let flags = if kind(&stat) == Kind::Folder {
        AtFlags::REMOVEDIR
    } else {
        AtFlags::empty()
    };
    unlinkat(&folder, name, flags).map_err(fault)?;
    made.forget(&stat);
    Ok(())
}
