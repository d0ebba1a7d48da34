//! Where the program looks, and how a path is opened without ever leaving it.
//!
//! The kernel does it where it can (`openat2`, Linux 5.6, unless the engine's system call filter is older
//! than that): a path is resolved beneath the mount or not at all. Elsewhere [`Mount::by_hand`] goes name
//! by name. Paths longer than the kernel takes at once are opened in pieces.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, StatVfsMountFlags, fstat, fstatvfs,
    openat, openat2, readlinkat, statat,
};
use rustix::io::Errno;
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::fault::{Result, fault};

/// As many links as the kernel itself follows in one path.
const MOST_LINKS: usize = 40;

/// The kernel takes 4,096 bytes with the zero at the end.
const PIECE: usize = 4000;

/// Where `openat2` saw a rename on its way, it says so, and is asked again.
const AGAIN: usize = 16;

/// A folder to be read.
pub const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK);

const HANDLE: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);

/// Without the controlling terminal, without waiting for a pipe's other end.
pub const READING: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::NOFOLLOW);

/// What becomes of links in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Followed, as long as they stay within the place.
    Follow,
    /// Followed, but for the last name.
    NotTheLast,
    /// None is followed: [`Fault::Loop`].
    Never,
}

pub struct Mount {
    root: OwnedFd,
    kernel_paths: bool,
}

impl Mount {
    pub fn open(folder: &OsStr, by_hand: bool) -> Result<Mount> {
        let root = openat(rustix::fs::CWD, folder, FOLDER, Mode::empty()).map_err(fault)?;
        let kernel_paths = !by_hand
            && openat2(
                &root,
                ".",
                HANDLE | OFlags::DIRECTORY,
                Mode::empty(),
                ResolveFlags::BENEATH,
            )
            .is_ok();
        Ok(Mount { root, kernel_paths })
    }

    pub fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    pub fn kernel_paths(&self) -> bool {
        self.kernel_paths
    }

    pub fn writable(&self) -> bool {
        fstatvfs(&self.root).is_ok_and(|about| !about.f_flag.contains(StatVfsMountFlags::RDONLY))
    }

    /// A folder to be read.
    pub fn folder(&self, path: &Raw, links: Links) -> Result<OwnedFd> {
        self.open_beneath(self.root(), &path.0, FOLDER, links)
    }

    /// A file or folder without opening it.
    pub fn handle(&self, path: &Raw, links: Links) -> Result<OwnedFd> {
        self.open_beneath(self.root(), &path.0, HANDLE, links)
    }

    /// The folder that a path's last name is in, and that name. `Fault::BadRequest` for the place itself.
    pub fn parent<'a>(&self, path: &'a Raw) -> Result<(OwnedFd, &'a [u8])> {
        if !path.is_plain() {
            return Err(Fault::LeftThePlace);
        }
        let (folder, name) = path.split().ok_or(Fault::BadRequest)?;
        let folder = self.open_beneath(self.root(), folder, FOLDER, Links::Follow)?;
        Ok((folder, name))
    }

    /// A regular file to be read, and what it is. Pipes, sockets and devices are not even opened.
    pub fn file(&self, path: &Raw) -> Result<(OwnedFd, Stat)> {
        let seen = fstat(self.handle(path, Links::Follow)?).map_err(fault)?;
        regular(&seen)?;
        let flags = READING.difference(OFlags::NOFOLLOW);
        let file =
            match self.open_beneath(self.root(), &path.0, flags | OFlags::NOATIME, Links::Follow) {
                Err(Fault::Denied) => {
                    self.open_beneath(self.root(), &path.0, flags, Links::Follow)?
                }
                other => other?,
            };
        let stat = fstat(&file).map_err(fault)?;
        regular(&stat)?;
        Ok((file, stat))
    }

    /// As [`Mount::open_beneath`], below a folder that is open already.
    pub fn folder_below(
        &self,
        folder: BorrowedFd<'_>,
        path: &[u8],
        links: Links,
    ) -> Result<OwnedFd> {
        self.open_beneath(folder, path, FOLDER, links)
    }

    fn open_beneath(
        &self,
        folder: BorrowedFd<'_>,
        path: &[u8],
        flags: OFlags,
        links: Links,
    ) -> Result<OwnedFd> {
        if path.is_empty() {
            return openat(folder, ".", flags, Mode::empty()).map_err(fault);
        }
        if path.contains(&0) {
            return Err(Fault::BadRequest);
        }
        if path.split(|byte| *byte == b'/').any(|name| name == b"..") || path.starts_with(b"/") {
            return Err(Fault::LeftThePlace);
        }
        if !self.kernel_paths {
            return by_hand(folder, path, flags, links);
        }
        let mut rest = path;
        let mut reached: Option<OwnedFd> = None;
        while rest.len() > PIECE {
            let cut = rest[..PIECE]
                .iter()
                .rposition(|byte| *byte == b'/')
                .ok_or(Fault::NameTooLong)?;
            let from = reached.as_ref().map_or(folder, AsFd::as_fd);
            let middle = if links == Links::Never {
                Links::Never
            } else {
                Links::Follow
            };
            let next = by_kernel(from, &rest[..cut], HANDLE | OFlags::DIRECTORY, middle)?;
            reached = Some(next);
            rest = &rest[cut + 1..];
        }
        by_kernel(
            reached.as_ref().map_or(folder, AsFd::as_fd),
            rest,
            flags,
            links,
        )
    }
}

