//! A run's flags into the form: exactly what the command says, and nothing else.
//!
//! The form starts from the image's own, so that its recipe is known; everything that the recipe
//! would choose is then taken away again and comes back only where the command says it. Each flag
//! also gets its sentence here, beside what it does to the form.

use std::collections::BTreeMap;

use super::options::shortened;
use super::places::{self, Mounted};
use super::words::Span;
use super::{PartKind, PastedSecrets, Person};
use crate::check::CheckFacts;
use crate::flags::{Fate, Flag, Take};
use crate::form::{
    Advanced, DOCKER_SOCKET, GpuChoice, GpuRow, LabelRow, LaunchForm, MountKind, MountRow, PortRow,
    RareKind, RareRow, RestartChoice, SignInChoice, StorageKind, VariableRow, typed_number,
    typed_port,
};
use crate::options::environment::is_secret_name;
use crate::recipe::{Generation, UserMapping};
use crate::{listen, names};

/// Docker listens on every address unless told otherwise.
const EVERY_ADDRESS: &str = "0.0.0.0";
const LAST_COUNTS: &str = "It is given more than once, and Docker takes the last one.";

/// A flag with its value filled in.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub flag: &'static Flag,
    pub value: Option<String>,
    pub span: Span,
    /// Where variables stand in it.
    pub variables: Vec<Span>,
}

/// A stretch of the command with its sentence.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub span: Span,
    pub variables: Vec<Span>,
    pub kind: PartKind,
    pub lead: String,
    pub detail: String,
}

pub(super) struct Filled {
    pub form: LaunchForm,
    pub secrets: PastedSecrets,
    pub said: Vec<Said>,
    pub rest: Vec<(Span, String)>,
}

pub(super) struct Outset<'a> {
    /// The image's own form.
    pub form: LaunchForm,
    pub generation: &'a Generation,
    pub facts: &'a CheckFacts,
    pub person: &'a Person,
    /// `nvidia-docker run`
    pub nvidia: bool,
}

pub(super) fn fill(outset: Outset<'_>, settings: &[Setting], program: &[String]) -> Filled {
    let mut form = outset.form;
    form.advanced = Advanced {
        nothing_added: true,
        ..Advanced::default()
    };
    form.user.mapped = false;
    form.docker_control = false;
    form.sign_in = SignInChoice::FromImage;
    form.storage.kind = StorageKind::Nothing;
    form.ports = Vec::new();
    let mut filling = Filling {
        form,
        generation: outset.generation,
        facts: outset.facts,
        person: outset.person,
        secrets: PastedSecrets::default(),
        said: Vec::new(),
        rest: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
        environment: Vec::new(),
        nvidia: outset.nvidia,
    };
    for (place, setting) in settings.iter().enumerate() {
        let later = !setting.flag.repeats
            && settings
                .iter()
                .skip(place + 1)
                .any(|other| std::ptr::eq(other.flag, setting.flag));
        if later {
            filling.rest.push((setting.span, LAST_COUNTS.to_owned()));
        } else {
            filling.take(setting);
        }
    }
    filling.settle_environment();
    filling.settle_mounts();
    filling.settle_ports();
    filling.form.advanced.command = joined(program);
    Filled {
        form: filling.form,
        secrets: filling.secrets,
        said: filling.said,
        rest: filling.rest,
    }
}

/// Words as a POSIX shell writes them.
pub(super) fn joined(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
}

struct Filling<'a> {
    form: LaunchForm,
    generation: &'a Generation,
    facts: &'a CheckFacts,
    person: &'a Person,
    secrets: PastedSecrets,
    said: Vec<Said>,
    rest: Vec<(Span, String)>,
    ports: Vec<(Setting, PortRow)>,
    mounts: Vec<(Setting, MountRow)>,
    /// Name, value where one is given.
    environment: Vec<(Setting, String, Option<String>)>,
    nvidia: bool,
}

