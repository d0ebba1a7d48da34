//! A change of a lab, as it is told before it is made.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::check::FormCheck;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeManner {
    /// The form says what is so already.
    Nothing,
    /// The container takes it as it is, running or not.
    AtOnce,
    /// A new container takes the place of the old one.
    Anew,
}

/// What a change will do, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangePreview {
    pub manner: ChangeManner,
    /// "The memory limit becomes 2g.": what the container would take as it is.
    pub at_once: Vec<String>,
    /// "Port 8888 becomes 8890.": what needs a new container.
    pub anew: Vec<String>,
    /// The lab runs, and will run again.
    pub running: bool,
    /// Why the old container has to be stopped before the new one can start, as a sentence; `None`: it
    /// goes on until the new one has answered.
    pub stops: Option<String>,
    /// "Your work in the volume my-vol stays."
    pub kept: Vec<String>,
    /// Why this lab cannot be made anew, as a sentence that says what to do.
    pub obstacle: Option<String>,
}

/// A changed form, checked, with what it will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeCheck {
    pub check: FormCheck,
    pub preview: ChangePreview,
}

/// How far a change is when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeStart {
    /// It is so already.
    Done,
    /// It goes on as a launch does, and is followed like one.
    UnderWay,
}
