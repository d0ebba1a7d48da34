//! The way back.
//!
//! A backup is read whole and compared before anything is touched. Then it is sent as it is to the
//! program in the throw-away container, which writes below the volume's root and nowhere else, refuses
//! what could leave it, and tells the sum of every file that it wrote; those are held against the sums of
//! the first reading.
//!
//! Into a new volume: one that was not filled to the end is removed again. Into the volume itself: what
//! is there is backed up first, then moved into one folder of the volume beside the new files, and
//! removed only when all of them are there and compared. So a restore that fails or is stopped puts the
//! old state back by renaming; one whose app was killed is taken back at the next start.

mod send;
mod swap;

pub(super) use self::swap::finish;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use slipway_engine::{Bytes, VolumeName};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::Outcome;
use slipway_porthole::request::Request;

use self::send::WrittenFiles;
use self::swap::Alone;
use super::archive::{Broken, Watch};
use super::check::{Checked, check};
use super::keeping::{Keeping, Restoring};
use super::make::{self, Wanted, blocking};
use super::preview::cannot_be_read;
use super::unfinished::{Doing, Half};
use super::words::{amount, count, day, now, size};
use super::{Backup, BackupCheck, RestoreTarget, shelf};
use crate::jobs::{Done, JobId, JobKind, NewJob, Stop, Work};
use crate::path::visible;
use crate::place::Place;
use crate::session::{Refused, Session};
use crate::shared::Shared;
use crate::{Problem, Result};

/// Beside the files themselves their folders and names need room.
const SPARE: u64 = 4 * 1024 * 1024;

struct Restore {
    shared: Arc<Shared>,
    backup: Backup,
    path: PathBuf,
    volume: VolumeName,
    work: Work,
}

/// # Errors
/// At `name`: empty, illegal, taken. Where labs run on the volume, with their names.
pub(super) async fn begin(
    shared: &Arc<Shared>,
    file: &str,
    target: RestoreTarget,
) -> Result<JobId> {
    let path = shelf::path_of(shared, file)?;
    let backup = shelf::one(shared, file).await?;
    match target {
        RestoreTarget::NewVolume { name } => into_new(shared, backup, path, name.trim()).await,
        RestoreTarget::SameVolume => into_same(shared, backup, path),
    }
}

async fn into_new(
    shared: &Arc<Shared>,
    backup: Backup,
    path: PathBuf,
    name: &str,
) -> Result<JobId> {
    let looked = path.clone();
    let glance = blocking(move || super::archive::glance(&looked))
        .await?
        .map_err(|broken| cannot_be_read(&backup, broken))?;
    let labels = glance.head.map(|head| head.labels).unwrap_or_default();
    let half = Half::begin(shared, name, kept_labels(labels), Doing::Restore).await?;
    let volume = VolumeName::from(name);
    let new = NewJob {
        kind: JobKind::Restore,
        place: Place::Volume {
            name: volume.clone(),
        },
        title: format!("Restoring {} into {volume}", of(&backup)),
        steps: ["Read the backup", "Write and compare the files"]
            .map(str::to_owned)
            .into(),
    };
    let kept = Arc::clone(shared);
    Ok(shared.jobs.begin(new, move |work| async move {
        let restore = Restore {
            shared: kept,
            backup,
            path,
            volume,
            work,
        };
        let done = half.settle(restore.new_volume().await, &restore.work).await;
        restore.shared.changed(&restore.place());
        done
    }))
}

fn into_same(shared: &Arc<Shared>, backup: Backup, path: PathBuf) -> Result<JobId> {
    let volume = backup.volume.clone();
    if !shared
        .home
        .inventory
        .snapshot()
        .volumes
        .contains_key(&volume)
    {
        return Err(if volume.0.is_empty() {
            Problem::new(
                ProblemKind::Other,
                "Nobody knows which volume this is a backup of.",
            )
            .because("Another program made it, and it does not say so.")
            .hint("Restore it into a new volume.")
        } else {
            make::not_there(&volume).hint("Restore it into a new volume.")
        });
    }
    let place = Place::Volume {
        name: volume.clone(),
    };
    none_run(shared, &place)?;
    let restoring = Keeping::restoring(shared, &volume)?;
    let new = NewJob {
        kind: JobKind::Restore,
        place,
        title: format!("Restoring {volume}"),
        steps: [
            "Read the backup".to_owned(),
            format!("Back up {volume} as it is now"),
            "Write and compare the files".to_owned(),
        ]
        .into(),
    };
    let kept = Arc::clone(shared);
    Ok(shared.jobs.begin(new, move |work| async move {
        let restore = Restore {
            shared: kept,
            backup,
            path,
            volume,
            work,
        };
        let done = restore.same_volume(restoring).await;
        restore.shared.changed(&restore.place());
        done
    }))
}

/// # Errors
/// With the names of those that run.
fn none_run(shared: &Shared, place: &Place) -> Result<()> {
    let running = shared.running_in(place);
    if running.is_empty() {
        return Ok(());
    }
    let (verb, them) = if running.len() == 1 {
        ("works", "it")
    } else {
        ("work", "them")
    };
    let names = running.join(", ");
    Err(Problem::new(
        ProblemKind::Other,
        format!("{names} {verb} in this volume now."),
    )
    .because("Files must not be replaced under a lab that runs. Nothing was changed.")
    .hint(format!("Stop {them} first, or restore into a new volume.")))
}

