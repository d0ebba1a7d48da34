//! What a lab could do to the machine: the Docker socket, privileged mode, mounts of the host's
//! root or of folders that hold the socket; and the table of setups in which Docker control works.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RiskKind {
    DockerSocket,
    Privileged,
    HostRoot,
    FolderWithSocket,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RiskPanel {
    pub kinds: Vec<RiskKind>,
    pub title: String,
    pub lead: String,
    /// Three consequences; `strong` is the part to set in bold.
    pub consequences: Vec<Consequence>,
    /// The question whether the organisation accepts it.
    pub question: String,
    pub table: SupportTable,
    /// "I understand that …"
    pub consent: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consequence {
    /// `box`, `folder`, `key`
    pub icon: String,
    pub before: String,
    pub strong: String,
    pub after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Support {
    Supported,
    NeedsRemoteDaemon,
    RemoteDaemonOrSocket,
    /// Native Linux: no restriction, recommended.
    Unrestricted,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SupportRow {
    /// "Windows, Docker Desktop"
    pub setup: String,
    pub without_docker_features: Support,
    pub with_docker_features: Support,
    pub without_words: String,
    pub with_words: String,
    /// This computer's row.
    pub current: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SupportTable {
    pub rows: Vec<SupportRow>,
    /// One sentence where this setup stands in no row.
    pub note: Option<String>,
}

/// The panel for the risks that are on in this form; `None`: nothing risky.
pub fn panel(form: &crate::form::LaunchForm, facts: Option<&slipway_engine::health::EngineFacts>) -> Option<RiskPanel> {
    let _ = (form, facts);
    todo!("labs")
}
