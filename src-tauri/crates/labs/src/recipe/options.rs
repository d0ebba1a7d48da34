//! What a recipe sets under Advanced in a new form.
//!
//! The rest of a generation is the recipe's own knowledge and stays behind the form; these are
//! choices that a person sees, is warned of and can take back, so they go into the form. When the
//! image or its version changes, what the old generation set and nobody touched goes, and what the
//! new one sets comes.

use serde::{Deserialize, Serialize};

use crate::form::{
    Advanced, GpuChoice, MountKind, MountRow, RareKind, RareRow, RestartChoice, VariableRow,
};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the engine's own independent switches"
)]
pub struct Options {
    /// `--privileged`
    #[serde(skip_serializing_if = "is_false")]
    pub privileged: bool,
    /// `--cap-add`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Mount the Docker socket.
    #[serde(skip_serializing_if = "is_false")]
    pub docker_control: bool,
    /// `--ipc`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipc: String,
    /// `--pid`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pid: String,
    /// `--ulimit`: `memlock=-1`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ulimits: Vec<String>,
    /// `--device`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// `--security-opt`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<String>,
    /// `--stop-timeout`, in seconds
    pub stop_seconds: Option<u32>,
    /// `--init`
    #[serde(skip_serializing_if = "is_false")]
    pub init: bool,
    /// `--gpus all`
    #[serde(skip_serializing_if = "is_false")]
    pub gpu: bool,
    /// `--memory`: `2g`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub memory: String,
    /// `--cpus`: `1.5`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpus: String,
    /// `--shm-size`: `1g`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shared_memory: String,
    /// `--network`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// `--hostname`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// `--workdir`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_folder: String,
    /// `--platform`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform: String,
    /// `--user`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `--restart`: `always`, `unless-stopped`, `on-failure`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub restart: String,
    /// `--entrypoint`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub entrypoint: String,
    /// What stands after the image, written as in a POSIX shell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// `--tty` and `--interactive`
    #[serde(skip_serializing_if = "is_false")]
    pub terminal: bool,
    /// `--env`, shown in the form; a secret one has no value and is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<OptionVariable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<OptionMount>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OptionVariable {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    #[serde(skip_serializing_if = "is_false")]
    pub secret: bool,
}