/// Refuses everything but a regular file.
pub fn regular(stat: &Stat) -> Result<()> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(Fault::IsAFolder),
        _ => Err(Fault::NotAFile),
    }
}

/// A regular file in an open folder, its last name not followed.
pub fn file_in(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(OwnedFd, Stat)> {
    let file = match openat(folder, name, READING | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(folder, name, READING, Mode::empty()),
        other => other,
    }
    .map_err(fault)?;
    let stat = fstat(&file).map_err(fault)?;
    regular(&stat)?;
    Ok((file, stat))
}

/// A folder in an open folder, its name not followed.
pub fn folder_in(folder: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd> {
    openat(folder, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()).map_err(|errno| match errno {
        // That is how Linux says that the last name is a link.
        Errno::NOTDIR | Errno::LOOP => Fault::NotAFolder,
        other => fault(other),
    })
}

pub fn stat_in(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Stat> {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(fault)
}

fn by_kernel(from: BorrowedFd<'_>, path: &[u8], flags: OFlags, links: Links) -> Result<OwnedFd> {
    let (flags, resolve) = match links {
        Links::Follow => (flags, ResolveFlags::empty()),
        Links::NotTheLast => (flags | OFlags::NOFOLLOW, ResolveFlags::empty()),
        Links::Never => (flags | OFlags::NOFOLLOW, ResolveFlags::NO_SYMLINKS),
    };
    let resolve = resolve | ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let mut left = AGAIN;
    loop {
        match openat2(from, path, flags, Mode::empty(), resolve) {
            Err(Errno::AGAIN | Errno::INTR) if left > 0 => left -= 1,
            other => return other.map_err(fault),
        }
    }
}

/// Resolves a path name by name: every folder is opened without following, links are read and taken apart
/// here, and `..` goes back to a folder that was passed, never above the first.
fn by_hand(from: BorrowedFd<'_>, path: &[u8], flags: OFlags, links: Links) -> Result<OwnedFd> {
    let mut ahead: VecDeque<Vec<u8>> = names(path);
    // The names of the folder that was reached, free of links.
    let mut passed: Vec<Vec<u8>> = Vec::new();
    let mut here = openat(from, ".", HANDLE | OFlags::DIRECTORY, Mode::empty()).map_err(fault)?;
    let mut followed = 0;
    while let Some(name) = ahead.pop_front() {
        if name == b".." {
            passed.pop().ok_or(Fault::LeftThePlace)?;
            here = openat(from, ".", HANDLE | OFlags::DIRECTORY, Mode::empty()).map_err(fault)?;
            for name in &passed {
                let through = HANDLE | OFlags::DIRECTORY | OFlags::NOFOLLOW;
                here = openat(&here, &name[..], through, Mode::empty()).map_err(fault)?;
            }
            continue;
        }
        let next =
            openat(&here, &name[..], HANDLE | OFlags::NOFOLLOW, Mode::empty()).map_err(fault)?;
        let kind = FileType::from_raw_mode(fstat(&next).map_err(fault)?.st_mode);
        let last = ahead.is_empty();
        if kind == FileType::Symlink && !(last && links == Links::NotTheLast) {
            followed += 1;
            if links == Links::Never || followed > MOST_LINKS {
                return Err(Fault::Loop);
            }
            let target = readlinkat(&next, "", Vec::new()).map_err(fault)?;
            if target.as_bytes().starts_with(b"/") {
                return Err(Fault::LeftThePlace);
            }
            for name in names(target.as_bytes()).into_iter().rev() {
                ahead.push_front(name);
            }
            continue;
        }
        if last {
            return openat(&here, &name[..], flags | OFlags::NOFOLLOW, Mode::empty())
                .map_err(fault);
        }
        if kind != FileType::Directory {
            return Err(Fault::NotAFolder);
        }
        here = next;
        passed.push(name);
    }
    openat(&here, ".", flags, Mode::empty()).map_err(fault)
}

fn names(path: &[u8]) -> VecDeque<Vec<u8>> {
    path.split(|byte| *byte == b'/')
        .filter(|name| !name.is_empty() && *name != b".")
        .map(<[u8]>::to_vec)
        .collect()
}
