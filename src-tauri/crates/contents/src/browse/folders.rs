//! Folders that were read, for as long as somebody looks at them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant};

use slipway_porthole::answer::{Answer, Moment, Outcome};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::rows::{Arranged, Arrangement, FolderRows};
use crate::browse::{FolderOrder, FolderPage, FolderQuery};
use crate::opened::{OpenPlace, shown_name};
use crate::session::{Refused, Step};
use crate::shared::lock;
use crate::{Problem, Result};

/// The most rows that are given at once.
const MOST_ROWS: u32 = 1000;
/// What is shown of a very large folder does not wait for the rest of it.
const FIRST: Duration = Duration::from_millis(200);
/// A folder that nobody follows is read again after this time.
const FRESH: Duration = Duration::from_secs(3);
/// Folders and rows that are kept; the least lately used go first.
const MOST_FOLDERS: usize = 24;
const MOST_KEPT: usize = 1_500_000;

/// What was read of a place, by folder.
#[derive(Default)]
pub(crate) struct Folders {
    known: Mutex<HashMap<Raw, Known>>,
}

#[derive(Default)]
struct Known {
    listing: Option<Arc<Listing>>,
    revision: u32,
    followed: bool,
    used: Option<Instant>,
}

/// One reading of a folder.
struct Listing {
    rows: RwLock<FolderRows>,
    progress: watch::Receiver<Progress>,
    arranged: Mutex<Option<Last>>,
    since: Instant,
    /// The folder changed while it was read.
    stale: AtomicBool,
    reading: OnceLock<AbortOnDropHandle<()>>,
}

/// The last order: what was asked for, what was counted and how many rows there were.
type Last = (Arrangement, u32, usize, Arc<Arranged>);

#[derive(Clone, Default)]
struct Progress {
    /// When the folder itself was last changed, as it was when the reading began.
    stamp: Option<Moment>,
    some: bool,
    ended: Option<Result<(), Problem>>,
}

impl Folders {
    /// The folder has changed; its next revision.
    pub(crate) fn changed(&self, folder: &Raw) -> u32 {
        let mut known = lock(&self.known);
        let known = known.entry(folder.clone()).or_default();
        match &known.listing {
            Some(listing) if listing.progress.borrow().ended.is_none() => {
                listing.stale.store(true, Ordering::Release);
            }
            _ => known.listing = None,
        }
        known.revision += 1;
        known.revision
    }

    /// All of it may be different: the place was lost for a time.
    pub(crate) fn forget(&self) {
        for known in lock(&self.known).values_mut() {
            known.listing = None;
            known.revision += 1;
        }
    }

    pub(crate) fn revision(&self, folder: &Raw) -> u32 {
        lock(&self.known)
            .get(folder)
            .map_or(0, |known| known.revision)
    }

    /// From now on these tell of their changes, and no others.
    pub(crate) fn follow(&self, folders: &[Raw]) {
        let mut known = lock(&self.known);
        for known in known.values_mut() {
            known.followed = false;
        }
        for folder in folders {
            known.entry(folder.clone()).or_default().followed = true;
        }
    }

    /// When the folder had last been changed as it was read.
    pub(crate) fn stamp(&self, folder: &Raw) -> Option<Moment> {
        let known = lock(&self.known);
        let listing = known.get(folder)?.listing.as_ref()?;
        listing.progress.borrow().stamp
    }

    fn listing(&self, place: &Arc<OpenPlace>, folder: &Raw) -> Result<(Arc<Listing>, u32)> {
        let mut all = lock(&self.known);
        let known = all.entry(folder.clone()).or_default();
        let now = Instant::now();
        known.used = Some(now);
        if let Some(listing) = &known.listing {
            let ended = listing.progress.borrow().ended.clone();
            let fresh = known.followed || listing.since.elapsed() < FRESH;
            let usable = match ended {
                None => true,
                Some(Ok(())) => fresh && !listing.stale.load(Ordering::Acquire),
                Some(Err(_)) => false,
            };
            if usable {
                return Ok((Arc::clone(listing), known.revision));
            }
        }
        let listing = read(place, folder.clone())?;
        known.listing = Some(Arc::clone(&listing));
        let revision = known.revision;
        trim(&mut all, folder);
        Ok((listing, revision))
    }
}

fn trim(known: &mut HashMap<Raw, Known>, keep: &Raw) {
    loop {
        let kept: Vec<(&Raw, &Known)> = known
            .iter()
            .filter(|(_, known)| known.listing.is_some())
            .collect();
        let rows: usize = kept
            .iter()
            .filter_map(|(_, known)| known.listing.as_ref())
            .map(|listing| listing.rows.read().map_or(0, |rows| rows.len()))
            .sum();
        if kept.len() <= MOST_FOLDERS && rows <= MOST_KEPT {
            return;
        }
        let oldest = kept
            .into_iter()
            .filter(|(folder, _)| *folder != keep)
            .min_by_key(|(_, known)| known.used)
            .map(|(folder, _)| folder.clone());
        let Some(oldest) = oldest else { return };
        if let Some(known) = known.get_mut(&oldest) {
            known.listing = None;
        }
    }
}

