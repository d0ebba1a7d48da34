//! A launch as it happens: check, pull, create, start, wait until it answers, open.
//!
//! It runs as a task of its own and goes on when nobody looks. Its whole state is published at most
//! ten times a second. Cancelling at any step leaves no container, no empty volume and no half-made
//! lab behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use slipway_engine::UnixMillis;
use slipway_engine::images::PullProgress;
use slipway_vault::Secret;
use specta::Type;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Problem;
use crate::card::LabId;
use crate::form::LaunchForm;

pub(crate) mod board;
mod failure;
mod journey;
pub(crate) mod made;
pub(crate) mod sign_in;
pub(crate) mod unfinished;
pub(crate) mod words;

pub(crate) use journey::{Luggage, begin, open_in_browser};
pub(crate) use sign_in::run_inside;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    Check,
    Download,
    Create,
    Start,
    Answer,
    /// What the recipe does inside once, before the lab can be used (Superset's first account).
    Prepare,
    Open,
    /// A change: the old container is stopped, because it and the new one cannot run side by side.
    SetAside,
    /// A change: the new container gets the old one's place.
    Replace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    Todo,
    Now,
    Done,
    /// Not needed (the image was here; the lab has no page to open).
    Skipped,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LaunchStep {
    pub kind: StepKind,
    pub state: StepState,
    /// "Start it on port 8889", "Downloaded the image"
    pub title: String,
    /// "1.9 GB in 1 min 19 s", "Usually 10 to 20 s"; may be empty.
    pub aside: String,
    pub started: Option<UnixMillis>,
    pub ended: Option<UnixMillis>,
}

/// What the wait for an answer shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingFor {
    /// "Jupyter has not answered yet"
    pub sentence: String,
    /// It takes longer than usual.
    pub slow: bool,
    /// Last lines of the lab's log, secrets masked.
    pub log: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum LaunchOutcome {
    Running,
    /// `shown` has no token. `opened` is false where no browser could be started; then `open_problem` says why.
    #[serde(rename_all = "camelCase")]
    Ready {
        shown: Option<crate::address::ShownAddress>,
        opened: bool,
        open_problem: Option<Problem>,
    },
    /// A program without a page did its work and ended without an error; `output` are its last lines.
    #[serde(rename_all = "camelCase")]
    Finished {
        output: Vec<String>,
    },
    #[serde(rename_all = "camelCase")]
    Failed {
        problem: Problem,
        fixes: Vec<LaunchFix>,
    },
    /// A change has come to its end: the lab is the new container. `running` is false where it was stopped
    /// before, too; `shown` has no token.
    #[serde(rename_all = "camelCase")]
    Changed {
        shown: Option<crate::address::ShownAddress>,
        running: bool,
    },
    Cancelling,
    Cancelled,
}

/// A way out of a failure, as a button; the first is the recommended one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LaunchFix {
    /// "Use port 8890 and start"
    pub label: String,
    /// Launch again with this form; `None`: open the wizard with the form as it was.
    pub form: Option<LaunchForm>,
}

/// The whole state of a launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LaunchProgress {
    pub lab: LabId,
    /// Grows with each published state.
    pub sequence: u32,
    pub name: String,
    pub icon: String,
    pub tint: u8,
    /// `exasol/ai-lab:6.0.0`
    pub image: String,
    pub steps: Vec<LaunchStep>,
    pub pull: Option<PullProgress>,
    pub waiting: Option<WaitingFor>,
    pub outcome: LaunchOutcome,
    /// The form as it was, for "change it and try again".
    pub form: LaunchForm,
    /// A lab that is there is being changed.
    #[serde(default)]
    pub change: bool,
}

/// A launch as `Labs` holds it, from the click until it is discarded or followed by another.
pub(crate) struct Launch {
    pub board: Arc<board::Board>,
    pub cancel: CancellationToken,
    /// Turns true when the task has ended and everything is in place or taken back.
    pub ended: watch::Receiver<bool>,
    /// Kept for another try, so that a failure does not ask for it again.
    pub own_password: Option<Secret>,
    /// Values of its secret variables, kept for the same reason.
    pub variables: BTreeMap<String, Secret>,
    /// What could not be taken back because the engine was away.
    pub leftovers: Arc<Mutex<made::Made>>,
    /// It changes a lab that is there, and stays there whatever comes.
    pub of_change: bool,
}

impl Launch {
    /// It has failed and waits for the person. A change that failed waits for nobody: the lab is as before.
    pub(crate) fn is_failed(&self) -> bool {
        !self.of_change && matches!(self.board.outcome(), LaunchOutcome::Failed { .. })
    }

    /// The engine was away when it should have taken back what it made.
    pub(crate) fn has_leftovers(&self) -> bool {
        !self
            .leftovers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_nothing()
    }

    /// It is neither over nor taken back.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(
            self.board.outcome(),
            LaunchOutcome::Running | LaunchOutcome::Cancelling
        )
    }

    /// The lab this launch was for answers; only a person on its page still looks at it.
    pub(crate) fn is_over(&self) -> bool {
        match self.board.outcome() {
            LaunchOutcome::Ready { .. }
            | LaunchOutcome::Finished { .. }
            | LaunchOutcome::Changed { .. }
            | LaunchOutcome::Cancelled => true,
            LaunchOutcome::Failed { .. } => self.of_change,
            LaunchOutcome::Running | LaunchOutcome::Cancelling => false,
        }
    }
}
