//! What another Slipway has done to the profiles: the window and a command on a terminal work on one
//! folder, and neither asks the other.
//!
//! The folder is the truth: a file that is there counts as it is, and a lab whose file and container
//! are both gone was deleted. Files are told apart by time and length, and only those that changed are
//! read again.

use std::fs::ReadDir;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Profile, ProfileFolder, read_one};
use crate::card::LabId;

/// A file as it was when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    changed: Option<SystemTime>,
    length: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Self {
        let facts = std::fs::metadata(path).ok();
        Self {
            changed: facts.as_ref().and_then(|facts| facts.modified().ok()),
            length: facts.map_or(0, |facts| facts.len()),
        }
    }
}

/// What has changed since the folder was last looked at, not counting this process's own writing.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    pub written: Vec<Profile>,
    /// Labs that have a file now, readable or not. `None` where the folder cannot be read.
    pub filed: Option<Vec<LabId>>,
}

impl ProfileFolder {
    /// Looks at the folder again.
    pub(crate) fn look_again(&self) -> Elsewhere {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => Some(entries),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(_) => return Elsewhere::default(),
        };
        let files = entries.map(profile_files).unwrap_or_default();
        let mut written = Vec::new();
        let mut known = self.known();
        for (stem, path) in &files {
            let stamp = Stamp::of(path);
            if self.untouchable.contains(stem) || known.get(stem) == Some(&stamp) {
                continue;
            }
            known.insert(stem.clone(), stamp);
            match read_one(path, stem) {
                Ok(profile) => written.push(profile),
                Err(problem) => tracing::warn!(%problem, "a profile that changed cannot be read"),
            }
        }
        known.retain(|stem, _| files.iter().any(|(there, _)| there == stem));
        Elsewhere {
            written,
            filed: Some(files.into_iter().map(|(stem, _)| LabId(stem)).collect()),
        }
    }
}

/// The files of profiles, by the lab's id in their name.
pub(super) fn profile_files(entries: ReadDir) -> Vec<(String, PathBuf)> {
    let mut files: Vec<(String, PathBuf)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter_map(|path| {
            let stem = path.file_stem()?.to_str()?.to_owned();
            (!stem.starts_with('.')).then_some((stem, path))
        })
        .collect();
    files.sort();
    files
}
