//! Making a backup.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_engine::{Bytes, Engine, UnixMillis, VolumeName};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::TRASH;
use slipway_porthole::answer::{Outcome, WalkTotals};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::oneshot;

use super::BackupCheck;
use super::archive::{Broken, Watch};
use super::check::check;
use super::format::{FORMAT, Head, OWN};
use super::paused::Paused;
use super::room;
use super::shelf::{self, Known};
use super::words::{amount, count, now, of_this_computer, size, zoned};
use super::write::{self, Writing};
use crate::jobs::{Done, JobId, JobKind, NewJob, Stop, Work};
use crate::place::Place;
use crate::session::{Refused, Session};
use crate::shared::Shared;
use crate::{Problem, Result};

/// How a file is called while it is written.
pub(super) const PART: &str = ".part";
pub(super) const PART_BEGINS: &str = ".slipway-";

/// Less than this share of what lies in the volume will hardly do: what packs better is rare.
const LEAST_SHARE: u64 = 10;

/// What is wanted of a backup.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) volume: VolumeName,
    pub(super) pause: bool,
    pub(super) remark: String,
    pub(super) by_schedule: bool,
}

/// What was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) file: String,
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) cautions: Vec<String>,
}

/// The numbers of the steps that stand for looking for room, for packing and for comparing.
pub(super) type StepNumbers = [usize; 3];

/// Starts a backup; `ended` is told its file once it is there, and dropped where it is not.
pub(super) fn begin(
    shared: &Arc<Shared>,
    wanted: Wanted,
    ended: Option<oneshot::Sender<Result<String>>>,
) -> Result<JobId> {
    shared.keeping.is_still(&wanted.volume)?;
    let snapshot = shared.home.inventory.snapshot();
    if !snapshot.volumes.contains_key(&wanted.volume) {
        return Err(not_there(&wanted.volume));
    }
    let new = NewJob {
        kind: JobKind::BackUp,
        place: Place::Volume {
            name: wanted.volume.clone(),
        },
        title: format!("Backing up {}", wanted.volume),
        steps: [
            "Look for space",
            "Copy and compress",
            "Read it back and compare",
        ]
        .map(str::to_owned)
        .into(),
    };
    let shared = Arc::clone(shared);
    let jobs = Arc::clone(&shared);
    Ok(jobs.jobs.begin(new, move |work| async move {
        let made = make(&shared, &work, &wanted, [0, 1, 2]).await;
        if let Some(ended) = ended {
            let told = match &made {
                Ok(made) => Ok(made.file.clone()),
                Err(Stop::Cancelled) => Err(Problem::new(ProblemKind::Other, "It was stopped.")),
                Err(Stop::Failed(problem)) => Err(problem.clone()),
            };
            // Nobody may wait any more.
            let _ = ended.send(told);
        }
        let made = made?;
        Ok(Done {
            summary: format!(
                "{}, packed to {}. Read back and compared.",
                amount(made.files, made.bytes),
                size(Bytes(made.size))
            ),
            made: Some(made.path),
            cautions: made.cautions,
        })
    }))
}

pub(super) fn not_there(volume: &VolumeName) -> Problem {
    Problem::new(
        ProblemKind::Gone,
        format!("There is no volume {volume} on this engine."),
    )
    .because("It was removed, or it is on another engine.")
}

