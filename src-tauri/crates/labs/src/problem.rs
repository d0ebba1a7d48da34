//! A failure as a person meets it: what happened, why, and the next step.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What the screen treats differently. Everything else is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    EngineAway,
    PortTaken,
    NameTaken,
    ImageNotFound,
    RegistryDenied,
    RegistryUnreachable,
    RateLimited,
    DiskFull,
    WrongPlatform,
    ExitedAtOnce,
    OutOfMemory,
    /// The form has errors at its fields.
    InvalidForm,
    /// Something asked for is gone (a lab, a container).
    Gone,
    /// The keyring cannot be used.
    KeyringUnavailable,
    /// No browser could be started; the address is in `detail`.
    BrowserUnavailable,
    /// A profile file that cannot be read.
    ProfileUnreadable,
    Other,
}

/// The one error of this crate, and of the window's commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{title} {message}")]
pub struct Problem {
    pub kind: ProblemKind,
    /// What happened: "Port 8888 is already used."
    pub title: String,
    /// Why, and what is kept, in one or two plain sentences. May be empty.
    pub message: String,
    /// The next thing to do, in one sentence.
    pub hint: Option<String>,
    /// The field of the form it belongs to (`name`, `image`, `version`, `listenIp`, `ports.0.host`, `storage.folder`, …).
    pub field: Option<String>,
    /// The original text, for "Technical details". Carries no secret.
    pub detail: Option<String>,
}

impl From<slipway_engine::Error> for Problem {
    fn from(error: slipway_engine::Error) -> Self {
        let _ = error;
        todo!("labs")
    }
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;
