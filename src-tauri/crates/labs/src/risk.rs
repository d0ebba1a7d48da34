//! What a lab could do to the machine: the Docker socket, privileged mode, mounts of the host's
//! root or of folders that hold the socket; and the table of setups in which Docker control works.
//!
//! The socket is root on the engine's machine: whoever may start containers may start one with `/`
//! mounted (Docker's documentation, "Docker daemon attack surface"). A folder that contains the
//! socket is the same thing by another way, and the whole disk is worse; so all of them get the
//! same panel and the same tick.

use std::path::Path;

use serde::{Deserialize, Serialize};
use slipway_engine::endpoint::EngineProduct;
use slipway_engine::health::EngineFacts;
use specta::Type;

use crate::form::{DOCKER_SOCKET, LaunchForm, MountKind, StorageKind};

mod rights;
mod table;

pub(crate) use rights::rights;
pub use table::{support_table, support_table_on};

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

impl RiskPanel {
    /// With the recipe's own sentence on why it needs privileged mode, where that is the risk.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<&str>) -> Self {
        if let Some(reason) = reason
            && self.kinds.first() == Some(&RiskKind::Privileged)
        {
            self.lead = format!("{reason} {}", self.lead);
        }
        self
    }
}

/// The panel for the risks that are on in this form; `None`: nothing risky.
///
/// Looks at the folder where the engine runs on this computer, so it blocks.
pub fn panel(form: &LaunchForm, facts: Option<&EngineFacts>) -> Option<RiskPanel> {
    let kinds = kinds(form, facts);
    let title = match kinds.first()? {
        RiskKind::DockerSocket => "This gives the lab the keys to the machine",
        RiskKind::Privileged => "This lets the lab do everything on the machine",
        RiskKind::HostRoot => "This gives the lab every file of the machine",
        RiskKind::FolderWithSocket => "This folder holds the keys to the machine",
    };
    Some(RiskPanel {
        title: title.to_owned(),
        lead: lead(&kinds),
        consequences: consequences(&kinds),
        question: "Does your organisation accept this? If you are not sure, ask your IT or security team first."
            .to_owned(),
        table: support_table(facts),
        consent: "I understand that code in this lab can take full control of the machine that runs Docker, and my organisation accepts it."
            .to_owned(),
        kinds,
    })
}

