//! What lies on this computer and is to be uploaded.
//!
//! Folders are walked in the order in which they are sent: what lies in a folder itself comes before what
//! lies in its folders. Links are not followed, but for the one that was chosen itself, since whoever
//! chooses a link means what it leads to.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;
use slipway_porthole::{ASIDE, TRASH};

use super::cautions::{Cautions, Fate};
use super::links::stays;
use crate::Problem;
use crate::jobs::{Stop, Work};
use crate::names::numbered_bytes;
use crate::path::visible;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File { size: u64 },
    Link { target: Vec<u8> },
}

/// One file, folder or link.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) at: PathBuf,
    /// Its path below the folder that it is uploaded into.
    pub(super) path: Raw,
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) changed: (i64, u32),
}

/// Everything, folders before what is in them.
pub(super) fn gather(
    chosen: &[PathBuf],
    into_root: bool,
    cautions: &Cautions,
    work: &Work,
) -> Result<Vec<Source>, Stop> {
    let mut all = Vec::new();
    let mut taken = HashSet::new();
    for at in chosen {
        let name = at.file_name().ok_or_else(|| no_name(at))?;
        let mut path = Raw(bytes_of(name));
        let mut number = 2;
        // Two of one name from different folders.
        while !taken.insert(path.clone()) {
            path = Raw(numbered_bytes(&bytes_of(name), number));
            number += 1;
        }
        if is_reserved(&path.0, into_root) {
            cautions.add(Fate::Reserved, &path);
            continue;
        }
        let about = std::fs::metadata(at).map_err(|error| unreadable(at, &error))?;
        if !about.is_dir() {
            all.extend(single(at.clone(), path, &about, cautions));
            continue;
        }
        tree(at, path, &mut all, cautions, work)?;
    }
    Ok(all)
}

fn single(at: PathBuf, path: Raw, about: &Metadata, cautions: &Cautions) -> Option<Source> {
    if !about.is_file() {
        cautions.add(Fate::Special, &path);
        return None;
    }
    Some(source(at, path, Kind::File { size: about.len() }, about))
}

fn source(at: PathBuf, path: Raw, kind: Kind, about: &Metadata) -> Source {
    Source {
        at,
        path,
        mode: mode(about),
        changed: changed(about),
        kind,
    }
}

fn tree(
    top: &Path,
    path: Raw,
    all: &mut Vec<Source>,
    cautions: &Cautions,
    work: &Work,
) -> Result<(), Stop> {
    // Each with how many folders lie above it, the chosen one among them.
    let mut ahead = vec![(top.to_owned(), path, 0)];
    while let Some((at, path, depth)) = ahead.pop() {
        work.go_on()?;
        let Ok(about) = std::fs::metadata(&at) else {
            cautions.add(Fate::Vanished, &path);
            continue;
        };
        let Ok(entries) = std::fs::read_dir(&at) else {
            cautions.add(Fate::Unread, &path);
            continue;
        };
        all.push(source(at, path.clone(), Kind::Folder, &about));
        let mut folders = Vec::new();
        for entry in entries {
            let Ok(entry) = entry else {
                cautions.add(Fate::Unread, &path);
                break;
            };
            let inner = path.join(&bytes_of(&entry.file_name()));
            let Ok(about) = entry.metadata() else {
                cautions.add(Fate::Vanished, &inner);
                continue;
            };
            if is_reserved(&bytes_of(&entry.file_name()), false) {
                cautions.add(Fate::Reserved, &inner);
            } else if about.is_dir() {
                folders.push((entry.path(), inner, depth + 1));
            } else if about.is_symlink() {
                all.extend(link(entry.path(), inner, depth, &about, cautions));
            } else {
                all.extend(single(entry.path(), inner, &about, cautions));
            }
        }
        ahead.extend(folders.into_iter().rev());
    }
    Ok(())
}

/// A link that stays within the folder that was chosen.
fn link(
    at: PathBuf,
    path: Raw,
    depth: usize,
    about: &Metadata,
    cautions: &Cautions,
) -> Option<Source> {
    let Ok(target) = std::fs::read_link(&at) else {
        cautions.add(Fate::Unread, &path);
        return None;
    };
    let target = bytes_of(target.as_os_str());
    if !stays(&target, depth) {
        cautions.add(Fate::LinkOut, &path);
        return None;
    }
    Some(source(at, path, Kind::Link { target }, about))
}

/// What Slipway itself makes in places: it would be cleared away, or be taken for the trash.
fn is_reserved(name: &[u8], into_root: bool) -> bool {
    name.starts_with(ASIDE.as_bytes()) || (into_root && name == TRASH.as_bytes())
}

#[cfg(unix)]
fn bytes_of(name: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(name).to_vec()
}

/// Half a character, which Windows lets be, becomes the sign for one that cannot be read. A link's
/// target is written with the separator of the place.
#[cfg(not(unix))]
fn bytes_of(name: &OsStr) -> Vec<u8> {
    name.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(about: &Metadata) -> u32 {
    if about.is_dir() { 0o755 } else { 0o644 }
}

pub(super) fn changed(about: &Metadata) -> (i64, u32) {
    let Ok(time) = about.modified() else {
        return (0, 0);
    };
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => (
            i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            after.subsec_nanos(),
        ),
        Err(before) => {
            let before = before.duration();
            let seconds = -i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanoseconds => (seconds.saturating_sub(1), 1_000_000_000 - nanoseconds),
            }
        }
    }
}

fn no_name(at: &Path) -> Problem {
    Problem::new(
        ProblemKind::Other,
        format!(
            "{} cannot be uploaded as a whole.",
            visible(at.as_os_str().as_encoded_bytes()).0
        ),
    )
    .because("It is a disk and has no name of its own.")
    .hint("Choose the folders in it.")
}

fn unreadable(at: &Path, error: &std::io::Error) -> Problem {
    let name = at.file_name().unwrap_or(at.as_os_str());
    Problem::new(
        ProblemKind::Other,
        format!("{} cannot be read.", visible(name.as_encoded_bytes()).0),
    )
    .because("Nothing was uploaded.")
    .hint("See whether it is still there and may be opened.")
    .detail(error.to_string())
}
