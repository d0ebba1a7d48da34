//! What each volume holds, counted behind the list and remembered.

pub(crate) mod holds;
mod run;

pub(crate) use self::run::Survey;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis, VolumeName};
use specta::Type;

use crate::space::Share;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum SurveyState {
    /// Its turn has not come.
    Waiting,
    Counting,
    /// Counted at this moment; the volume may have changed since.
    Counted {
        at: UnixMillis,
    },
    /// It cannot be looked into (a plugin's volume whose store is away, for one).
    Failed {
        problem: crate::Problem,
    },
}

/// One volume, as far as it has been counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VolumeSurvey {
    pub volume: VolumeName,
    pub state: SurveyState,
    pub bytes: Bytes,
    pub files: u32,
    /// Largest first.
    pub shares: Vec<Share>,
    /// When the newest file in it was changed.
    pub changed: Option<UnixMillis>,
    /// "14 notebooks, 3 tables"; "MySQL data"; empty while nothing is known.
    pub holds: String,
}

/// The survey as it stands: every volume of the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SurveyUpdate {
    pub volumes: Vec<VolumeSurvey>,
    /// Nothing is left to count.
    pub done: bool,
}

/// What goes when a volume is removed, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RemovePreview {
    pub volume: VolumeName,
    /// "1,312 files, 2.4 GB: 14 notebooks, 3 tables." or why it is not known.
    pub holds: String,
    /// Names of the labs and containers that use it; not empty: it cannot be removed.
    pub used_by: Vec<String>,
    /// Why it cannot be removed, in one sentence with the next step.
    pub refused: Option<crate::Problem>,
}
