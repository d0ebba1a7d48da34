//! Checks a form: what is wrong at which field, what it will do, and what it risks.
//!
//! Pure where it can be; what must be looked up (ports, folders, the image) comes in as facts.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::form::LaunchForm;
use crate::risk::RiskPanel;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NoteLevel {
    /// "Port 8888 is free"
    Good,
    /// A fact worth knowing.
    Note,
    Warning,
    /// Could cost work or open the machine; does not block.
    Danger,
    /// Launch is not possible with it.
    Error,
}

/// One sentence at one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldNote {
    /// `name`, `image`, `version`, `listenIp`, `ports.0.host`, `ports.1.container`, `storage`,
    /// `storage.volume`, `storage.folder`, `storage.target`, `dockerControl`, `signIn`, `user.uid`, `user.gid`
    pub field: String,
    pub level: NoteLevel,
    pub message: String,
    /// A button that settles it.
    pub fix: Option<FieldFix>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldFix {
    /// "Use port 8889"
    pub label: String,
    /// The whole form with the fix applied.
    pub form: LaunchForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReviewKind {
    Image,
    Address,
    Work,
    SignIn,
    User,
    Ports,
    DockerControl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    Plain,
    Warning,
    Danger,
}

/// One line of the review in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReviewLine {
    pub kind: ReviewKind,
    /// "Work is kept in my-vol"
    pub title: String,
    /// "Stays when you delete the lab"
    pub detail: String,
    pub tone: Tone,
}

/// The same launch as a command that a person could type. Secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EquivalentCommand {
    /// One argument group a line (`docker run --detach`, `--publish 127.0.0.1:8888:8888`, …, the image),
    /// quoted, without continuation marks; joined with ` \` and a newline for copying.
    pub bash: Vec<String>,
    /// The same with PowerShell's quoting; joined with a backtick and a newline.
    pub powershell: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormCheck {
    pub notes: Vec<FieldNote>,
    pub review: Vec<ReviewLine>,
    /// `None` while the form has errors that leave nothing sensible to show.
    pub command: Option<EquivalentCommand>,
    /// Present where something risky is on: the panel, and the tick that Launch waits for.
    pub risks: Option<RiskPanel>,
    /// Why Launch is not possible, in one sentence; `None`: it is.
    pub gate: Option<String>,
    /// "Ready in about 20 seconds."
    pub outlook: String,
    /// Must be downloaded first.
    pub needs_download: bool,
}

/// What a check has to know beyond the form.
#[derive(Clone)]
pub struct CheckFacts {
    pub snapshot: std::sync::Arc<slipway_engine::inventory::Snapshot>,
    /// The image's Config where it is on the engine.
    pub image: Option<slipway_engine::images::ImageDetails>,
    /// Names of the other labs, with the volumes and containers they use.
    pub labs: Vec<LabFacts>,
    pub keyring: slipway_vault::VaultStatus,
    /// This person's user and group ids, where the system has them.
    pub user: Option<(u32, u32)>,
}

/// What a check knows of another lab.
#[derive(Clone, Debug)]
pub struct LabFacts {
    pub name: String,
    pub container: Option<String>,
    pub volume: Option<String>,
    pub image: String,
}

/// Checks the form against the facts. Looks at ports and folders of this machine, so it blocks:
/// run it on a blocking thread.
pub fn check(form: &LaunchForm, facts: &CheckFacts, own_password: Option<&str>) -> FormCheck {
    let _ = (form, facts, own_password);
    todo!("labs")
}
