//! A log that is saved to a file: straight from the engine's stream to the disk, line by line.
//!
//! It is written beside the chosen place and takes its name only when it is whole, so that neither a
//! full disk nor a lost engine leaves half a log that looks like one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use slipway_engine::logs::{Cover, LogCopied, LogSpan};
use slipway_engine::{Bytes, ContainerId, Engine};
use slipway_labs::Problem;
use slipway_labs::card::LabId;
use slipway_labs::problem::ProblemKind;
use specta::Type;
use tokio::io::BufWriter;
use tokio_util::sync::CancellationToken;

use crate::commands::CommandResult;
use crate::dialogs::Wanted;

/// What is gathered before it is written.
const GATHERED: usize = 256 * 1024;
/// How often the page is told how far it is.
const PACE: Duration = Duration::from_millis(250);
/// A name that every file system takes.
const LONGEST_NAME: usize = 80;

/// A log that has been saved.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogFile {
    pub path: String,
    pub lines: u32,
    pub bytes: Bytes,
}

/// Which log is to be saved, and how.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogWish {
    pub container: ContainerId,
    /// Whose secrets are hidden in it.
    pub lab: Option<LabId>,
    /// What the file is called to begin with, without its ending.
    pub name: String,
    pub span: LogSpan,
    /// Each line begins with its time, in UTC.
    pub times: bool,
}

/// What is saved, and from where.
pub struct LogSaving {
    pub engine: Engine,
    pub wish: LogWish,
    pub cover: Cover,
}

impl LogSaving {
    /// Writes it to its end.
    pub async fn write(
        self,
        path: PathBuf,
        mut told: impl FnMut(u32),
    ) -> CommandResult<Option<LogFile>> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let aside = tempfile::Builder::new()
            .prefix(".slipway-log-")
            .tempfile_in(folder)
            .map_err(|error| not_written(&path, &error))?;
        let (file, aside) = aside.into_parts();
        let mut writer = BufWriter::with_capacity(GATHERED, tokio::fs::File::from_std(file));
        let mut last = Instant::now();
        let copied = self
            .engine
            .copy_log(
                &self.wish.container,
                self.wish.span,
                self.cover,
                self.wish.times,
                &mut writer,
                |copied: LogCopied| {
                    if last.elapsed() >= PACE {
                        last = Instant::now();
                        told(small(copied.lines));
                    }
                },
            )
            .await?
            .map_err(|error| not_written(&path, &error))?;
        aside
            .persist(&path)
            .map_err(|error| not_written(&path, &error.error))?;
        Ok(Some(LogFile {
            path: path.to_string_lossy().into_owned(),
            lines: small(copied.lines),
            bytes: Bytes(copied.bytes),
        }))
    }
}

fn small(lines: u64) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn not_written(path: &Path, error: &std::io::Error) -> Problem {
    let problem = Problem::new(ProblemKind::Other, "The log could not be saved.");
    let problem = if error.kind() == std::io::ErrorKind::StorageFull {
        problem
            .because("The disk of this computer is full.")
            .hint("Choose another place, or make room.")
    } else {
        problem
            .because(format!("Slipway could not write to {}.", path.display()))
            .hint("Choose another folder.")
    };
    problem.detail(error.to_string())
}

/// The question where to, with a name that says what it is.
pub fn wanted(name: &str) -> Wanted {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            letter if letter.is_alphanumeric() => letter,
            '-' | '_' | '.' | ' ' => letter,
            _ => '-',
        })
        .take(LONGEST_NAME)
        .collect();
    let plain = plain.trim_matches(['.', ' ', '-']);
    Wanted::Place {
        title: "Save the log".to_owned(),
        name: format!("{}.log", if plain.is_empty() { "lab" } else { plain }),
    }
}

/// The logs that are being saved, by the page's own numbers, so that one can be stopped.
#[derive(Default)]
pub struct LogSaves(Mutex<HashMap<u32, CancellationToken>>);

impl LogSaves {
    /// Begins one; dropping it forgets it.
    pub fn begin(&self, saving: u32) -> Begun<'_> {
        let stopped = CancellationToken::new();
        self.lock().insert(saving, stopped.clone());
        Begun {
            saves: self,
            saving,
            stopped,
        }
    }

    pub fn stop(&self, saving: u32) {
        if let Some(stopped) = self.lock().remove(&saving) {
            stopped.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A saving that can be stopped.
pub struct Begun<'a> {
    saves: &'a LogSaves,
    saving: u32,
    stopped: CancellationToken,
}

impl Begun<'_> {
    /// What comes of it, or `None` where it was stopped: dropped, with the file that it was writing.
    pub async fn until_stopped<T>(
        &self,
        work: impl Future<Output = CommandResult<Option<T>>>,
    ) -> CommandResult<Option<T>> {
        tokio::select! {
            () = self.stopped.cancelled() => Ok(None),
            outcome = work => outcome,
        }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.saves.lock().remove(&self.saving);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(of: &str) -> String {
        match wanted(of) {
            Wanted::Place { name, .. } => name,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_name_is_one_that_every_system_takes() {
        assert_eq!(name("AI-Lab 2026-11-21"), "AI-Lab 2026-11-21.log");
        assert_eq!(name("../a:b\\c\n"), "a-b-c.log");
        assert_eq!(name("///"), "lab.log");
        assert!(name(&"x".repeat(500)).len() < 100);
    }

    #[tokio::test]
    async fn a_saving_that_is_stopped_gives_nothing() {
        let saves = LogSaves::default();
        let begun = saves.begin(7);
        saves.stop(7);
        let never = std::future::pending::<CommandResult<Option<()>>>();
        assert!(begun.until_stopped(never).await.unwrap().is_none());
        drop(begun);
        assert!(saves.lock().is_empty(), "it is forgotten");
    }
}
