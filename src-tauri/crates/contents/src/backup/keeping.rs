//! What the app remembers of keeping volumes safe, and what it does by itself.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::memory::Memory;
use super::paused::{self, Frozen};
use super::plans::{self, Planned};
use super::shelf::{self, Known};
use super::unfinished::{self, Unfinished, UnfinishedCopy};
use super::words::now;
use crate::shared::{Shared, is_ready, lock};
use crate::{ContentsHome, Problem, Result};

/// The wall clock may be set, and a computer may sleep: it is looked at again at least so often, and
/// only while there is a plan.
const LOOK: Duration = Duration::from_mins(2);

/// What could not be taken back is tried again after this, each time a little later.
const AGAIN: Duration = Duration::from_secs(2);

pub(crate) struct Keeping {
    pub(super) folder: PathBuf,
    /// By the file's name.
    pub(super) shelf: Memory<BTreeMap<String, Known>>,
    pub(super) plans: Memory<BTreeMap<String, Planned>>,
    pub(super) frozen: Memory<Vec<Frozen>>,
    pub(super) unfinished: Memory<Vec<Unfinished>>,
    pub(super) copies: Memory<Vec<UnfinishedCopy>>,
    /// One backup by schedule after the other.
    pub(super) turn: tokio::sync::Mutex<()>,
    pub(super) changed: Arc<Notify>,
    /// Something half-made is to be taken back, though this app began it.
    untidy: AtomicBool,
    /// Volumes that are being restored or filled.
    restoring: Mutex<HashSet<VolumeName>>,
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Keeping {
    pub(crate) fn new(home: &ContentsHome) -> Self {
        let settings = &home.settings;
        Self {
            folder: home.backups.clone(),
            shelf: Memory::open(settings, "backups.json", "What is known of the backups"),
            plans: Memory::open(settings, "plans.json", "The plans for backups"),
            frozen: Memory::open(settings, "paused.json", "Which labs were paused"),
            unfinished: Memory::open(
                settings,
                "unfinished.json",
                "Which restores and clones were under way",
            ),
            copies: Memory::open(settings, "copies.json", "Which copies were under way"),
            turn: tokio::sync::Mutex::default(),
            changed: Arc::default(),
            untidy: AtomicBool::new(false),
            restoring: Mutex::default(),
            task: Mutex::default(),
        }
    }

    /// Starts what goes on by itself: clearing up after an app that was killed, and the plans.
    pub(crate) fn start(shared: &Arc<Shared>) {
        shelf::sweep(&shared.keeping.folder);
        unfinished::tell_copies(shared);
        let task = tokio::spawn(go_on(Arc::downgrade(shared)));
        *lock(&shared.keeping.task) = Some(AbortOnDropHandle::new(task));
    }

    /// Something half-made could not be taken back, and is tried again as soon as the engine answers.
    pub(super) fn look_again(&self) {
        self.untidy.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Sentences about files that could not be read.
    pub(super) fn notices(&self) -> Vec<String> {
        [
            self.plans.notice(),
            self.shelf.notice(),
            self.frozen.notice(),
            self.unfinished.notice(),
            self.copies.notice(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// # Errors
    /// While the volume is being restored or filled.
    pub(crate) fn is_still(&self, volume: &VolumeName) -> Result<()> {
        if lock(&self.restoring).contains(volume) {
            return Err(not_whole(volume));
        }
        Ok(())
    }

    /// # Errors
    /// While it is being restored or filled already.
    pub(super) fn restoring(shared: &Arc<Shared>, volume: &VolumeName) -> Result<Restoring> {
        if !lock(&shared.keeping.restoring).insert(volume.clone()) {
            return Err(not_whole(volume));
        }
        Ok(Restoring {
            shared: Arc::clone(shared),
            volume: volume.clone(),
        })
    }
}

fn not_whole(volume: &VolumeName) -> Problem {
    Problem::new(
        ProblemKind::Other,
        format!("{volume} is not whole at this moment."),
    )
    .because("It is being restored, or copied into.")
    .hint("Wait until that is done, or stop it.")
}

/// A volume is being restored or filled, as long as this lives.
pub(super) struct Restoring {
    shared: Arc<Shared>,
    volume: VolumeName,
}

impl Drop for Restoring {
    fn drop(&mut self) {
        lock(&self.shared.keeping.restoring).remove(&self.volume);
    }
}

async fn go_on(shared: Weak<Shared>) {
    let Some((mut snapshots, changed)) = shared.upgrade().map(|shared| {
        (
            shared.home.inventory.watch(),
            Arc::clone(&shared.keeping.changed),
        )
    }) else {
        return;
    };
    let mut tidied = None;
    let mut tries = 0;
    loop {
        let next = {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            if is_ready(&snapshots.borrow_and_update())
                && let Ok(engine) = shared.home.inventory.engine()
            {
                let address = engine.endpoint().address.clone();
                let untidy = shared.keeping.untidy.swap(false, Ordering::Relaxed);
                if untidy || tries > 0 || tidied.as_ref() != Some(&address) {
                    paused::tidy(&shared, &engine).await;
                    if unfinished::tidy(&shared, &engine).await {
                        tidied = Some(address);
                        tries = 0;
                    } else {
                        tries += 1;
                    }
                }
                plans::back_up_due(&shared, now()).await;
            }
            plans::next(&shared.keeping.plans.now())
        };
        let wait = async {
            match next {
                // A porthole of the app that was killed may still be ending.
                _ if tries > 0 => tokio::time::sleep(AGAIN.saturating_mul(tries).min(LOOK)).await,
                None => std::future::pending().await,
                Some(due) => {
                    let left = u64::try_from(due.0 - now().0).unwrap_or(0);
                    // One that is due and could not be made is tried again after a while.
                    let left = Duration::from_millis(left).clamp(Duration::from_secs(5), LOOK);
                    tokio::time::sleep(left).await;
                }
            }
        };
        tokio::select! {
            () = changed.notified() => {}
            () = wait => {}
            came = snapshots.changed() => {
                if came.is_err() {
                    return;
                }
            }
        }
    }
}
