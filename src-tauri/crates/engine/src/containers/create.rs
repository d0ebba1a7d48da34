//! From a [`ContainerSpec`] to the engine's request.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, DeviceMapping, DeviceRequest, EndpointSettings, HostConfig,
    Mount as EngineMount, MountType, NetworkingConfig, PortBinding as EngineBinding,
    ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::CreateContainerOptionsBuilder;

use super::{
    ContainerSpec, Device, GpuRequest, Mount, MountSource, PortBinding, Restart, RestartKind,
    SLOW_DISK, Ulimit,
};
use crate::classify::Subject;
use crate::{Bytes, ContainerId, Engine, Result};

impl Engine {
    /// Creates a container and does not start it.
    ///
    /// # Errors
    /// `NameTaken`, `InvalidName`, `ImageNotFound`, `FolderNotFound`, `FolderNotShared`, `WrongPlatform`,
    /// `GpuUnavailable`, `NotFound` (its network), `Engine`.
    pub async fn create_container(&self, spec: &ContainerSpec) -> Result<ContainerId> {
        let mut options = CreateContainerOptionsBuilder::default();
        if !spec.name.is_empty() {
            options = options.name(&spec.name);
        }
        if let Some(platform) = &spec.platform {
            options = options.platform(platform);
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
    let nameless: Vec<String> = spec
        .mounts
        .iter()
        .filter(|mount| is_nameless(mount))
        .map(|mount| mount.target.clone())
        .collect();
    let exposed: Vec<String> = spec.ports.iter().map(port_name).collect();
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
        exposed_ports: some(exposed),
        volumes: some(nameless),
        stop_signal: spec.stop_signal.clone(),
        stop_timeout: spec.stop_timeout.map(i64::from),
        host_config: Some(host_config(spec)),
        networking_config: networking(spec),
        ..ContainerCreateBody::default()
    }
}

fn host_config(spec: &ContainerSpec) -> HostConfig {
    let long =
        |mount: &&Mount| bind(mount).is_none() && memory(mount).is_none() && !is_nameless(mount);
    let whole = |bytes: Bytes| i64::try_from(bytes.0).ok();
    HostConfig {
        binds: some(spec.mounts.iter().filter_map(bind).collect()),
        mounts: some(
            spec.mounts
                .iter()
                .filter(long)
                .filter_map(long_mount)
                .collect(),
        ),
        tmpfs: map(spec.mounts.iter().filter_map(memory).collect()),
        port_bindings: port_bindings(&spec.ports),
        publish_all_ports: Some(spec.publish_all),
        privileged: Some(spec.privileged),
        group_add: some(spec.group_add.clone()),
        memory: spec.memory.and_then(whole),
        nano_cpus: spec.nano_cpus,
        shm_size: spec.shared_memory.and_then(whole),
        ulimits: some(spec.ulimits.iter().map(ulimit).collect()),
        device_requests: spec.gpu.as_ref().map(|gpu| vec![device_request(gpu)]),
        runtime: spec.runtime.clone(),
        devices: some(spec.devices.iter().map(device).collect()),
        readonly_rootfs: Some(spec.read_only_root),
        network_mode: spec.network.clone(),
        extra_hosts: some(spec.extra_hosts.clone()),
        dns: some(spec.dns.clone()),
        ipc_mode: spec.ipc.clone(),
        pid_mode: spec.pid.clone(),
        init: spec.init.then_some(true),
        cap_add: some(spec.capabilities_added.clone()),
        cap_drop: some(spec.capabilities_dropped.clone()),
        security_opt: some(spec.security_options.clone()),
        sysctls: map(spec.sysctls.clone().into_iter().collect()),
        auto_remove: Some(spec.auto_remove),
        restart_policy: Some(restart_policy(spec.restart)),
        ..HostConfig::default()
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn map(map: HashMap<String, String>) -> Option<HashMap<String, String>> {
    (!map.is_empty()).then_some(map)
}

/// Aliases belong to the network that the container is on from the start.
fn networking(spec: &ContainerSpec) -> Option<NetworkingConfig> {
    let network = spec.network.clone()?;
    let aliases = some(spec.network_aliases.clone())?;
    let endpoint = EndpointSettings {
        aliases: Some(aliases),
        ..EndpointSettings::default()
    };
    Some(NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network, endpoint)])),
    })
}