/// The risks that are on in this form.
pub fn kinds(form: &LaunchForm, facts: Option<&EngineFacts>) -> Vec<RiskKind> {
    let mut kinds = Vec::new();
    if form.docker_control {
        kinds.push(RiskKind::DockerSocket);
    }
    if !rights(form).is_empty() {
        kinds.push(RiskKind::Privileged);
    }
    let work = (form.storage.kind == StorageKind::Folder).then_some(form.storage.folder.as_str());
    let mounted = form.advanced.mounts.iter();
    let mounted = mounted
        .filter(|row| row.kind == MountKind::Folder)
        .map(|row| row.source.as_str());
    for folder in work.into_iter().chain(mounted) {
        if let Some(kind) = folder_risk(folder.trim(), facts)
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    kinds
}

/// The risks that a form asks for by its spelling alone: no folder is looked at.
pub(crate) fn asked(form: &LaunchForm) -> Vec<RiskKind> {
    let mut kinds = Vec::new();
    if form.docker_control {
        kinds.push(RiskKind::DockerSocket);
    }
    if !rights(form).is_empty() {
        kinds.push(RiskKind::Privileged);
    }
    for row in &form.advanced.mounts {
        let path = plain_path(row.source.trim());
        if row.kind != MountKind::Folder {
            continue;
        }
        if path.ends_with("/docker.sock") {
            kinds.push(RiskKind::DockerSocket);
        } else if is_root(&path) {
            kinds.push(RiskKind::HostRoot);
        }
    }
    kinds
}

/// The risk of mounting this folder of the engine's machine.
pub fn folder_risk(folder: &str, facts: Option<&EngineFacts>) -> Option<RiskKind> {
    if folder.is_empty() {
        return None;
    }
    let spelled = plain_path(folder);
    let here = facts.is_none_or(|facts| facts.this_computer);
    // A link to the root is the root.
    let real = if here {
        std::fs::canonicalize(folder)
            .ok()
            .map(|path| plain_path(&path.to_string_lossy()))
    } else {
        None
    };
    let mut ways = vec![spelled];
    ways.extend(real);
    if ways.iter().any(|path| is_root(path)) {
        return Some(RiskKind::HostRoot);
    }
    let mut sockets = vec![DOCKER_SOCKET.to_owned(), "/run/docker.sock".to_owned()];
    sockets.extend(facts.and_then(|facts| facts.socket_path.clone()));
    let is_socket = |path: &String| sockets.contains(path) || path.ends_with("/docker.sock");
    if ways.iter().any(is_socket) {
        return Some(RiskKind::DockerSocket);
    }
    let holds_known = ways
        .iter()
        .any(|path| sockets.iter().any(|socket| contains(path, socket)));
    let holds_seen = here && Path::new(folder).join("docker.sock").exists();
    (holds_known || holds_seen).then_some(RiskKind::FolderWithSocket)
}

/// Why Docker control cannot work with this engine, in one sentence; `needs_writable_socket` is the
/// lab's own demand (AI-Lab ends at once where the socket's group may not write, exasol/ai-lab#274).
pub fn obstacle(needs_writable_socket: bool, facts: &EngineFacts) -> Option<String> {
    if facts.rootless || facts.endpoint.product == EngineProduct::Rootless {
        return Some(
            "This engine runs without root rights (rootless), and labs cannot use its socket."
                .to_owned(),
        );
    }
    // In a virtual machine, labs get that machine's socket and not the one that we speak to.
    let ours = !in_virtual_machine(facts.endpoint.product);
    if needs_writable_socket && ours && facts.socket_group_writable == Some(false) {
        return Some(
            "The group of Docker's socket may not write to it, and this lab would stop at once for that reason."
                .to_owned(),
        );
    }
    None
}

/// Whether containers of this engine run in a virtual machine, which writes shared folders as this
/// person and has the Docker socket at its usual place.
pub fn in_virtual_machine(product: EngineProduct) -> bool {
    match product {
        EngineProduct::DockerDesktop
        | EngineProduct::Colima
        | EngineProduct::OrbStack
        | EngineProduct::RancherDesktop
        | EngineProduct::Lima => true,
        EngineProduct::DockerEngine
        | EngineProduct::Rootless
        | EngineProduct::Podman
        | EngineProduct::Remote => !cfg!(target_os = "linux"),
    }
}

/// The path without doubled and trailing slashes and `.` parts; `..` goes one up.
pub(crate) fn plain_path(path: &str) -> String {
    let slashed = path.replace('\\', "/");
    let slashed = slashed.strip_prefix("//?/").unwrap_or(&slashed);
    let mut parts: Vec<&str> = Vec::new();
    for part in slashed.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if slashed.starts_with('/') {
        format!("/{joined}")
    } else {
        joined
    }
}

fn is_root(path: &str) -> bool {
    path == "/" || (path.len() == 2 && path.ends_with(':'))
}

fn contains(folder: &str, file: &str) -> bool {
    file == folder
        || file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn lead(kinds: &[RiskKind]) -> String {
    let what = match kinds.first() {
        Some(RiskKind::HostRoot) => "The whole disk of the machine is mounted into the lab.",
        Some(RiskKind::FolderWithSocket) => {
            "The folder contains the Docker socket, docker.sock, and is mounted into the lab."
        }
        Some(RiskKind::Privileged) => {
            "The lab runs without the walls that Docker puts around containers."
        }
        Some(RiskKind::DockerSocket) | None => {
            "The Docker socket, docker.sock, is mounted into the lab."
        }
    };
    format!(
        "{what} Code that runs in it, also a package or notebook that you did not write, could then:"
    )
}

fn consequences(kinds: &[RiskKind]) -> Vec<Consequence> {
    let consequence = |icon: &str, before: &str, strong: &str, after: &str| Consequence {
        icon: icon.to_owned(),
        before: before.to_owned(),
        strong: strong.to_owned(),
        after: after.to_owned(),
    };
    let through_disk = kinds.first() == Some(&RiskKind::HostRoot);
    let first = if through_disk {
        consequence("box", "change ", "programs and settings", " of the machine")
    } else {
        consequence("box", "create a ", "privileged container", "")
    };
    let second = if through_disk {
        consequence(
            "folder",
            "read and delete ",
            "every file of the host machine",
            "",
        )
    } else {
        consequence(
            "folder",
            "mount the ",
            "file system of the host machine",
            "",
        )
    };
    vec![
        first,
        second,
        consequence("key", "gain ", "root access", " to it"),
    ]
}

#[cfg(test)]
mod tests;
