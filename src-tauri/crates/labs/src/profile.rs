//! A lab's profile on disk: one readable JSON file a lab, versioned, written atomically.
//!
//! Containers carry labels (`io.slipway.lab`, `io.slipway.profile`), so that a lost profile is
//! rebuilt from its container. A file that is truncated or from a newer version is reported and
//! never overwritten nor deleted: it may be all that somebody has, and a newer Slipway can read it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use slipway_engine::health::EngineFacts;
use slipway_engine::inventory::ContainerRow;
use slipway_engine::{ContainerId, UnixMillis};

use crate::card::LabId;
use crate::names;
use crate::plan::SavedForm;
use crate::problem::{Problem, ProblemKind, Result};

mod elsewhere;

pub(crate) use elsewhere::Elsewhere;
use elsewhere::Stamp;

/// The container's label with the lab's id.
pub const LAB_LABEL: &str = "io.slipway.lab";
/// The container's label with the `SavedForm` as JSON.
pub const PROFILE_LABEL: &str = "io.slipway.profile";

/// Set in a saved form's further values where Slipway made the lab's password.
pub(crate) const PASSWORD_MADE: &str = "passwordMade";
/// Set there when everything that the recipe does inside once is done.
pub(crate) const PREPARED: &str = "prepared";

/// The newest file format that this version reads and writes.
const VERSION: u32 = 1;

/// What is kept of a lab. Holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub version: u32,
    pub id: LabId,
    /// The container that is this lab; a copy of its labels on another container is not.
    pub container: Option<ContainerId>,
    pub created: UnixMillis,
    /// When the container ended because Slipway stopped it: its exit code then says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<UnixMillis>,
    /// The engine that it is on; profiles of earlier versions learn it when their container is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineMark>,
    /// Its container was made by somebody else and carries no label of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    pub saved: SavedForm,
}

/// By what an engine is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EngineMark {
    /// The engine's own id; empty where it has none.
    pub id: String,
    pub address: String,
    /// "Docker Desktop", "Docker Engine on lab-server"
    pub name: String,
}

impl EngineMark {
    /// The mark of the engine that these facts are of.
    pub fn of(facts: &EngineFacts) -> Self {
        let name = if facts.this_computer || facts.host_name.is_empty() {
            facts.product_name.clone()
        } else {
            format!("{} on {}", facts.product_name, facts.host_name)
        };
        Self {
            id: facts.id.clone(),
            address: facts.endpoint.address.clone(),
            name,
        }
    }

    /// The same engine, by its id where both have one: an address can be given to another engine,
    /// and one engine can have several.
    pub fn is_same_as(&self, other: &Self) -> bool {
        if self.id.is_empty() || other.id.is_empty() {
            self.address == other.address
        } else {
            self.id == other.id
        }
    }
}

impl Profile {
    pub fn new(id: LabId, container: ContainerId, created: UnixMillis, saved: SavedForm) -> Self {
        Self {
            version: VERSION,
            id,
            container: Some(container),
            created,
            stopped: None,
            engine: None,
            adopted: false,
            saved,
        }
    }

    /// Whether it is known to be on another engine than this one. An engine that does not say what
    /// it is may be any.
    pub fn is_elsewhere(&self, engine: Option<&EngineMark>) -> bool {
        match (&self.engine, engine) {
            (Some(own), Some(engine)) => !own.is_same_as(engine),
            _ => false,
        }
    }

    /// Rebuilds a lab from its container's labels; `None` where it is no lab of ours, or its labels
    /// are damaged.
    pub fn of_container(row: &ContainerRow) -> Option<Self> {
        let id = LabId(row.labels.get(LAB_LABEL)?.clone());
        if !is_file_name(&id.0) {
            return None;
        }
        let mut saved: SavedForm = serde_json::from_str(row.labels.get(PROFILE_LABEL)?).ok()?;
        if saved.version > VERSION {
            return None;
        }
        // A container can be renamed with another program; its own name is the truth.
        if names::container_name(&saved.form.name) != row.name {
            row.name.clone_into(&mut saved.form.name);
        }
        Some(Self::new(id, row.id.clone(), row.created, saved))
    }
}

/// The saved form as the container's label carries it.
pub fn label_text(saved: &SavedForm) -> Result<String> {
    serde_json::to_string(saved).map_err(|error| {
        Problem::new(
            ProblemKind::Other,
            "The lab's settings could not be written.",
        )
        .detail(error.to_string())
    })
}

/// A saved form of this version.
pub fn saved_form(
    form: crate::form::LaunchForm,
    risk_accepted_at: Option<UnixMillis>,
) -> SavedForm {
    SavedForm {
        version: VERSION,
        form,
        risk_accepted_at: risk_accepted_at.map(|time| time.0),
        more: BTreeMap::new(),
    }
}

