//! The engine's health in facts, the problems it can have, and what can be done about them.
//!
//! The types are here; the questions to the engine are in `facts`, the words in `problems`, and the
//! only programs that this crate ever starts in `remedies`.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Bytes;
use crate::endpoint::Endpoint;

mod facts;
mod problems;
mod remedies;

pub use facts::{disk_free, disk_free_now, facts};
#[cfg(test)]
pub(crate) use problems::of_error;
pub use problems::problems;
pub use remedies::apply;

/// What the engine says of itself (`/version`, `/info`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct EngineFacts {
    /// The engine's own id (`/info`, `ID`): the same wherever it is reached from. Empty where it has none.
    pub id: String,
    pub endpoint: Endpoint,
    /// "Docker Desktop", "Docker Engine", "Podman", … in the product's own spelling.
    pub product_name: String,
    /// `28.5.2`
    pub version: String,
    /// `1.51`
    pub api_version: String,
    /// `linux` or `windows`: what kind of containers the daemon runs.
    pub os_type: String,
    /// The engine machine's own name for its system: "Debian GNU/Linux 12 (bookworm)", "Docker Desktop".
    pub operating_system: String,
    /// `amd64`, `arm64`, … in the spelling of image platforms.
    pub architecture: String,
    pub host_name: String,
    pub processors: u32,
    pub memory: Bytes,
    pub storage_driver: String,
    /// True where images live in the containerd image store.
    pub containerd_store: bool,
    /// Where the engine keeps its data, on the engine's machine.
    pub data_root: String,
    /// Free bytes there; known only where the engine's disk is this computer's own.
    pub disk_free: Option<Bytes>,
    pub rootless: bool,
    pub this_computer: bool,
    /// Can give graphics cards to containers: it has an NVIDIA runtime or CDI devices.
    pub gpu: bool,
    /// Names of the cards where the engine tells them (`nvidia.com/gpu=0`, CDI, since API 1.50).
    #[serde(default)]
    pub gpu_devices: Vec<String>,
    /// Programs that it can run containers with: `runc`, `nvidia`.
    #[serde(default)]
    pub runtimes: Vec<String>,
    /// Group write permission of the engine's own socket, where it can be seen: labs that control
    /// Docker need it.
    pub socket_group_writable: Option<bool>,
    /// Group id of the socket that a lab would be given, where it is known. A lab whose user is not
    /// root can use the socket only as a member of it.
    pub socket_group: Option<u32>,
    /// Path of the socket on the engine's machine that a lab could be given.
    pub socket_path: Option<String>,
    /// True when the engine runs inside WSL 2 of this Windows computer without Docker Desktop.
    pub wsl: bool,
    /// Addresses of the mirrors of Docker Hub that it downloads from.
    #[serde(default)]
    pub mirrors: Vec<String>,
}

/// What keeps labs from running. The screen gives each its words and its button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EngineProblemKind {
    NotInstalled,
    NotRunning,
    PermissionDenied,
    WindowsContainers,
    ApiTooOld,
    /// Not a failure: what a rootless engine cannot do.
    Rootless,
    DiskLow,
    Unreachable,
    /// The address in `DOCKER_HOST` or the context cannot be used.
    EndpointInvalid,
}

/// A thing that Slipway can do about it, as a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EngineRemedy {
    /// Start Docker (Docker Desktop, or the service of this computer).
    StartEngine,
    /// Open the page of Docker's documentation that says how to install it.
    InstallGuide,
    /// Add this person to the `docker` group; asks for the administrator's password.
    JoinGroup,
    /// Switch Docker Desktop to Linux containers.
    SwitchToLinux,
    TryAgain,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EngineProblem {
    pub kind: EngineProblemKind,
    /// "Docker is not running."
    pub title: String,
    /// Why, and what it means, in one or two plain sentences.
    pub message: String,
    pub remedies: Vec<EngineRemedy>,
    /// The command a person could type instead of pressing the button.
    pub command: Option<String>,
    /// The original text.
    pub detail: Option<String>,
    /// True where no lab can run until it is solved.
    pub blocking: bool,
}

/// Docker's own page on how to install it.
pub fn install_guide_url() -> &'static str {
    "https://docs.docker.com/get-started/get-docker/"
}