/// `name:target[:ro]`, where that form says it all: for volumes, and for the engine's own socket,
/// which is no folder. A folder in that form would be made by the engine if it were missing, so
/// folders take the long form, which fails instead.
fn bind(mount: &Mount) -> Option<String> {
    let source = match &mount.source {
        MountSource::Volume(name) if !name.is_empty() => name,
        MountSource::Folder(path) if is_socket(path) => path,
        MountSource::Volume(_) | MountSource::Folder(_) | MountSource::Memory { .. } => {
            return None;
        }
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

/// A volume without a name that can be said by its folder alone.
fn is_nameless(mount: &Mount) -> bool {
    mount.source == MountSource::Volume(String::new())
        && !mount.read_only
        && !mount.target.contains(':')
}

/// `/scratch` and `size=67108864,ro`, as `--tmpfs` takes them.
fn memory(mount: &Mount) -> Option<(String, String)> {
    let MountSource::Memory { size } = &mount.source else {
        return None;
    };
    let mut options = Vec::new();
    options.extend(size.map(|size| format!("size={}", size.0)));
    if mount.read_only {
        options.push("ro".to_owned());
    }
    Some((mount.target.clone(), options.join(",")))
}

fn long_mount(mount: &Mount) -> Option<EngineMount> {
    let (kind, source) = match &mount.source {
        MountSource::Volume(name) => (MountType::VOLUME, name),
        MountSource::Folder(path) => (MountType::BIND, path),
        MountSource::Memory { .. } => return None,
    };
    Some(EngineMount {
        typ: Some(kind),
        source: (!source.is_empty()).then(|| source.clone()),
        target: Some(mount.target.clone()),
        read_only: Some(mount.read_only),
        ..EngineMount::default()
    })
}

/// As the docker client says it: all cards are a count of -1, and a count and ids exclude each other.
fn device_request(gpu: &GpuRequest) -> DeviceRequest {
    let (count, ids) = match gpu {
        GpuRequest::All => (-1, None),
        GpuRequest::Count(count) => (i64::from(*count), None),
        GpuRequest::Devices(ids) => (0, Some(ids.clone())),
    };
    DeviceRequest {
        driver: Some(String::new()),
        count: Some(count),
        device_ids: ids,
        capabilities: Some(vec![vec!["gpu".to_owned()]]),
        options: Some(HashMap::new()),
    }
}

fn device(device: &Device) -> DeviceMapping {
    DeviceMapping {
        path_on_host: Some(device.host.clone()),
        path_in_container: Some(device.container.clone()),
        cgroup_permissions: Some(device.permissions.clone()),
    }
}

fn ulimit(ulimit: &Ulimit) -> ResourcesUlimits {
    ResourcesUlimits {
        name: Some(ulimit.name.clone()),
        soft: Some(ulimit.soft),
        hard: Some(ulimit.hard),
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

/// The docker client says `no`, too; without it `docker inspect` shows an empty name.
fn restart_policy(restart: Restart) -> RestartPolicy {
    let name = match restart.kind {
        RestartKind::No => RestartPolicyNameEnum::NO,
        RestartKind::Always => RestartPolicyNameEnum::ALWAYS,
        RestartKind::UnlessStopped => RestartPolicyNameEnum::UNLESS_STOPPED,
        RestartKind::OnFailure => RestartPolicyNameEnum::ON_FAILURE,
    };
    let retries = if restart.kind == RestartKind::OnFailure {
        restart.retries
    } else {
        0
    };
    RestartPolicy {
        name: Some(name),
        maximum_retry_count: Some(i64::from(retries)),
    }
}
