//! What the open values of a command could be: versions, volumes, addresses and ports of this engine.

use slipway_engine::ImageReference;

use super::values::Asked;
use super::{AskedVariable, VariableChoice, VariableUse};
use crate::check::CheckFacts;
use crate::form::{LOOPBACK, free_name, free_volume, local_references, typed_port, volume_choices};
use crate::recipe::Recipe;
use crate::{listen, names, tag};

/// What the proposals go by.
pub(super) struct Ground<'a> {
    pub facts: &'a CheckFacts,
    pub home: Option<&'a str>,
    /// `exasol/ai-lab`, as far as it is known.
    pub repository: Option<ImageReference>,
    pub recipe: Option<&'a Recipe>,
    /// The page's port in the lab.
    pub port: Option<u16>,
}

/// The variable with its proposals; `answer` is what the person gave.
pub(super) fn proposed(
    asked: &Asked,
    answer: Option<&String>,
    ground: &Ground<'_>,
    taken: &mut Vec<u16>,
) -> AskedVariable {
    let mut choices = match asked.used_for {
        VariableUse::Version => versions(ground),
        VariableUse::Volume => volumes(ground),
        VariableUse::Folder => folders(ground),
        VariableUse::ListenIp => addresses(),
        VariableUse::Port => ports(asked, ground, taken),
        VariableUse::Name => vec![choice(&free_name(&lab_name(ground), ground.facts), "free")],
        VariableUse::Secret | VariableUse::Other => Vec::new(),
    };
    if let Some(said) = asked.said.as_ref().filter(|said| !said.is_empty()) {
        choices.retain(|choice| choice.value != *said);
        choices.insert(0, choice(said, "from the command"));
    }
    let best = match asked.used_for {
        // A folder of the person's is never mounted without their word.
        VariableUse::Folder if asked.said.is_none() => None,
        _ => choices.first(),
    };
    let value = answer
        .cloned()
        .or_else(|| best.map(|choice| choice.value.clone()))
        .unwrap_or_default();
    let error = wrong(asked.used_for, &value);
    AskedVariable {
        name: asked.name.clone(),
        used_for: asked.used_for,
        value,
        choices,
        error,
    }
}

fn choice(value: &str, label: &str) -> VariableChoice {
    VariableChoice {
        value: value.to_owned(),
        label: if label.is_empty() {
            value.to_owned()
        } else {
            format!("{value}, {label}")
        },
    }
}

fn lab_name(ground: &Ground<'_>) -> String {
    let of_recipe = ground
        .recipe
        .filter(|recipe| !recipe.images.is_empty())
        .map(|recipe| names::container_name(recipe.lab_name.as_deref().unwrap_or(&recipe.name)));
    let of_image = || {
        let path = ground.repository.as_ref().map(ImageReference::path)?;
        path.rsplit('/').next().map(names::container_name)
    };
    of_recipe
        .or_else(of_image)
        .filter(|name| names::is_docker_name(name))
        .unwrap_or_else(|| "lab".to_owned())
}

fn versions(ground: &Ground<'_>) -> Vec<VariableChoice> {
    let Some(repository) = &ground.repository else {
        return Vec::new();
    };
    let mut here: Vec<String> = local_references(&ground.facts.snapshot)
        .into_iter()
        .filter(|local| {
            local.registry() == repository.registry() && local.path() == repository.path()
        })
        .filter_map(|local| local.tag)
        .collect();
    here.sort_by(|a, b| tag::newest_first(a, b));
    here.dedup();
    let mut choices: Vec<VariableChoice> = here
        .iter()
        .map(|tag| choice(tag, "on this computer"))
        .collect();
    let known = ground
        .recipe
        .filter(|recipe| {
            recipe.images.iter().any(|listed| {
                ImageReference::parse(listed).is_ok_and(|listed| {
                    listed.path() == repository.path() && listed.registry() == repository.registry()
                })
            })
        })
        .map(|recipe| {
            let default = recipe.default_version.iter();
            default
                .chain(&recipe.known_versions)
                .cloned()
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    for version in known.into_iter().chain(["latest".to_owned()]) {
        if choices.iter().all(|choice| choice.value != version) {
            choices.push(choice(&version, "will be downloaded"));
        }
    }
    choices
}

fn volumes(ground: &Ground<'_>) -> Vec<VariableChoice> {
    let new = free_volume(&lab_name(ground), ground.facts);
    let mut choices = vec![choice(&new, "a new volume")];
    choices.extend(volume_choices(ground.facts).into_iter().map(|volume| {
        let users = volume.used_by.join(", ");
        let label = if users.is_empty() {
            "used by nothing".to_owned()
        } else {
            format!("used by {users}")
        };
        choice(&volume.name, &label)
    }));
    choices
}

fn folders(ground: &Ground<'_>) -> Vec<VariableChoice> {
    ground
        .home
        .map(|home| choice(home, "your home folder"))
        .into_iter()
        .collect()
}

fn addresses() -> Vec<VariableChoice> {
    let mut choices = vec![
        choice(LOOPBACK, "only this computer"),
        choice("0.0.0.0", "everyone on the network"),
    ];
    choices.extend(
        listen::addresses()
            .into_iter()
            .map(|address| choice(&address.ip, &address.label)),
    );
    choices
}

fn ports(asked: &Asked, ground: &Ground<'_>, taken: &mut Vec<u16>) -> Vec<VariableChoice> {
    let from = asked
        .port_in_lab
        .or(ground.port)
        .filter(|port| *port >= 1024)
        .unwrap_or(8888);
    let Some(free) = listen::free_port(&ground.facts.snapshot, LOOPBACK, from, taken) else {
        return Vec::new();
    };
    taken.push(free);
    vec![choice(&free.to_string(), "free")]
}

/// Why a value cannot be used, in one sentence.
fn wrong(used_for: VariableUse, value: &str) -> Option<String> {
    let sentence = match used_for {
        _ if value.is_empty() => return None,
        VariableUse::Port => {
            let range = value.split_once('-');
            let right = typed_port(value).is_some()
                || range.is_some_and(|(from, to)| {
                    typed_port(from).is_some() && typed_port(to).is_some()
                });
            (!right).then_some("A port is a number from 1 to 65535.")
        }
        VariableUse::ListenIp => value
            .parse::<std::net::IpAddr>()
            .is_err()
            .then_some("This is not an IP address, such as 127.0.0.1."),
        VariableUse::Version => {
            let whole = if value.starts_with("sha256:") {
                format!("image@{value}")
            } else {
                format!("image:{value}")
            };
            match ImageReference::parse(&whole) {
                Err(slipway_engine::Error::InvalidReference { why, .. }) => return Some(why),
                _ => None,
            }
        }
        VariableUse::Volume => {
            let right = super::places::is_path(value) || names::is_docker_name(value);
            (!right).then_some("A volume's name has at least two letters or digits, and no blanks.")
        }
        VariableUse::Folder => value
            .contains(':')
            .then(|| value.get(2..).is_some_and(|rest| rest.contains(':')))
            .filter(|wrong| *wrong)
            .map(|_| "Docker cannot mount a folder with a colon in its name this way."),
        VariableUse::Name | VariableUse::Secret | VariableUse::Other => None,
    };
    sentence.map(str::to_owned)
}
