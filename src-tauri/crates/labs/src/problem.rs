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

impl Problem {
    pub fn new(kind: ProblemKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            message: String::new(),
            hint: None,
            field: None,
            detail: None,
        }
    }

    /// Why, and what is kept.
    #[must_use]
    pub fn because(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The next thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The field of the form it belongs to.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The original text. The caller has masked every secret in it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A lab that is not known (any more).
    pub(crate) fn no_such_lab() -> Self {
        Self::new(ProblemKind::Gone, "This lab no longer exists.")
            .because("It was deleted, here or with another program.")
    }

    /// The lab was only saved.
    pub(crate) fn not_launched(name: &str) -> Self {
        Self::new(
            ProblemKind::Gone,
            format!("{name} has not been launched yet."),
        )
        .because("It was saved without starting, so it has no container.")
        .hint("Start the lab first.")
    }

    /// The lab is known and its container is not on the engine.
    pub(crate) fn container_gone(name: &str) -> Self {
        Self::new(ProblemKind::Gone, format!("The container of {name} is gone."))
            .because("It was removed with another program. What was kept in a volume or a folder is still there.")
            .hint("Launch the lab again with the same choices.")
    }
}

/// The engine's error in the words of this crate: what happened, why, and the next step. The
/// engine's `Display` is a whole sentence for every variant; here it gets its second sentence.
impl From<slipway_engine::Error> for Problem {
    fn from(error: slipway_engine::Error) -> Self {
        use ProblemKind as Kind;
        use slipway_engine::Error;

        let title = error.to_string();
        let (kind, message, field) = match &error {
            Error::EngineNotFound { .. } => (Kind::EngineAway, "No lab can run without one.", None),
            Error::EngineUnreachable { .. } => {
                (Kind::EngineAway, "No lab can start until it runs.", None)
            }
            Error::Connecting => (Kind::EngineAway, "It is ready in a moment.", None),
            Error::PermissionDenied { .. } => (
                Kind::EngineAway,
                "Docker runs, and lets in only members of its group.",
                None,
            ),
            Error::Interrupted { .. } => (
                Kind::EngineAway,
                "Docker may have been stopped or restarted.",
                None,
            ),
            Error::TimedOut { .. } => (Kind::EngineAway, "It may be very busy, or hang.", None),
            Error::PortTaken { .. } => (
                Kind::PortTaken,
                "Two programs cannot share a port.",
                Some("ports.0.host"),
            ),
            Error::PortNotAllowed { .. } => (
                Kind::Other,
                "Ports below 1024 need administrator rights on the engine's computer.",
                Some("ports.0.host"),
            ),
            Error::AddressNotAvailable { .. } => (
                Kind::Other,
                "The network may have changed.",
                Some("listenIp"),
            ),
            Error::NameTaken { .. } => (
                Kind::NameTaken,
                "Names of containers are unique on an engine.",
                Some("name"),
            ),
            Error::InvalidName { .. } => (Kind::Other, "", Some("name")),
            Error::FolderNotFound { .. } => (
                Kind::Other,
                "It may have been moved or renamed.",
                Some("storage.folder"),
            ),
            Error::FolderNotShared { .. } => (Kind::Other, "", Some("storage.folder")),
            Error::ImageNotFound { .. } => (
                Kind::ImageNotFound,
                "It may be spelled differently, or this version may not exist.",
                Some("image"),
            ),
            Error::RegistryDenied { .. } => (
                Kind::RegistryDenied,
                "It may be private, or spelled differently.",
                Some("image"),
            ),
            Error::RegistryUnreachable { .. } => (
                Kind::RegistryUnreachable,
                "The engine has no way to it at the moment.",
                None,
            ),
            Error::RateLimited { .. } => (
                Kind::RateLimited,
                "Without an account it allows few downloads per hour.",
                None,
            ),
            Error::DiskFull { .. } => (Kind::DiskFull, "What was downloaded so far is kept.", None),
            Error::WrongPlatform { .. } => (
                Kind::WrongPlatform,
                "This engine cannot run it.",
                Some("image"),
            ),
            Error::NotFound { .. } => (
                Kind::Gone,
                "It was removed, here or with another program.",
                None,
            ),
            Error::InvalidReference { .. } => (Kind::InvalidForm, "", Some("image")),
            _ => (Kind::Other, "", None),
        };
        Self {
            kind,
            title,
            message: message.to_owned(),
            hint: error.hint(),
            field: field.map(str::to_owned),
            detail: error.detail(),
        }
    }
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
