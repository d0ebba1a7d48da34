//! What the engine says of itself, and what this computer can see of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::EngineFacts;
use crate::classify::Subject;
use crate::endpoint::{Endpoint, EngineProduct};
use crate::inventory::rows::or_default;
use crate::wire::Question;
use crate::{Bytes, Engine, Result};

/// `GET /version`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Version {
    #[serde(deserialize_with = "or_default")]
    platform: Platform,
    #[serde(deserialize_with = "or_default")]
    components: Vec<Component>,
    #[serde(rename = "Version")]
    number: String,
    os: String,
    arch: String,
    #[serde(rename = "KernelVersion")]
    kernel: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Platform {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Component {
    name: String,
}

/// `GET /info`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "OSType")]
    os_type: String,
    operating_system: String,
    kernel_version: String,
    architecture: String,
    name: String,
    #[serde(rename = "NCPU")]
    processors: u32,
    mem_total: u64,
    driver: String,
    #[serde(deserialize_with = "or_default")]
    driver_status: Vec<Vec<String>>,
    docker_root_dir: String,
    #[serde(deserialize_with = "or_default")]
    security_options: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    runtimes: BTreeMap<String, serde_json::Value>,
    /// CDI devices, since API 1.50.
    #[serde(deserialize_with = "or_default")]
    discovered_devices: Vec<DiscoveredDevice>,
    #[serde(deserialize_with = "or_default")]
    registry_config: RegistryConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RegistryConfig {
    #[serde(deserialize_with = "or_default")]
    mirrors: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DiscoveredDevice {
    #[serde(rename = "ID")]
    id: String,
}

/// Asks the engine for its facts.
///
/// # Errors
/// Those of the connection.
pub async fn facts(engine: &Engine) -> Result<EngineFacts> {
    let (version, info) = tokio::try_join!(
        engine.wire.json::<Version>(Question::get("/version")),
        engine.wire.json::<Info>(Question::get("/info")),
    )
    .map_err(|failure| engine.meaning(failure, Subject::Engine))?;
    Ok(assemble(engine, version, info))
}

fn assemble(engine: &Engine, version: Version, mut info: Info) -> EngineFacts {
    let endpoint = engine.endpoint().clone();
    let desktop = info.operating_system == "Docker Desktop"
        || version.platform.name.starts_with("Docker Desktop");
    let here = own_machine(&endpoint, desktop);
    let kernel = if info.kernel_version.is_empty() {
        &version.kernel
    } else {
        &info.kernel_version
    };
    let gpu_devices: Vec<String> = std::mem::take(&mut info.discovered_devices)
        .into_iter()
        .map(|device| device.id)
        .filter(|id| is_gpu(id))
        .collect();
    let snapshotter = |pair: &Vec<String>| matches!(&pair[..], [key, value] if key == "driver-type" && value.starts_with("io.containerd.snapshotter"));
    EngineFacts {
        product_name: product_name(&endpoint, &version, &info, desktop),
        api_version: engine.api_version().to_string(),
        os_type: if info.os_type.is_empty() {
            version.os
        } else {
            info.os_type
        },
        architecture: platform_architecture(if info.architecture.is_empty() {
            &version.arch
        } else {
            &info.architecture
        }),
        rootless: info
            .security_options
            .iter()
            .any(|option| option.contains("name=rootless")),
        gpu: info.runtimes.contains_key("nvidia") || !gpu_devices.is_empty(),
        gpu_devices,
        runtimes: info.runtimes.keys().cloned().collect(),
        containerd_store: info.driver_status.iter().any(snapshotter),
        disk_free: if here {
            disk_free(Path::new(&info.docker_root_dir))
        } else {
            None
        },
        socket_group_writable: if here {
            endpoint.socket().and_then(|socket| group_writable(&socket))
        } else {
            None
        },
        socket_group: socket_group(&endpoint, here, desktop),
        socket_path: socket_path(&endpoint, here),
        wsl: kernel.to_lowercase().contains("microsoft") && !desktop,
        mirrors: std::mem::take(&mut info.registry_config.mirrors),
        this_computer: endpoint.is_this_computer(),
        // Podman draws a new one for each answer.
        id: if is_podman(&version.components) {
            String::new()
        } else {
            info.id
        },
        version: version.number,
        operating_system: info.operating_system,
        host_name: info.name,
        processors: info.processors,
        memory: Bytes(info.mem_total),
        storage_driver: info.driver,
        data_root: info.docker_root_dir,
        endpoint,
    }
}

/// CDI names devices of every kind; graphics cards are `nvidia.com/gpu=0` and `amd.com/gpu=all`.
fn is_gpu(device: &str) -> bool {
    device
        .split_once('=')
        .is_some_and(|(kind, _)| kind.ends_with("/gpu"))
}

/// True where the engine is a process of this computer and not of a virtual machine on it, so that
/// its files can be looked at.
fn own_machine(endpoint: &Endpoint, desktop: bool) -> bool {
    let native = matches!(
        endpoint.product,
        EngineProduct::DockerEngine | EngineProduct::Rootless | EngineProduct::Podman
    );
    cfg!(target_os = "linux") && endpoint.is_this_computer() && native && !desktop
}

fn is_podman(components: &[Component]) -> bool {
    components
        .iter()
        .any(|component| component.name == "Podman Engine")
}

fn product_name(endpoint: &Endpoint, version: &Version, info: &Info, desktop: bool) -> String {
    let name = match endpoint.product {
        _ if is_podman(&version.components) => "Podman",
        _ if desktop => "Docker Desktop",
        _ if info.operating_system == "OrbStack" => "OrbStack",
        _ if info.operating_system.starts_with("Rancher Desktop") => "Rancher Desktop",
        EngineProduct::Colima => "Colima",
        EngineProduct::OrbStack => "OrbStack",
        EngineProduct::RancherDesktop => "Rancher Desktop",
        EngineProduct::Lima => "Lima",
        EngineProduct::Podman => "Podman",
        EngineProduct::DockerDesktop
        | EngineProduct::DockerEngine
        | EngineProduct::Rootless
        | EngineProduct::Remote => "Docker Engine",
    };
    name.to_owned()
}

/// The kernel's name for a processor, in the spelling of image platforms.
fn platform_architecture(name: &str) -> String {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv6l" => "arm",
        "i386" | "i686" => "386",
        other => other,
    }
    .to_owned()
}

/// What a lab would have to be given to control this engine. Engines in a virtual machine have
/// their socket at the usual place of that machine.
fn socket_path(endpoint: &Endpoint, here: bool) -> Option<String> {
    if here {
        return endpoint.socket().map(|path| path.display().to_string());
    }
    match endpoint.product {
        EngineProduct::Podman | EngineProduct::Remote => None,
        _ => Some("/var/run/docker.sock".to_owned()),
    }
}

/// The socket's group as containers see it. Docker Desktop gives its virtual machine's socket to
/// root's group; what other virtual machines do cannot be seen from here.
fn socket_group(endpoint: &Endpoint, here: bool, desktop: bool) -> Option<u32> {
    if here {
        return endpoint.socket().and_then(|socket| group_of(&socket));
    }
    (desktop || endpoint.product == EngineProduct::DockerDesktop).then_some(0)
}

/// What is free on the engine's disk at this moment, where it can be seen. Asks this computer, not the engine.
pub fn disk_free_now(facts: &EngineFacts) -> Option<Bytes> {
    facts
        .disk_free
        .and_then(|_| disk_free(Path::new(&facts.data_root)))
}

/// Bytes that can still be written, without special rights, to the disk that holds this folder of this
/// computer; `None` where that cannot be seen.
#[cfg(unix)]
pub fn disk_free(folder: &Path) -> Option<Bytes> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(Bytes(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
pub fn disk_free(_folder: &Path) -> Option<Bytes> {
    None
}

#[cfg(unix)]
fn group_writable(socket: &Path) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    const GROUP_WRITE: u32 = 0o020;
    let mode = std::fs::metadata(socket).ok()?.permissions().mode();
    Some(mode & GROUP_WRITE != 0)
}

#[cfg(not(unix))]
fn group_writable(_socket: &Path) -> Option<bool> {
    None
}

#[cfg(unix)]
fn group_of(socket: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    Some(std::fs::metadata(socket).ok()?.gid())
}

#[cfg(not(unix))]
fn group_of(_socket: &Path) -> Option<u32> {
    None
}
