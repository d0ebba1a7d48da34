//! A lab as its card shows it.

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, ContainerId, UnixMillis};
use specta::Type;

use crate::Problem;
use crate::address::ShownAddress;
use crate::form::StorageKind;
use crate::launch::LaunchProgress;
use crate::recipe::{RecipeId, SignInKind};

/// A lab's own id; also the value of the label `io.slipway.lab`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct LabId(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LabState {
    /// Its launch is under way (or has failed and waits for the person): see `launch`.
    Launching,
    /// The container runs and the lab does not answer yet.
    Starting,
    Running,
    Stopped,
    Paused,
    /// It ended by itself, or cannot start: see `problem`.
    Problem,
    /// The profile is here and the container is gone.
    Missing,
    /// Kept without ever having been launched.
    Saved,
}

/// What the person asked for and the engine has not confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Intent {
    Start,
    Stop,
    Restart,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WarningKind {
    ControlsDocker,
    Privileged,
    HostRoot,
    OpenToNetwork,
    OpenWithoutPassword,
    WorkNotKept,
    /// `--rm`
    RemovedWhenStopped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabWarning {
    pub kind: WarningKind,
    /// "Can control Docker"
    pub title: String,
    /// One sentence for the tooltip and the page.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabCard {
    pub id: LabId,
    pub name: String,
    pub recipe: RecipeId,
    pub icon: String,
    pub tint: u8,
    pub image: String,
    pub container: Option<ContainerId>,
    pub state: LabState,
    pub intent: Option<Intent>,
    pub addresses: Vec<ShownAddress>,
    /// "JupyterLab"
    pub answers: String,
    pub created: UnixMillis,
    pub started: Option<UnixMillis>,
    pub stopped: Option<UnixMillis>,
    pub kept: StorageKind,
    /// The volume's name or the folder's path; empty for nothing.
    pub kept_in: String,
    pub warnings: Vec<LabWarning>,
    pub problem: Option<Problem>,
    /// While it runs as its server says, else as recipe and image say.
    pub sign_in: SignInKind,
    /// A password can be shown and copied (`Labs::password`).
    pub has_password: bool,
    /// The name to sign in with, where the page asks for one.
    pub user: Option<String>,
    /// How a program reaches a lab that has no page (a database): host, port, user; no password. `None`: it has a page.
    pub connection: Option<String>,
    /// Its container was made by somebody else.
    pub adopted: bool,
    pub launch: Option<LaunchProgress>,
    /// The row is as old as the engine's absence.
    pub stale: bool,
}

/// All labs at one revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabList {
    pub revision: u32,
    /// False until profiles and the first inventory have been read.
    pub loaded: bool,
    pub labs: Vec<LabCard>,
    /// Labs on engines that Slipway does not speak to at the moment, by engine.
    pub elsewhere: Vec<LabsElsewhere>,
    /// The keyring has said whether it is there; a form that was shown before may have said less.
    pub keyring_known: bool,
    /// Profile files that could not be read, each with its sentence.
    pub unreadable: Vec<Problem>,
}

/// Labs that are on another engine: they are not gone, and nothing here touches them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabsElsewhere {
    /// "Docker Desktop"
    pub engine: String,
    pub names: Vec<String>,
    /// "2 labs are on Docker Desktop: Report and Sandbox."
    pub sentence: String,
}

/// What deleting a lab takes away, and what stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeletePreview {
    pub lab: LabId,
    pub name: String,
    pub running: bool,
    /// Its container was made by somebody else: Slipway can just forget the lab, and the container stays.
    pub adopted: bool,
    /// Bytes of the container's own layer: changes outside volumes.
    pub changes_size: Option<Bytes>,
    /// False where the engine does not say what changed: then nobody knows, which is not "nothing".
    pub changes_known: bool,
    /// How many files differ from the image.
    pub changes_count: u32,
    /// Paths in plain groups: "Python packages", "Notebooks", …, most first; at most 8.
    pub changes: Vec<ChangeGroup>,
    /// Folders of the lab whose volumes have no name: nobody could find those again without the
    /// container, so they go with it.
    pub nameless_volumes: Vec<String>,
    /// Volumes that can be deleted with it; never by default.
    pub volumes: Vec<VolumeFate>,
    /// "Your files in the folder /home/anna/work stay." and its like.
    pub stays: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeGroup {
    pub title: String,
    pub count: u32,
    /// A few examples.
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VolumeFate {
    pub name: String,
    /// Other labs or containers that use it; then it cannot be deleted.
    pub used_by: Vec<String>,
}
