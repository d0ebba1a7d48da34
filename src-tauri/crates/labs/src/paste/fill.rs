//! A run's flags into the form: exactly what the command says, and nothing else.
//!
//! The form starts from the image's own, so that its recipe is known; everything that the recipe
//! would choose is then taken away again and comes back only where the command says it. Each flag
//! also gets its sentence here, beside what it does to the form.

use super::options::shortened;
use super::places;
use super::words::Span;
use super::{PartKind, PastedSecrets, Person};
use crate::check::CheckFacts;
use crate::flags::{Fate, Flag, Take};
use crate::form::{Advanced, LaunchForm, MountRow, PortRow, SignInChoice, StorageKind};
use crate::names;
use crate::recipe::Generation;

mod environment;
mod fields;
mod reach;
mod storage;

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

/// `program` is what stands behind the image, as a POSIX shell writes it.
pub(super) fn fill(outset: Outset<'_>, settings: &[Setting], program: &str) -> Filled {
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
    program.clone_into(&mut filling.form.advanced.command);
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

    fn value(&mut self, take: Take, value: &str, setting: &Setting) {
        match take {
            Take::Publish => self.publish(value, setting),
            Take::Volume => {
                self.mounted(places::volume(value, self.person.home.as_deref()), setting);
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
}
