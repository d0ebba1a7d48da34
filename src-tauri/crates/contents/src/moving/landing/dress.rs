//! What is set when the bytes are there: times, rights and links, as far as this computer has them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use slipway_porthole::raw::Raw;

use super::super::cautions::{Cautions, Fate};
use super::super::words::here;
use crate::jobs::Stop;

/// Makes links, which nothing is written through any more.
#[cfg(unix)]
pub(super) fn make_links(links: Vec<(PathBuf, Raw)>, cautions: &Cautions) -> Result<(), Stop> {
    for (at, target) in links {
        let target: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(&target.0);
        match std::os::unix::fs::symlink(target, &at) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                return Err(here(&error, &Raw::default()));
            }
            // A disk without links, or a name that it takes for another.
            Err(_) => {
                let name = at.file_name().unwrap_or_default();
                cautions.add_named(Fate::NoLinks, name.as_encoded_bytes());
            }
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same shape as on systems that make links"
)]
pub(super) fn make_links(_links: Vec<(PathBuf, Raw)>, _cautions: &Cautions) -> Result<(), Stop> {
    Ok(())
}

pub(super) fn time((seconds, nanoseconds): (i64, u32)) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)
    };
    time?.checked_add(Duration::from_nanos(nanoseconds.into()))
}

/// What was written in a container comes with other people's rights; here only its owner may change it.
#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode & 0o755 | 0o400))
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same shape as on systems that have modes"
)]
pub(super) fn set_mode(_file: &File, _mode: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn dress_folder(folder: &Path, mode: u32, changed: (i64, u32)) {
    // A folder that nobody may open could not be deleted either. What cannot be set is as it is made.
    if let Ok(open) = File::open(folder) {
        let _ = set_mode(&open, mode | 0o700);
        if let Some(time) = time(changed) {
            let _ = open.set_modified(time);
        }
    }
}

#[cfg(not(unix))]
pub(super) fn dress_folder(_folder: &Path, _mode: u32, _changed: (i64, u32)) {}
