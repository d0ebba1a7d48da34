//! The folder of backups: what lies in it, and what is known of it.
//!
//! A list reads only the first entry of each file, and that only of files that are new or other than
//! before. What a page calls a backup is only a name: one that is anything else than the plain name of
//! a file in the folder names nothing.

mod adding;

pub(super) use self::adding::{add, take_name};

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis, VolumeName};
use slipway_labs::problem::ProblemKind;

use super::archive::{Broken, Glance, glance};
use super::format::Head;
use super::make::{PART, PART_BEGINS, blocking};
use super::words::{now, of_this_computer};
use super::{Backup, BackupCheck, BackupShelf, plans, room};
use crate::path::visible;
use crate::shared::Shared;
use crate::{Problem, Result};

/// How files end that may be backups.
const ENDINGS: [&str; 5] = [".tar.zst", ".tar.gz", ".tgz", ".tar", ".zst"];
const ENDING: &str = ".tar.zst";

/// A file that is written aside and that nobody has written to for so long was left by a killed app.
const LEFT: std::time::Duration = std::time::Duration::from_mins(10);

/// What is known of a file in the folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Known {
    /// The file as it was when this was known: bytes, and when it was changed.
    size: u64,
    changed: i64,
    pub(super) volume: VolumeName,
    pub(super) made: UnixMillis,
    unpacked: Option<Bytes>,
    files: Option<u32>,
    remark: String,
    pub(super) by_schedule: bool,
    /// Made by this app, and not brought here.
    pub(super) own: bool,
    pub(super) check: BackupCheck,
}

impl Known {
    pub(super) fn ours(head: &Head, (files, bytes): (u64, u64), check: BackupCheck) -> Self {
        Self {
            size: 0,
            changed: 0,
            volume: head.volume.clone(),
            made: head.made,
            unpacked: Some(Bytes(bytes)),
            files: u32::try_from(files).ok(),
            remark: head.remark.clone(),
            by_schedule: head.by_schedule,
            own: true,
            check,
        }
    }

    /// What a look at a file that was not known says.
    fn seen(glance: &Glance, changed: i64) -> Self {
        match &glance.head {
            Some(head) => {
                let amount = glance.trailer.map_or((head.files, head.bytes), |trailer| {
                    (trailer.files, trailer.bytes)
                });
                Self {
                    own: false,
                    ..Self::ours(head, amount, BackupCheck::NotYet)
                }
            }
            None => Self::foreign("Made by another program", changed),
        }
    }

    fn foreign(remark: &str, changed: i64) -> Self {
        Self {
            size: 0,
            changed: 0,
            volume: VolumeName(String::new()),
            made: UnixMillis(changed),
            unpacked: None,
            files: None,
            remark: remark.to_owned(),
            by_schedule: false,
            own: false,
            check: BackupCheck::NotYet,
        }
    }

    fn backup(&self, file: String, check: BackupCheck) -> Backup {
        Backup {
            file,
            volume: self.volume.clone(),
            made: self.made,
            size: Bytes(self.size),
            unpacked: self.unpacked,
            files: self.files,
            remark: self.remark.clone(),
            by_schedule: self.by_schedule,
            check,
        }
    }
}

fn changed_of(about: &std::fs::Metadata) -> i64 {
    about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|time| i64::try_from(time.as_millis()).ok())
        .unwrap_or(0)
}

/// The name that a file is known by, where it can be a backup.
fn is_backup_name(name: &str) -> bool {
    is_plain(name)
        && ENDINGS
            .iter()
            .any(|ending| name.to_lowercase().ends_with(ending))
}

/// A file's name and nothing else.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let one = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
    one && parts.next().is_none()
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':', '\0'])
}

/// Where a backup lies.
///
/// # Errors
/// `Gone` for what is no file in the folder.
pub(super) fn path_of(shared: &Shared, file: &str) -> Result<PathBuf> {
    let path = shared.keeping.folder.join(file);
    let there =
        is_backup_name(file) && std::fs::symlink_metadata(&path).is_ok_and(|about| about.is_file());
    if there { Ok(path) } else { Err(gone(file)) }
}

