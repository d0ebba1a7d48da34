//! Links of an archive, made aside too: a name that was something else is that or the link, never nothing.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, chownat, linkat, renameat, symlinkat, unlinkat};
use slipway_porthole::ASIDE;
use slipway_porthole::request::Owner;

use super::super::edit::{ids, rename_to_free};
use super::super::fault::{Result, fault};
use super::super::mount::{regular, stat_in};
use super::contents::Wanted;

/// Makes a symbolic link. The inner result says whether it could be given to its owner.
pub fn make_link(
    folder: BorrowedFd<'_>,
    name: &[u8],
    owner: Owner,
    wanted: &Wanted,
    replace: bool,
) -> Result<Result<()>> {
    let (uid, gid) = ids(owner)?;
    let aside = aside_name();
    symlinkat(&wanted.link.0[..], folder, &aside[..]).map_err(fault)?;
    let itself = AtFlags::SYMLINK_NOFOLLOW;
    let given = chownat(folder, &aside[..], Some(uid), Some(gid), itself).map_err(fault);
    wanted.set_time_of_link(folder, &aside);
    let named = take_name(folder, &aside, name, replace);
    if named.is_err() {
        // Where it cannot be removed, its name tells what it is.
        let _ = unlinkat(folder, &aside[..], AtFlags::empty());
    }
    named.map(|()| given)
}

/// Gives a file of the target another name.
pub fn second_name(
    first_folder: BorrowedFd<'_>,
    first: &[u8],
    folder: BorrowedFd<'_>,
    name: &[u8],
    replace: bool,
) -> Result<()> {
    regular(&stat_in(first_folder, first)?)?;
    let aside = aside_name();
    linkat(first_folder, first, folder, &aside[..], AtFlags::empty()).map_err(fault)?;
    let named = take_name(folder, &aside, name, replace);
    // Two names of one file are not renamed to each other, so this one may be left over.
    let _ = unlinkat(folder, &aside[..], AtFlags::empty());
    named
}

fn aside_name() -> Vec<u8> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    format!("{ASIDE}link-{}-{}", now.tv_sec, now.tv_nsec).into_bytes()
}

fn take_name(folder: BorrowedFd<'_>, aside: &[u8], name: &[u8], replace: bool) -> Result<()> {
    if replace {
        renameat(folder, aside, folder, name).map_err(fault)
    } else {
        rename_to_free(folder, aside, folder, name)
    }
}
