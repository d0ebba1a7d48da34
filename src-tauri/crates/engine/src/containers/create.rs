//! From a [`ContainerSpec`] to the engine's request.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, Mount as EngineMount, MountType, PortBinding as EngineBinding,
    RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::CreateContainerOptionsBuilder;

use super::{ContainerSpec, Mount, MountSource, PortBinding, SLOW_DISK};
use crate::classify::Subject;
use crate::{ContainerId, Engine, Result};

impl Engine {
    /// Creates a container and does not start it.
    ///
    /// # Errors
    /// `NameTaken`, `InvalidName`, `ImageNotFound`, `FolderNotFound`, `FolderNotShared`, `WrongPlatform`, `Engine`.
    pub async fn create_container(&self, spec: &ContainerSpec) -> Result<ContainerId> {
        let mut options = CreateContainerOptionsBuilder::default();
        if !spec.name.is_empty() {
            options = options.name(&spec.name);
        }
        let created = self
            .patient(SLOW_DISK)
            .create_container(Some(options.build()), body(spec))
            .await
            .map_err(|error| {
                self.meaning(
                    error,
                    Subject::Creation {
                        name: &spec.name,
                        image: &spec.image,
                    },
                )
            })?;
        for warning in &created.warnings {
            tracing::warn!(container = %spec.name, %warning, "the engine warns");
        }
        tracing::info!(container = %spec.name, image = %spec.image, id = %created.id, "created a container");
        Ok(ContainerId(created.id))
    }
}

fn body(spec: &ContainerSpec) -> ContainerCreateBody {
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        env: Some(
            spec.environment
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect(),
        ),
        cmd: spec.command.clone(),
        entrypoint: spec.entrypoint.clone(),
        user: spec.user.clone(),
        working_dir: spec.working_directory.clone(),
        hostname: spec.hostname.clone(),
        tty: Some(spec.tty),
        open_stdin: Some(spec.stdin_open),
        labels: Some(spec.labels.clone().into_iter().collect()),
        exposed_ports: some(&spec.ports.iter().map(port_name).collect::<Vec<_>>()),
        host_config: Some(host_config(spec)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(spec: &ContainerSpec) -> HostConfig {
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let binds = spec.mounts.iter().filter_map(bind).collect();
    let mounts: Vec<EngineMount> = spec
        .mounts
        .iter()
        .filter(|mount| bind(mount).is_none())
        .map(long_mount)
        .collect();
    HostConfig {
        binds: some(binds),
        mounts: (!mounts.is_empty()).then_some(mounts),
        port_bindings: port_bindings(&spec.ports),
        privileged: Some(spec.privileged),
        group_add: some(spec.group_add.clone()),
        memory: spec.memory.and_then(|bytes| i64::try_from(bytes.0).ok()),
        nano_cpus: spec.nano_cpus,
        shm_size: spec
            .shared_memory
            .and_then(|bytes| i64::try_from(bytes.0).ok()),
        readonly_rootfs: Some(spec.read_only_root),
        network_mode: spec.network.clone(),
        auto_remove: Some(spec.auto_remove),
        restart_policy: spec.restart.as_deref().and_then(restart_policy),
        ..HostConfig::default()
    }
}

/// `name:target[:ro]`, where that form says it all: for volumes, and for the engine's own socket,
/// which is no folder. A folder in that form would be made by the engine if it were missing, so
/// folders take the long form, which fails instead.
fn bind(mount: &Mount) -> Option<String> {
    let source = match &mount.source {
        MountSource::Volume(name) => name,
        MountSource::Folder(path) if is_socket(path) => path,
        MountSource::Folder(_) => return None,
    };
    if source.contains(':') || mount.target.contains(':') {
        return None;
    }
    let mode = if mount.read_only { ":ro" } else { "" };
    Some(format!("{source}:{}{mode}", mount.target))
}

fn is_socket(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "sock")
}

fn long_mount(mount: &Mount) -> EngineMount {
    let (kind, source) = match &mount.source {
        MountSource::Volume(name) => (MountType::VOLUME, name),
        MountSource::Folder(path) => (MountType::BIND, path),
    };
    EngineMount {
        typ: Some(kind),
        source: Some(source.clone()),
        target: Some(mount.target.clone()),
        read_only: Some(mount.read_only),
        ..EngineMount::default()
    }
}

/// `8888/tcp`
fn port_name(port: &PortBinding) -> String {
    let protocol = if port.protocol.is_empty() {
        "tcp"
    } else {
        &port.protocol
    };
    format!("{}/{protocol}", port.container_port)
}

/// Always explicit entries: empty lists are no longer filled in by engines from API 1.52 on.
fn port_bindings(ports: &[PortBinding]) -> Option<HashMap<String, Option<Vec<EngineBinding>>>> {
    let mut bindings: HashMap<String, Option<Vec<EngineBinding>>> = HashMap::new();
    for port in ports {
        bindings
            .entry(port_name(port))
            .or_default()
            .get_or_insert_default()
            .push(EngineBinding {
                host_ip: Some(port.listen_ip.clone()),
                host_port: Some(if port.host_port == 0 {
                    String::new()
                } else {
                    port.host_port.to_string()
                }),
            });
    }
    (!bindings.is_empty()).then_some(bindings)
}

/// `no`, `always`, `unless-stopped`, `on-failure[:times]`
fn restart_policy(text: &str) -> Option<RestartPolicy> {
    let (name, times) = text.split_once(':').unwrap_or((text, ""));
    let name = match name {
        "no" => RestartPolicyNameEnum::NO,
        "always" => RestartPolicyNameEnum::ALWAYS,
        "unless-stopped" => RestartPolicyNameEnum::UNLESS_STOPPED,
        "on-failure" => RestartPolicyNameEnum::ON_FAILURE,
        _ => return None,
    };
    Some(RestartPolicy {
        name: Some(name),
        maximum_retry_count: times.parse().ok(),
    })
}
