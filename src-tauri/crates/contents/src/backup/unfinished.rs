//! What an app that is killed must not leave as it is.
//!
//! A volume that is being filled looks like any other, and its labels can never be changed; so what says
//! that it is not whole lies on this computer, written before the volume is made and crossed out after the
//! last byte. A label with a number of its own tells it from another volume of its name: the date of its
//! making, as older engines say it, is that of its last change. The next start removes a new volume that was not filled to its end, and brings one that was being
//! restored back to what it was before. What is copied beside something else cannot be told from it any
//! more; that copy is only told. Each is told as work that failed, where all work is listed.
//!
//! Nothing is removed that somebody has begun to use, or that is being filled at this moment.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::inventory::VolumeRow;
use slipway_engine::{Engine, Error, UnixMillis, VolumeName};
use slipway_labs::problem::ProblemKind;

use super::keeping::{Keeping, Restoring};
use super::restore;
use super::words::now;
use crate::jobs::{Done, JobKind, NewJob, Stop, Work};
use crate::place::Place;
use crate::shared::{Shared, place_name};
use crate::{Problem, Result};

/// What was written down of an engine that is never seen again is forgotten, in milliseconds.
const FORGOTTEN: i64 = 90 * 24 * 60 * 60 * 1000;

/// Beside a new volume's own labels: tells it from another one of its name.
const MADE: &str = "io.slipway.made";

/// What a volume is being filled with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "of")]
pub(crate) enum Doing {
    #[default]
    Restore,
    /// All that is in this volume.
    Clone { from: VolumeName },
}

/// A volume that is between two states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unfinished {
    volume: VolumeName,
    /// What its label says, where it is new.
    #[serde(default)]
    made: Option<String>,
    /// What was there before lies there; `None` where the volume itself is new.
    before: Option<String>,
    /// All of the new is there; what was before is only to be removed.
    #[serde(default)]
    done: bool,
    since: UnixMillis,
    #[serde(default)]
    doing: Doing,
}

/// A copy beside what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnfinishedCopy {
    from: Place,
    to: Place,
    since: UnixMillis,
}

impl Unfinished {
    /// A volume whose own content is being replaced.
    pub(super) fn swap(volume: &VolumeName, before: &str) -> Self {
        Self {
            volume: volume.clone(),
            made: None,
            before: Some(before.to_owned()),
            done: false,
            since: now(),
            doing: Doing::Restore,
        }
    }

    pub(super) fn note(&self, shared: &Shared) -> Result<()> {
        let noted = self.clone();
        shared.keeping.unfinished.change(|list| list.push(noted))
    }

    /// From here on the new state counts.
    pub(super) fn all_there(self, shared: &Shared) -> Result<Self> {
        let done = Self {
            done: true,
            ..self.clone()
        };
        shared.keeping.unfinished.change(|list| {
            for one in list.iter_mut().filter(|one| **one == self) {
                *one = done.clone();
            }
        })?;
        Ok(done)
    }

    pub(super) fn cross_out(&self, shared: &Shared) {
        let crossed = shared
            .keeping
            .unfinished
            .change(|list| list.retain(|one| one != self));
        if let Err(problem) = crossed {
            tracing::warn!(%problem, "work that is over is still written down");
        }
    }
}

/// A new volume that is being filled. It is never whole before [`Half::settle`] says so.
pub(crate) struct Half {
    shared: Arc<Shared>,
    unfinished: Unfinished,
    _filling: Restoring,
}

impl Half {
    /// Makes the volume, which is written down first.
    ///
    /// # Errors
    /// Where it cannot be written down, and those of making a volume.
    pub(crate) async fn begin(
        shared: &Arc<Shared>,
        name: &str,
        labels: Vec<(String, String)>,
        doing: Doing,
    ) -> Result<Self> {
        let volume = VolumeName::from(name);
        let filling = Keeping::restoring(shared, &volume)?;
        let made = uuid::Uuid::new_v4().to_string();
        let labels = labels
            .into_iter()
            .chain([(MADE.to_owned(), made.clone())])
            .collect();
        let unfinished = Unfinished {
            volume,
            made: Some(made),
            before: None,
            done: false,
            since: now(),
            doing,
        };
        unfinished.note(shared)?;
        if let Err(problem) = shared.create_volume(name, labels).await {
            unfinished.cross_out(shared);
            return Err(problem);
        }
        Ok(Self {
            shared: Arc::clone(shared),
            unfinished,
            _filling: filling,
        })
    }

    /// Of what was done to its end the volume stays, of all else it goes.
    pub(crate) async fn settle(self, done: Result<Done, Stop>, work: &Work) -> Result<Done, Stop> {
        let stop = match done {
            Ok(done) => {
                self.unfinished.cross_out(&self.shared);
                return Ok(done);
            }
            Err(stop) => stop,
        };
        let volume = &self.unfinished.volume;
        let Err(problem) = self.shared.remove_volume(&volume.0).await else {
            self.unfinished.cross_out(&self.shared);
            return Err(stop);
        };
        tracing::warn!(%problem, "a half-filled volume stays");
        if self.shared.used_by(volume).is_empty() {
            // The engine went away, perhaps.
            self.shared.keeping.look_again();
            let later = format!(
                "The new volume {volume} is not whole. It is removed as soon as the engine answers."
            );
            return Err(stays(stop, later, work));
        }
        // Nobody removes later what is used now.
        self.unfinished.cross_out(&self.shared);
        let stay = format!("The new volume {volume} is not whole. It stays, because it is in use.");
        Err(stays(stop, stay, work))
    }
}

