//! What is folded away: whether it can be read, and whether this engine can do it.
//!
//! What only the form decides stands in `crate::options`; here come the engine's networks, its
//! processors and memory, its folders and volumes, and the secrets that are known.

use slipway_vault::VaultStatus;

use super::{FieldNote, NoteLevel, Notes, Subject};
use crate::form::{LaunchForm, SignInChoice};
use crate::options::Options;

pub(super) mod machine;
mod mounts;
mod network;

/// `found` is what the form alone says of them.
pub(super) fn check(subject: &Subject, notes: &mut Notes, found: Vec<FieldNote>) {
    notes.0.extend(found);
    variables(subject, notes);
    mounts::check(subject, notes);
    program(subject, notes, &subject.options);
    machine::check(subject, notes, &subject.options);
    network::check(subject, notes);
    lifetime(subject, notes);
    rights(subject, notes);
}

fn variables(subject: &Subject, notes: &mut Notes) {
    let sign_in = &subject.generation.sign_in;
    for (index, row) in subject.form.advanced.environment.iter().enumerate() {
        let name = row.name.trim();
        let field = format!("advanced.environment.{index}");
        let remove = || {
            subject.fix("Remove the row", |form: &mut LaunchForm| {
                form.advanced.environment.remove(index);
            })
        };
        if sign_in.password_variable.as_deref() == Some(name) {
            if subject.form.sign_in == SignInChoice::Own {
                let message = format!("{name} gets your own password already, from Sign in.");
                notes.error(format!("{field}.name"), message, remove());
                continue;
            }
            let message = format!(
                "{name} sets the lab’s password. Slipway knows it only where it is typed under Sign in."
            );
            notes.note(format!("{field}.name"), message);
        }
        if !row.secret || name.is_empty() {
            continue;
        }
        if row.value.is_empty() && !subject.facts.known_secrets.contains(name) {
            let message =
                format!("Type the value of {name}. It is kept in the keyring and in no file.");
            notes.error(format!("{field}.value"), message, remove());
        } else if let VaultStatus::MemoryOnly(_) = subject.facts.keyring {
            let message = "There is no keyring here, so the value is kept until Slipway quits, and asked for again when the lab is made anew.";
            notes.note(format!("{field}.value"), message);
        }
    }
}

fn program(subject: &Subject, notes: &mut Notes, options: &Options) {
    let mapped = subject.form.user.mapped && subject.generation.user_mapping.is_some();
    if options.spec.user.is_some() && mapped {
        let fix = subject.fix("Use the mapping", |form| form.advanced.user.clear());
        let message = "This goes before the user chosen above, and the lab’s own mapping may not work with it.";
        notes.warning("advanced.user", message, fix);
    }
    let own_program = options.spec.entrypoint.is_some() && options.spec.command.is_none();
    if own_program && subject.generation.has_page() {
        let message = "With a program of your own, the image’s command is left out, too.";
        notes.note("advanced.entrypoint", message);
    }
}

fn lifetime(subject: &Subject, notes: &mut Notes) {
    let advanced = &subject.form.advanced;
    if advanced.remove_when_stopped {
        let keep = subject.fix("Keep it when it stops", |form| {
            form.advanced.remove_when_stopped = false;
        });
        notes.warning("advanced.removeWhenStopped", removal(subject.form), keep);
    }
    let always = matches!(
        advanced.restart.choice,
        crate::form::RestartChoice::Always | crate::form::RestartChoice::UnlessStopped
    );
    if always && !advanced.remove_when_stopped {
        notes.note(
            "advanced.restart",
            "Docker starts the lab again whenever it ends, also after the computer was restarted.",
        );
    }
}

/// What `--rm` takes away, and what stays.
pub(crate) fn removal(form: &LaunchForm) -> String {
    use crate::form::StorageKind;
    let stays = match form.storage.kind {
        StorageKind::Nothing => "nothing is kept".to_owned(),
        StorageKind::Volume => format!("what is in {} stays", form.storage.volume.trim()),
        StorageKind::Folder => format!("what is in {} stays", form.storage.folder.trim()),
    };
    format!(
        "When the lab stops, its container is removed with everything that was installed or saved outside the kept folder; {stays}."
    )
}

fn rights(subject: &Subject, notes: &mut Notes) {
    for (field, message, off) in crate::risk::rights(subject.form) {
        let fix = subject.fix("Take it away", |form| {
            off.take_away(form);
            form.risk_accepted = false;
        });
        notes.add(NoteLevel::Danger, field, message, fix);
    }
    for (index, row) in subject.form.advanced.rare.iter().enumerate() {
        let value = row.value.trim();
        if row.kind == crate::form::RareKind::Ipc && value == "host" {
            notes.note(
                format!("advanced.rare.{index}"),
                "The lab shares its memory segments with programs of the engine’s machine.",
            );
        }
    }
}
