//! Files of a place that are dragged out of the window to another program.
//!
//! Such a program takes files that are on this computer already, while a hand holds a mouse button. So what is
//! dragged is brought aside first, and no more of it than comes while one waits; for the rest there is the
//! download. What was dropped stays aside for a day: nobody says when the other program has read it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Kind, Outcome};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use super::aside::make_private;
use super::download::{self, torn};
use super::outermost;
use super::words::local;
use crate::jobs::{Stop, Work};
use crate::place::{EntryPath, PlaceId};
use crate::session::{Session, Step};
use crate::survey::holds::{grouped, weight};
use crate::{Contents, Problem, Result};

/// What comes while one holds a button: bytes, and files.
const BYTES: u64 = 100_000_000;
const FILES: u64 = 1000;
/// How long what was dropped stays.
const KEPT: Duration = Duration::from_hours(24);

/// Files that lie ready to be dragged, in a folder of their own.
#[derive(Debug)]
pub struct Dragged {
    folder: PathBuf,
    /// What was chosen, each by its own name.
    pub files: Vec<PathBuf>,
    /// What is not as it is in the place, one sentence each.
    pub cautions: Vec<String>,
}

impl Dragged {
    /// Nobody has taken them: they go at once.
    pub async fn forget(self) {
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(self.folder));
        if let Ok(Err(error)) = removed.await {
            tracing::warn!(%error, "what was to be dragged is left for a day");
        }
    }
}

impl Contents {
    /// Brings files and folders aside, so that they can be dragged to another program.
    ///
    /// # Errors
    /// Where it is too much to wait for; where the place was closed, or the files are gone or cannot be written.
    pub async fn bring_aside(&self, place: PlaceId, paths: Vec<EntryPath>) -> Result<Dragged> {
        let opened = self.shared.place(place)?;
        let session = opened.session()?;
        let paths = outermost(paths.iter().map(EntryPath::raw).collect::<Result<_>>()?);
        weigh(&session, &paths).await?;
        let home = self.shared.home.cache.join("dragged");
        let folder = home.join(uuid::Uuid::new_v4().simple().to_string());
        let made = folder.clone();
        tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&home)?;
            sweep(&home, KEPT);
            make_private(&made)
        })
        .await
        .map_err(|error| failed(torn(error)))?
        .map_err(|error| local(&error, "What is dragged"))?;
        let mut dragged = Dragged {
            folder: folder.clone(),
            files: Vec::new(),
            cautions: Vec::new(),
        };
        let work = Work::unlisted();
        let brought = download::bring(&session, &opened.place, paths, &folder, &work).await;
        match brought {
            Ok(done) => {
                dragged.cautions = done.cautions;
                dragged.files = inside(&folder).await;
            }
            Err(stop) => {
                dragged.forget().await;
                return Err(failed(stop));
            }
        }
        if dragged.files.is_empty() {
            dragged.forget().await;
            return Err(nothing());
        }
        Ok(dragged)
    }
}

/// A job that nobody can stop ends by itself only.
fn failed(stop: Stop) -> Problem {
    match stop {
        Stop::Failed(problem) => problem,
        Stop::Cancelled => nothing(),
    }
}

fn nothing() -> Problem {
    Problem::new(ProblemKind::Gone, "What was chosen is not there any more.")
        .because("It was moved, renamed or deleted meanwhile.")
        .hint("Look into the folder again.")
}

/// # Errors
/// Where it is more than comes while one waits.
async fn weigh(session: &Session, paths: &[Raw]) -> Result<()> {
    let (mut bytes, mut files) = (0u64, 0u64);
    for path in paths {
        let asked = session.one(Request::Stat { path: path.clone() }).await;
        match asked {
            Ok(Outcome::Row(row)) if row.kind == Kind::Folder => {
                let (size, count) = totals(session, path).await?;
                bytes = bytes.saturating_add(size);
                files = files.saturating_add(count);
            }
            Ok(Outcome::Row(row)) => {
                bytes = bytes.saturating_add(row.size);
                files += 1;
            }
            // Those that are gone are told of when the others are brought.
            Ok(_) | Err(_) => {}
        }
        if bytes > BYTES || files > FILES {
            return Err(too_much(bytes, files));
        }
    }
    Ok(())
}

async fn totals(session: &Session, path: &Raw) -> Result<(u64, u64)> {
    let walk = Request::Walk {
        path: path.clone(),
        largest: 0,
    };
    let mut walk = session.ask(walk).await.map_err(Problem::from)?;
    loop {
        match walk.next().await.map_err(Problem::from)? {
            Step::End(Outcome::Walk(totals)) => return Ok((totals.bytes, totals.files)),
            Step::End(_) => return Ok((0, 0)),
            _ => {}
        }
    }
}

fn too_much(bytes: u64, files: u64) -> Problem {
    let what = if bytes > BYTES {
        weight(bytes)
    } else {
        format!("{} files", grouped(files))
    };
    Problem::new(
        ProblemKind::Other,
        format!("{what} are too much to be dragged out of the window."),
    )
    .because(format!(
        "Up to {} and {} files can be dragged, since they are brought to this computer while the button is held.",
        weight(BYTES),
        grouped(FILES)
    ))
    .hint("Choose Download.")
}

/// What lies in the folder, by name.
async fn inside(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        all.sort();
        all
    });
    read.await.unwrap_or_default()
}

/// Removes what was dropped long ago. Nothing else is ever put into this folder.
fn sweep(home: &Path, old: Duration) {
    for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.len() == 32 && uuid::Uuid::try_parse(name).is_ok());
        let is_old = entry.metadata().is_ok_and(|about| {
            about.is_dir()
                && about
                    .modified()
                    .is_ok_and(|time| time.elapsed().is_ok_and(|age| age >= old))
        });
        if ours && is_old {
            // What cannot be removed now goes with the next one.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_dragged_long_ago_goes() {
        let home = tempfile::tempdir().unwrap();
        let ours = uuid::Uuid::new_v4().simple().to_string();
        for name in [ours.as_str(), "notes", "not-a-uuid-of-thirty-two-letters"] {
            std::fs::create_dir(home.path().join(name)).unwrap();
            std::fs::write(home.path().join(name).join("inner"), "x").unwrap();
        }
        sweep(home.path(), KEPT);
        assert!(home.path().join(&ours).exists(), "it may still be read");
        // By the clock of the disk it may have been made in the same moment.
        while home.path().join(&ours).exists() {
            sweep(home.path(), Duration::ZERO);
        }
        assert!(home.path().join("notes/inner").exists());
        assert!(
            home.path()
                .join("not-a-uuid-of-thirty-two-letters/inner")
                .exists()
        );
    }

    #[test]
    fn too_much_is_said_by_what_is_too_much() {
        let of = |bytes, files| too_much(bytes, files).title;
        assert_eq!(
            of(1_200_000_000, 3),
            "1.2 GB are too much to be dragged out of the window."
        );
        assert_eq!(
            of(10, 4000),
            "4,000 files are too much to be dragged out of the window."
        );
    }
}