impl Filling<'_> {
    fn say(
        &mut self,
        setting: &Setting,
        kind: PartKind,
        lead: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.said.push(Said {
            span: setting.span,
            variables: setting.variables.clone(),
            kind,
            lead: lead.into(),
            detail: detail.into(),
        });
    }

    fn leave(&mut self, setting: &Setting, why: impl Into<String>) {
        self.rest.push((setting.span, why.into()));
    }

    fn take(&mut self, setting: &Setting) {
        match setting.flag.fate {
            Fate::Taken(take) if setting.flag.value => {
                let value = setting.value.clone().unwrap_or_default();
                self.value(take, &value, setting);
            }
            Fate::Taken(take) => match setting
                .value
                .as_deref()
                .map_or(Some(true), places::switched)
            {
                Some(on) => self.switch(take, on, setting),
                None => self.leave(setting, "It is either true or false."),
            },
            Fate::Explained(lead, detail) => {
                let kind = match setting.flag.long {
                    "detach" => PartKind::Lifetime,
                    "attach" | "detach-keys" | "sig-proxy" => PartKind::Terminal,
                    _ => PartKind::Other,
                };
                self.say(setting, kind, lead, detail);
            }
            Fate::LeftOut(why) => self.leave(setting, why),
        }
    }

    fn switch(&mut self, take: Take, on: bool, setting: &Setting) {
        let advanced = &mut self.form.advanced;
        let (kind, lead, detail) = match take {
            Take::Interactive => {
                advanced.keep_input_open = on;
                (
                    PartKind::Terminal,
                    "Has a terminal.",
                    "Programs that want one work; you use the lab in the browser.",
                )
            }
            Take::Tty => {
                advanced.terminal = on;
                (
                    PartKind::Terminal,
                    "Has a terminal.",
                    "Programs that want one work; you use the lab in the browser.",
                )
            }
            Take::Remove => {
                advanced.remove_when_stopped = on;
                (
                    PartKind::Lifetime,
                    "Is deleted when it stops.",
                    "Only what is in a volume or a folder stays. Switch it off under Advanced to keep the lab.",
                )
            }
            Take::Privileged => {
                advanced.privileged = on;
                (
                    PartKind::Risk,
                    "Runs privileged.",
                    "Code in the lab could take over the machine; Slipway asks first.",
                )
            }
            Take::PublishAll => {
                advanced.publish_all = on;
                if on {
                    EVERY_ADDRESS.clone_into(&mut self.form.listen_ip);
                }
                (
                    PartKind::Port,
                    "Publishes every port",
                    "that the image names, on ports that the engine chooses, for everyone on the network.",
                )
            }
            Take::Init | Take::ReadOnly => {
                let (rare, lead, detail) = if take == Take::Init {
                    (
                        RareKind::Init,
                        "Has a small first program",
                        "that clears up after the others.",
                    )
                } else {
                    (
                        RareKind::ReadOnly,
                        "Cannot change its own files.",
                        "Only volumes, folders and memory can be written.",
                    )
                };
                if on {
                    advanced.rare.push(RareRow {
                        kind: rare,
                        value: "true".to_owned(),
                    });
                }
                (PartKind::Other, lead, detail)
            }
            _ => return,
        };
        if on {
            self.say(setting, kind, lead, detail);
        } else {
            let name = setting.flag.long;
            self.say(
                setting,
                kind,
                format!("Switches {name} off,"),
                "which Docker does by itself.",
            );
        }
    }

    fn value(&mut self, take: Take, value: &str, setting: &Setting) {
        match take {
            Take::Publish => self.publish(value, setting),
            Take::Volume => {
                self.mounted(places::volume(value, self.person.home.as_deref()), setting)
            }
            Take::Mount => self.mounted(places::mount(value, self.person.home.as_deref()), setting),
            Take::Tmpfs => self.mounted(places::memory(value), setting),
            Take::Env => self.variable(value, setting),
            Take::Name => {
                value.clone_into(&mut self.form.name);
                let container = names::container_name(value);
                let detail = if container == value {
                    String::new()
                } else {
                    format!("Its container is {container}.")
                };
                self.say(
                    setting,
                    PartKind::Name,
                    format!("Is called {}.", shortened(value)),
                    detail,
                );
            }
            Take::Gpus => {
                let (row, rest) = places::gpus(value);
                self.graphics(row, setting);
                for (text, why) in rest {
                    self.leave(setting, format!("Without {}: {why}", shortened(&text)));
                }
            }
            Take::Runtime if value == "nvidia" => self.nvidia = true,
            Take::Runtime => {
                self.leave(
                    setting,
                    "Slipway starts labs with the engine's usual runtime.",
                );
                return;
            }
            Take::Network => self.network(value, setting),
            Take::Label => self.label(value, setting),
            Take::Restart => self.restart(value, setting),
            Take::Pull => match value {
                "missing" => self.say(
                    setting,
                    PartKind::Other,
                    "Downloads what is missing.",
                    "Slipway always does.",
                ),
                "never" => self.leave(setting, "Slipway downloads an image that is missing."),
                _ => self.leave(
                    setting,
                    "Slipway downloads an image once; newer ones are among the versions.",
                ),
            },
            _ => self.plain(take, value, setting),
        }
        if take == Take::Runtime {
            self.say(
                setting,
                PartKind::Gpu,
                "Uses graphics cards,",
                "through the older NVIDIA runtime.",
            );
        }
    }

    /// Flags whose value goes into a field as it is.
    fn plain(&mut self, take: Take, value: &str, setting: &Setting) {
        let text = value.to_owned();
        let short = shortened(value);
        let advanced = &mut self.form.advanced;
        let (kind, lead, detail) = match take {
            Take::Memory => {
                advanced.memory = text;
                (
                    PartKind::Limit,
                    format!("Gets {short} of memory,"),
                    "and no more.",
                )
            }
            Take::Cpus => {
                advanced.cpus = text;
                (
                    PartKind::Limit,
                    format!("Gets {short} processors,"),
                    "and no more.",
                )
            }
            Take::SharedMemory => {
                advanced.shared_memory = text;
                (
                    PartKind::Limit,
                    format!("Shares {short} of memory"),
                    "between its own programs.",
                )
            }
            Take::Workdir => {
                advanced.working_folder = text;
                (
                    PartKind::Program,
                    format!("Begins in {short},"),
                    "a folder in the lab.",
                )
            }
            Take::Entrypoint => {
                advanced.entrypoint = if value.is_empty() {
                    "\"\"".to_owned()
                } else {
                    text
                };
                let lead = if value.is_empty() {
                    "Leaves the image's program out.".to_owned()
                } else {
                    format!("Starts {short}")
                };
                (
                    PartKind::Program,
                    lead,
                    if value.is_empty() {
                        ""
                    } else {
                        "in place of the image's program."
                    },
                )
            }
            Take::User => {
                advanced.user = text;
                (
                    PartKind::Other,
                    format!("Runs as {short},"),
                    "a user or its number.",
                )
            }
            Take::Hostname => {
                advanced.hostname = text;
                (
                    PartKind::Network,
                    format!("Calls itself {short}"),
                    "inside.",
                )
            }
            Take::Platform => {
                advanced.platform = text;
                (PartKind::Image, format!("Is made for {short}."), "")
            }
            Take::NetworkAlias => {
                advanced.network.aliases.push(text);
                (
                    PartKind::Network,
                    format!("Is found as {short}"),
                    "by others on its network.",
                )
            }
            Take::CapAdd => {
                advanced.capabilities_added.push(text);
                (
                    PartKind::Risk,
                    format!("May use {short}."),
                    "Slipway asks first.",
                )
            }
            Take::CapDrop => {
                advanced.capabilities_dropped.push(text);
                (PartKind::Risk, format!("May not use {short}."), "")
            }
            _ => {
                let Some((rare, kind, lead)) = rare(take, &short) else {
                    return;
                };
                advanced.rare.push(RareRow {
                    kind: rare,
                    value: text,
                });
                (kind, lead, "")
            }
        };
        self.say(setting, kind, lead, detail);
    }

    fn publish(&mut self, value: &str, setting: &Setting) {
        let mut published = places::published(value);
        if !["tcp", "udp"].contains(&published.protocol.as_str()) {
            self.leave(setting, "Slipway publishes tcp and udp ports.");
            return;
        }
        // A range of ports for one port in the lab: the engine would choose among them.
        if let Some((from, to)) = published.host.split_once('-')
            && !published.container.contains('-')
            && let (Some(from), Some(to)) = (typed_port(from), typed_port(to))
            && from < to
        {
            let address = or_every(&published.listen_ip);
            let free = listen::free_port(&self.facts.snapshot, address, from, &self.taken_ports());
            let chosen = free.filter(|port| *port <= to).unwrap_or(from);
            self.leave(
                setting,
                format!("Docker would choose a port from {from} to {to}; Slipway takes {chosen}, and it stays."),
            );
            published.host = chosen.to_string();
        }
        let row = PortRow {
            host: published.host,
            container: published.container,
            listen_ip: or_every(&published.listen_ip).to_owned(),
            protocol: published.protocol,
            purpose: String::new(),
        };
        self.ports.push((setting.clone(), row));
    }

    fn taken_ports(&self) -> Vec<u16> {
        self.ports
            .iter()
            .filter_map(|(_, row)| typed_port(&row.host))
            .collect()
    }

    fn mounted(&mut self, mounted: Mounted, setting: &Setting) {
        for (text, why) in mounted.rest {
            self.leave(setting, format!("Without {}: {why}", shortened(&text)));
        }
        let row = mounted.row;
        let socket = std::path::Path::new(&row.source)
            .extension()
            .is_some_and(|extension| extension == "sock");
        if socket && row.kind == MountKind::Folder && row.target == DOCKER_SOCKET && !row.read_only
        {
            self.form.docker_control = true;
            self.say(
                setting,
                PartKind::Risk,
                "May control Docker.",
                "Code in the lab could take over the machine that runs Docker; Slipway asks first.",
            );
            return;
        }
        self.mounts.push((setting.clone(), row));
    }

    fn variable(&mut self, value: &str, setting: &Setting) {
        let (name, value) = match value.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (value, None),
        };
        if name.is_empty() {
            self.leave(setting, "The variable has no name before its equals sign.");
            return;
        }
        self.environment
            .push((setting.clone(), name.to_owned(), value));
    }

    fn network(&mut self, value: &str, setting: &Setting) {
        if !self.form.advanced.network.name.is_empty() {
            self.leave(setting, "A lab joins one network; the first one is taken.");
            return;
        }
        let long = value.contains('=');
        let fields = if long {
            places::fields(value)
        } else {
            vec![format!("name={value}")]
        };
        for field in fields {
            match field.split_once('=') {
                Some(("name", name)) => name.clone_into(&mut self.form.advanced.network.name),
                Some(("alias", alias)) => self.form.advanced.network.aliases.push(alias.to_owned()),
                _ => self.leave(
                    setting,
                    format!(
                        "Without {}: Slipway leaves addresses to Docker.",
                        shortened(&field)
                    ),
                ),
            }
        }
        let name = shortened(&self.form.advanced.network.name);
        let detail = match name.as_str() {
            "host" => "the machine's own; its ports are open there without being published.",
            "none" => "so nothing reaches it, and it reaches nothing.",
            _ => "where labs find each other by name.",
        };
        self.say(
            setting,
            PartKind::Network,
            format!("Joins the network {name},"),
            detail,
        );
    }

    fn label(&mut self, value: &str, setting: &Setting) {
        let (name, value) = value.split_once('=').unwrap_or((value, ""));
        if name.starts_with("io.slipway.") {
            self.leave(setting, "Slipway writes this label itself.");
            return;
        }
        self.form.advanced.labels.retain(|row| row.name != name);
        self.form.advanced.labels.push(LabelRow {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self.say(
            setting,
            PartKind::Other,
            format!("Carries the label {}.", shortened(name)),
            "",
        );
    }

    fn restart(&mut self, value: &str, setting: &Setting) {
        let (name, retries) = value.split_once(':').unwrap_or((value, ""));
        let (choice, lead) = match name {
            "no" | "" => (RestartChoice::No, "Stays stopped once it stops."),
            "always" => (RestartChoice::Always, "Starts again whenever it stops,"),
            "unless-stopped" => (
                RestartChoice::UnlessStopped,
                "Starts again unless you stop it,",
            ),
            "on-failure" => (RestartChoice::OnFailure, "Starts again after a failure."),
            _ => {
                self.leave(
                    setting,
                    "Docker knows no, on-failure, always and unless-stopped.",
                );
                return;
            }
        };
        self.form.advanced.restart.choice = choice;
        if choice == RestartChoice::OnFailure {
            retries.clone_into(&mut self.form.advanced.restart.retries);
        }
        let detail = if lead.ends_with(',') {
            "also with the computer."
        } else {
            ""
        };
        self.say(setting, PartKind::Lifetime, lead, detail);
    }

    fn graphics(&mut self, row: GpuRow, setting: &Setting) {
        let detail = match row.choice {
            GpuChoice::All => "all that there are.".to_owned(),
            GpuChoice::Count => format!("{} of them.", shortened(&row.count)),
            GpuChoice::Chosen => format!("these: {}.", shortened(&row.devices)),
            GpuChoice::Nothing => String::new(),
        };
        self.form.advanced.gpu = row;
        self.say(setting, PartKind::Gpu, "Uses graphics cards,", detail);
    }

    fn settle_environment(&mut self) {
        let given = std::mem::take(&mut self.environment);
        let last: BTreeMap<&str, usize> = given
            .iter()
            .enumerate()
            .map(|(place, (_, name, _))| (name.as_str(), place))
            .collect();
        let value_of = |name: &str| {
            let place = *last.get(name)?;
            given.get(place).and_then(|(_, _, value)| value.clone())
        };
        let mapped = self.mapped_user(&value_of);
        for (place, (setting, name, value)) in given.iter().enumerate() {
            if last.get(name.as_str()) != Some(&place) {
                self.leave(setting, LAST_COUNTS);
                continue;
            }
            if mapped
                .as_ref()
                .is_some_and(|(uid, gid)| uid == name || gid == name)
            {
                let owner = format!(
                    "user {} and group {}.",
                    self.form.user.uid, self.form.user.gid
                );
                self.say(setting, PartKind::Variable, "Makes files belong to", owner);
                continue;
            }
            if self.nvidia && name == "NVIDIA_VISIBLE_DEVICES" && self.by_runtime(value.as_deref())
            {
                self.say(
                    setting,
                    PartKind::Gpu,
                    format!(
                        "Sees the graphics cards {}.",
                        shortened(value.as_deref().unwrap_or_default())
                    ),
                    "",
                );
                continue;
            }
            self.set_variable(setting, name, value.clone());
        }
        if self.nvidia && self.form.advanced.gpu.choice == GpuChoice::Nothing {
            self.by_runtime(Some("all"));
        }
    }

    /// The older form of giving graphics cards; `false`: the value is none that the form has.
    fn by_runtime(&mut self, value: Option<&str>) -> bool {
        let (choice, devices) = match value {
            Some("all") => (GpuChoice::All, ""),
            Some(devices) if !devices.is_empty() && devices != "none" && devices != "void" => {
                (GpuChoice::Chosen, devices)
            }
            _ => return false,
        };
        self.form.advanced.gpu = GpuRow {
            choice,
            count: String::new(),
            devices: devices.to_owned(),
            by_runtime: true,
        };
        true
    }

    /// The names of the two variables, where they give the person's ids as the recipe's mapping would.
    fn mapped_user(
        &mut self,
        value_of: &impl Fn(&str) -> Option<String>,
    ) -> Option<(String, String)> {
        let Some(UserMapping::Variables {
            uid, gid, as_root, ..
        }) = &self.generation.user_mapping
        else {
            return None;
        };
        let number = |name: &str| {
            value_of(name)
                .filter(|value| typed_number(value).is_some_and(|id| id.to_string() == *value))
        };
        let (user, group) = (number(uid)?, number(gid)?);
        let user_flag = self.form.advanced.user.as_str();
        let same = if *as_root {
            user_flag == "root"
        } else {
            user_flag.is_empty()
        };
        if !same || user == "0" {
            return None;
        }
        self.form.advanced.user = String::new();
        self.form.user.mapped = true;
        self.form.user.uid = user;
        self.form.user.gid = group;
        Some((uid.clone(), gid.clone()))
    }

    fn set_variable(&mut self, setting: &Setting, name: &str, value: Option<String>) {
        let written_out = value
            .as_deref()
            .is_some_and(|value| !value.is_empty() && !stands_for_secret(value));
        let own = self.generation.sign_in.password_variable.as_deref() == Some(name)
            && value.as_deref() != Some("");
        if own {
            self.form.sign_in = SignInChoice::Own;
            self.secrets.password = value.filter(|_| written_out);
            let detail = if written_out {
                "It goes to the keyring, and into no file."
            } else {
                "Type it in the wizard."
            };
            self.say(
                setting,
                PartKind::Variable,
                "Has a password of its own.",
                detail,
            );
            return;
        }
        let secret = is_secret_name(name) && value.as_deref() != Some("");
        let shown = shortened(name);
        if secret {
            if let Some(value) = value.filter(|_| written_out) {
                self.secrets.variables.insert(name.to_owned(), value);
            }
            self.form.advanced.environment.push(VariableRow {
                name: name.to_owned(),
                value: String::new(),
                secret: true,
            });
            let detail = if written_out {
                "to a secret, which goes to the keyring."
            } else {
                "to a secret, which the wizard asks for."
            };
            self.say(setting, PartKind::Variable, format!("Sets {shown}"), detail);
            return;
        }
        let value = value.unwrap_or_default();
        let detail = if value.is_empty() {
            "to nothing.".to_owned()
        } else {
            format!("to {}.", shortened(&value))
        };
        self.form.advanced.environment.push(VariableRow {
            name: name.to_owned(),
            value,
            secret: false,
        });
        self.say(setting, PartKind::Variable, format!("Sets {shown}"), detail);
    }

    fn settle_mounts(&mut self) {
        let mounts = std::mem::take(&mut self.mounts);
        let keeps = |row: &MountRow| {
            let named = match row.kind {
                MountKind::Volume => names::is_docker_name(&row.source),
                MountKind::Folder => !row.source.is_empty(),
                MountKind::Memory => false,
            };
            named
                && !row.read_only
                && row.target.starts_with('/')
                && row.target != "/"
                && !row.target.ends_with(".sock")
        };
        let folder = self.generation.work_folder.as_deref();
        let work = mounts
            .iter()
            .position(|(_, row)| keeps(row) && Some(row.target.as_str()) == folder)
            .or_else(|| mounts.iter().position(|(_, row)| keeps(row)));
        for (place, (setting, row)) in mounts.into_iter().enumerate() {
            let (source, target) = (shortened(&row.source), shortened(&row.target));
            let is_work = Some(place) == work;
            let only_read = if row.read_only {
                " It can only be read there."
            } else {
                ""
            };
            let (lead, detail) = match (row.kind, is_work) {
                (MountKind::Volume, true) => (
                    "Keeps your work in a volume,".to_owned(),
                    format!("{source}, in the folder {target}."),
                ),
                (MountKind::Folder, true) => (
                    "Keeps your work in a folder,".to_owned(),
                    format!("{source}, seen as {target} in the lab."),
                ),
                (MountKind::Volume, false) if row.source.is_empty() => (
                    "Has a volume without a name".to_owned(),
                    format!("at {target}, which goes with the lab."),
                ),
                (MountKind::Volume, false) => (
                    format!("Mounts the volume {source}"),
                    format!("at {target}.{only_read}"),
                ),
                (MountKind::Folder, false) => (
                    format!("Mounts the folder {source}"),
                    format!("at {target}.{only_read}"),
                ),
                (MountKind::Memory, _) => (
                    format!("Keeps {target} in memory,"),
                    "gone when the lab stops.".to_owned(),
                ),
            };
            self.say(&setting, PartKind::Storage, lead, detail);
            if !is_work {
                self.form.advanced.mounts.push(row);
                continue;
            }
            let storage = &mut self.form.storage;
            if row.kind == MountKind::Volume {
                storage.kind = StorageKind::Volume;
                storage.volume = row.source;
            } else {
                storage.kind = StorageKind::Folder;
                storage.folder = row.source;
            }
            storage.target = row.target;
        }
    }

    fn settle_ports(&mut self) {
        let mut ports = std::mem::take(&mut self.ports);
        let page = ports.iter().position(|(_, row)| {
            row.protocol == "tcp" && typed_port(&row.container) == Some(self.generation.port)
        });
        let page = page.or_else(|| ports.iter().position(|(_, row)| row.protocol == "tcp"));
        if let Some(page) = page {
            let found = ports.remove(page);
            ports.insert(0, found);
        }
        if let Some((_, first)) = ports.first() {
            self.form.listen_ip.clone_from(&first.listen_ip);
        }
        for (place, (setting, mut row)) in ports.into_iter().enumerate() {
            let port = typed_port(&row.container);
            let extra = self
                .generation
                .more_ports
                .iter()
                .find(|extra| Some(extra.port) == port);
            let is_page = place == 0 && row.protocol == "tcp";
            row.purpose = match extra {
                Some(extra) => extra.purpose.clone(),
                None if is_page && port == Some(self.generation.port) => {
                    self.generation.answers.clone()
                }
                None => String::new(),
            };
            let open = row.listen_ip == EVERY_ADDRESS || row.listen_ip == "::";
            let reach = if open {
                " Everyone on the network reaches it."
            } else {
                ""
            };
            let inside = shortened(&row.container);
            let page_known =
                self.generation.connection.is_none() && port == Some(self.generation.port);
            let (lead, detail) = if is_page && page_known {
                (
                    "Opens in the browser,".to_owned(),
                    format!("port {inside} in the lab.{reach}"),
                )
            } else if row.purpose.is_empty() {
                (
                    format!("Publishes port {inside}"),
                    format!("of the lab.{reach}"),
                )
            } else {
                (
                    format!("Publishes port {inside},"),
                    format!("the {}.{reach}", row.purpose),
                )
            };
            self.say(&setting, PartKind::Port, lead, detail);
            if row.listen_ip == self.form.listen_ip {
                row.listen_ip = String::new();
            }
            self.form.ports.push(row);
        }
    }
}

/// Values that stand for a secret in a guide.
fn stands_for_secret(value: &str) -> bool {
    value
        .chars()
        .all(|letter| matches!(letter, '…' | '.' | '*'))
}

fn or_every(listen_ip: &str) -> &str {
    if listen_ip.is_empty() {
        EVERY_ADDRESS
    } else {
        listen_ip
    }
}

fn rare(take: Take, value: &str) -> Option<(RareKind, PartKind, String)> {
    Some(match take {
        Take::GroupAdd => (
            RareKind::Group,
            PartKind::Other,
            format!("Belongs to the group {value}, too."),
        ),
        Take::Ulimit => (
            RareKind::Ulimit,
            PartKind::Limit,
            format!("Has the limit {value}."),
        ),
        Take::Device => (
            RareKind::Device,
            PartKind::Risk,
            format!("Uses the device {value}."),
        ),
        Take::AddHost => (
            RareKind::Host,
            PartKind::Network,
            format!("Knows the host {value}."),
        ),
        Take::Dns => (
            RareKind::Dns,
            PartKind::Network,
            format!("Asks {value} for names."),
        ),
        Take::Ipc => (
            RareKind::Ipc,
            PartKind::Risk,
            format!("Shares memory between programs: {value}."),
        ),
        Take::Pid => (
            RareKind::Pid,
            PartKind::Risk,
            format!("Sees programs outside: {value}."),
        ),
        Take::StopSignal => (
            RareKind::StopSignal,
            PartKind::Lifetime,
            format!("Is stopped with {value}."),
        ),
        Take::StopTimeout => (
            RareKind::StopTimeout,
            PartKind::Lifetime,
            format!("Has {value} seconds to stop."),
        ),
        Take::SecurityOption => (
            RareKind::SecurityOption,
            PartKind::Risk,
            format!("Changes its safety: {value}."),
        ),
        Take::Sysctl => (
            RareKind::Sysctl,
            PartKind::Other,
            format!("Sets {value} in its kernel settings."),
        ),
        _ => return None,
    })
}
