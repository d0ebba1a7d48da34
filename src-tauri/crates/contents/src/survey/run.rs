//! Counting one volume after the other, while somebody looks at the list.
//!
//! What was counted before comes at once, out of a small file that may be lost at any time. Then each
//! volume is counted anew through a porthole of its own, one at a time, so that the engine is left to
//! the labs; the largest wait is for a volume nobody has ever looked at, and those come first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use slipway_engine::inventory::{Snapshot, VolumeRow};
use slipway_engine::{Bytes, UnixMillis, VolumeName};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Outcome};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::{Notify, watch};
use tokio_util::task::AbortOnDropHandle;

use super::{SurveyState, SurveyUpdate, VolumeSurvey, holds};
use crate::browse::rows::date;
use crate::place::Place;
use crate::session::{Refused, Step};
use crate::shared::{Shared, is_ready, lock};
use crate::space::Share;
use crate::space::tree::SpaceTree;
use crate::{Problem, Result};

/// What was counted in this time is not counted again just because the list is opened.
const FRESH: i64 = 2 * 60 * 1000;
/// A list that is drawn anew more often helps nobody.
const PACE: Duration = Duration::from_millis(200);
const FILE: &str = "volumes.json";

/// What is kept of a volume between two runs of the app.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Counted {
    at: UnixMillis,
    bytes: Bytes,
    files: u32,
    shares: Vec<Share>,
    changed: Option<UnixMillis>,
    holds: String,
}

/// The survey of a home.
pub(crate) struct Survey {
    state: watch::Sender<SurveyUpdate>,
    /// By engine, name and time of creation: another volume of the same name is another volume.
    known: Mutex<Option<BTreeMap<String, Counted>>>,
    failed: Mutex<BTreeMap<String, Problem>>,
    /// What was written to since it was counted: counted again, however fresh it is.
    stale: Mutex<BTreeSet<VolumeName>>,
    /// Rings when one more is stale.
    bell: Arc<Notify>,
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            state: watch::channel(SurveyUpdate::default()).0,
            known: Mutex::default(),
            failed: Mutex::default(),
            stale: Mutex::default(),
            bell: Arc::default(),
            task: Mutex::default(),
        }
    }
}

impl Survey {
    /// A volume is not as it was counted.
    pub(crate) fn changed(&self, volume: &VolumeName) {
        lock(&self.stale).insert(volume.clone());
        self.bell.notify_one();
    }
}

impl Shared {
    /// Counts while somebody follows.
    pub(crate) fn survey(self: &Arc<Self>) -> watch::Receiver<SurveyUpdate> {
        let receiver = self.survey.state.subscribe();
        let mut task = lock(&self.survey.task);
        if task.as_ref().is_none_or(AbortOnDropHandle::is_finished) {
            // Somebody looks again: what failed has another chance.
            lock(&self.survey.failed).clear();
            let follower = self.survey.state.clone();
            let run = run(Arc::downgrade(self));
            *task = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                tokio::select! {
                    () = run => {}
                    () = follower.closed() => {}
                }
            })));
        }
        receiver
    }

    /// What is known of a volume, as it was counted last.
    pub(crate) fn counted(&self, volume: &str) -> Option<VolumeSurvey> {
        let snapshot = self.home.inventory.snapshot();
        let row = snapshot.volumes.get(&VolumeName::from(volume))?;
        let key = key(&snapshot, row);
        let known = lock(&self.survey.known);
        let counted = known.as_ref()?.get(&key)?.clone();
        Some(shown(row, Some(counted), SurveyState::Waiting))
    }
}

