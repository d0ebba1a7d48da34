//! Giving what was downloaded its names in the chosen folder.
//!
//! Folders are merged into folders; every other name that is taken is asked for first. Then everything is
//! renamed, one after the other, with a journal: where it cannot go on, what was done is taken back. A name
//! that is taken is never written over unless somebody said so, also where it was taken a moment ago.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{Metadata, symlink_metadata};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use slipway_engine::{Bytes, UnixMillis};

use super::cautions::{Cautions, Fate};
use crate::jobs::{Conflict, Version};
use crate::names::{numbered, numbered_bytes};
use crate::path::visible;

/// The folder in the aside folder that keeps what was replaced until all is done.
const REPLACED: &str = ".slipway-replaced";

/// Something that gets its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    pub(super) replace: bool,
}

/// A name that is taken.
#[derive(Clone, Debug)]
pub(super) struct Clash {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// A file and a folder: neither can replace the other.
    pub(super) mixed: bool,
    pub(super) there: Version,
    pub(super) coming: Version,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) moves: Vec<Move>,
    pub(super) clashes: Vec<Clash>,
}

/// What has to be renamed to what, and what is taken.
pub(super) fn look(aside: &Path, tops: &[(OsString, PathBuf)]) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut ahead: Vec<(PathBuf, PathBuf)> = tops
        .iter()
        .map(|(name, to)| (aside.join(name), to.clone()))
        .collect();
    while let Some((from, to)) = ahead.pop() {
        // What was left out is not there.
        let Some(coming) = found(&from)? else {
            continue;
        };
        let Some(there) = found(&to)? else {
            plan.moves.push(Move {
                from,
                to,
                replace: false,
            });
            continue;
        };
        // A link to a folder is no folder: nothing is written through it.
        if coming.is_dir() && there.is_dir() {
            for entry in std::fs::read_dir(&from)? {
                let name = entry?.file_name();
                ahead.push((from.join(&name), to.join(&name)));
            }
            continue;
        }
        plan.clashes.push(Clash {
            from,
            to,
            mixed: coming.is_dir() != there.is_dir(),
            there: version(&there),
            coming: version(&coming),
        });
    }
    plan.clashes.sort_by(|one, other| one.to.cmp(&other.to));
    Ok(plan)
}

pub(super) fn found(path: &Path) -> Result<Option<Metadata>> {
    match symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn version(of: &Metadata) -> Version {
    Version {
        folder: of.is_dir(),
        size: of.is_file().then_some(Bytes(of.len())),
        changed: of.modified().ok().and_then(millis),
    }
}

fn millis(time: std::time::SystemTime) -> Option<UnixMillis> {
    jiff::Timestamp::try_from(time)
        .ok()
        .map(|time| UnixMillis(time.as_millisecond()))
}

impl Clash {
    /// The question; `root` is the chosen folder.
    pub(super) fn conflict(&self, root: &Path, both: &Path, more: usize) -> Conflict {
        let folder = self.to.parent().unwrap_or(root);
        let shown = folder
            .strip_prefix(root.parent().unwrap_or(root))
            .unwrap_or(folder);
        Conflict {
            name: shown_name(&self.to),
            folder: visible(shown.as_os_str().as_encoded_bytes()).0,
            there: self.there.clone(),
            coming: self.coming.clone(),
            both_name: shown_name(both),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
    }
}

fn shown_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    visible(name.as_encoded_bytes()).0
}

/// A name beside `to` that nothing has and nothing else will get.
pub(super) fn free(to: &Path, claimed: &HashSet<PathBuf>) -> Result<PathBuf> {
    let name = to.file_name().unwrap_or_default();
    for number in 2.. {
        let other = to.with_file_name(numbered_os(name, number));
        if !claimed.contains(&other) && found(&other)?.is_none() {
            return Ok(other);
        }
    }
    Err(Error::from(ErrorKind::AlreadyExists))
}

fn numbered_os(name: &OsStr, number: u32) -> OsString {
    match name.to_str() {
        Some(text) => numbered(text, number).into(),
        None => numbered_raw(name, number),
    }
}

#[cfg(unix)]
fn numbered_raw(name: &OsStr, number: u32) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    OsString::from_vec(numbered_bytes(name.as_bytes(), number))
}

#[cfg(not(unix))]
fn numbered_raw(name: &OsStr, number: u32) -> OsString {
    let bytes = numbered_bytes(name.as_encoded_bytes(), number);
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Renames all of it, or nothing: gives where each lies now.
pub(super) fn settle(aside: &Path, moves: &[Move], cautions: &Cautions) -> Result<Vec<PathBuf>> {
    let replaced = aside.join(REPLACED);
    std::fs::create_dir(&replaced)?;
    let mut journal = Journal::default();
    let mut settled = Vec::with_capacity(moves.len());
    for (number, one) in moves.iter().enumerate() {
        match journal.put(one, &replaced.join(number.to_string()), cautions) {
            Ok(to) => settled.push(to),
            Err(error) => {
                journal.undo();
                return Err(error);
            }
        }
    }
    Ok(settled)
}

/// Renames that were done: what was where.
#[derive(Debug, Default)]
struct Journal(Vec<(PathBuf, PathBuf)>);

impl Journal {
    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)?;
        self.0.push((from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn put(&mut self, one: &Move, kept: &Path, cautions: &Cautions) -> Result<PathBuf> {
        let coming = symlink_metadata(&one.from)?;
        if one.replace {
            // Kept under a second name, so that the name itself is never without a file.
            match std::fs::hard_link(&one.to, kept) {
                Ok(()) => self.0.push((one.to.clone(), kept.to_owned())),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => self.rename(&one.to, kept)?,
            }
            self.rename(&one.from, &one.to)?;
            return Ok(one.to.clone());
        }
        let mut to = one.to.clone();
        loop {
            let taken = if coming.is_dir() {
                found(&to)?.is_some()
            } else {
                // A second name fails where the name is taken, in one step.
                match std::fs::hard_link(&one.from, &to) {
                    Ok(()) => {
                        self.0.push((one.from.clone(), to.clone()));
                        // The rest goes with the folder that it is in.
                        let _ = std::fs::remove_file(&one.from);
                        return Ok(to);
                    }
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => true,
                    // A disk that has one name for each file.
                    Err(_) => found(&to)?.is_some(),
                }
            };
            if !taken {
                self.rename(&one.from, &to)?;
                return Ok(to);
            }
            cautions.add_named(Fate::TakenMeanwhile, shown_name(&one.to).as_bytes());
            to = free(&one.to, &HashSet::new())?;
        }
    }

    /// The last first. What cannot be taken back stays where it is.
    fn undo(self) {
        for (was, is) in self.0.into_iter().rev() {
            if let Err(error) = std::fs::rename(&is, &was) {
                tracing::warn!(%error, "a rename is not taken back");
            }
        }
    }
}

#[cfg(test)]
mod tests;
