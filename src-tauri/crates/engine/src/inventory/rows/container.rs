//! Containers, as the list and as an inspection show them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ports::{HostPart, NetworkPart, PortEntry, inspected, listed};
use super::{moment, or_default};
use crate::inventory::{ContainerMount, ContainerRow, ContainerState, Health};
use crate::{ContainerId, ImageId, UnixMillis};

/// One object of `GET /containers/json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ContainerEntry {
    pub(crate) id: String,
    #[serde(deserialize_with = "or_default")]
    names: Vec<String>,
    image: String,
    #[serde(rename = "ImageID")]
    image_id: String,
    created: i64,
    #[serde(deserialize_with = "or_default")]
    ports: Vec<PortEntry>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    state: String,
    status: String,
    #[serde(deserialize_with = "or_default")]
    mounts: Vec<MountEntry>,
    #[serde(deserialize_with = "or_default")]
    network_settings: Joined,
    /// Since API 1.52.
    #[serde(deserialize_with = "or_default")]
    health: HealthEntry,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct MountEntry {
    #[serde(rename = "Type")]
    kind: String,
    name: String,
    source: String,
    destination: String,
    #[serde(rename = "RW")]
    writable: bool,
}

/// The networks of a list's entry.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Joined {
    #[serde(deserialize_with = "or_default")]
    networks: super::Names,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HealthEntry {
    status: String,
}

/// `GET /containers/{id}/json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ContainerInspection {
    id: String,
    name: String,
    created: String,
    image: String,
    #[serde(deserialize_with = "or_default")]
    state: StatePart,
    #[serde(deserialize_with = "or_default")]
    pub(crate) config: ConfigPart,
    #[serde(deserialize_with = "or_default")]
    pub(crate) host_config: HostPart,
    #[serde(deserialize_with = "or_default")]
    network_settings: NetworkPart,
    #[serde(deserialize_with = "or_default")]
    mounts: Vec<MountEntry>,
    /// With `size=1` only.
    pub(crate) size_rw: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatePart {
    status: String,
    #[serde(rename = "OOMKilled")]
    out_of_memory: bool,
    exit_code: i32,
    error: String,
    started_at: String,
    finished_at: String,
    #[serde(deserialize_with = "or_default")]
    health: HealthEntry,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ConfigPart {
    image: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    pub(crate) tty: bool,
    pub(crate) open_stdin: bool,
    pub(crate) stdin_once: bool,
    #[serde(deserialize_with = "or_default")]
    pub(crate) env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    exposed_ports: BTreeMap<String, serde_json::Value>,
}

/// The row of a container whose entry makes no sense: there, and not hidden.
pub(crate) fn unreadable_container(object: &RawValue) -> Option<ContainerRow> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Bare {
        id: String,
        #[serde(default)]
        names: serde_json::Value,
    }
    let bare: Bare = serde_json::from_str(object.get()).ok()?;
    let name = bare
        .names
        .get(0)
        .and_then(serde_json::Value::as_str)
        .unwrap_or(&bare.id)
        .to_owned();
    let entry = ContainerEntry {
        id: bare.id,
        names: vec![name],
        status: "unreadable".to_owned(),
        ..ContainerEntry::default()
    };
    Some(entry.into())
}

/// The row of a container whose inspection makes no sense.
pub(crate) fn unreadable_inspection(earlier: &ContainerRow) -> ContainerRow {
    ContainerRow {
        state: ContainerState::Unknown,
        status: "unreadable".to_owned(),
        ..earlier.clone()
    }
}

fn state(word: &str) -> ContainerState {
    match word {
        "created" | "configured" | "initialized" => ContainerState::Created,
        "running" | "stopping" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "exited" | "stopped" => ContainerState::Exited,
        "dead" => ContainerState::Dead,
        _ => ContainerState::Unknown,
    }
}

pub(crate) fn health(word: &str) -> Health {
    match word {
        "starting" => Health::Starting,
        "healthy" => Health::Healthy,
        "unhealthy" => Health::Unhealthy,
        _ => Health::None,
    }
}

