//! One reading of all that lies at a path, kept for as long as it is good enough.

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::{Duration, Instant};

use slipway_engine::porthole::ArchiveUse;
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::entries::Way;
use super::tree::Tree;
use crate::moving::untar::Item;
use crate::shared::lock;

/// A folder that is being written to makes the engine's archive end early; then all is read again.
const TRIES: u32 = 3;

/// What was read is not doubted for so long.
const FRESH: Duration = Duration::from_secs(5);

/// Nor for so many times as long as it took to read.
const WORTH: u32 = 10;

/// How far a reading is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Grows while there is more to show.
    pub(super) entries: usize,
    /// Grows when all is read again from its beginning.
    pub(super) round: u32,
    ended: Option<Ended>,
}

#[derive(Clone, Copy, Debug)]
struct Ended {
    at: Instant,
    took: Duration,
}

pub(super) struct Look {
    tree: RwLock<Tree>,
    progress: watch::Sender<Progress>,
    /// Why it is not whole.
    fault: Mutex<Option<Fault>>,
    reading: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Look {
    /// Begins to read; it ends with the last who holds it.
    pub(super) fn begin(way: Way, path: Raw) -> Arc<Self> {
        let look = Arc::new(Self {
            tree: RwLock::default(),
            progress: watch::channel(Progress::default()).0,
            fault: Mutex::default(),
            reading: Mutex::default(),
        });
        let reading = tokio::spawn(read(Arc::downgrade(&look), way, path));
        *lock(&look.reading) = Some(AbortOnDropHandle::new(reading));
        look
    }

    pub(super) fn tree(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.progress.borrow().ended.is_some()
    }

    /// Why it is not whole; `None` while it is read, and where it is.
    pub(super) fn fault(&self) -> Option<Fault> {
        lock(&self.fault).clone()
    }

    /// Whether it is so old that it may be asked whether it is still true.
    pub(super) fn is_doubtful(&self) -> bool {
        let ended = self.progress.borrow().ended;
        ended.is_some_and(|ended| ended.at.elapsed() > FRESH.max(ended.took * WORTH))
    }

    /// Waits until everything was read that will be.
    pub(super) async fn end(&self) {
        let mut progress = self.progress();
        // Whoever holds it keeps the sender.
        let _ = progress.wait_for(|progress| progress.ended.is_some()).await;
    }

    /// Waits until more was read than `entries`, or all.
    pub(super) async fn more_than(&self, entries: usize) {
        let mut progress = self.progress();
        let _ = progress
            .wait_for(|progress| progress.entries > entries || progress.ended.is_some())
            .await;
    }

    /// Where a path leads, as soon as that is known.
    pub(super) async fn find(&self, path: &Raw, follow: bool) -> Result<u32, Fault> {
        loop {
            let entries = self.progress.borrow().entries;
            let ended = self.has_ended();
            match self.tree().find(path, follow) {
                Err(Fault::NotFound) if !ended => {}
                Err(Fault::NotFound) => return Err(self.fault().unwrap_or(Fault::NotFound)),
                found => return found,
            }
            self.more_than(entries).await;
        }
    }
}

async fn read(look: Weak<Look>, way: Way, path: Raw) {
    let began = Instant::now();
    let mut tries = 0;
    let fault = loop {
        tries += 1;
        match once(&look, &way, &path).await {
            Ok(()) => break None,
            Err(Fault::Changed) if tries < TRIES => {
                let Some(look) = look.upgrade() else { return };
                *look.tree.write().unwrap_or_else(PoisonError::into_inner) = Tree::default();
                look.progress.send_modify(|progress| {
                    progress.entries = 0;
                    progress.round = tries;
                });
            }
            Err(fault) => break Some(fault),
        }
    };
    let Some(look) = look.upgrade() else { return };
    *lock(&look.fault) = fault;
    look.progress.send_modify(|progress| {
        progress.ended = Some(Ended {
            at: Instant::now(),
            took: began.elapsed(),
        });
    });
}

async fn once(look: &Weak<Look>, way: &Way, path: &Raw) -> Result<(), Fault> {
    let mut entries = way.entries(ArchiveUse::Look, path).await?;
    while let Some(item) = entries.next().await? {
        let Item::Entry(entry) = item else { continue };
        let look = look.upgrade().ok_or(Fault::Cancelled)?;
        let mut tree = look.tree.write().unwrap_or_else(PoisonError::into_inner);
        tree.add(&entry)?;
        let entries = tree.nodes.len();
        drop(tree);
        look.progress
            .send_modify(|progress| progress.entries = entries);
    }
    Ok(())
}