async fn run(shared: Weak<Shared>) {
    let Some((mut snapshots, bell)) = shared.upgrade().map(|shared| {
        let bell = Arc::clone(&shared.survey.bell);
        (shared.home.inventory.watch(), bell)
    }) else {
        return;
    };
    loop {
        let ready = is_ready(&snapshots.borrow_and_update());
        let Some(shared) = shared.upgrade() else {
            return;
        };
        shared.load().await;
        shared.show(None);
        if ready && let Some(row) = shared.next() {
            shared.show(Some(&row.name));
            shared.count(&row).await;
            continue;
        }
        drop(shared);
        tokio::select! {
            came = snapshots.changed() => {
                if came.is_err() {
                    return;
                }
            }
            () = bell.notified() => {}
        }
        tokio::time::sleep(PACE).await;
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn key(snapshot: &Snapshot, row: &VolumeRow) -> String {
    let engine = snapshot.report.facts.as_ref().map_or("", |facts| &facts.id);
    let created = row.created.unwrap_or_default().0;
    format!("{engine} {created} {}", row.name)
}

impl Shared {
    /// Reads what was counted in earlier runs.
    async fn load(&self) {
        if lock(&self.survey.known).is_some() {
            return;
        }
        let read = tokio::fs::read(self.home.cache.join(FILE)).await;
        let known = read
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        lock(&self.survey.known).get_or_insert(known);
    }

    /// The volume whose turn it is: one that was changed a moment ago, since somebody works in it, then
    /// never counted before counted long ago.
    fn next(&self) -> Option<Arc<VolumeRow>> {
        let snapshot = self.home.inventory.snapshot();
        let known = lock(&self.survey.known);
        let failed = lock(&self.survey.failed);
        let stale = lock(&self.survey.stale);
        let known = known.as_ref()?;
        let limit = now() - FRESH;
        snapshot
            .volumes
            .values()
            .filter_map(|row| {
                let key = key(&snapshot, row);
                let at = known.get(&key).map_or(0, |counted| counted.at.0);
                let fresh = !stale.contains(&row.name);
                let due = at < limit || !fresh;
                (due && !failed.contains_key(&key)).then_some(((fresh, at), row))
            })
            .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)))
            .map(|(_, row)| Arc::clone(row))
    }

    fn show(&self, counting: Option<&VolumeName>) {
        let snapshot = self.home.inventory.snapshot();
        let known = lock(&self.survey.known);
        let failed = lock(&self.survey.failed);
        let mut done = is_ready(&snapshot);
        let volumes: Vec<VolumeSurvey> = snapshot
            .volumes
            .values()
            .map(|row| {
                let key = key(&snapshot, row);
                let counted = known.as_ref().and_then(|known| known.get(&key)).cloned();
                let state = match (&counted, failed.get(&key)) {
                    _ if counting == Some(&row.name) => SurveyState::Counting,
                    (_, Some(problem)) => SurveyState::Failed {
                        problem: problem.clone(),
                    },
                    (Some(counted), None) => SurveyState::Counted { at: counted.at },
                    (None, None) => SurveyState::Waiting,
                };
                done &= !matches!(state, SurveyState::Waiting | SurveyState::Counting);
                shown(row, counted, state)
            })
            .collect();
        drop((known, failed));
        let update = SurveyUpdate { volumes, done };
        self.survey.state.send_if_modified(|last| {
            let differs = *last != update;
            *last = update;
            differs
        });
    }

    async fn count(self: &Arc<Self>, row: &VolumeRow) {
        let snapshot = self.home.inventory.snapshot();
        let key = key(&snapshot, row);
        // Before the look: what is written meanwhile makes it stale again.
        lock(&self.survey.stale).remove(&row.name);
        match self.walk(row).await {
            Ok(tree) => {
                let counted = Counted {
                    at: UnixMillis(now()),
                    bytes: Bytes(tree.bytes),
                    files: u32::try_from(tree.files).unwrap_or(u32::MAX),
                    shares: tree.shares(),
                    changed: tree.newest.and_then(date),
                    holds: holds::of_tree(&tree),
                };
                let known = {
                    let mut known = lock(&self.survey.known);
                    let known = known.get_or_insert_default();
                    known.insert(key, counted);
                    // Of this engine only what there is; other engines' volumes are left alone.
                    let engine = snapshot.report.facts.as_ref().map_or("", |facts| &facts.id);
                    let there: BTreeSet<String> = snapshot
                        .volumes
                        .values()
                        .map(|row| self::key(&snapshot, row))
                        .collect();
                    known.retain(|key, _| {
                        there.contains(key) || !key.starts_with(&format!("{engine} "))
                    });
                    known.clone()
                };
                let cache = self.home.cache.clone();
                let saved = tokio::task::spawn_blocking(move || save(&cache, &known)).await;
                if let Ok(Err(error)) = saved {
                    tracing::debug!(%error, "what was counted is not remembered");
                }
            }
            // One that went meanwhile is no failure; its row goes, too.
            Err(problem) if problem.kind == ProblemKind::Gone => {
                lock(&self.survey.failed).insert(key, problem);
            }
            Err(problem) if problem.kind == ProblemKind::EngineAway => {
                lock(&self.survey.stale).insert(row.name.clone());
                tokio::time::sleep(PACE * 5).await;
            }
            Err(problem) => {
                lock(&self.survey.failed).insert(key, problem);
            }
        }
    }

    async fn walk(self: &Arc<Self>, row: &VolumeRow) -> Result<SpaceTree> {
        let place = Place::Volume {
            name: row.name.clone(),
        };
        let session = self.quick_reader(&place).await?;
        let counting = async {
            let request = Request::Walk {
                path: Raw::default(),
                largest: 0,
            };
            let mut exchange = session.ask(request).await?;
            let mut tree = SpaceTree::default();
            loop {
                match exchange.next().await? {
                    Step::Answer(Answer::Folders(folders)) => {
                        for folder in folders {
                            tree.add(folder);
                        }
                    }
                    Step::End(Outcome::Walk(_)) => return Ok(tree),
                    _ => return Err(Refused::unexpected().into()),
                }
            }
        };
        let counted: Result<SpaceTree> = counting.await;
        // Gone before the next one begins, so that there is never more than one.
        if let Err(problem) = session.end().await {
            tracing::debug!(%problem, "a survey's porthole is left to end by itself");
        }
        counted
    }
}

fn save(folder: &Path, known: &BTreeMap<String, Counted>) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(FILE);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, known)?;
    file.persist(&path)?;
    Ok(path)
}

fn shown(row: &VolumeRow, counted: Option<Counted>, state: SurveyState) -> VolumeSurvey {
    let volume = row.name.clone();
    match counted {
        Some(counted) => VolumeSurvey {
            volume,
            state,
            bytes: counted.bytes,
            files: counted.files,
            shares: counted.shares,
            changed: counted.changed,
            holds: counted.holds,
        },
        None => VolumeSurvey {
            volume,
            state,
            bytes: Bytes(0),
            files: 0,
            shares: Vec::new(),
            changed: None,
            holds: String::new(),
        },
    }
}