/// A further mount: a folder of the engine's machine, a volume, or memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OptionMount {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub folder: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub volume: String,
    /// Size of a mount in memory: `64m`; neither folder nor volume.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub memory: String,
    pub target: String,
    #[serde(skip_serializing_if = "is_false")]
    pub read_only: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Options {
    /// Puts these choices into a form's Advanced, over what is empty there.
    pub fn set_in(&self, advanced: &mut Advanced) {
        let wanted = self.as_advanced();
        let fill = |text: &mut String, wanted: &String| {
            if text.is_empty() {
                text.clone_from(wanted);
            }
        };
        fill(&mut advanced.memory, &wanted.memory);
        fill(&mut advanced.cpus, &wanted.cpus);
        fill(&mut advanced.shared_memory, &wanted.shared_memory);
        fill(&mut advanced.hostname, &wanted.hostname);
        fill(&mut advanced.working_folder, &wanted.working_folder);
        fill(&mut advanced.platform, &wanted.platform);
        fill(&mut advanced.user, &wanted.user);
        fill(&mut advanced.entrypoint, &wanted.entrypoint);
        fill(&mut advanced.command, &wanted.command);
        fill(&mut advanced.network.name, &wanted.network.name);
        advanced.privileged |= wanted.privileged;
        advanced.terminal |= wanted.terminal;
        advanced.keep_input_open |= wanted.keep_input_open;
        if advanced.gpu.choice == GpuChoice::Nothing {
            advanced.gpu = wanted.gpu;
        }
        if advanced.restart.choice == RestartChoice::No {
            advanced.restart = wanted.restart;
        }
        add_missing(&mut advanced.capabilities_added, wanted.capabilities_added);
        add_missing(&mut advanced.mounts, wanted.mounts);
        add_missing(&mut advanced.rare, wanted.rare);
        for variable in wanted.environment {
            if advanced
                .environment
                .iter()
                .all(|row| row.name != variable.name)
            {
                advanced.environment.push(variable);
            }
        }
    }

    /// Takes these choices out again where they still are as they were set.
    pub fn take_from(&self, advanced: &mut Advanced) {
        let set = self.as_advanced();
        let clear = |text: &mut String, set: &String| {
            if text == set {
                text.clear();
            }
        };
        clear(&mut advanced.memory, &set.memory);
        clear(&mut advanced.cpus, &set.cpus);
        clear(&mut advanced.shared_memory, &set.shared_memory);
        clear(&mut advanced.hostname, &set.hostname);
        clear(&mut advanced.working_folder, &set.working_folder);
        clear(&mut advanced.platform, &set.platform);
        clear(&mut advanced.user, &set.user);
        clear(&mut advanced.entrypoint, &set.entrypoint);
        clear(&mut advanced.command, &set.command);
        clear(&mut advanced.network.name, &set.network.name);
        advanced.privileged &= !set.privileged;
        advanced.terminal &= !set.terminal;
        advanced.keep_input_open &= !set.keep_input_open;
        if set.gpu.choice != GpuChoice::Nothing && advanced.gpu == set.gpu {
            advanced.gpu = Advanced::default().gpu;
        }
        if set.restart.choice != RestartChoice::No && advanced.restart == set.restart {
            advanced.restart = Advanced::default().restart;
        }
        advanced
            .capabilities_added
            .retain(|row| !set.capabilities_added.contains(row));
        advanced.mounts.retain(|row| !set.mounts.contains(row));
        advanced.rare.retain(|row| !set.rare.contains(row));
        advanced
            .environment
            .retain(|row| !set.environment.contains(row));
    }

    fn as_advanced(&self) -> Advanced {
        let mut advanced = Advanced {
            privileged: self.privileged,
            capabilities_added: self.capabilities.clone(),
            memory: self.memory.clone(),
            cpus: self.cpus.clone(),
            shared_memory: self.shared_memory.clone(),
            hostname: self.hostname.clone(),
            working_folder: self.working_folder.clone(),
            platform: self.platform.clone(),
            user: self.user.clone(),
            entrypoint: self.entrypoint.clone(),
            command: self.command.clone(),
            terminal: self.terminal,
            keep_input_open: self.terminal,
            environment: self.variables.iter().map(OptionVariable::row).collect(),
            mounts: self.mounts.iter().map(OptionMount::row).collect(),
            ..Advanced::default()
        };
        advanced.network.name.clone_from(&self.network);
        if self.gpu {
            advanced.gpu.choice = GpuChoice::All;
        }
        advanced.restart.choice = match self.restart.as_str() {
            "always" => RestartChoice::Always,
            "unless-stopped" => RestartChoice::UnlessStopped,
            "on-failure" => RestartChoice::OnFailure,
            _ => RestartChoice::No,
        };
        let mut rare = |kind: RareKind, value: &str| {
            if !value.is_empty() {
                let value = value.to_owned();
                advanced.rare.push(RareRow { kind, value });
            }
        };
        rare(RareKind::Ipc, &self.ipc);
        rare(RareKind::Pid, &self.pid);
        for (kind, values) in [
            (RareKind::Ulimit, &self.ulimits),
            (RareKind::Device, &self.devices),
            (RareKind::SecurityOption, &self.security),
        ] {
            for value in values {
                rare(kind, value);
            }
        }
        if let Some(seconds) = self.stop_seconds {
            rare(RareKind::StopTimeout, &seconds.to_string());
        }
        if self.init {
            rare(RareKind::Init, "true");
        }
        advanced
    }

    /// The choices of a form that another person's lab can have, too. Left out are secret values.
    pub fn of_form(form: &crate::form::LaunchForm) -> Self {
        let advanced = &form.advanced;
        let rare = |kind: RareKind| -> Vec<String> {
            advanced
                .rare
                .iter()
                .filter(|row| row.kind == kind)
                .map(|row| row.value.clone())
                .collect()
        };
        let one = |kind: RareKind| rare(kind).pop().unwrap_or_default();
        Self {
            privileged: advanced.privileged,
            capabilities: advanced.capabilities_added.clone(),
            docker_control: form.docker_control,
            ipc: one(RareKind::Ipc),
            pid: one(RareKind::Pid),
            ulimits: rare(RareKind::Ulimit),
            devices: rare(RareKind::Device),
            security: rare(RareKind::SecurityOption),
            stop_seconds: one(RareKind::StopTimeout).trim().parse().ok(),
            init: one(RareKind::Init) == "true",
            gpu: advanced.gpu.choice != GpuChoice::Nothing,
            memory: advanced.memory.clone(),
            cpus: advanced.cpus.clone(),
            shared_memory: advanced.shared_memory.clone(),
            network: advanced.network.name.clone(),
            hostname: advanced.hostname.clone(),
            working_folder: advanced.working_folder.clone(),
            platform: advanced.platform.clone(),
            user: advanced.user.clone(),
            entrypoint: advanced.entrypoint.clone(),
            command: advanced.command.clone(),
            restart: match advanced.restart.choice {
                RestartChoice::No => "",
                RestartChoice::OnFailure => "on-failure",
                RestartChoice::Always => "always",
                RestartChoice::UnlessStopped => "unless-stopped",
            }
            .to_owned(),
            terminal: advanced.terminal,
            variables: advanced
                .environment
                .iter()
                .map(OptionVariable::of_row)
                .collect(),
            mounts: advanced.mounts.iter().map(OptionMount::of_row).collect(),
        }
    }
}

