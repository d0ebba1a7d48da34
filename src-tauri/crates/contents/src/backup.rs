//! Keeping a volume safe: one file with everything in it, and the way back.
//!
//! A backup is an ordinary tar archive (`format`), written aside while the volume is read (`make`,
//! `write`), read back and compared (`check`), and named only then. What lies in the folder of backups is
//! known by the beginning of each file (`shelf`); what is to be remembered between two starts are small
//! files (`memory`). The way back (`restore`) is previewed (`preview`), and can be taken back until all
//! of it is there (`unfinished`). Archives of other programs are read by the same eyes (`archive`).

mod archive;
mod check;
mod format;
mod keeping;
mod make;
mod memory;
mod paused;
mod plans;
mod preview;
mod restore;
mod room;
mod shelf;
mod unfinished;
mod users;
mod verify;
mod words;
mod write;

pub(crate) use self::keeping::Keeping;
pub(crate) use self::restore::kept_labels;
pub(crate) use self::unfinished::{Copying, Doing, Half};

use self::make::Wanted;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis, VolumeName};
use specta::Type;

use crate::entry::FileSort;
use crate::jobs::JobId;
use crate::{Contents, Result};

/// A backup file in the folder of backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// The file's name in the folder; names the backup.
    pub file: String,
    /// Empty for one that another program made: it does not say which volume it is of.
    pub volume: VolumeName,
    pub made: UnixMillis,
    pub size: Bytes,
    /// What lies in it, unpacked; `None` for one that another program made.
    pub unpacked: Option<Bytes>,
    pub files: Option<u32>,
    /// "Made before the restore of 3 November 2025", "Made by another program"; empty for an ordinary one.
    pub remark: String,
    /// Made by Slipway without being asked.
    pub by_schedule: bool,
    pub check: BackupCheck,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum BackupCheck {
    NotYet,
    Good {
        at: UnixMillis,
    },
    /// The file is damaged: what was found, in one sentence.
    Bad {
        at: UnixMillis,
        what: String,
    },
    /// It was made and is no longer in its folder.
    Moved,
}

/// Backups of one volume, or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupShelf {
    /// Newest first.
    pub backups: Vec<Backup>,
    /// The folder, as a person reads it.
    pub folder: String,
    pub free: Option<Bytes>,
    pub plans: Vec<BackupPlan>,
    /// Sentences about what Slipway remembered and could not read any more, and where it was kept.
    pub notices: Vec<String>,
}

/// When Slipway backs a volume up by itself, while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupPlan {
    pub volume: VolumeName,
    pub every_days: u32,
    /// How many of its own it keeps; older ones of the plan go, others never.
    pub keep: u32,
    pub next: Option<UnixMillis>,
    /// Why the last one was not made, or that the volume is not there now. Only told, never taken.
    pub trouble: Option<String>,
}

/// Where a backup goes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "into")]
pub enum RestoreTarget {
    NewVolume {
        name: String,
    },
    /// What is there now is backed up first.
    SameVolume,
}

/// What a restore would do, before it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestorePreview {
    pub backup: Backup,
    /// Labs that run on the volume and have to stop first.
    pub running: Vec<String>,
    pub replaced: RestoreGroup,
    pub brought_back: RestoreGroup,
    pub same: RestoreGroup,
    /// Only in the volume: goes with the restore, and is in the backup made first.
    pub only_here: RestoreGroup,
    /// Names in the file that could leave the volume, and are not restored.
    pub refused: RestoreGroup,
    /// A name for a new volume that is free.
    pub free_name: String,
    /// Everything in a file of another program lies in this one folder, which is left off.
    pub top_folder: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreGroup {
    pub files: u32,
    pub bytes: Bytes,
    /// The first hundred, by name.
    pub first: Vec<RestoreFile>,
}

/// A file that a restore would bring, take or leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreFile {
    /// Its path, as it can be shown.
    pub name: String,
    pub sort: FileSort,
    /// When the one in the volume was changed; `None` where there is none, or its time is no date.
    pub here: Option<UnixMillis>,
    /// The same of the one in the backup.
    pub kept: Option<UnixMillis>,
}

/// What becomes of a file that was brought here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum AddedBackup {
    /// It lies in the folder of backups already.
    Here { file: String },
    /// It is being copied there; what the job made is the backup.
    Coming { job: JobId },
}

impl Contents {
    /// Backups of one volume, or of all; those that another program made belong to none and are always
    /// there.
    ///
    /// # Errors
    /// Where the folder of backups cannot be read.
    pub async fn backups(&self, volume: Option<&str>) -> Result<BackupShelf> {
        shelf::list(&self.shared, volume).await
    }

    /// Within a tokio runtime. With `pause` the containers that use it are paused for the time of reading.
    ///
    /// # Errors
    /// `Gone`; while it is being restored. What goes wrong later is told by the job.
    pub fn back_up(&self, volume: &str, pause: bool) -> Result<JobId> {
        let wanted = Wanted {
            volume: VolumeName::from(volume),
            pause,
            remark: String::new(),
            by_schedule: false,
        };
        make::begin(&self.shared, wanted, None)
    }

    /// Reads it to its end and compares every file in it with the manifest; what is found is remembered.
    ///
    /// # Errors
    /// `Gone`.
    pub async fn verify_backup(&self, file: &str) -> Result<JobId> {
        verify::begin(&self.shared, file).await
    }

    /// A backup file from elsewhere, ours or a tar made by hand, is copied into the folder of backups.
    ///
    /// # Errors
    /// Where it is no backup, or there is too little room.
    pub async fn add_backup(&self, file: PathBuf) -> Result<AddedBackup> {
        shelf::add(&self.shared, file).await
    }

    /// # Errors
    /// `Gone`; where the backup is damaged.
    pub async fn preview_restore(
        &self,
        file: &str,
        target: RestoreTarget,
    ) -> Result<RestorePreview> {
        preview::preview(&self.shared, file, target).await
    }

    /// # Errors
    /// At `name`: empty, illegal, taken. Where labs run on the volume, with their names.
    pub async fn restore(&self, file: &str, target: RestoreTarget) -> Result<JobId> {
        restore::begin(&self.shared, file, target).await
    }

    /// Deletes the file, or takes one that was moved off the list.
    ///
    /// # Errors
    /// `Gone`; where the file cannot be removed.
    pub async fn delete_backup(&self, file: &str) -> Result<()> {
        shelf::delete(&self.shared, file).await
    }

    /// Where the file lies on this computer.
    ///
    /// # Errors
    /// `Gone`.
    pub fn backup_path(&self, file: &str) -> Result<PathBuf> {
        shelf::path_of(&self.shared, file)
    }

    /// Backs a volume up by itself from now on.
    ///
    /// # Errors
    /// At `everyDays` and `keep`.
    pub fn plan_backups(&self, plan: BackupPlan) -> Result<()> {
        plans::plan(&self.shared, plan)
    }

    pub fn forget_plan(&self, volume: &str) -> Result<()> {
        plans::forget(&self.shared, volume)
    }

    /// Makes the backups that are due at this moment, as Slipway does by itself while it runs; gives
    /// their files.
    pub async fn back_up_due(&self, now: UnixMillis) -> Vec<String> {
        plans::back_up_due(&self.shared, now).await
    }
}
