//! A launch plan as a `compose.yaml`, by the Compose Specification.
//!
//! It says the same as the `docker run`: the engine's standard network and volumes under their own
//! names, where Compose would otherwise make some of its own. A dollar sign is doubled, because
//! Compose fills variables in; secrets are such variables, and Compose stops where one is missing.

use std::collections::BTreeMap;

use serde::Serialize;
use slipway_engine::containers::{ContainerSpec, GpuRequest, Mount, MountSource};

use super::arguments::{device, processors, published, restart, size};

#[derive(Serialize)]
struct Compose {
    services: BTreeMap<String, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<String, Named>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    networks: BTreeMap<String, Named>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<bool>,
}

#[derive(Default, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are Compose's own switches"
)]
struct Service {
    image: String,
    container_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<Volume>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group_add: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environment: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_dir: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mem_limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shm_size: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ulimits: BTreeMap<String, Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    devices: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_mode: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    networks: BTreeMap<String, Aliases>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extra_hosts: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    read_only: bool,
    #[serde(skip_serializing_if = "is_false")]
    privileged: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cap_add: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cap_drop: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    security_opt: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sysctls: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    init: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_signal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_grace_period: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    stdin_open: bool,
    #[serde(skip_serializing_if = "is_false")]
    tty: bool,
}

#[derive(Serialize)]
struct Volume {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    target: String,
    #[serde(skip_serializing_if = "is_false")]
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tmpfs: Option<Room>,
}

#[derive(Serialize)]
struct Room {
    size: u64,
}

#[derive(Serialize)]
struct Limit {
    soft: i64,
    hard: i64,
}

#[derive(Serialize)]
struct Aliases {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_false(switch: &bool) -> bool {
    !*switch
}

/// The whole file. `secrets` are taken from the environment in which Compose runs.
pub(super) fn file(spec: &ContainerSpec, secrets: &[String]) -> String {
    let volumes = spec.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume(name) if !name.is_empty() => Some(name.clone()),
        _ => None,
    });
    let own = own_network(spec);
    let compose = Compose {
        services: [(spec.name.clone(), service(spec, secrets))].into(),
        volumes: volumes
            .map(|name| {
                (
                    name.clone(),
                    Named {
                        name,
                        external: None,
                    },
                )
            })
            .collect(),
        networks: own
            .map(|name| {
                (
                    name.to_owned(),
                    Named {
                        name: name.to_owned(),
                        external: Some(true),
                    },
                )
            })
            .into_iter()
            .collect(),
    };
    match serde_saphyr::to_string(&compose) {
        Ok(text) => text,
        // Texts, numbers and lists can always be written.
        Err(error) => {
            tracing::error!(%error, "a compose file could not be written");
            String::new()
        }
    }
}

/// A network that people made, with names on it.
fn own_network(spec: &ContainerSpec) -> Option<&str> {
    spec.network.as_deref().filter(|name| {
        !["", "bridge", "default", "host", "none"].contains(name) && !name.starts_with("container:")
    })
}

fn service(spec: &ContainerSpec, secrets: &[String]) -> Service {
    let own = own_network(spec);
    let mode = match spec.network.as_deref() {
        None | Some("" | "default") => "bridge",
        Some(mode) => mode,
    };
    let open = spec
        .environment
        .iter()
        .map(|(name, value)| plain(&format!("{name}={value}")));
    let secret = secrets.iter().map(|name| format!("{name}=${{{name}:?}}"));
    Service {
        image: plain(&spec.image),
        container_name: spec.name.clone(),
        platform: spec.platform.as_deref().map(plain),
        ports: spec.ports.iter().map(published).collect(),
        volumes: spec.mounts.iter().map(volume).collect(),
        user: spec.user.as_deref().map(plain),
        group_add: plains(&spec.group_add),
        environment: open.chain(secret).collect(),
        working_dir: spec.working_directory.as_deref().map(plain),
        entrypoint: spec.entrypoint.as_deref().map(plains),
        command: spec.command.as_deref().map(plains),
        mem_limit: spec.memory.map(size),
        cpus: spec.nano_cpus.map(processors),
        shm_size: spec.shared_memory.map(size),
        ulimits: spec
            .ulimits
            .iter()
            .map(|limit| {
                (
                    limit.name.clone(),
                    Limit {
                        soft: limit.soft,
                        hard: limit.hard,
                    },
                )
            })
            .collect(),
        deploy: spec.gpu.as_ref().map(graphics),
        runtime: spec.runtime.as_deref().map(plain),
        devices: spec
            .devices
            .iter()
            .map(device)
            .map(|device| plain(&device))
            .collect(),
        network_mode: own.is_none().then(|| plain(mode)),
        networks: own
            .map(|name| {
                (
                    name.to_owned(),
                    Aliases {
                        aliases: plains(&spec.network_aliases),
                    },
                )
            })
            .into_iter()
            .collect(),
        hostname: spec.hostname.as_deref().map(plain),
        extra_hosts: plains(&spec.extra_hosts),
        dns: plains(&spec.dns),
        ipc: spec.ipc.as_deref().map(plain),
        pid: spec.pid.as_deref().map(plain),
        read_only: spec.read_only_root,
        privileged: spec.privileged,
        cap_add: plains(&spec.capabilities_added),
        cap_drop: plains(&spec.capabilities_dropped),
        security_opt: plains(&spec.security_options),
        sysctls: spec
            .sysctls
            .iter()
            .map(|(name, value)| plain(&format!("{name}={value}")))
            .collect(),
        init: spec.init,
        restart: restart(spec),
        stop_signal: spec.stop_signal.as_deref().map(plain),
        stop_grace_period: spec.stop_timeout.map(|seconds| format!("{seconds}s")),
        labels: spec
            .labels
            .iter()
            .map(|(name, value)| plain(&format!("{name}={value}")))
            .collect(),
        stdin_open: spec.stdin_open,
        tty: spec.tty,
    }
}

fn volume(mount: &Mount) -> Volume {
    let (kind, source, tmpfs) = match &mount.source {
        MountSource::Volume(name) => ("volume", (!name.is_empty()).then(|| plain(name)), None),
        MountSource::Folder(path) => ("bind", Some(plain(path)), None),
        MountSource::Memory { size } => ("tmpfs", None, size.map(|size| Room { size: size.0 })),
    };
    Volume {
        kind,
        source,
        target: plain(&mount.target),
        read_only: mount.read_only,
        tmpfs,
    }
}

fn graphics(request: &GpuRequest) -> serde_json::Value {
    let mut wanted = serde_json::json!({ "driver": "nvidia", "capabilities": ["gpu"] });
    match request {
        GpuRequest::All => wanted["count"] = "all".into(),
        GpuRequest::Count(count) => wanted["count"] = (*count).into(),
        GpuRequest::Devices(devices) => wanted["device_ids"] = devices.clone().into(),
    }
    serde_json::json!({ "resources": { "reservations": { "devices": [wanted] } } })
}

/// The text as it is, once Compose has filled its variables in.
fn plain(text: &str) -> String {
    text.replace('$', "$$")
}

fn plains(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| plain(text)).collect()
}
