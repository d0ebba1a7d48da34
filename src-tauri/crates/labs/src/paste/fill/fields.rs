//! Flags that each go into one field of the form.

use super::{EVERY_ADDRESS, Filling, Setting};
use crate::flags::Take;
use crate::form::{GpuChoice, GpuRow, LabelRow, RareKind, RareRow, RestartChoice};
use crate::paste::PartKind;
use crate::paste::options::shortened;
use crate::paste::places;

impl Filling<'_> {
    pub(super) fn switch(&mut self, take: Take, on: bool, setting: &Setting) {
        let advanced = &mut self.form.advanced;
        let (kind, lead, detail) = match take {
            Take::Interactive => {
                advanced.keep_input_open = on;
                (
                    PartKind::Terminal,
                    "Keeps its input open.",
                    "Programs that read what is typed do not end at once; you use the lab in the browser.",
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

    /// Flags whose value goes into a field as it is.
    #[expect(clippy::too_many_lines, reason = "it has an arm for each flag")]
    pub(super) fn plain(&mut self, take: Take, value: &str, setting: &Setting) {
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

    pub(super) fn network(&mut self, value: &str, setting: &Setting) {
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

    pub(super) fn label(&mut self, value: &str, setting: &Setting) {
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

    pub(super) fn restart(&mut self, value: &str, setting: &Setting) {
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

    pub(super) fn graphics(&mut self, row: GpuRow, setting: &Setting) {
        let detail = match row.choice {
            GpuChoice::All => "all that there are.".to_owned(),
            GpuChoice::Count => format!("{} of them.", shortened(&row.count)),
            GpuChoice::Chosen => format!("these: {}.", shortened(&row.devices)),
            GpuChoice::Nothing => String::new(),
        };
        self.form.advanced.gpu = row;
        self.say(setting, PartKind::Gpu, "Uses graphics cards,", detail);
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
