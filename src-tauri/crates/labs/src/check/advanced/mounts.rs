//! Further mounts: the folders and volumes behind them.

use std::path::Path;

use crate::check::{FieldFix, NoteLevel, Notes, Subject, folder, shortened, volume};
use crate::form::{MountKind, MountRow, volume_choices};
use crate::risk::{self, RiskKind, plain_path};

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    for (index, row) in subject.form.advanced.mounts.iter().enumerate() {
        match row.kind {
            MountKind::Folder if !row.source.trim().is_empty() => {
                folder(subject, notes, index, row);
            }
            MountKind::Volume => named_volume(subject, notes, index, row),
            MountKind::Folder | MountKind::Memory => {}
        }
    }
}

fn named_volume(subject: &Subject, notes: &mut Notes, index: usize, row: &MountRow) {
    let name = row.source.trim();
    let field = format!("advanced.mounts.{index}.source");
    if name.is_empty() {
        notes.note(field, "Without a name the volume is deleted with the lab.");
        return;
    }
    let choices = volume_choices(subject.facts);
    let Some(choice) = choices.iter().find(|choice| choice.name == name) else {
        return;
    };
    if choice.in_use && !row.read_only {
        let users = volume::listed(&choice.used_by);
        let fix = subject.fix("Only read from it", |form| {
            form.advanced.mounts[index].read_only = true;
        });
        let message = format!(
            "{users} uses {name} at this moment. If both write to the same files, one loses what it wrote."
        );
        notes.warning(field, message, fix);
    }
}

fn folder(subject: &Subject, notes: &mut Notes, index: usize, row: &MountRow) {
    let typed = row.source.trim();
    let field = format!("advanced.mounts.{index}.source");
    let remove = || {
        subject.fix("Remove the row", |form| {
            form.advanced.mounts.remove(index);
        })
    };
    let use_path = |path: String| {
        subject.fix(format!("Use {path}"), |form| {
            form.advanced.mounts[index].source.clone_from(&path);
        })
    };
    let here = subject.this_computer();
    let home = std::env::home_dir();
    if let Some(rest) = typed.strip_prefix('~') {
        let full = home
            .as_ref()
            .filter(|_| here)
            .map(|home| home.join(rest.trim_start_matches(['/', '\\'])));
        let fix = full.and_then(|full| use_path(full.to_string_lossy().into_owned()));
        notes.error(
            field,
            "Docker does not know “~”. Write the path out.",
            fix.or_else(remove),
        );
        return;
    }
    let absolute = if here {
        Path::new(typed).is_absolute() || typed.starts_with('/')
    } else {
        typed.starts_with('/')
    };
    if !absolute {
        let message = format!("{} is not a full path.", shortened(typed));
        notes.error(
            field,
            message,
            as_volume(subject, index, typed).or_else(remove),
        );
        return;
    }
    if typed.split(['/', '\\']).any(|part| part == "..") {
        let plain = plain_path(typed);
        let fix = if plain == "/" {
            remove()
        } else {
            use_path(plain)
        };
        notes.error(
            field,
            "The path goes up with “..”. Write it out instead.",
            fix,
        );
        return;
    }
    if here {
        match std::fs::metadata(typed) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                let message = format!("Your account may not look at {}.", shortened(typed));
                notes.error(field, message, remove());
                return;
            }
            Err(_) => {
                notes.error(
                    field,
                    format!("There is no folder {}.", shortened(typed)),
                    remove(),
                );
                return;
            }
        }
    } else {
        notes.note(
            field.clone(),
            "This is on the engine’s machine, where Slipway cannot look. It must exist there.",
        );
    }
    let warning = match risk::folder_risk(typed, subject.engine) {
        Some(RiskKind::HostRoot) => Some("This is the whole disk: code in the lab could read and change every file of the machine.".to_owned()),
        Some(RiskKind::DockerSocket) => Some("This is the Docker socket: code in the lab could take over the machine.".to_owned()),
        Some(_) => Some("The Docker socket is in this folder: code in the lab could take over the machine.".to_owned()),
        None => folder::sensitive_place(typed, home.as_deref().filter(|_| here), here),
    };
    if let Some(warning) = warning {
        notes.add(NoteLevel::Danger, field, warning, remove());
    }
}

/// A bare word was meant as the name of a volume.
fn as_volume(subject: &Subject, index: usize, typed: &str) -> Option<FieldFix> {
    if !crate::names::is_docker_name(typed) {
        return None;
    }
    subject.fix(format!("Use the volume {typed}"), |form| {
        form.advanced.mounts[index].kind = MountKind::Volume;
    })
}
