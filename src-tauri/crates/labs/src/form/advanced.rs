//! What is folded away under Advanced: the rest of what `docker run` can be told.
//!
//! Everything is empty at first, and what is empty leaves the image's, the recipe's or Docker's own
//! choice as it is. Numbers and sizes are texts, as in the rest of the form, so that what was typed
//! stays. A secret's value is typed beside the form (`TypedSecrets`) and never part of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

/// The folded options. Names of Docker's own flags stand at each field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the engine's own independent switches"
)]
pub struct Advanced {
    /// Nothing but what the form says: the recipe adds no variables, command, terminal or memory of its own.
    /// A pasted command sets it, because it means what it says.
    pub nothing_added: bool,
    /// `--env`
    pub environment: Vec<VariableRow>,
    /// `--volume`, `--mount`, `--tmpfs`, beside the folder in which work is kept.
    pub mounts: Vec<MountRow>,
    /// `--publish-all`: ports that the image exposes get ports that the engine chooses.
    pub publish_all: bool,
    /// `--workdir`
    pub working_folder: String,
    /// `--entrypoint`: one program; `""` (two quotes) takes the image's away.
    pub entrypoint: String,
    /// What stands after the image, written as in a POSIX shell.
    pub command: String,
    /// `--memory`: `2g`, `512m`
    pub memory: String,
    /// `--cpus`: `1.5`
    pub cpus: String,
    /// `--shm-size`: `1g`
    pub shared_memory: String,
    pub gpu: GpuRow,
    pub restart: RestartRow,
    pub network: NetworkJoin,
    /// `--hostname`
    pub hostname: String,
    /// `--tty`
    pub terminal: bool,
    /// `--interactive`
    pub keep_input_open: bool,
    /// `--rm`
    pub remove_when_stopped: bool,
    /// `--platform`: `linux/amd64`
    pub platform: String,
    /// `--label`
    pub labels: Vec<LabelRow>,
    /// `--privileged`
    pub privileged: bool,
    /// `--cap-add`, `--cap-drop`: `SYS_ADMIN`
    pub capabilities_added: Vec<String>,
    pub capabilities_dropped: Vec<String>,
    /// `--user`; goes before the recipe's user mapping.
    pub user: String,
    /// Rare options, each with its value as Docker takes it. At most one row of a kind that Docker takes once.
    pub rare: Vec<RareRow>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct VariableRow {
    pub name: String,
    /// Empty for a secret.
    pub value: String,
    /// Its value is in the keyring, and typed beside the form.
    pub secret: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MountKind {
    #[default]
    Volume,
    Folder,
    /// `tmpfs`: in memory, gone when the lab stops.
    Memory,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct MountRow {
    pub kind: MountKind,
    /// Volume's name (empty: a new one without a name), folder on the engine's machine; unused for memory.
    pub source: String,
    /// Folder in the lab.
    pub target: String,
    pub read_only: bool,
    /// Only for memory: `64m`; empty: no limit of its own.
    pub size: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GpuChoice {
    #[default]
    Nothing,
    All,
    /// `--gpus 2`
    Count,
    /// `--gpus device=0,2`
    Chosen,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct GpuRow {
    pub choice: GpuChoice,
    pub count: String,
    /// Numbers or UUIDs, with commas between.
    pub devices: String,
    /// The older form, `--runtime=nvidia` with `NVIDIA_VISIBLE_DEVICES`, in place of `--gpus`.
    pub by_runtime: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RestartChoice {
    #[default]
    No,
    OnFailure,
    Always,
    UnlessStopped,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct RestartRow {
    pub choice: RestartChoice,
    /// Only for `OnFailure`; empty: no limit.
    pub retries: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkJoin {
    /// Empty: the engine's standard network. `host` and `none` are Docker's own.
    pub name: String,
    /// The network is made where it is not there yet.
    pub create: bool,
    /// Further names of the lab on that network.
    pub aliases: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelRow {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RareKind {
    /// `--group-add`
    Group,
    /// `--ulimit memlock=-1`
    Ulimit,
    /// `--device /dev/fuse`
    Device,
    /// `--add-host name:address`
    Host,
    /// `--dns 10.0.0.2`
    Dns,
    /// `--ipc host`
    Ipc,
    /// `--pid host`
    Pid,
    /// `--init`; value `true`
    Init,
    /// `--read-only`; value `true`
    ReadOnly,
    /// `--stop-signal SIGINT`
    StopSignal,
    /// `--stop-timeout 60` (seconds)
    StopTimeout,
    /// `--security-opt seccomp=unconfined`
    SecurityOption,
    /// `--sysctl net.core.somaxconn=1024`
    Sysctl,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RareRow {
    pub kind: RareKind,
    pub value: String,
}

impl Advanced {
    /// Names of the variables whose values are secret.
    pub fn secret_names(&self) -> Vec<String> {
        self.environment
            .iter()
            .filter(|row| row.secret && !row.name.trim().is_empty())
            .map(|row| row.name.trim().to_owned())
            .collect()
    }
}

/// What is typed beside the form, because it is secret: used for the check and the launch, kept in the
/// keyring, and in no file, log, label or command.
#[derive(Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TypedSecrets {
    /// The own password or token; `None`: not typed.
    pub password: Option<String>,
    /// Values of secret variables by name; one that is missing was typed at an earlier time.
    pub variables: BTreeMap<String, String>,
}

impl TypedSecrets {
    /// Takes secret values out of a form in which they were left when a variable was made secret.
    pub fn take_from(&mut self, form: &mut super::LaunchForm) {
        for row in &mut form.advanced.environment {
            if row.secret && !row.value.is_empty() {
                let value = std::mem::take(&mut row.value);
                self.variables
                    .entry(row.name.trim().to_owned())
                    .or_insert(value);
            }
        }
    }
}