fn add_missing<T: PartialEq>(rows: &mut Vec<T>, wanted: Vec<T>) {
    for row in wanted {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
}

impl OptionVariable {
    fn row(&self) -> VariableRow {
        VariableRow {
            name: self.name.clone(),
            value: if self.secret {
                String::new()
            } else {
                self.value.clone()
            },
            secret: self.secret,
        }
    }

    fn of_row(row: &VariableRow) -> Self {
        Self {
            name: row.name.clone(),
            value: if row.secret {
                String::new()
            } else {
                row.value.clone()
            },
            secret: row.secret,
        }
    }
}

impl OptionMount {
    fn row(&self) -> MountRow {
        let (kind, source) = if !self.folder.is_empty() {
            (MountKind::Folder, &self.folder)
        } else if self.volume.is_empty() && !self.memory.is_empty() {
            (MountKind::Memory, &self.volume)
        } else {
            (MountKind::Volume, &self.volume)
        };
        MountRow {
            kind,
            source: source.clone(),
            target: self.target.clone(),
            read_only: self.read_only,
            size: if kind == MountKind::Memory {
                self.memory.clone()
            } else {
                String::new()
            },
        }
    }

    fn of_row(row: &MountRow) -> Self {
        let source = row.source.clone();
        let mut mount = Self {
            target: row.target.clone(),
            read_only: row.read_only,
            ..Self::default()
        };
        match row.kind {
            MountKind::Folder => mount.folder = source,
            MountKind::Volume => mount.volume = source,
            MountKind::Memory if row.size.is_empty() => "64m".clone_into(&mut mount.memory),
            MountKind::Memory => mount.memory.clone_from(&row.size),
        }
        mount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        toml::from_str(
            r#"
            privileged = true
            ipc = "host"
            ulimits = ["memlock=-1"]
            memory = "4g"
            restart = "always"
            variables = [{ name = "A", value = "1" }, { name = "KEY", secret = true }]
            mounts = [{ volume = "logs", target = "/logs" }, { memory = "64m", target = "/fast" }]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn what_was_set_and_not_touched_is_taken_back() {
        let mut advanced = Advanced::default();
        options().set_in(&mut advanced);
        assert!(advanced.privileged && advanced.rare.len() == 2 && advanced.mounts.len() == 2);
        options().take_from(&mut advanced);
        assert_eq!(advanced, Advanced::default());
        options().set_in(&mut advanced);
        "2g".clone_into(&mut advanced.memory);
        options().take_from(&mut advanced);
        assert_eq!(advanced.memory, "2g", "what the person typed stays");
    }

    #[test]
    fn a_form_s_choices_come_back_from_its_recipe() {
        let mut form = crate::fixtures::form_of("jupyter", &crate::fixtures::facts());
        options().set_in(&mut form.advanced);
        let saved = Options::of_form(&form);
        let text = toml::to_string(&saved).unwrap();
        let read: Options = toml::from_str(&text).unwrap();
        let mut again = Advanced::default();
        read.set_in(&mut again);
        assert_eq!(again, form.advanced, "{text}");
    }
}
