//! Counting a place while somebody follows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use slipway_engine::Bytes;
use slipway_porthole::answer::{Answer, Outcome};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::tree::SpaceTree;
use super::{SpaceMap, SpaceState};
use crate::browse::rows::FolderSizes;
use crate::opened::OpenPlace;
use crate::place::EntryPath;
use crate::session::{Refused, Session, Step};
use crate::shared::lock;
use crate::{Problem, Result};

/// How many of its largest files each folder names: what a picture can show of a folder of files.
pub(crate) const LARGEST: u8 = 32;
/// The picture is drawn again so often while it is counted.
const PACE: Duration = Duration::from_millis(120);
/// What was counted is taken for true for so long, while changes are seen.
const SOON: Duration = Duration::from_secs(10);

/// What was counted of a place.
pub(crate) struct Space {
    tree: Mutex<SpaceTree>,
    state: watch::Sender<SpaceState>,
    counting: Mutex<Option<AbortOnDropHandle<()>>>,
    counted: Mutex<Option<Instant>>,
    changed: AtomicBool,
    /// Changed by Slipway itself since it was counted, which is counted at once.
    own: AtomicBool,
}

impl Default for Space {
    fn default() -> Self {
        Self {
            tree: Mutex::default(),
            state: watch::channel(SpaceState::default()).0,
            counting: Mutex::default(),
            counted: Mutex::default(),
            changed: AtomicBool::new(false),
            own: AtomicBool::new(false),
        }
    }
}

impl Space {
    /// Something is not as it was counted.
    pub(crate) fn changed(&self) {
        self.changed.store(true, Ordering::Release);
    }

    /// Slipway itself has changed something.
    fn changed_here(&self) {
        self.changed();
        self.own.store(true, Ordering::Release);
    }

    /// Sizes of the folders in a folder, and a number that grows with what is known.
    pub(crate) fn sizes_in(&self, folder: &Raw) -> (FolderSizes, u32) {
        let revision = self.state.borrow().revision;
        if revision == 0 {
            return (FolderSizes::new(), 0);
        }
        (lock(&self.tree).sizes_in(folder), revision)
    }

    pub(crate) fn map(&self, key: &EntryPath) -> Result<SpaceMap> {
        let folder = key.raw()?;
        let state = self.state.borrow().clone();
        Ok(lock(&self.tree).map(key, &folder, state))
    }
}

impl OpenPlace {
    /// Counts what takes the space, unless it was counted a moment ago; ends with its followers.
    ///
    /// # Errors
    /// Why the place cannot be looked into.
    pub(crate) fn measure(self: &Arc<Self>) -> Result<watch::Receiver<SpaceState>> {
        let session = self.session()?;
        let receiver = self.space.state.subscribe();
        let mut counting = lock(&self.space.counting);
        let runs = counting.as_ref().is_some_and(|task| !task.is_finished());
        let known = !self.space.own.load(Ordering::Acquire)
            && lock(&self.space.counted).is_some_and(|at| {
                at.elapsed() < SOON || !self.space.changed.load(Ordering::Acquire)
            });
        if !runs && !known {
            self.space.changed.store(false, Ordering::Release);
            self.space.own.store(false, Ordering::Release);
            self.space.state.send_modify(|state| {
                *state = SpaceState {
                    revision: state.revision,
                    ..SpaceState::default()
                };
            });
            let task = tokio::spawn(count(Arc::downgrade(self), session));
            *counting = Some(AbortOnDropHandle::new(task));
        }
        Ok(receiver)
    }

    /// Slipway itself has changed something: who follows what takes the space sees it counted again.
    pub(crate) fn changed_here(self: &Arc<Self>) {
        self.space.changed_here();
        if self.space.state.receiver_count() > 0 {
            // A place that is lost is counted when it is back.
            let _ = self.measure();
        }
    }
}

impl OpenPlace {
    /// Nobody follows any more, so that who comes next has it counted anew. Not so where somebody came in this
    /// moment, who relies on the counting that runs.
    fn is_left(&self) -> bool {
        let mut counting = lock(&self.space.counting);
        let left = self.space.state.receiver_count() == 0;
        if left {
            *lock(&self.space.counted) = None;
            *counting = None;
        }
        left
    }
}

async fn count(place: Weak<OpenPlace>, session: Session) {
    let Some(followers) = place.upgrade().map(|opened| opened.space.state.clone()) else {
        return;
    };
    loop {
        let counted = tokio::select! {
            counted = walk(&place, &session) => Some(counted),
            () = followers.closed() => None,
        };
        let Some(opened) = place.upgrade() else {
            return;
        };
        let Some(counted) = counted else {
            if opened.is_left() {
                return;
            }
            continue;
        };
        let failed = counted.err();
        // What was changed while it was counted may be missing in it.
        if failed.is_none() && opened.space.own.swap(false, Ordering::AcqRel) {
            continue;
        }
        if failed.is_none() {
            *lock(&opened.space.counted) = Some(Instant::now());
        }
        publish(&opened, true, failed);
        return;
    }
}

async fn walk(place: &Weak<OpenPlace>, session: &Session) -> Result<(), Problem> {
    let request = Request::Walk {
        path: Raw::default(),
        largest: LARGEST,
    };
    let mut exchange = session.ask(request).await?;
    let mut told = Instant::now();
    let mut first = true;
    loop {
        match exchange.next().await? {
            Step::Answer(Answer::Folders(folders)) => {
                let opened = place
                    .upgrade()
                    .ok_or_else(|| Problem::from(Refused::unexpected()))?;
                let mut tree = lock(&opened.space.tree);
                if std::mem::take(&mut first) {
                    *tree = SpaceTree::default();
                }
                for folder in folders {
                    tree.add(folder);
                }
                drop(tree);
                if told.elapsed() >= PACE || opened.space.state.borrow().revision == 0 {
                    told = Instant::now();
                    publish(&opened, false, None);
                }
            }
            Step::End(Outcome::Walk(_)) => return Ok(()),
            _ => return Err(Refused::unexpected().into()),
        }
    }
}

fn publish(place: &OpenPlace, done: bool, failed: Option<Problem>) {
    let tree = lock(&place.space.tree);
    let (files, folders) = (tree.files, tree.folders);
    let (bytes, on_disk, unread) = (tree.bytes, tree.on_disk, tree.unread);
    drop(tree);
    let left_out = match (failed, unread) {
        (Some(problem), _) => Some(format!("Counting has stopped. {}", problem.title)),
        (None, 0) => None,
        (None, 1) => Some("One folder could not be read.".to_owned()),
        (None, unread) => Some(format!("{unread} folders could not be read.")),
    };
    place.space.state.send_modify(|state| {
        *state = SpaceState {
            files: u32::try_from(files).unwrap_or(u32::MAX),
            folders: u32::try_from(folders).unwrap_or(u32::MAX),
            bytes: Bytes(bytes),
            on_disk: Bytes(on_disk),
            done,
            left_out,
            revision: state.revision + 1,
        };
    });
}