/// Lists before API 1.52 say the health only in their prose: "Up 2 minutes (health: starting)".
fn health_in(status: &str) -> Health {
    let word = status
        .rsplit_once('(')
        .map_or("", |(_, rest)| rest.trim_end_matches(')'));
    health(word.trim_start_matches("health: "))
}

/// "Exited (137) 3 hours ago"
fn exit_code_in(status: &str) -> Option<i32> {
    status
        .strip_prefix("Exited (")?
        .split_once(')')?
        .0
        .parse()
        .ok()
}

fn own_name(names: &[String]) -> String {
    // Links of other containers are listed too, as "/other/alias".
    let own = names
        .iter()
        .find(|name| name.trim_start_matches('/').split('/').count() == 1)
        .or(names.first());
    own.map_or("", |name| name.trim_start_matches('/'))
        .to_owned()
}

impl From<MountEntry> for ContainerMount {
    fn from(entry: MountEntry) -> Self {
        let source = if entry.kind == "volume" && !entry.name.is_empty() {
            entry.name
        } else {
            entry.source
        };
        Self {
            kind: entry.kind,
            source,
            target: entry.destination,
            read_only: !entry.writable,
        }
    }
}

fn mounts(entries: Vec<MountEntry>) -> Vec<ContainerMount> {
    let mut mounts: Vec<ContainerMount> = entries.into_iter().map(Into::into).collect();
    mounts.sort_by(|one, other| one.target.cmp(&other.target));
    mounts
}

impl From<ContainerEntry> for ContainerRow {
    fn from(entry: ContainerEntry) -> Self {
        let known = state(&entry.state);
        Self {
            name: own_name(&entry.names),
            image: entry.image,
            image_id: ImageId(entry.image_id),
            state: known,
            health: if entry.health.status.is_empty() {
                health_in(&entry.status)
            } else {
                health(&entry.health.status)
            },
            exit_code: exit_code_in(&entry.status),
            status: if known == ContainerState::Unknown && !entry.state.is_empty() {
                entry.state
            } else {
                unknown_only(known, entry.status)
            },
            out_of_memory: false,
            error: None,
            created: UnixMillis(entry.created.saturating_mul(1000)),
            started: None,
            finished: None,
            ports: listed(entry.ports),
            mounts: mounts(entry.mounts),
            labels: entry.labels,
            privileged: false,
            tty: false,
            networks: entry.network_settings.networks.0,
            id: ContainerId(entry.id),
        }
    }
}

fn unknown_only(state: ContainerState, words: String) -> String {
    if state == ContainerState::Unknown {
        words
    } else {
        String::new()
    }
}

impl From<ContainerInspection> for ContainerRow {
    fn from(inspection: ContainerInspection) -> Self {
        let known = state(&inspection.state.status);
        let over = matches!(known, ContainerState::Exited | ContainerState::Dead);
        let ports = inspected(
            &inspection.network_settings,
            &inspection.host_config,
            &inspection.config.exposed_ports,
        );
        Self {
            id: ContainerId(inspection.id),
            name: inspection.name.trim_start_matches('/').to_owned(),
            image: inspection.config.image,
            image_id: ImageId(inspection.image),
            state: known,
            health: health(&inspection.state.health.status),
            exit_code: over.then_some(inspection.state.exit_code),
            status: unknown_only(known, inspection.state.status),
            out_of_memory: inspection.state.out_of_memory,
            error: Some(inspection.state.error).filter(|text| !text.is_empty()),
            // Seconds, as the list has it.
            created: moment(&inspection.created)
                .map_or(UnixMillis(0), |time| UnixMillis(time.0 / 1000 * 1000)),
            started: moment(&inspection.state.started_at),
            finished: moment(&inspection.state.finished_at).filter(|_| over),
            ports,
            mounts: mounts(inspection.mounts),
            labels: inspection.config.labels,
            privileged: inspection.host_config.privileged,
            tty: inspection.config.tty,
            networks: inspection.network_settings.networks.0,
        }
    }
}
