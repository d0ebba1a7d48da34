//! What a container that is there was made with, read back.
//!
//! Only for making a lab of a container that another program made. Values of variables may be
//! secrets, so this type cannot be printed and never goes to a screen as it is.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::PortBinding;
use crate::classify::{Failure, Subject};
use crate::inventory::rows::or_default;
use crate::inventory::{ContainerMount, ContainerRow};
use crate::wire::{Question, escaped};
use crate::{Bytes, Engine, Result};

/// A container with everything that it was created with. Command, program and variables are those
/// that are in force: the image's own, where its maker gave none.
#[derive(Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the engine's own independent switches"
)]
pub struct FoundContainer {
    /// As the lists show it.
    pub row: ContainerRow,
    pub environment: Vec<(String, String)>,
    /// What it asked for: a `host_port` of 0 lets the engine choose.
    pub ports: Vec<PortBinding>,
    pub publish_all: bool,
    /// Every mount that is in force, those of the image's own volumes included.
    pub mounts: Vec<ContainerMount>,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub user: String,
    pub working_directory: String,
    pub hostname: String,
    pub tty: bool,
    pub stdin_open: bool,
    pub capabilities_added: Vec<String>,
    pub capabilities_dropped: Vec<String>,
    /// Groups beside the user's own.
    pub groups: Vec<String>,
    /// `None`: no limit.
    pub memory: Option<Bytes>,
    /// In billionths of a processor; `None`: no limit.
    pub nano_cpus: Option<u64>,
    pub shared_memory: Option<Bytes>,
    pub read_only_root: bool,
    /// `bridge` and `default` are the engine's standard network; `host`, `none` or a network's name otherwise.
    pub network: String,
    /// Names on that network beside its own.
    pub aliases: Vec<String>,
    pub auto_remove: bool,
    /// `no`, `always`, `unless-stopped` or `on-failure`.
    pub restart: String,
    /// Only for `on-failure`; 0: no limit.
    pub restart_tries: u32,
    /// Graphics cards were asked for.
    pub gpu: bool,
}

/// `GET /containers/{id}/json`, as far as the row does not have it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Found {
    #[serde(deserialize_with = "or_default")]
    config: Config,
    #[serde(deserialize_with = "or_default")]
    host_config: Host,
    #[serde(deserialize_with = "or_default")]
    network_settings: Network,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    hostname: String,
    user: String,
    open_stdin: bool,
    working_dir: String,
    #[serde(deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    entrypoint: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Host {
    network_mode: String,
    #[serde(deserialize_with = "or_default")]
    port_bindings: BTreeMap<String, Option<Vec<Binding>>>,
    publish_all_ports: bool,
    auto_remove: bool,
    #[serde(deserialize_with = "or_default")]
    restart_policy: Restart,
    #[serde(deserialize_with = "or_default")]
    cap_add: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    cap_drop: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    group_add: Vec<String>,
    memory: i64,
    nano_cpus: i64,
    shm_size: i64,
    readonly_rootfs: bool,
    runtime: String,
    #[serde(deserialize_with = "or_default")]
    device_requests: Vec<serde_json::Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Binding {
    host_ip: String,
    host_port: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Restart {
    name: String,
    maximum_retry_count: u32,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Network {
    #[serde(deserialize_with = "or_default")]
    networks: BTreeMap<String, Option<Joined>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Joined {
    #[serde(deserialize_with = "or_default")]
    aliases: Vec<String>,
}

impl Engine {
    /// Everything that a container was created with. Takes an id, its beginning, or a name.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn found_container(&self, id: &str) -> Result<FoundContainer> {
        let row = self.inspect_container(id).await?;
        let question = Question::get(format!("/containers/{}/json", escaped(row.id.as_str())));
        let found: Found = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(id)))?;
        Ok(assemble(row, found))
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// `NameTaken`, `InvalidName`, `NotFound`.
    pub async fn rename_container(&self, id: &crate::ContainerId, name: &str) -> Result<()> {
        let question =
            Question::post(format!("/containers/{}/rename", escaped(&id.0))).query("name", name);
        match self.wire.ask(question).await {
            Ok(_) => Ok(()),
            Err(failure @ Failure::Answer { status: 404, .. }) => {
                Err(self.meaning(failure, Subject::Container(&id.0)))
            }
            // A name is refused for the same reasons as at the creation.
            Err(failure) => Err(self.meaning(failure, Subject::Creation { name, image: "" })),
        }
    }
}

fn assemble(row: ContainerRow, found: Found) -> FoundContainer {
    let Found {
        config,
        host_config: host,
        network_settings,
    } = found;
    let pair = |text: &String| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (key.to_owned(), value.to_owned())
    };
    let limit = |number: i64| u64::try_from(number).ok().filter(|number| *number != 0);
    let own_names = [row.name.clone(), row.id.0.chars().take(12).collect()];
    let aliases = network_settings
        .networks
        .into_iter()
        .find(|(name, _)| *name == host.network_mode)
        .and_then(|(_, joined)| joined)
        .unwrap_or_default()
        .aliases;
    FoundContainer {
        environment: config.env.iter().map(pair).collect(),
        ports: bindings(&host.port_bindings),
        publish_all: host.publish_all_ports,
        mounts: row.mounts.clone(),
        entrypoint: config.entrypoint,
        command: config.cmd,
        user: config.user,
        working_directory: config.working_dir,
        hostname: config.hostname,
        tty: row.tty,
        stdin_open: config.open_stdin,
        capabilities_added: host.cap_add,
        capabilities_dropped: host.cap_drop,
        groups: host.group_add,
        memory: limit(host.memory).map(Bytes),
        nano_cpus: limit(host.nano_cpus),
        shared_memory: limit(host.shm_size).map(Bytes),
        read_only_root: host.readonly_rootfs,
        network: host.network_mode,
        aliases: aliases
            .into_iter()
            .filter(|alias| !own_names.contains(alias))
            .collect(),
        auto_remove: host.auto_remove,
        restart: host.restart_policy.name,
        restart_tries: host.restart_policy.maximum_retry_count,
        gpu: !host.device_requests.is_empty() || host.runtime == "nvidia",
        row,
    }
}

fn bindings(asked: &BTreeMap<String, Option<Vec<Binding>>>) -> Vec<PortBinding> {
    let mut ports = Vec::new();
    for (name, bindings) in asked {
        let (port, protocol) = name.split_once('/').unwrap_or((name, "tcp"));
        let Ok(container_port) = port.parse() else {
            continue;
        };
        for binding in bindings.iter().flatten() {
            ports.push(PortBinding {
                listen_ip: binding.host_ip.clone(),
                host_port: binding.host_port.parse().unwrap_or(0),
                container_port,
                protocol: protocol.to_owned(),
            });
        }
    }
    ports
}
