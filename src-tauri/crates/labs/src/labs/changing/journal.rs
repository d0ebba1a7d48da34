//! Changes under way, on disk: what is being put in the place of what, written before each step.
//!
//! Whoever is ended in the midst of a change leaves two containers of one lab. The journal says which
//! of them the lab is, so that the next start needs no guess: the old one, until the new one has
//! answered and that was written down. A lock beside the journal tells a change that is under way in
//! another Slipway from one whose Slipway is gone; the system lets go of it with the process.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use slipway_engine::ContainerId;
use slipway_engine::containers::Restart;

use crate::card::LabId;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{EngineMark, Profile, is_file_name};

/// What is written of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub lab: LabId,
    /// The engine on which it was begun; `None`: it did not say what it is.
    pub engine: Option<EngineMark>,
    pub old: ContainerId,
    /// The old container's name.
    pub name: String,
    /// Its name while the new one has the place.
    pub aside: String,
    /// The new container's name until it has the place.
    pub temporary: String,
    /// The lab ran, and is to run again whatever comes.
    pub ran: bool,
    /// Volumes and networks that the change made or is about to make.
    pub volumes: Vec<String>,
    pub networks: Vec<String>,
    /// The new container has answered: the lab is that one from now on.
    pub proven: bool,
    /// The lab as it will be; it names the new container once that is there.
    pub after: Profile,
    /// What the new container does when it stops by itself, once it has the place.
    pub restart: Restart,
}

/// A change that this Slipway carries out, or takes up after another one.
#[derive(Debug)]
pub(crate) struct Journal {
    pub entry: Entry,
    folder: PathBuf,
    _lock: File,
}

/// What came of the wish to take a change up.
pub(crate) enum Claim {
    Ours(Box<Journal>),
    /// A living Slipway is at it.
    Held,
    /// It has come to its end meanwhile, or cannot be read.
    Gone,
}

fn folder(profiles: &Path) -> PathBuf {
    profiles.join("changing")
}

fn file(folder: &Path, lab: &LabId) -> PathBuf {
    folder.join(format!("{}.json", lab.0))
}

/// The lock, or nothing where somebody has it.
fn lock(folder: &Path, lab: &LabId) -> std::io::Result<Option<File>> {
    std::fs::create_dir_all(folder)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(format!("{}.lock", lab.0)))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The changes that were begun and never came to an end, of this run or an earlier one.
pub(crate) fn read(profiles: &Path) -> Vec<Entry> {
    let Ok(entries) = std::fs::read_dir(folder(profiles)) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        .filter_map(|entry| read_one(&entry.path()))
        .collect()
}

fn read_one(path: &Path) -> Option<Entry> {
    let entry: Entry = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let named = path.file_stem()?.to_str()? == entry.lab.0;
    (named && is_file_name(&entry.lab.0)).then_some(entry)
}

impl Entry {
    /// Whether it was begun on this engine.
    pub(crate) fn is_of(&self, engine: Option<&EngineMark>) -> bool {
        match (&self.engine, engine) {
            (Some(own), Some(engine)) => own.is_same_as(engine),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }
}

impl Journal {
    /// Writes down what is about to be changed.
    ///
    /// # Errors
    /// That the lab is being changed already; that nothing can be written, so that nothing is changed.
    pub(crate) fn begin(profiles: &Path, entry: Entry) -> Result<Self> {
        let folder = folder(profiles);
        let lock = lock(&folder, &entry.lab)
            .map_err(|error| unwritable(&error))?
            .ok_or_else(|| busy(&entry.after.saved.form.name))?;
        let mut journal = Self {
            entry,
            folder,
            _lock: lock,
        };
        journal.note(|_| {})?;
        Ok(journal)
    }

    /// Takes up a change that nobody is at any more.
    pub(crate) fn claim(profiles: &Path, lab: &LabId) -> Claim {
        let folder = folder(profiles);
        let lock = match lock(&folder, lab) {
            Ok(Some(lock)) => lock,
            Ok(None) => return Claim::Held,
            Err(error) => {
                tracing::warn!(%error, lab = %lab.0, "a change cannot be taken up");
                return Claim::Gone;
            }
        };
        // It may have gone on, or come to its end, since it was read.
        match read_one(&file(&folder, lab)) {
            Some(entry) => Claim::Ours(Box::new(Self {
                entry,
                folder,
                _lock: lock,
            })),
            None => Claim::Gone,
        }
    }

    /// Changes the entry on disk, whole or not at all, and then here.
    ///
    /// # Errors
    /// Where it cannot be written; the entry is as before then.
    pub(crate) fn note(&mut self, change: impl FnOnce(&mut Entry)) -> Result<()> {
        let mut entry = self.entry.clone();
        change(&mut entry);
        let write = || -> std::io::Result<()> {
            let mut new = tempfile::Builder::new()
                .prefix(".writing-")
                .tempfile_in(&self.folder)?;
            new.write_all(&serde_json::to_vec_pretty(&entry)?)?;
            new.as_file().sync_all()?;
            new.persist(file(&self.folder, &entry.lab))?;
            Ok(())
        };
        write().map_err(|error| unwritable(&error))?;
        self.entry = entry;
        Ok(())
    }

    /// The change is over, one way or the other.
    pub(crate) fn end(&self) {
        match std::fs::remove_file(file(&self.folder, &self.entry.lab)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a change could not be crossed out");
            }
            _ => {}
        }
    }
}

/// The lab is being changed at this moment.
pub(crate) fn busy(name: &str) -> Problem {
    Problem::new(ProblemKind::Other, format!("{name} is being changed."))
        .because("One thing at a time, so that nothing gets lost.")
        .hint("Wait until it has come to its end, or cancel it.")
}

fn unwritable(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Other, "The change could not be written down.")
        .because("Slipway notes each step, so that a power cut loses nothing. Nothing was changed.")
        .hint("Check how full your disk is and who may write to Slipway's folder.")
        .detail(error.to_string())
}

#[cfg(test)]
mod tests;
