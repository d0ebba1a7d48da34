//! Where the work is kept: nothing, a volume or a folder, and where the lab sees it.

use super::{NoteLevel, Notes, Subject, folder, volume};
use crate::form::{DOCKER_SOCKET, StorageKind};
use crate::risk::plain_path;

/// Folders that a lab's own system lives in.
const SYSTEM_FOLDERS: [&str; 14] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/opt/conda",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/usr/local",
    "/var",
];

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    match subject.form.storage.kind {
        StorageKind::Nothing => nothing(subject, notes),
        StorageKind::Volume => {
            volume::check(subject, notes);
            target(subject, notes);
        }
        StorageKind::Folder => {
            folder::check(subject, notes);
            target(subject, notes);
        }
    }
    docker_control(subject, notes);
}

fn nothing(subject: &Subject, notes: &mut Notes) {
    let volume = subject.form.storage.volume.trim();
    let fix = if crate::names::is_docker_name(volume) {
        subject.fix(format!("Keep it in {volume}"), |form| {
            form.storage.kind = StorageKind::Volume;
        })
    } else {
        None
    };
    let message =
        "Nothing is kept: everything that you make in this lab is lost when you delete it.";
    notes.warning("storage", message, fix);
}

fn target(subject: &Subject, notes: &mut Notes) {
    let typed = subject.form.storage.target.trim();
    let usual = subject.generation.work_folder.as_deref();
    let fix = || {
        let usual = usual?;
        subject.fix(format!("Use {usual}"), |form| {
            usual.clone_into(&mut form.storage.target);
        })
    };
    if typed.is_empty() {
        notes.error(
            "storage.target",
            "Type the folder in the lab in which your work is kept.",
            fix(),
        );
        return;
    }
    if !typed.starts_with('/') {
        let message = format!(
            "{typed} is not a full path. Folders in the lab start with a slash, for example /data."
        );
        let full = fix().or_else(|| {
            let full = format!(
                "/{}",
                typed
                    .trim_start_matches("./")
                    .trim_start_matches('~')
                    .trim_start_matches('/')
            );
            subject.fix(format!("Use {full}"), |form| form.storage.target = full)
        });
        notes.error("storage.target", message, full);
        return;
    }
    let plain = plain_path(typed);
    if typed.split('/').any(|part| part == "..") {
        let way = if plain == "/" {
            fix()
        } else {
            subject.fix(format!("Use {plain}"), |form| {
                form.storage.target.clone_from(&plain);
            })
        };
        notes.error(
            "storage.target",
            "The path goes up with “..”. Write it out instead.",
            way,
        );
    } else if typed.contains(':') || typed.chars().any(char::is_control) {
        notes.error(
            "storage.target",
            "Docker takes no colons and no invisible characters in this path.",
            fix(),
        );
    } else if plain == "/" {
        notes.error(
            "storage.target",
            "The lab’s own system is at /. Choose a folder below it.",
            fix(),
        );
    } else if SYSTEM_FOLDERS.contains(&plain.as_str())
        || plain.starts_with("/proc/")
        || plain.starts_with("/sys/")
    {
        notes.error(
            "storage.target",
            format!("{plain} holds the lab’s own system, and the lab would not start without it."),
            fix(),
        );
    } else if subject.form.docker_control && (plain == DOCKER_SOCKET || plain == "/run/docker.sock")
    {
        notes.error(
            "storage.target",
            "The Docker socket is mounted there already.",
            fix(),
        );
    } else if let Some(usual) = usual.filter(|usual| plain_path(usual) != plain) {
        let message = format!(
            "{} keeps work in {usual}. What is saved there would be lost when you delete the lab.",
            subject.kind_name()
        );
        notes.warning("storage.target", message, fix());
    } else {
        notes.note(
            "storage.target",
            "Everything outside this folder is lost when you delete the lab.",
        );
    }
}

fn docker_control(subject: &Subject, notes: &mut Notes) {
    if !subject.form.docker_control {
        return;
    }
    let Some(engine) = subject.engine else { return };
    if let Some(obstacle) = crate::form::obstacle(&subject.generation, engine) {
        let fix = subject.fix("Leave it off", |form| {
            form.docker_control = false;
            form.risk_accepted = false;
        });
        notes.add(NoteLevel::Error, "dockerControl", obstacle, fix);
    }
}