/// Says what became of the volume of work that did not come to its end.
fn stays(stop: Stop, sentence: String, work: &Work) -> Stop {
    match stop {
        Stop::Cancelled => {
            work.stays(sentence);
            Stop::Cancelled
        }
        Stop::Failed(mut problem) => {
            if !problem.message.is_empty() {
                problem.message.push(' ');
            }
            problem.message.push_str(&sentence);
            Stop::Failed(problem)
        }
    }
}

/// Something is being copied beside what is there, as long as this lives.
pub(crate) struct Copying {
    shared: Arc<Shared>,
    copy: UnfinishedCopy,
}

impl Copying {
    /// # Errors
    /// Where it cannot be written down.
    pub(crate) fn begin(shared: &Arc<Shared>, from: &Place, to: &Place) -> Result<Self> {
        let copy = UnfinishedCopy {
            from: from.clone(),
            to: to.clone(),
            since: now(),
        };
        shared
            .keeping
            .copies
            .change(|list| list.push(copy.clone()))?;
        Ok(Self {
            shared: Arc::clone(shared),
            copy,
        })
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        let crossed = self
            .shared
            .keeping
            .copies
            .change(|list| list.retain(|one| *one != self.copy));
        if let Err(problem) = crossed {
            tracing::warn!(%problem, "a copy that is over is still written down");
        }
    }
}

/// Tells of copies that an app that was killed had begun.
pub(super) fn tell_copies(shared: &Shared) {
    let copies = shared.keeping.copies.now();
    if copies.is_empty() {
        return;
    }
    for copy in &copies {
        let (from, to) = (place_name(&copy.from), place_name(&copy.to));
        let problem = Problem::new(ProblemKind::Other, "The copy did not come to its end.")
            .because(format!(
                "Some of {from} may be missing in {to}. Each file that is there is whole, and {from} was not changed."
            ))
            .hint("Copy again; you are asked about names that are taken.");
        tell(
            shared,
            copy.to.clone(),
            format!("Copying {from} to {to}"),
            JobKind::Copy,
            problem,
        );
    }
    if let Err(problem) = shared.keeping.copies.change(Vec::clear) {
        tracing::warn!(%problem, "copies that broke off are told again at the next start");
    }
}

fn tell(shared: &Shared, place: Place, title: String, kind: JobKind, problem: Problem) {
    let new = NewJob {
        kind,
        place,
        title,
        steps: Vec::new(),
    };
    shared
        .jobs
        .begin(new, |_| async move { Err(Stop::Failed(problem)) });
}

/// What became of something unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// There is nothing of it here.
    Unknown,
    TakenBack,
    /// Somebody uses it already.
    Used,
}

/// Takes back what an app that was killed had half-filled on this engine. False where it is to be tried
/// again.
pub(super) async fn tidy(shared: &Arc<Shared>, engine: &Engine) -> bool {
    let mut all = true;
    for one in shared.keeping.unfinished.now() {
        if shared.keeping.is_still(&one.volume).is_err() {
            // Its own work goes on, or is just ending.
            all = false;
            continue;
        }
        let row = match engine.inspect_volume(&one.volume.0).await {
            Ok(row) => Some(row),
            Err(Error::NotFound { .. }) => None,
            Err(_) => {
                all = false;
                continue;
            }
        };
        let is_it = |row: &VolumeRow| {
            one.before.is_some() || one.made.is_some() && row.labels.get(MADE) == one.made.as_ref()
        };
        let became = match (row.filter(is_it), &one.before) {
            (None, _) => Ok(Became::Unknown),
            (Some(_), None) if !shared.used_by(&one.volume).is_empty() => Ok(Became::Used),
            (Some(_), None) => shared
                .remove_volume(&one.volume.0)
                .await
                .map(|()| Became::TakenBack),
            (Some(_), Some(before)) => restore::finish(shared, &one.volume, before, one.done).await,
        };
        match became {
            // Of another engine, or made anew.
            Ok(Became::Unknown) => {
                if now().0 - one.since.0 > FORGOTTEN {
                    one.cross_out(shared);
                }
            }
            Ok(became) => {
                one.cross_out(shared);
                if !one.done {
                    one.tell(shared, became);
                }
            }
            Err(problem) => {
                tracing::warn!(%problem, volume = %one.volume, "work stays unfinished");
                all = false;
            }
        }
    }
    all
}

impl Unfinished {
    /// Says what the app that was killed had begun, and what became of it now.
    fn tell(&self, shared: &Shared, became: Became) {
        let volume = &self.volume;
        let (kind, title, ended, again) = match &self.doing {
            Doing::Restore => (
                JobKind::Restore,
                format!("Restoring {volume}"),
                "The restore did not come to its end.",
                "Restore the backup again.",
            ),
            Doing::Clone { from } => (
                JobKind::Copy,
                format!("Cloning {from} as {volume}"),
                "The clone did not come to its end.",
                "Clone it again.",
            ),
        };
        let now = if self.before.is_some() {
            format!("What was in {volume} before was put back.")
        } else if became == Became::TakenBack {
            format!("What there was of {volume} was removed.")
        } else {
            format!("{volume} is not whole. It stays, because somebody uses it already.")
        };
        let problem = Problem::new(ProblemKind::Other, ended)
            .because(now)
            .hint(again);
        let place = Place::Volume {
            name: volume.clone(),
        };
        tell(shared, place, title, kind, problem);
    }
}
