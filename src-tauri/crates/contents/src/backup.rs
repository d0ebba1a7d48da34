//! Keeping a volume safe: one file with everything in it, and the way back.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis, VolumeName};
use specta::Type;

use crate::jobs::JobId;
use crate::{Contents, Result, not_there_yet};

/// A backup file in the folder of backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// The file's name in the folder; names the backup.
    pub file: String,
    pub volume: VolumeName,
    pub made: UnixMillis,
    pub size: Bytes,
    /// What lies in it, unpacked; `None` for one that another program made.
    pub unpacked: Option<Bytes>,
    pub files: Option<u32>,
    /// "Made before the restore of 3 November"; empty for an ordinary one.
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
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreGroup {
    pub files: u32,
    pub bytes: Bytes,
    /// The first hundred, as they can be shown.
    pub names: Vec<String>,
}

impl Contents {
    pub async fn backups(&self, _volume: Option<&str>) -> Result<BackupShelf> {
        not_there_yet()
    }

    /// With `pause` the containers that use it are paused for the time of reading.
    pub async fn back_up(&self, _volume: &str, _pause: bool) -> Result<JobId> {
        not_there_yet()
    }

    pub async fn verify_backup(&self, _file: &str) -> Result<JobId> {
        not_there_yet()
    }

    /// A backup file from elsewhere, ours or a tar made by hand, is put into the folder of backups.
    pub async fn add_backup(&self, _file: PathBuf) -> Result<String> {
        not_there_yet()
    }

    pub async fn preview_restore(
        &self,
        _file: &str,
        _target: RestoreTarget,
    ) -> Result<RestorePreview> {
        not_there_yet()
    }

    pub async fn restore(&self, _file: &str, _target: RestoreTarget) -> Result<JobId> {
        not_there_yet()
    }

    pub async fn delete_backup(&self, _file: &str) -> Result<()> {
        not_there_yet()
    }

    pub async fn plan_backups(&self, _plan: BackupPlan) -> Result<()> {
        not_there_yet()
    }

    pub async fn forget_plan(&self, _volume: &str) -> Result<()> {
        not_there_yet()
    }
}