/// Begins to read a folder.
fn read(place: &Arc<OpenPlace>, folder: Raw) -> Result<Arc<Listing>> {
    let session = place.session()?;
    let (progress, follower) = watch::channel(Progress::default());
    let name = shown_name(&folder);
    let listing = Arc::new(Listing {
        rows: RwLock::default(),
        progress: follower,
        arranged: Mutex::default(),
        since: Instant::now(),
        stale: AtomicBool::new(false),
        reading: OnceLock::new(),
    });
    // Begun when the listing is there: an answer may come at once, and finds nobody else to take it.
    let taking = Arc::downgrade(&listing);
    let reading = tokio::spawn(async move {
        let reading = async {
            if let Outcome::Row(row) = session
                .one(Request::Stat {
                    path: folder.clone(),
                })
                .await?
            {
                progress.send_modify(|progress| progress.stamp = Some(row.changed));
            }
            let mut exchange = session.ask(Request::List { path: folder }).await?;
            loop {
                match exchange.next().await? {
                    Step::Answer(Answer::Rows(rows)) => {
                        let Some(listing) = taking.upgrade() else {
                            return Ok(());
                        };
                        let mut kept = listing
                            .rows
                            .write()
                            .unwrap_or_else(std::sync::PoisonError::into_inner);
                        for row in &rows {
                            kept.push(row);
                        }
                        drop(kept);
                        progress.send_modify(|progress| progress.some = true);
                    }
                    Step::End(_) => return Ok(()),
                    _ => return Err(Refused::unexpected()),
                }
            }
        };
        let ended: Result<(), Refused> = reading.await;
        let ended = ended.map_err(|refused| refused.about(&name));
        progress.send_modify(|progress| progress.ended = Some(ended));
    });
    // It was made here and holds none yet.
    let _ = listing.reading.set(AbortOnDropHandle::new(reading));
    Ok(listing)
}

impl OpenPlace {
    /// Rows of a folder, in the order that was asked for.
    ///
    /// # Errors
    /// `Gone`, and why the folder cannot be read.
    pub(crate) async fn list(self: &Arc<Self>, query: FolderQuery) -> Result<FolderPage> {
        let folder = query.folder.raw()?;
        let (listing, revision) = self.folders.listing(self, &folder)?;
        let mut progress = listing.progress.clone();
        // Either all of it, or, after a moment, what is there.
        let all = progress.wait_for(|progress| progress.ended.is_some());
        if tokio::time::timeout(FIRST, all).await.is_err() {
            let some = progress.wait_for(|progress| progress.some || progress.ended.is_some());
            drop(some.await);
        }
        let ended = progress.borrow().ended.clone();
        let complete = match ended {
            Some(Err(problem)) => return Err(problem),
            Some(Ok(())) => true,
            None => false,
        };
        if !complete {
            self.tell_when_read(&query, Arc::clone(&listing));
        }
        let by = Arrangement {
            order: query.order,
            descending: query.descending,
            hidden: query.hidden,
        };
        let (sizes, counted) = self.space.sizes_in(&folder);
        let counted = if query.order == FolderOrder::Size {
            counted
        } else {
            0
        };
        let page = move || {
            let rows = listing
                .rows
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut last = lock(&listing.arranged);
            let arranged = match &*last {
                Some((known, at, count, arranged))
                    if *known == by && *at == counted && *count == rows.len() =>
                {
                    Arc::clone(arranged)
                }
                _ => {
                    let arranged = Arc::new(rows.arrange(by, &sizes));
                    *last = Some((by, counted, rows.len(), Arc::clone(&arranged)));
                    arranged
                }
            };
            drop(last);
            let count = query.count.min(MOST_ROWS) as usize;
            let shown = arranged
                .rows
                .iter()
                .skip(query.from as usize)
                .take(count)
                .filter_map(|number| rows.entry(&folder, *number, &sizes))
                .collect();
            FolderPage {
                folder: query.folder,
                total: u32::try_from(arranged.rows.len()).unwrap_or(u32::MAX),
                hidden: arranged.hidden,
                from: query.from,
                rows: shown,
                largest: arranged.largest,
                complete,
                revision,
            }
        };
        // Sorting a million names takes a moment that others need not wait for.
        tokio::task::spawn_blocking(page)
            .await
            .map_err(|error| Refused::unexpected().about("").detail(error.to_string()))
    }

    /// Whoever follows a folder of which only a part was shown is told when all of it is there.
    fn tell_when_read(self: &Arc<Self>, query: &FolderQuery, listing: Arc<Listing>) {
        let place = Arc::downgrade(self);
        let key = query.folder.clone();
        tokio::spawn(async move {
            let mut progress = listing.progress.clone();
            let ended = progress.wait_for(|progress| progress.ended.is_some()).await;
            if ended.is_err() {
                return;
            }
            drop(ended);
            if let (Some(place), Ok(folder)) = (place.upgrade(), key.raw()) {
                let revision = place.folders.read_whole(&folder);
                place.tell_revision(&key, revision);
            }
        });
    }
}

impl Folders {
    /// All of it is there now: another revision, of the same reading.
    fn read_whole(&self, folder: &Raw) -> u32 {
        let mut known = lock(&self.known);
        let known = known.entry(folder.clone()).or_default();
        known.revision += 1;
        known.revision
    }
}
