//! The engine's JSON, read into rows.
//!
//! These types take what they know and ignore the rest: a field that is missing, `null` or new is
//! no failure, and a state that nobody has heard of is kept in the engine's own word. An object
//! that cannot be read at all becomes a row that says so, never a hole in the list.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    ContainerMount, ContainerRow, ContainerState, Health, ImageRow, NetworkRow, PublishedPort,
    VolumeRow,
};
use crate::units::NetworkId;
use crate::{Bytes, ContainerId, ImageId, UnixMillis, VolumeName};

/// Go writes empty maps and lists as `null`.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A moment in the engine's spelling; `None` for Go's zero time (the year 1) and for what is no time.
pub(crate) fn moment(text: &str) -> Option<UnixMillis> {
    let time: jiff::Timestamp = text.parse().ok()?;
    (time.as_millisecond() > 0).then(|| UnixMillis(time.as_millisecond()))
}

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
    /// Since API 1.52.
    #[serde(deserialize_with = "or_default")]
    health: HealthEntry,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PortEntry {
    #[serde(rename = "IP", deserialize_with = "or_default")]
    ip: String,
    private_port: u16,
    public_port: u16,
    #[serde(rename = "Type")]
    protocol: String,
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
    #[serde(deserialize_with = "or_default")]
    pub(crate) env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    exposed_ports: BTreeMap<String, serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostPart {
    #[serde(deserialize_with = "or_default")]
    port_bindings: BTreeMap<String, Option<Vec<BindingEntry>>>,
    privileged: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct BindingEntry {
    host_ip: String,
    host_port: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NetworkPart {
    #[serde(deserialize_with = "or_default")]
    ports: BTreeMap<String, Option<Vec<BindingEntry>>>,
}

/// One object of `GET /images/json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ImageEntry {
    id: String,
    #[serde(deserialize_with = "or_default")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    repo_digests: Vec<String>,
    created: i64,
    size: i64,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// A volume, in the list as in an inspection.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct VolumeEntry {
    name: String,
    driver: String,
    created_at: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    mountpoint: String,
}

/// A network, in the list as in an inspection.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NetworkEntry {
    id: String,
    name: String,
    driver: String,
    scope: String,
    internal: bool,
    created: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// Reads each object of a list by itself; what cannot be read is handed to `otherwise`.
pub(crate) fn each<Entry, Row>(
    list: &[Box<RawValue>],
    otherwise: impl Fn(&RawValue) -> Option<Row>,
) -> Vec<Row>
where
    Entry: for<'de> Deserialize<'de> + Into<Row>,
{
    let read = |object: &RawValue| match serde_json::from_str::<Entry>(object.get()) {
        Ok(entry) => Some(entry.into()),
        Err(error) => {
            tracing::warn!(%error, "an object of the engine cannot be read");
            otherwise(object)
        }
    };
    list.iter().filter_map(|object| read(object)).collect()
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
        let ports = entry.ports.into_iter().map(|port| PublishedPort {
            listen_ip: port.ip,
            host_port: (port.public_port != 0).then_some(port.public_port),
            container_port: port.private_port,
            protocol: port.protocol,
        });
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
            ports: tidy(ports.collect()),
            mounts: mounts(entry.mounts),
            labels: entry.labels,
            privileged: false,
            tty: false,
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
        let ports = inspected_ports(&inspection);
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
        }
    }
}

/// What runs has its real ports in `NetworkSettings`; what does not has only its wishes in
/// `HostConfig`.
fn inspected_ports(inspection: &ContainerInspection) -> Vec<PublishedPort> {
    let live = &inspection.network_settings.ports;
    let source = if live.values().any(Option::is_some) {
        live
    } else {
        &inspection.host_config.port_bindings
    };
    let mut ports: Vec<PublishedPort> = Vec::new();
    for (name, bindings) in source {
        let Some((container_port, protocol)) = port_name(name) else {
            continue;
        };
        for binding in bindings.iter().flatten() {
            ports.push(PublishedPort {
                listen_ip: binding.host_ip.clone(),
                host_port: binding.host_port.parse().ok().filter(|port| *port != 0),
                container_port,
                protocol: protocol.to_owned(),
            });
        }
    }
    for name in inspection.config.exposed_ports.keys().chain(live.keys()) {
        let Some((container_port, protocol)) = port_name(name) else {
            continue;
        };
        if !ports
            .iter()
            .any(|port| port.container_port == container_port && port.protocol == protocol)
        {
            ports.push(PublishedPort {
                listen_ip: String::new(),
                host_port: None,
                container_port,
                protocol: protocol.to_owned(),
            });
        }
    }
    tidy(ports)
}

/// `8888/tcp`
fn port_name(name: &str) -> Option<(u16, &str)> {
    let (port, protocol) = name.split_once('/').unwrap_or((name, "tcp"));
    Some((port.parse().ok()?, protocol))
}

/// Sorts, and joins the pair `0.0.0.0` and `::` that the engine makes of "every address".
fn tidy(mut ports: Vec<PublishedPort>) -> Vec<PublishedPort> {
    let everywhere: Vec<PublishedPort> = ports
        .iter()
        .filter(|port| port.listen_ip == "::")
        .cloned()
        .collect();
    for six in everywhere {
        let four = PublishedPort {
            listen_ip: "0.0.0.0".to_owned(),
            ..six.clone()
        };
        if let Some(at) = ports.iter().position(|port| *port == four) {
            ports.remove(at);
            ports
                .iter_mut()
                .filter(|port| **port == six)
                .for_each(|port| port.listen_ip.clear());
        }
    }
    ports.sort_by(|one, other| {
        let key = |port: &PublishedPort| {
            (
                port.container_port,
                port.protocol.clone(),
                port.listen_ip.clone(),
                port.host_port,
            )
        };
        key(one).cmp(&key(other))
    });
    ports.dedup();
    ports
}

impl From<ImageEntry> for ImageRow {
    fn from(entry: ImageEntry) -> Self {
        let real = |name: &String| !name.starts_with("<none>");
        Self {
            id: ImageId(entry.id),
            tags: entry.repo_tags.into_iter().filter(real).collect(),
            digests: entry.repo_digests.into_iter().filter(real).collect(),
            created: UnixMillis(entry.created.saturating_mul(1000).max(0)),
            size: Bytes(u64::try_from(entry.size).unwrap_or(0)),
            labels: entry.labels,
        }
    }
}

impl From<VolumeEntry> for VolumeRow {
    fn from(entry: VolumeEntry) -> Self {
        Self {
            name: VolumeName(entry.name),
            driver: entry.driver,
            created: moment(&entry.created_at),
            labels: entry.labels,
            mountpoint: entry.mountpoint,
        }
    }
}

impl From<NetworkEntry> for NetworkRow {
    fn from(entry: NetworkEntry) -> Self {
        Self {
            id: NetworkId(entry.id),
            name: entry.name,
            driver: entry.driver,
            scope: entry.scope,
            internal: entry.internal,
            created: moment(&entry.created),
            labels: entry.labels,
        }
    }
}

#[cfg(test)]
mod tests;