fn gone(file: &str) -> Problem {
    Problem::new(
        ProblemKind::Gone,
        format!(
            "The backup {} is not in its folder.",
            visible(file.as_bytes()).0
        ),
    )
    .because("It was moved, renamed or deleted.")
    .hint("If you have it elsewhere, add it again.")
}

/// What lies in the folder; of one volume, or of all. What another program made belongs to no volume
/// and is always there.
pub(super) async fn list(shared: &Arc<Shared>, volume: Option<&str>) -> Result<BackupShelf> {
    let looking = Arc::clone(shared);
    let mut backups = blocking(move || look(&looking)).await??;
    backups.retain(|one| {
        volume.is_none_or(|volume| one.volume.0 == volume || one.volume.0.is_empty())
    });
    backups.sort_by(|one, other| {
        other
            .made
            .0
            .cmp(&one.made.0)
            .then_with(|| other.file.cmp(&one.file))
    });
    let folder = &shared.keeping.folder;
    let mut plans = plans::list(shared);
    plans.retain(|plan| volume.is_none_or(|volume| plan.volume.0 == volume));
    Ok(BackupShelf {
        backups,
        folder: as_read(folder),
        free: room::free(folder),
        plans,
        notices: shared.keeping.notices(),
    })
}

/// One of them.
///
/// # Errors
/// `Gone`.
pub(super) async fn one(shared: &Arc<Shared>, file: &str) -> Result<Backup> {
    path_of(shared, file)?;
    let looking = Arc::clone(shared);
    let backups = blocking(move || look(&looking)).await??;
    backups
        .into_iter()
        .find(|one| one.file == file)
        .ok_or_else(|| gone(file))
}

/// Folders below that of the person are read from there.
fn as_read(folder: &Path) -> String {
    let home = std::env::home_dir();
    let short = home
        .as_ref()
        .and_then(|home| folder.strip_prefix(home).ok());
    short
        .filter(|short| !short.as_os_str().is_empty())
        .unwrap_or(folder)
        .display()
        .to_string()
}

fn look(shared: &Shared) -> Result<Vec<Backup>> {
    let keeping = &shared.keeping;
    let before = keeping.shelf.now();
    let mut known = before.clone();
    let mut found = Vec::new();
    let files = match std::fs::read_dir(&keeping.folder) {
        Ok(files) => Some(files),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(of_this_computer(
                "Looking into the folder of backups",
                &error,
            ));
        }
    };
    for entry in files.into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let Ok(about) = std::fs::symlink_metadata(entry.path()) else {
            continue;
        };
        if !about.is_file() || !is_backup_name(&name) {
            continue;
        }
        let (size, changed) = (about.len(), changed_of(&about));
        let old = before.get(&name);
        if let Some(old) = old.filter(|old| (old.size, old.changed) == (size, changed)) {
            found.push(old.backup(name, old.check.clone()));
            continue;
        }
        let Some(mut new) = seen_anew(&entry.path(), old, changed) else {
            continue;
        };
        new.size = size;
        new.changed = changed;
        found.push(new.backup(name.clone(), new.check.clone()));
        known.insert(name, new);
    }
    for (name, old) in &before {
        if !found.iter().any(|one| one.file == *name) {
            found.push(old.backup(name.clone(), BackupCheck::Moved));
        }
    }
    if known != before {
        // What was seen is added; what was made or deleted meanwhile stays as it is now.
        let told = keeping.shelf.change(|shelf| {
            for (name, new) in known {
                if before.get(&name) != Some(&new) && shelf.get(&name) == before.get(&name) {
                    shelf.insert(name, new);
                }
            }
        });
        if let Err(problem) = told {
            tracing::warn!(%problem, "what is known of backups is not remembered");
        }
    }
    Ok(found)
}

