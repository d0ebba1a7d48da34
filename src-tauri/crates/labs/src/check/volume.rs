//! A volume: a new one or one that exists, who uses it, and whether it fits this version.

use slipway_engine::ImageReference;

use super::{NoteLevel, Notes, Subject};
use crate::form::{StorageKind, VolumeChoice, free_volume, volume_choices};
use crate::{names, recognition};

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let typed = subject.form.storage.volume.trim();
    let new = || {
        let free = free_volume(&subject.form.name, subject.facts);
        subject.fix(format!("Use the new volume {free}"), |form| {
            form.storage.volume = free;
        })
    };
    if typed.is_empty() {
        notes.error(
            "storage.volume",
            "Choose a volume, or type the name of a new one.",
            new(),
        );
        return;
    }
    if typed.contains(['/', '\\']) || typed.starts_with('~') {
        let fix = subject.fix("Keep it in this folder", |form| {
            typed.clone_into(&mut form.storage.folder);
            form.storage.kind = StorageKind::Folder;
        });
        notes.error(
            "storage.volume",
            "This looks like a folder. Names of volumes have no slashes.",
            fix,
        );
        return;
    }
    if !names::is_docker_name(typed) {
        let message = if typed.chars().count() < 2 {
            "The name of a volume needs at least two letters or digits."
        } else {
            "Names of volumes are made of letters, digits, dots, dashes and underscores, and start with a letter or digit."
        };
        let repaired = names::slug(typed);
        let fix = if names::is_docker_name(&repaired) {
            subject.fix(format!("Use {repaired}"), |form| {
                form.storage.volume = repaired;
            })
        } else {
            new()
        };
        notes.error("storage.volume", message, fix);
        return;
    }
    let choices = volume_choices(subject.facts);
    match choices.into_iter().find(|choice| choice.name == typed) {
        None => notes.note(
            "storage.volume",
            format!("{typed} is new and will be made."),
        ),
        Some(choice) => existing(subject, notes, &choice, new()),
    }
}

fn existing(
    subject: &Subject,
    notes: &mut Notes,
    choice: &VolumeChoice,
    new: Option<super::FieldFix>,
) {
    let name = &choice.name;
    let users = listed(&choice.used_by);
    let count = choice.used_by.len();
    if choice.in_use {
        let message = format!(
            "{users} {} {name}, and one of them runs now. Two labs that write the same files can damage them.",
            if count == 1 { "uses" } else { "use" }
        );
        let message = if count == 1 {
            message.replace("and one of them runs now", "and runs now")
        } else {
            message
        };
        notes.warning("storage.volume", message, new);
    } else if let Some((made_by, version)) = made_by_other_generation(subject, choice) {
        let message = format!(
            "{name} was made with {made_by}. This version will show the notebooks in it, not its own new ones."
        );
        notes.warning("storage.volume", message, new);
        let same_image = made_by.path()
            == subject
                .reference
                .as_ref()
                .map(ImageReference::path)
                .unwrap_or_default();
        if same_image {
            let fix = subject.fix(format!("Use {version}"), |form| {
                form.version.clone_from(&version);
            });
            notes.add(
                NoteLevel::Note,
                "version",
                format!("{name} was made with {version}."),
                fix,
            );
        }
    } else if count > 0 {
        notes.note(
            "storage.volume",
            format!(
                "{users} {} {name}, too. The lab starts with what is in it.",
                if count == 1 { "uses" } else { "use" }
            ),
        );
    } else {
        notes.note(
            "storage.volume",
            format!("{name} exists already. The lab starts with what is in it."),
        );
    }
}

/// The image that made the volume, where it belongs to another generation of the same recipe.
fn made_by_other_generation(
    subject: &Subject,
    choice: &VolumeChoice,
) -> Option<(ImageReference, String)> {
    let made_by = ImageReference::parse(choice.made_by.as_deref()?).ok()?;
    let recipe = subject.recipe?;
    let reference = subject.reference.as_ref()?;
    if !recognition::offers(recipe, &made_by) {
        return None;
    }
    let then = recognition::generation(recipe, &made_by, None);
    let now = recognition::generation(recipe, reference, None);
    let other = then.work_folder != now.work_folder || then.versions != now.versions;
    let version = made_by.tag.clone()?;
    other.then_some((made_by, version))
}

/// "AI-Lab", "AI-Lab and Jupyter", "AI-Lab, Jupyter and 2 more"
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => "Nobody".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, more @ ..] => format!("{one}, {two} and {} more", more.len()),
    }
}
