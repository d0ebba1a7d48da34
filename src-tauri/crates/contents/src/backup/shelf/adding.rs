//! Putting a file into the folder of backups, beside what is there.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_engine::{Bytes, VolumeName};
use slipway_labs::problem::ProblemKind;

use super::super::AddedBackup;
use super::super::archive::{Broken, Glance, glance};
use super::super::make::{blocking, part_in};
use super::super::room;
use super::super::words::{of_this_computer, size};
use super::{ENDING, ENDINGS, Known, changed_of, is_backup_name, remember};
use crate::jobs::{Done, JobKind, NewJob, Stop, Work};
use crate::path::visible;
use crate::place::Place;
use crate::shared::Shared;
use crate::{Problem, Result};

/// Bytes that are copied before it is looked whether the work was stopped.
const PIECE: usize = 256 * 1024;

/// Gives a file that was written aside the first free name of this stem.
pub(in super::super) fn take_name(
    part: tempfile::TempPath,
    folder: &Path,
    stem: &str,
) -> Result<(String, PathBuf)> {
    take(part, folder, stem, ENDING)
}

fn take(
    mut part: tempfile::TempPath,
    folder: &Path,
    stem: &str,
    ending: &str,
) -> Result<(String, PathBuf)> {
    let mut number = 1_u32;
    loop {
        let name = if number == 1 {
            format!("{stem}{ending}")
        } else {
            format!("{stem} ({number}){ending}")
        };
        let path = folder.join(&name);
        match part.persist_noclobber(&path) {
            Ok(()) => {
                settle(folder);
                return Ok((name, path));
            }
            Err(taken)
                if taken.error.kind() == std::io::ErrorKind::AlreadyExists && number < 10_000 =>
            {
                part = taken.path;
                number += 1;
            }
            Err(failed) => return Err(of_this_computer("Naming the backup", &failed.error)),
        }
    }
}

/// Makes a new name safe from a power cut, where folders can be asked for it.
fn settle(folder: &Path) {
    if let Ok(folder) = std::fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Begins to take a file from elsewhere into the folder, beside what is there.
///
/// # Errors
/// Where it is no backup, or there is too little room.
pub(in super::super) async fn add(shared: &Arc<Shared>, source: PathBuf) -> Result<AddedBackup> {
    let looking = Arc::clone(shared);
    let coming = match blocking(move || look(&looking, source)).await?? {
        Looked::Here(file) => return Ok(AddedBackup::Here { file }),
        Looked::Elsewhere(coming) => *coming,
    };
    let volume = coming.seen.head.as_ref().map(|head| head.volume.clone());
    let new = NewJob {
        kind: JobKind::AddBackup,
        place: Place::Volume {
            name: volume.unwrap_or_else(|| VolumeName(String::new())),
        },
        title: format!("Adding the backup {}", visible(coming.name.as_bytes()).0),
        steps: Vec::new(),
    };
    let kept = Arc::clone(shared);
    let job = shared.jobs.begin(new, move |work| async move {
        work.whole(coming.about.len(), 1);
        blocking(move || copy_in(&kept, coming, &work)).await?
    });
    Ok(AddedBackup::Coming { job })
}

enum Looked {
    Here(String),
    Elsewhere(Box<Coming>),
}

/// A backup that lies elsewhere.
struct Coming {
    source: PathBuf,
    name: String,
    about: std::fs::Metadata,
    seen: Glance,
}

fn look(shared: &Shared, source: PathBuf) -> Result<Looked> {
    let name = source
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let shown = visible(name.as_bytes()).0;
    let about =
        std::fs::metadata(&source).map_err(|error| of_this_computer("Reading the file", &error))?;
    let no_backup = |why: &str| {
        Problem::new(ProblemKind::Other, format!("{shown} is no backup."))
            .because(why.to_owned())
            .hint("Choose a file that Slipway or the program tar made.")
    };
    if !about.is_file() {
        return Err(no_backup("It is a folder, or something that is no file."));
    }
    let seen = match glance(&source) {
        Ok(glance) => glance,
        Err(Broken::Damaged(what)) => return Err(no_backup(&what)),
        Err(Broken::Failed(problem)) => return Err(problem),
        Err(Broken::Stopped) => return Err(no_backup("It was not read.")),
    };
    let folder = &shared.keeping.folder;
    let inside = source
        .parent()
        .and_then(|parent| parent.canonicalize().ok());
    if is_backup_name(&name) && inside.is_some() && inside == folder.canonicalize().ok() {
        return Ok(Looked::Here(name));
    }
    if let Some(free) = room::free(folder)
        && free.0 < about.len()
    {
        return Err(Problem::new(
            ProblemKind::DiskFull,
            "There is too little room on this computer for the file.",
        )
        .because(format!(
            "It needs {}, and {} is free.",
            size(Bytes(about.len())),
            size(free)
        ))
        .hint("Delete what you no longer need, then try again."));
    }
    Ok(Looked::Elsewhere(Box::new(Coming {
        source,
        name,
        about,
        seen,
    })))
}

/// Nothing is left of what was stopped.
fn copy_in(shared: &Shared, coming: Coming, work: &Work) -> Result<Done, Stop> {
    let Coming {
        source,
        name,
        about,
        seen,
    } = coming;
    let folder = &shared.keeping.folder;
    let (mut part, path) = part_in(folder)?;
    let copying = |error: std::io::Error| of_this_computer("Copying the file", &error);
    let mut from = std::fs::File::open(&source).map_err(copying)?;
    let mut buffer = vec![0; PIECE];
    loop {
        work.go_on()?;
        let count = from.read(&mut buffer).map_err(copying)?;
        if count == 0 {
            break;
        }
        part.write_all(&buffer[..count]).map_err(copying)?;
        work.read(count as u64);
    }
    if let Ok(time) = about.modified() {
        part.set_modified(time).map_err(copying)?;
    }
    part.sync_all().map_err(copying)?;
    drop(part);
    let name = name.trim_start_matches('.').replace(['\\', ':'], "-");
    let (stem, ending) = ENDINGS
        .iter()
        .find_map(|ending| {
            let at = name.len().checked_sub(ending.len())?;
            let (stem, end) = name.split_at_checked(at)?;
            end.eq_ignore_ascii_case(ending).then_some((stem, end))
        })
        .unwrap_or((&name, ".tar"));
    let stem = if stem.is_empty() { "backup" } else { stem };
    work.go_on()?;
    let (file, path) = take(path, folder, stem, ending)?;
    remember(shared, &file, &path, Known::seen(&seen, changed_of(&about)));
    work.file();
    Ok(Done {
        summary: format!("{}, kept as {file}.", size(Bytes(about.len()))),
        made: Some(path),
        cautions: Vec::new(),
    })
}