/// "my-vol", or what the file is called.
fn of(backup: &Backup) -> String {
    if backup.volume.0.is_empty() {
        visible(backup.file.as_bytes()).0
    } else {
        backup.volume.0.clone()
    }
}

/// Labels say whose a volume is. One that was restored under a name of its own is nobody's yet: a label of
/// Slipway's would give it to a lab, and that of a nameless volume would have it cleared away as unused.
pub(crate) fn kept_labels(labels: BTreeMap<String, String>) -> Vec<(String, String)> {
    labels
        .into_iter()
        .filter(|(key, _)| {
            !key.trim().is_empty()
                && !key.starts_with("io.slipway.")
                && key != "com.docker.volume.anonymous"
        })
        .collect()
}

impl Restore {
    fn place(&self) -> Place {
        Place::Volume {
            name: self.volume.clone(),
        }
    }

    /// Reads the backup whole, and looks for room for what is in it.
    async fn checked(&self) -> Result<Checked, Stop> {
        let work = &self.work;
        work.step(0);
        let (path, watch) = (self.path.clone(), Watch::of(work));
        work.whole(self.backup.size.0, self.backup.files.unwrap_or(0));
        let checked = blocking(move || check(&path, watch)).await?;
        match checked {
            Ok(checked) => {
                let amount = checked
                    .head
                    .as_ref()
                    .map(|_| (checked.files, checked.bytes));
                let good = BackupCheck::Good { at: now() };
                shelf::checked(&self.shared, &self.backup.file, good, amount);
                Ok(checked)
            }
            Err(Broken::Stopped) => Err(Stop::Cancelled),
            Err(broken) => {
                if let Broken::Damaged(what) = &broken {
                    let bad = BackupCheck::Bad {
                        at: now(),
                        what: what.clone(),
                    };
                    shelf::checked(&self.shared, &self.backup.file, bad, None);
                }
                Err(cannot_be_read(&self.backup, broken).into())
            }
        }
    }

    async fn new_volume(&self) -> Result<Done, Stop> {
        let checked = self.checked().await?;
        let session = Alone::begin(&self.shared, &self.place()).await?;
        self.room(&session.session, &checked).await?;
        self.work.step(1);
        let written = self.write(&session.session, &checked).await;
        // Ended and waited for, whole or not: the volume may have to be removed.
        session.end().await;
        Ok(Self::done(&checked, written?, Vec::new()))
    }

    async fn same_volume(&self, restoring: Restoring) -> Result<Done, Stop> {
        let checked = self.checked().await?;
        self.work.again();
        let before = make::make(
            &self.shared,
            &self.work,
            &Wanted {
                volume: self.volume.clone(),
                pause: false,
                remark: format!("Made before the restore of {}", day(self.backup.made)),
                by_schedule: false,
            },
            [1, 1, 1],
        )
        .await?;
        self.work.note(1, size(Bytes(before.size)));
        // One may have been started meanwhile.
        none_run(&self.shared, &self.place())?;
        self.work.step(2);
        let swapped = self.swap(&checked).await?;
        drop(restoring);
        let mut cautions = before.cautions;
        if !swapped.removed {
            cautions.push(format!(
                "What was there before could not be removed yet and lies in the folder {} of the volume.",
                swapped.before
            ));
        }
        cautions.push(format!(
            "What was there before is in the backup {}.",
            before.file
        ));
        Ok(Self::done(&checked, swapped.written, cautions))
    }

    /// # Errors
    /// Where the disk of the engine has too little room.
    async fn room(&self, session: &Session, checked: &Checked) -> Result<(), Stop> {
        let Outcome::Room(room) = session.one(Request::Room).await.map_err(Problem::from)? else {
            return Err(Problem::from(Refused::unexpected()).into());
        };
        let needed = checked.stored.saturating_add(SPARE);
        if room.free < needed {
            return Err(Problem::new(
                ProblemKind::DiskFull,
                "There is too little room on the disk of the engine.",
            )
            .because(format!(
                "The backup needs {}, and {} is free. Nothing was changed.",
                size(Bytes(needed)),
                size(Bytes(room.free))
            ))
            .hint("Delete what you no longer need, then try again.")
            .into());
        }
        Ok(())
    }

    fn done(checked: &Checked, written: WrittenFiles, mut cautions: Vec<String>) -> Done {
        if let Some(top) = &checked.top {
            cautions.push(format!(
                "Everything in the file lies in the folder {}, which was left off.",
                visible(&top.0).0
            ));
        }
        if written.refused > 0 {
            cautions.insert(
                0,
                format!(
                    "{} could have left the volume, or cannot be in one, and {} left out.",
                    count(written.refused, "name", "names"),
                    if written.refused == 1 { "was" } else { "were" }
                ),
            );
        }
        cautions.extend(written.cautions.into_sentences());
        Done {
            summary: format!(
                "{}. Compared with the backup.",
                amount(written.files, written.bytes)
            ),
            made: None,
            cautions,
        }
    }
}