/// Makes a backup within a job.
///
/// # Errors
/// Nothing is left of one that was stopped or failed, and everything that was paused runs.
#[expect(
    clippy::too_many_lines,
    reason = "one order of steps, each of which undoes itself where a later one fails"
)]
pub(super) async fn make(
    shared: &Arc<Shared>,
    work: &Work,
    wanted: &Wanted,
    steps: StepNumbers,
) -> Result<Made, Stop> {
    work.step(steps[0]);
    let engine = shared.home.inventory.engine().map_err(Problem::from)?;
    let head = head_of(&engine, wanted).await?;
    let place = Place::Volume {
        name: wanted.volume.clone(),
    };
    let session = work.unless_stopped(shared.reader(&place)).await??;
    let counted = counted(&session, work).await?;
    let folder = shared.keeping.folder.clone();
    let (part, path) = part_in(&folder)?;
    let needed = counted.bytes.min(counted.on_disk);
    match room::free(&folder) {
        Some(free) if free.0 < needed / LEAST_SHARE => {
            return Err(no_room(&folder, needed, free).into());
        }
        Some(free) => work.note(steps[0], format!("{} free", size(free))),
        None => {}
    }
    work.whole(
        counted.bytes,
        u32::try_from(counted.files).unwrap_or(u32::MAX),
    );
    let head = Head {
        files: counted.files,
        bytes: counted.bytes,
        ..head
    };
    let paused = if wanted.pause {
        Some(
            work.unless_stopped(Paused::hold(shared, &wanted.volume))
                .await??,
        )
    } else {
        None
    };
    work.step(steps[1]);
    if let Some(paused) = &paused
        && !paused.names().is_empty()
    {
        work.note(steps[1], format!("{} paused", paused.names().join(", ")));
    }
    let asleep = |names: Vec<String>| {
        names.into_iter().map(|name| {
            format!("{name} could not be woken again. Start it again, or restart Slipway.")
        })
    };
    let (all_read, read) = oneshot::channel();
    let packed = async {
        let exchange = session
            .ask(Request::Pack {
                paths: vec![Raw::default()],
                excludes: vec![Raw::from(TRASH), Raw::from(OWN)],
                beneath: Raw::default(),
            })
            .await
            .map_err(Problem::from)?;
        let (packing, _) = exchange.split();
        let writing = Writing {
            handle: tokio::runtime::Handle::current(),
            steps: packing,
            work: work.clone(),
            name: wanted.volume.0.clone(),
            head: head.clone(),
            all_read,
        };
        let folder = folder.clone();
        blocking(move || write::write(part, &folder, writing)).await?
    };
    let wakes = async {
        // Told once all is read, and dropped where it is not.
        let _ = read.await;
        match paused {
            Some(paused) => paused.release().await,
            None => Vec::new(),
        }
    };
    let (written, woken) = tokio::join!(packed, wakes);
    let written = written?;

    work.step(steps[2]);
    work.again();
    let watch = Watch::silent(work);
    let aside = path.to_path_buf();
    // Once the backup is made, nothing of it holds the volume.
    let (checked, ended) = tokio::join!(blocking(move || check(&aside, watch)), session.end());
    if let Err(problem) = ended {
        tracing::debug!(%problem, "a porthole is left to end by itself");
    }
    let checked = checked?;
    match checked {
        Ok(_) => {}
        Err(Broken::Stopped) => return Err(Stop::Cancelled),
        Err(Broken::Failed(problem)) => return Err(Stop::Failed(problem)),
        Err(Broken::Damaged(what)) => {
            return Err(
                Problem::new(ProblemKind::Other, "What was written is not what was read.")
                    .because("The backup was thrown away. The volume was not changed.")
                    .hint("Try again. If it stays so, the disk of this computer may be damaged.")
                    .detail(what)
                    .into(),
            );
        }
    }
    work.go_on()?;
    let (file, path) = shelf::take_name(path, &folder, &name_of(&wanted.volume, head.made))?;
    let cautions: Vec<String> = asleep(woken)
        .chain(written.cautions.into_sentences())
        .collect();
    let size = std::fs::metadata(&path).map_or(0, |about| about.len());
    shelf::remember(
        shared,
        &file,
        &path,
        Known::ours(
            &head,
            (written.files, written.bytes),
            BackupCheck::Good { at: now() },
        ),
    );
    Ok(Made {
        file,
        path,
        size,
        files: written.files,
        bytes: written.bytes,
        cautions,
    })
}

/// Runs what waits for disks, and hears of its end.
pub(super) async fn blocking<T: Send + 'static>(
    what: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(what).await.map_err(|torn| {
        tracing::error!(%torn, "work on a backup broke off");
        Problem::new(ProblemKind::Other, "This could not be finished.")
            .because("Slipway made a mistake in it.")
            .hint("Try again.")
    })
}

async fn head_of(engine: &Engine, wanted: &Wanted) -> Result<Head> {
    let row = engine.inspect_volume(&wanted.volume.0).await?;
    let options = engine.volume_options(&wanted.volume.0).await?;
    Ok(Head {
        format: FORMAT,
        slipway: env!("CARGO_PKG_VERSION").to_owned(),
        volume: wanted.volume.clone(),
        driver: row.driver,
        labels: row.labels,
        options: without_passwords(options),
        made: now(),
        files: 0,
        bytes: 0,
        remark: wanted.remark.clone(),
        by_schedule: wanted.by_schedule,
    })
}