/// `None` where it is no backup.
fn seen_anew(path: &Path, old: Option<&Known>, changed: i64) -> Option<Known> {
    match glance(path) {
        Ok(glance) => {
            let mut new = Known::seen(&glance, changed);
            new.own = old.is_some_and(|old| old.own && old.made == new.made);
            Some(new)
        }
        Err(Broken::Damaged(what)) => old.map(|old| Known {
            check: BackupCheck::Bad { at: now(), what },
            ..old.clone()
        }),
        Err(Broken::Failed(problem)) => Some(Known::foreign(&problem.title, changed)),
        Err(Broken::Stopped) => None,
    }
}

/// Remembers what is known of a file that lies in the folder.
pub(super) fn remember(shared: &Shared, file: &str, path: &Path, known: Known) {
    let about = std::fs::symlink_metadata(path).ok();
    let known = Known {
        size: about.as_ref().map_or(0, std::fs::Metadata::len),
        changed: about.as_ref().map_or(0, changed_of),
        ..known
    };
    let told = keeping_change(shared, |shelf| {
        shelf.insert(file.to_owned(), known);
    });
    if let Err(problem) = told {
        tracing::warn!(%problem, "what is known of a backup is not remembered");
    }
}

/// Remembers what a check found.
pub(super) fn checked(shared: &Shared, file: &str, check: BackupCheck, amount: Option<(u64, u64)>) {
    let told = keeping_change(shared, |shelf| {
        if let Some(known) = shelf.get_mut(file) {
            known.check = check;
            if let Some((files, bytes)) = amount {
                known.files = u32::try_from(files).ok();
                known.unpacked = Some(Bytes(bytes));
            }
        }
    });
    if let Err(problem) = told {
        tracing::warn!(%problem, "what a check found is not remembered");
    }
}

fn keeping_change(
    shared: &Shared,
    change: impl FnOnce(&mut std::collections::BTreeMap<String, Known>),
) -> Result<()> {
    shared.keeping.shelf.change(change)
}

/// Deletes a backup, or takes one that was moved off the list.
///
/// # Errors
/// `Gone` for what was never there.
pub(super) async fn delete(shared: &Arc<Shared>, file: &str) -> Result<()> {
    let found = path_of(shared, file);
    let is_known = is_plain(file) && shared.keeping.shelf.now().contains_key(file);
    match found {
        Ok(path) => blocking(move || std::fs::remove_file(path))
            .await?
            .map_err(|error| of_this_computer("Deleting the backup", &error))?,
        Err(_) if is_known => {}
        Err(problem) => return Err(problem),
    }
    keeping_change(shared, |shelf| {
        shelf.remove(file);
    })
}

/// Removes what an app that was killed has left half-written.
pub(super) fn sweep(folder: &Path) {
    let Ok(files) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in files.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let left = name.starts_with(PART_BEGINS)
            && name.ends_with(PART)
            && entry
                .metadata()
                .ok()
                .filter(std::fs::Metadata::is_file)
                .and_then(|about| about.modified().ok())
                .and_then(|changed| changed.elapsed().ok())
                .is_some_and(|since| since > LEFT);
        if left && let Err(error) = std::fs::remove_file(entry.path()) {
            tracing::warn!(%error, "a half-written backup stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::make::part_in;
    use super::*;

    #[test]
    fn a_name_from_the_page_never_leads_out_of_the_folder() {
        for name in [
            "",
            ".",
            "..",
            "../a.tar",
            "/etc/a.tar",
            "a/b.tar",
            "a\\b.tar",
            "C:a.tar",
            ".hidden.tar",
            "./a.tar",
            "a.tar/",
            "a\0.tar",
            "notes.txt",
        ] {
            assert!(!is_backup_name(name), "{name:?}");
        }
        for name in [
            "my-vol 2025-11-20 15.12.tar.zst",
            "alt (2).TAR.GZ",
            "März.tgz",
        ] {
            assert!(is_backup_name(name), "{name:?}");
        }
    }

    #[test]
    fn both_are_kept_where_names_clash() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..3)
            .map(|_| {
                let (_, part) = part_in(folder.path()).unwrap();
                take_name(part, folder.path(), "a 1").unwrap().0
            })
            .collect();
        assert_eq!(names, ["a 1.tar.zst", "a 1 (2).tar.zst", "a 1 (3).tar.zst"]);
    }
}
