//! What a container is made of, in types of our own.
//!
//! One field for one flag of `docker run`, and what is empty or absent leaves Docker's own choice as
//! it is. The values are plain and checked by whoever fills them in; the engine has the last word.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Bytes;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortBinding {
    /// `0.0.0.0`, `127.0.0.1`, `::1`, …; empty: the engine's standard, which is every address
    /// unless its owner has set another.
    pub listen_ip: String,
    /// 0 lets the engine choose.
    pub host_port: u16,
    pub container_port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MountSource {
    /// A named volume: created by the engine, filled from the image's folder when it is new. Empty:
    /// a new one without a name, which goes with the container.
    Volume(String),
    /// A folder on the engine's machine, which must exist.
    Folder(String),
    /// A folder in memory (`--tmpfs`), gone when the container stops. `None`: as large as the
    /// kernel allows, which is half of the machine's memory.
    Memory { size: Option<Bytes> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub source: MountSource,
    pub target: String,
    pub read_only: bool,
}

/// Graphics cards, as `--gpus` asks for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GpuRequest {
    All,
    Count(u32),
    /// Numbers or UUIDs.
    Devices(Vec<String>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestartKind {
    #[default]
    No,
    Always,
    UnlessStopped,
    OnFailure,
}

/// What the engine does when the container ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    pub kind: RestartKind,
    /// Only for `OnFailure`; 0: as often as it takes.
    pub retries: u32,
}

/// `--ulimit name=soft:hard`; -1 is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

/// `--device host:container:permissions`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub host: String,
    pub container: String,
    /// `rwm`
    pub permissions: String,
}

/// Everything that a container is created with. Sent in the form in which the docker client sends
/// it, so that `docker inspect` shows the same as for the equivalent `docker run`: volumes as
/// `HostConfig.Binds` (`my-vol:/root/notebooks`), nameless ones as `Config.Volumes`, memory as
/// `HostConfig.Tmpfs`. Only folders, which must exist, are sent as `HostConfig.Mounts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the engine's own independent switches"
)]
pub struct ContainerSpec {
    pub name: String,
    pub image: String,
    /// `linux/amd64`: which of the image's platforms is taken.
    pub platform: Option<String>,
    pub environment: Vec<(String, String)>,
    pub ports: Vec<PortBinding>,
    /// Ports that the image exposes get ports that the engine chooses.
    pub publish_all: bool,
    pub mounts: Vec<Mount>,
    pub labels: BTreeMap<String, String>,
    /// An empty text in it takes the image's away.
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub user: Option<String>,
    pub group_add: Vec<String>,
    pub working_directory: Option<String>,
    pub hostname: Option<String>,
    pub tty: bool,
    pub stdin_open: bool,
    pub memory: Option<Bytes>,
    /// In billionths of a processor.
    pub nano_cpus: Option<i64>,
    pub shared_memory: Option<Bytes>,
    pub ulimits: Vec<Ulimit>,
    pub gpu: Option<GpuRequest>,
    /// `nvidia`; `None`: the engine's own.
    pub runtime: Option<String>,
    pub devices: Vec<Device>,
    /// A network's name; `host`, `none`, `container:…`. `None`: the engine's standard one.
    pub network: Option<String>,
    /// Further names on that network; the engine's standard one has none.
    pub network_aliases: Vec<String>,
    /// `name:address`
    pub extra_hosts: Vec<String>,
    pub dns: Vec<String>,
    pub ipc: Option<String>,
    pub pid: Option<String>,
    /// A small program of the engine's reaps what the lab's own leaves behind.
    pub init: bool,
    pub read_only_root: bool,
    pub privileged: bool,
    /// `SYS_ADMIN`, `ALL`
    pub capabilities_added: Vec<String>,
    pub capabilities_dropped: Vec<String>,
    /// `seccomp=unconfined`
    pub security_options: Vec<String>,
    pub sysctls: BTreeMap<String, String>,
    pub auto_remove: bool,
    pub restart: Restart,
    /// `SIGINT`
    pub stop_signal: Option<String>,
    /// Seconds until it is killed.
    pub stop_timeout: Option<u32>,
}