/// A network drive may have its password among the options of its volume; a backup is no place for it.
fn without_passwords(options: BTreeMap<String, String>) -> BTreeMap<String, String> {
    const SECRET: [&str; 5] = ["pass", "secret", "credential", "token", "key"];
    let is_secret = |name: &str| {
        let name = name.to_lowercase();
        SECRET.iter().any(|word| name.contains(word))
    };
    let hidden = |part: &str| match part.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=…"),
        _ => part.to_owned(),
    };
    options
        .into_iter()
        .map(|(name, value)| {
            let value = if is_secret(&name) {
                "…".to_owned()
            } else {
                value.split(',').map(hidden).collect::<Vec<_>>().join(",")
            };
            (name, value)
        })
        .collect()
}

/// What lies in the volume, without its trash.
pub(super) async fn counted(session: &Session, work: &Work) -> Result<WalkTotals, Stop> {
    let walk = async |path: Raw| {
        let request = Request::Walk { path, largest: 0 };
        work.unless_stopped(session.one(request)).await
    };
    let all = match walk(Raw::default()).await? {
        Ok(Outcome::Walk(totals)) => totals,
        Ok(_) => return Err(Problem::from(Refused::unexpected()).into()),
        Err(refused) => return Err(Problem::from(refused).into()),
    };
    let trash = match walk(Raw::from(TRASH)).await? {
        Ok(Outcome::Walk(totals)) => totals,
        Err(Refused::Fault(Fault::NotFound | Fault::NotAFolder)) => WalkTotals::default(),
        Ok(_) => return Err(Problem::from(Refused::unexpected()).into()),
        Err(refused) => return Err(Problem::from(refused).into()),
    };
    Ok(WalkTotals {
        files: all.files.saturating_sub(trash.files),
        folders: all.folders.saturating_sub(trash.folders),
        bytes: all.bytes.saturating_sub(trash.bytes),
        on_disk: all.on_disk.saturating_sub(trash.on_disk),
        ..all
    })
}

/// A file in the folder of backups that goes away unless it takes a name.
pub(super) fn part_in(folder: &Path) -> Result<(std::fs::File, tempfile::TempPath)> {
    let made = std::fs::create_dir_all(folder).and_then(|()| {
        tempfile::Builder::new()
            .prefix(PART_BEGINS)
            .suffix(PART)
            .tempfile_in(folder)
    });
    made.map(tempfile::NamedTempFile::into_parts)
        .map_err(|error| of_this_computer("Writing into the folder of backups", &error))
}

fn no_room(folder: &Path, needed: u64, free: Bytes) -> Problem {
    Problem::new(
        ProblemKind::DiskFull,
        "There is too little room on this computer for the backup.",
    )
    .because(format!(
        "The volume holds {}, and where backups are kept {} is free.",
        size(Bytes(needed)),
        size(free)
    ))
    .hint("Delete what you no longer need, then try again.")
    .detail(folder.display().to_string())
}

/// `my-vol 2025-11-20 15.12`, in the time of this computer.
fn name_of(volume: &VolumeName, made: UnixMillis) -> String {
    format!("{volume} {}", zoned(made).strftime("%Y-%m-%d %H.%M"))
}

/// "12 files are as they were written down."
pub(super) fn are_good(files: u64) -> String {
    let verb = if files == 1 {
        "is as it was"
    } else {
        "are as they were"
    };
    format!("{} {verb} written down.", count(files, "file", "files"))
}

/// "3 entries", where it is not only files.
pub(super) fn entries(number: u64) -> String {
    count(number, "entry", "entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_network_drives_stay_out_of_backups() {
        let options = BTreeMap::from([
            (
                "o".to_owned(),
                "addr=nas,username=anna,password=geheim,vers=3".to_owned(),
            ),
            ("device".to_owned(), "//nas/work".to_owned()),
            ("secretKey".to_owned(), "x".to_owned()),
        ]);
        let kept = without_passwords(options);
        assert_eq!(kept["o"], "addr=nas,username=anna,password=…,vers=3");
        assert_eq!(kept["device"], "//nas/work");
        assert_eq!(kept["secretKey"], "…");
    }
}
