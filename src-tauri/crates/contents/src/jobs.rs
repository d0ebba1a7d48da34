//! Work that takes a while: it goes on when the page is left, can be stopped, and asks when it has to.

pub(crate) mod book;
mod pace;

pub(crate) use self::book::{Answered, Done, Jobs, NewJob, Stop, Work};

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;
use tokio::sync::watch;

use crate::Contents;
use crate::place::Place;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct JobId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum JobKind {
    Download,
    Upload,
    BackUp,
    Verify,
    Restore,
    /// A volume into another, a folder into a volume, a volume into a folder.
    Copy,
    /// A backup file from elsewhere into the folder of backups.
    AddBackup,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum JobState {
    Running,
    /// It waits for an answer; nothing is overwritten meanwhile.
    Asking {
        conflict: Conflict,
    },
    Done {
        /// "3 files, 214 MB. Checked."
        summary: String,
        /// What it made on this computer, to be shown in the file manager: a folder or a file.
        made: Option<String>,
        /// What has to be known all the same: files that changed while they were read.
        cautions: Vec<String>,
    },
    /// Stopped by the person; nothing half-made is left.
    Cancelled {
        /// What has to be known all the same: files that had been replaced already.
        cautions: Vec<String>,
    },
    Failed {
        problem: crate::Problem,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
    pub place: Place,
    /// "Uploading 3 files to churn"
    pub title: String,
    pub state: JobState,
    pub started: UnixMillis,
    pub bytes: Bytes,
    /// `None` while it is counted.
    pub total_bytes: Option<Bytes>,
    pub files: u32,
    pub total_files: Option<u32>,
    /// Bytes in a second, over the last few seconds.
    pub speed: Option<Bytes>,
    pub seconds_left: Option<u32>,
    /// Bytes of the file that is written, where it is not what is read (a packed backup).
    pub written: Option<Bytes>,
    /// The steps of the work, in order.
    pub steps: Vec<JobStep>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepProgress {
    Waiting,
    Running,
    Done,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobStep {
    /// "Copy and compress"
    pub title: String,
    pub progress: StepProgress,
    /// "84 GB free"
    pub note: String,
}

/// Two things that want the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The name, as it can be shown.
    pub name: String,
    /// The folder that it is in.
    pub folder: String,
    pub there: Version,
    pub coming: Version,
    /// What "keep both" would call the new one.
    pub both_name: String,
    /// More like it are to come, as far as is known.
    pub more: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    pub folder: bool,
    pub size: Option<Bytes>,
    pub changed: Option<UnixMillis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConflictAnswer {
    KeepBoth,
    Replace,
    Skip,
}

/// All work of this session, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobList {
    pub jobs: Vec<Job>,
}

impl Contents {
    /// All work of this session, while somebody follows.
    pub fn jobs(&self) -> watch::Receiver<JobList> {
        self.shared.jobs.follow()
    }

    /// Stops a job, which then tidies up behind itself; of one that is over there is nothing to stop.
    pub fn cancel_job(&self, job: JobId) {
        self.shared.jobs.cancel(job);
    }

    /// Takes a job that is over off the list; one that goes on stays.
    pub fn dismiss_job(&self, job: JobId) {
        self.shared.jobs.dismiss(job);
    }

    /// Answers what a job asks; with `for_all` also what it would ask from now on.
    pub fn answer_conflict(&self, job: JobId, answer: ConflictAnswer, for_all: bool) {
        self.shared.jobs.answer(job, Answered { answer, for_all });
    }
}
