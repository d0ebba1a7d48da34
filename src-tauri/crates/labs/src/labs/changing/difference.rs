//! Where a lab's form differs from the one that it has, in sentences: what its container takes as it
//! is, and what needs a new one.

use crate::form::{LaunchForm, PortRow, RestartChoice, StorageKind, StorageRow, TypedSecrets};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub at_once: Vec<String>,
    pub anew: Vec<String>,
}

impl Difference {
    pub(super) fn is_nothing(&self) -> bool {
        self.at_once.is_empty() && self.anew.is_empty()
    }
}

pub(super) fn between(old: &LaunchForm, new: &LaunchForm, typed: &TypedSecrets) -> Difference {
    let mut difference = Difference::default();
    at_once(old, new, &mut difference);
    anew(old, new, typed, &mut difference.anew);
    if difference.anew.is_empty() && !same_otherwise(old, new) {
        difference
            .anew
            .push("Settings under Advanced change.".to_owned());
    }
    difference
}

/// Name, limits and restart policy. A limit that is taken away is not among them: no engine can do it.
fn at_once(old: &LaunchForm, new: &LaunchForm, difference: &mut Difference) {
    let (old_name, new_name) = (old.name.trim(), new.name.trim());
    if old_name != new_name {
        difference
            .at_once
            .push(format!("{old_name} is called {new_name}."));
    }
    let limits = [
        ("memory limit", &old.advanced.memory, &new.advanced.memory),
        (
            "limit of processors",
            &old.advanced.cpus,
            &new.advanced.cpus,
        ),
    ];
    for (what, before, after) in limits {
        let (before, after) = (before.trim(), after.trim());
        if before == after {
            continue;
        }
        match (before.is_empty(), after.is_empty()) {
            (true, _) => difference
                .at_once
                .push(format!("A {what} of {after} is set.")),
            (_, true) => difference
                .anew
                .push(format!("The {what} of {before} is taken away.")),
            _ => difference
                .at_once
                .push(format!("The {what} of {before} becomes {after}.")),
        }
    }
    if restart(old) != restart(new) {
        let says = match new.advanced.restart.choice {
            RestartChoice::No => "Docker leaves it stopped when it stops by itself.",
            RestartChoice::OnFailure => "Docker starts it again when it ends with an error.",
            RestartChoice::Always => "Docker starts it again whenever it stops by itself.",
            RestartChoice::UnlessStopped => {
                "Docker starts it again when it stops by itself, unless somebody stopped it."
            }
        };
        difference.at_once.push(says.to_owned());
    }
}

fn restart(form: &LaunchForm) -> (RestartChoice, &str) {
    let row = &form.advanced.restart;
    let retries = if row.choice == RestartChoice::OnFailure {
        row.retries.trim()
    } else {
        ""
    };
    (row.choice, retries)
}

fn anew(old: &LaunchForm, new: &LaunchForm, typed: &TypedSecrets, says: &mut Vec<String>) {
    let (before, after) = (old.reference_text(), new.reference_text());
    if before != after {
        says.push(format!("The image {before} becomes {after}."));
    }
    let (before, after) = (old.listen_ip.trim(), new.listen_ip.trim());
    if before != after {
        says.push(format!("It listens on {after} instead of {before}."));
    }
    if ports(old) != ports(new) {
        says.push(port_words(old, new));
    }
    if storage(&old.storage) != storage(&new.storage) {
        says.push(storage_words(&new.storage));
    }
    if old.advanced.mounts != new.advanced.mounts {
        says.push("Its further volumes and folders change.".to_owned());
    }
    let typed_variable = typed.variables.values().any(|value| !value.is_empty());
    if old.advanced.environment != new.advanced.environment || typed_variable {
        says.push("Its variables change.".to_owned());
    }
    if old.sign_in != new.sign_in || typed.password.is_some() {
        says.push("How one signs in changes.".to_owned());
    }
    if old.docker_control != new.docker_control {
        says.push(
            if new.docker_control {
                "It can control Docker."
            } else {
                "It can no longer control Docker."
            }
            .to_owned(),
        );
    }
    if old.advanced.network != new.advanced.network {
        says.push("Its network changes.".to_owned());
    }
    if old.user != new.user {
        says.push("The user that it works as changes.".to_owned());
    }
}

/// What a port row does, without what it is for.
fn ports(form: &LaunchForm) -> Vec<[&str; 4]> {
    form.ports
        .iter()
        .map(|row| {
            [
                row.host.trim(),
                row.container.trim(),
                row.listen_ip.trim(),
                row.protocol.trim(),
            ]
        })
        .collect()
}

fn port_words(old: &LaunchForm, new: &LaunchForm) -> String {
    match (old.ports.as_slice(), new.ports.as_slice()) {
        ([before, rest @ ..], [after, others @ ..])
            if before.host.trim() != after.host.trim()
                && before.container.trim() == after.container.trim()
                && rest == others =>
        {
            let name = |row: &PortRow| match row.host.trim() {
                "" => "one that Docker chooses".to_owned(),
                port => port.to_owned(),
            };
            format!("Port {} becomes {}.", name(before), name(after))
        }
        _ => "Its ports change.".to_owned(),
    }
}

/// What counts of the kept folder: what was typed for the other kinds does not.
fn storage(row: &StorageRow) -> (StorageKind, &str, &str) {
    match row.kind {
        StorageKind::Nothing => (row.kind, "", ""),
        StorageKind::Volume => (row.kind, row.volume.trim(), row.target.trim()),
        StorageKind::Folder => (row.kind, row.folder.trim(), row.target.trim()),
    }
}

fn storage_words(row: &StorageRow) -> String {
    match row.kind {
        StorageKind::Nothing => "Nothing of its work is kept outside the container.".to_owned(),
        StorageKind::Volume => format!(
            "Work is kept in the volume {}, as {}.",
            row.volume.trim(),
            row.target.trim()
        ),
        StorageKind::Folder => format!(
            "Work is kept in the folder {}, as {}.",
            row.folder.trim(),
            row.target.trim()
        ),
    }
}

/// Whether nothing differs but what the other sentences are about.
fn same_otherwise(old: &LaunchForm, new: &LaunchForm) -> bool {
    let mut old = old.clone();
    old.name.clone_from(&new.name);
    old.ports.clone_from(&new.ports);
    old.storage.clone_from(&new.storage);
    old.listen_ip.clone_from(&new.listen_ip);
    old.image.clone_from(&new.image);
    old.version.clone_from(&new.version);
    old.recipe.clone_from(&new.recipe);
    old.risk_accepted = new.risk_accepted;
    old.advanced.memory.clone_from(&new.advanced.memory);
    old.advanced.cpus.clone_from(&new.advanced.cpus);
    old.advanced.restart.clone_from(&new.advanced.restart);
    old == *new
}

#[cfg(test)]
mod tests;
