//! Further mounts: volumes, folders and memory, beside the folder in which work is kept.

use slipway_engine::containers::{Mount, MountSource};

use super::limits::size;
use super::{Options, Page, quoted};
use crate::check::NoteLevel;
use crate::form::{DOCKER_SOCKET, MountKind, StorageKind};
use crate::names;
use crate::risk::plain_path;

/// Folders without which no program of the lab can start.
const VITAL: [&str; 9] = [
    "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr",
];

pub(super) fn read(page: &mut Page, options: &mut Options) {
    for index in 0..page.form.advanced.mounts.len() {
        let source = source(page, index);
        let target = target(page, index);
        if let (Some(source), Some(target)) = (source, target) {
            options.spec.mounts.push(Mount {
                source,
                target,
                read_only: page.form.advanced.mounts[index].read_only,
            });
        }
    }
}

fn source(page: &mut Page, index: usize) -> Option<MountSource> {
    let row = &page.form.advanced.mounts[index];
    let typed = row.source.trim();
    let field = format!("advanced.mounts.{index}.source");
    match row.kind {
        MountKind::Memory => {
            let typed = row.size.trim();
            if typed.is_empty() {
                return Some(MountSource::Memory { size: None });
            }
            let field = format!("advanced.mounts.{index}.size");
            match size(typed) {
                Some(bytes) if bytes.0 > 0 => Some(MountSource::Memory { size: Some(bytes) }),
                _ => {
                    let fix = page.fix("Set no limit", |form| {
                        form.advanced.mounts[index].size.clear();
                    });
                    let message = format!(
                        "{} is not a size. Sizes look like 64m or 2g.",
                        quoted(typed)
                    );
                    page.error(field, message, fix);
                    None
                }
            }
        }
        MountKind::Volume if typed.contains(['/', '\\']) || typed.starts_with('~') => {
            let fix = page.fix("Mount this folder", |form| {
                form.advanced.mounts[index].kind = MountKind::Folder;
            });
            let message = "This looks like a folder. Names of volumes have no slashes.";
            page.error(field, message, fix);
            None
        }
        MountKind::Volume if !typed.is_empty() && !names::is_docker_name(typed) => {
            let repaired = names::slug(typed);
            let fix = if names::is_docker_name(&repaired) {
                page.fix(format!("Use {repaired}"), |form| {
                    form.advanced.mounts[index].source = repaired;
                })
            } else {
                page.fix("Use a new one without a name", |form| {
                    form.advanced.mounts[index].source.clear();
                })
            };
            let message = "Names of volumes are made of at least two letters, digits, dots, dashes and underscores, and start with a letter or digit.";
            page.error(field, message, fix);
            None
        }
        MountKind::Volume => Some(MountSource::Volume(typed.to_owned())),
        MountKind::Folder if typed.is_empty() => {
            let fix = page.fix("Remove the row", |form| {
                form.advanced.mounts.remove(index);
            });
            page.error(field, "Choose the folder to mount.", fix);
            None
        }
        MountKind::Folder if typed.chars().any(char::is_control) => {
            page.error(
                field,
                "The path contains characters that cannot be shown.",
                None,
            );
            None
        }
        MountKind::Folder => Some(MountSource::Folder(typed.to_owned())),
    }
}

fn target(page: &mut Page, index: usize) -> Option<String> {
    let row = &page.form.advanced.mounts[index];
    let typed = row.target.trim();
    let field = format!("advanced.mounts.{index}.target");
    let remove = page.fix("Remove the row", |form| {
        form.advanced.mounts.remove(index);
    });
    if typed.is_empty() {
        page.error(field, "Type the folder in the lab.", remove);
        return None;
    }
    let plain = plain_path(typed);
    if !typed.starts_with('/') {
        let full = format!(
            "/{}",
            plain_path(&format!("/{}", typed.trim_start_matches('~'))).trim_start_matches('/')
        );
        let fix = if full == "/" {
            remove
        } else {
            page.fix(format!("Use {full}"), |form| {
                form.advanced.mounts[index].target.clone_from(&full);
            })
        };
        let message = format!(
            "{} is not a full path. Folders in the lab start with a slash.",
            quoted(typed)
        );
        page.error(field, message, fix);
        return None;
    }
    if typed.chars().any(char::is_control) {
        page.error(
            field,
            "The path contains characters that cannot be shown.",
            remove,
        );
        return None;
    }
    if typed.split('/').any(|part| part == "..") {
        let fix = if plain == "/" {
            remove
        } else {
            page.fix(format!("Use {plain}"), |form| {
                form.advanced.mounts[index].target.clone_from(&plain);
            })
        };
        page.error(
            field,
            "The path goes up with “..”. Write it out instead.",
            fix,
        );
        return None;
    }
    if typed.contains(':') && row.kind == MountKind::Memory {
        page.error(
            field,
            "Docker takes no colons in the path of a folder in memory.",
            remove,
        );
        return None;
    }
    if plain == "/" || VITAL.contains(&plain.as_str()) {
        let message =
            format!("{plain} holds the lab’s own system, and the lab would not start without it.");
        page.error(field, message, remove);
        return None;
    }
    if let Some(message) = taken(page, index, &plain) {
        page.error(field, message, remove);
        return None;
    }
    let work = page.form.storage.target.trim();
    if page.form.storage.kind != StorageKind::Nothing
        && row.kind == MountKind::Memory
        && plain_path(work).starts_with(&format!("{plain}/"))
    {
        let message = format!(
            "Work is kept in {work}, which lies in this folder. Beside it, everything here is gone when the lab stops."
        );
        page.add(NoteLevel::Note, field, message, None);
    }
    Some(typed.to_owned())
}

/// Why another mount already has this folder in the lab.
fn taken(page: &Page, index: usize, plain: &str) -> Option<String> {
    let form = page.form;
    let work = form.storage.target.trim();
    if form.storage.kind != StorageKind::Nothing && plain_path(work) == plain {
        return Some(format!(
            "Your work is kept in {plain} already. Two mounts cannot share one folder."
        ));
    }
    if form.docker_control && plain == DOCKER_SOCKET {
        return Some("The Docker socket is mounted there already, by Docker control.".to_owned());
    }
    let mounts = form.advanced.mounts.iter().take(index);
    let mut earlier = mounts.map(|other| plain_path(other.target.trim()));
    earlier
        .any(|other| other == plain)
        .then(|| format!("{plain} is mounted twice. Two mounts cannot share one folder."))
}
