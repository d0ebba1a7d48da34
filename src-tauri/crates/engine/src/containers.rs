//! Containers: create, start, stop, remove, look inside.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::inventory::ContainerRow;
use crate::{Bytes, ContainerId, Engine, Result};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortBinding {
    /// `0.0.0.0`, `127.0.0.1`, `::1`, …
    pub listen_ip: String,
    /// 0 lets the engine choose.
    pub host_port: u16,
    pub container_port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MountSource {
    /// A named volume: created by the engine, filled from the image's folder when it is new.
    Volume(String),
    /// A folder on the engine's machine, which must exist.
    Folder(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub source: MountSource,
    pub target: String,
    pub read_only: bool,
}

/// Everything that a container is created with. Sent as `HostConfig.Binds`
/// (`my-vol:/root/notebooks`) where that form can express it, so that `docker inspect` shows the
/// same as for the equivalent `docker run`; folders that must exist are sent as `Mounts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerSpec {
    pub name: String,
    pub image: String,
    pub environment: Vec<(String, String)>,
    pub ports: Vec<PortBinding>,
    pub mounts: Vec<Mount>,
    pub labels: BTreeMap<String, String>,
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub hostname: Option<String>,
    pub tty: bool,
    pub stdin_open: bool,
    pub privileged: bool,
    pub group_add: Vec<String>,
    pub memory: Option<Bytes>,
    /// In billionths of a processor.
    pub nano_cpus: Option<i64>,
    pub shared_memory: Option<Bytes>,
    pub read_only_root: bool,
    pub network: Option<String>,
    pub auto_remove: bool,
    pub restart: Option<String>,
}

/// A file written into a container before it starts.
#[derive(Clone, Debug)]
pub struct PlacedFile {
    /// Absolute path in the container; its folder must exist.
    pub path: String,
    pub content: Vec<u8>,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
}

#[derive(Clone, Debug, Default)]
pub struct ExecSpec {
    pub command: Vec<String>,
    /// The container's own user where `None`.
    pub user: Option<String>,
    pub environment: Vec<(String, String)>,
    pub working_directory: Option<String>,
    pub tty: bool,
    /// Sent to stdin, which is then closed.
    pub input: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Default)]
pub struct ExecOutput {
    pub exit_code: i64,
    /// At most 1 MiB of each.
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

/// One path that differs from the image (`docker diff`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    pub path: String,
    pub kind: ChangeKind,
}

impl Engine {
    /// # Errors
    /// `NameTaken`, `ImageNotFound`, `Engine`.
    pub async fn create_container(&self, spec: &ContainerSpec) -> Result<ContainerId> {
        let _ = spec;
        todo!("engine")
    }

    /// Starts it; a running container is no error.
    ///
    /// # Errors
    /// `PortTaken`, `NotFound`, `Engine`.
    pub async fn start_container(&self, id: &ContainerId) -> Result<()> {
        let _ = id;
        todo!("engine")
    }

    /// Asks it to stop, and kills it after `grace`. A stopped container is no error.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn stop_container(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let _ = (id, grace);
        todo!("engine")
    }

    /// # Errors
    /// `NotFound`, `PortTaken`.
    pub async fn restart_container(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let _ = (id, grace);
        todo!("engine")
    }

    /// Removes it with its anonymous volumes where `with_anonymous_volumes`; named volumes always stay.
    /// A container that is gone already is no error.
    ///
    /// # Errors
    /// `InUse` where it runs and `kill` is not asked for.
    pub async fn remove_container(&self, id: &ContainerId, removal: Removal) -> Result<()> {
        let _ = (id, removal);
        todo!("engine")
    }

    /// # Errors
    /// `NotFound`.
    pub async fn inspect_container(&self, id: &str) -> Result<ContainerRow> {
        let _ = id;
        todo!("engine")
    }

    /// Environment as the container was created with (secrets included: never for the screen).
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn container_environment(&self, id: &ContainerId) -> Result<Vec<(String, String)>> {
        let _ = id;
        todo!("engine")
    }

    /// Runs a command in a running container to its end.
    ///
    /// # Errors
    /// `NotFound`, `Engine` where it does not run.
    pub async fn exec(&self, id: &ContainerId, spec: &ExecSpec) -> Result<ExecOutput> {
        let _ = (id, spec);
        todo!("engine")
    }

    /// Starts a command in a running container and leaves it running.
    ///
    /// # Errors
    /// As `exec`.
    pub async fn exec_detached(&self, id: &ContainerId, spec: &ExecSpec) -> Result<()> {
        let _ = (id, spec);
        todo!("engine")
    }

    /// Writes files into a container, running or not.
    ///
    /// # Errors
    /// `NotFound` where a file's folder does not exist.
    pub async fn place_files(&self, id: &ContainerId, files: &[PlacedFile]) -> Result<()> {
        let _ = (id, files);
        todo!("engine")
    }

    /// What differs from the image, at most `limit` paths, and how many there are in all.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn container_changes(&self, id: &ContainerId, limit: usize) -> Result<(Vec<FileChange>, u32)> {
        let _ = (id, limit);
        todo!("engine")
    }

    /// Bytes of the container's own writable layer.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn container_size(&self, id: &ContainerId) -> Result<Bytes> {
        let _ = id;
        todo!("engine")
    }

    /// Waits until the container stops, and gives its exit code.
    ///
    /// # Errors
    /// `NotFound`, `Interrupted`.
    pub async fn wait_container(&self, id: &ContainerId) -> Result<i64> {
        let _ = id;
        todo!("engine")
    }
}

/// How a container is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Kill it first where it runs.
    pub kill: bool,
    pub with_anonymous_volumes: bool,
}