/// Ids become file names, and a label is written by whoever made the container.
pub(crate) fn is_file_name(id: &str) -> bool {
    id.len() <= 80
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The folder of the profiles.
#[derive(Debug)]
pub struct ProfileFolder {
    folder: PathBuf,
    /// Files that could not be read, by name: they are never written to.
    untouchable: BTreeSet<String>,
    /// The files as they were read or written here last, by name.
    known: Mutex<BTreeMap<String, Stamp>>,
}

impl ProfileFolder {
    /// Reads every profile, and what is wrong with those that cannot be read.
    pub fn read(folder: PathBuf) -> (Self, Vec<Profile>, Vec<Problem>) {
        let mut this = Self {
            folder,
            untouchable: BTreeSet::new(),
            known: Mutex::default(),
        };
        let (mut profiles, mut unreadable) = (Vec::new(), Vec::new());
        let entries = match std::fs::read_dir(&this.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (this, profiles, unreadable);
            }
            Err(error) => {
                unreadable.push(
                    Problem::new(ProblemKind::ProfileUnreadable, "Your labs cannot be read.")
                        .because(format!(
                            "The folder {} cannot be opened.",
                            this.folder.display()
                        ))
                        .hint("Check who may read this folder, then start Slipway again.")
                        .detail(error.to_string()),
                );
                return (this, profiles, unreadable);
            }
        };
        for (stem, path) in elsewhere::profile_files(entries) {
            let stamp = Stamp::of(&path);
            match read_one(&path, &stem) {
                Ok(profile) => {
                    this.known().insert(stem, stamp);
                    profiles.push(profile);
                }
                Err(problem) => {
                    this.untouchable.insert(stem);
                    unreadable.push(problem);
                }
            }
        }
        (this, profiles, unreadable)
    }

    /// Writes a profile whole or not at all. A file that could not be read stays as it is.
    pub fn save(&self, profile: &Profile) -> Result<()> {
        if self.untouchable.contains(&profile.id.0) {
            return Ok(());
        }
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::Builder::new()
                .prefix(".writing-")
                .tempfile_in(&self.folder)?;
            let mut text = serde_json::to_string_pretty(profile)?;
            text.push('\n');
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            let path = self.path(&profile.id);
            file.persist(&path)?;
            self.known().insert(profile.id.0.clone(), Stamp::of(&path));
            Ok(())
        };
        write().map_err(|error| {
            Problem::new(ProblemKind::Other, "The lab's profile could not be saved.")
                .because(format!("Slipway may not write to {}.", self.folder.display()))
                .hint("The lab itself works; check who may write to this folder and how full its disk is.")
                .detail(error.to_string())
        })
    }

    /// Deletes a profile; one that is gone already is no error.
    pub fn remove(&self, id: &LabId) -> Result<()> {
        if self.untouchable.contains(&id.0) || !is_file_name(&id.0) {
            return Ok(());
        }
        self.known().remove(&id.0);
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Problem::new(
                ProblemKind::Other,
                "The lab's profile could not be deleted.",
            )
            .detail(error.to_string())),
            _ => Ok(()),
        }
    }

    fn path(&self, id: &LabId) -> PathBuf {
        self.folder.join(format!("{}.json", id.0))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Stamp>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that is read of a file before its version is known.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

fn read_one(path: &Path, stem: &str) -> Result<Profile> {
    let unreadable = |title: String, why: &str, detail: String| {
        Problem::new(ProblemKind::ProfileUnreadable, title)
            .because(why)
            .detail(format!("{}: {detail}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        unreadable(
            format!("The profile of the lab {stem} cannot be read."),
            "The file is left as it is.",
            error.to_string(),
        )
    })?;
    let damaged = |detail: String| {
        unreadable(
            format!("The profile of the lab {stem} is damaged."),
            "The file is left as it is. While its container is there, the lab works without it.",
            detail,
        )
        .hint("Repair the file or move it out of the folder, then start Slipway again.")
    };
    let versioned: Versioned =
        serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if versioned.version > VERSION {
        return Err(unreadable(
            format!("The lab {stem} was saved by a newer Slipway."),
            "This version cannot read its profile, and leaves the file as it is.",
            format!(
                "version {} of the format; this Slipway reads up to {VERSION}",
                versioned.version
            ),
        )
        .hint("Install the newest Slipway."));
    }
    let mut json = serde_json::Deserializer::from_str(&text);
    let profile: Profile =
        serde_path_to_error::deserialize(&mut json).map_err(|error| damaged(error.to_string()))?;
    if profile.id.0 == stem && is_file_name(stem) {
        Ok(profile)
    } else {
        Err(damaged(format!("the file holds the lab {}", profile.id.0)))
    }
}

#[cfg(test)]
mod tests;
