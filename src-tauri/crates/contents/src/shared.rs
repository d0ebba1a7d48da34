//! What every topic shares: the home, the open places, and the portholes that run.
//!
//! A place that is open has one read-only porthole (see `opened`). Whatever changes something asks for
//! a [`Shared::writer`], which lives for that action and a moment longer, since actions come in rows.
//! Every running porthole is known here by its place, so that a volume which is to be removed is first
//! let go of.

mod looking;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use slipway_engine::Engine;
use slipway_engine::inventory::{ContainerMount, EngineStatus, Snapshot};
use slipway_engine::porthole::{PortholePlace, PortholeRights};
use slipway_labs::problem::ProblemKind;
use tokio_util::task::AbortOnDropHandle;

use crate::backup::Keeping;
use crate::jobs::Jobs;
use crate::opened::OpenPlace;
use crate::place::{OpenedPlace, Place, PlaceId, PlaceReach};
use crate::preview::Previews;
use crate::session::{Session, WeakSession};
use crate::survey::Survey;
use crate::{ContentsHome, Problem, Result};

/// How long a writer stays for the next action.
const LINGER: Duration = Duration::from_secs(4);

pub(crate) struct Shared {
    pub(crate) home: ContentsHome,
    /// Names this app on this computer: what it left running when it was killed is its own.
    owner: String,
    last_place: AtomicU32,
    places: Mutex<HashMap<PlaceId, Arc<OpenPlace>>>,
    pub(crate) previews: Previews,
    running: Mutex<Vec<Running>>,
    /// The engine (by its address) whose left-overs were cleared.
    cleared: tokio::sync::Mutex<Option<String>>,
    pub(crate) survey: Survey,
    pub(crate) jobs: Jobs,
    pub(crate) keeping: Keeping,
    clearing: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// A porthole that runs, as long as somebody holds its session.
struct Running {
    places: Vec<Place>,
    writes: bool,
    /// Of one action alone: nobody else writes through it.
    alone: bool,
    session: WeakSession,
}

impl Shared {
    pub(crate) fn start(home: ContentsHome) -> Arc<Self> {
        let shared = Arc::new(Self {
            owner: owner(&home),
            keeping: Keeping::new(&home),
            home,
            last_place: AtomicU32::new(0),
            places: Mutex::default(),
            previews: Previews::default(),
            running: Mutex::default(),
            cleared: tokio::sync::Mutex::new(None),
            survey: Survey::default(),
            jobs: Jobs::default(),
            clearing: Mutex::new(None),
        });
        let weak = Arc::downgrade(&shared);
        let mut snapshots = shared.home.inventory.watch();
        let clearing = tokio::spawn(async move {
            loop {
                if is_ready(&snapshots.borrow_and_update()) {
                    let Some(shared) = weak.upgrade() else { return };
                    if let Ok(engine) = shared.home.inventory.engine() {
                        shared.clear(&engine).await;
                    }
                }
                if snapshots.changed().await.is_err() {
                    return;
                }
            }
        });
        *lock(&shared.clearing) = Some(AbortOnDropHandle::new(clearing));
        Keeping::start(&shared);
        shared
    }

    // Places.

    /// Opens a place: starts its porthole, which lives until the place is closed.
    pub(crate) async fn open(self: &Arc<Self>, place: Place) -> Result<OpenedPlace> {
        let (session, reach) = self.look(&place).await?;
        let id = PlaceId(self.last_place.fetch_add(1, Ordering::Relaxed) + 1);
        let name = place_name(&place);
        let read_only = match &reach {
            PlaceReach::Porthole => self.why_read_only(&place),
            PlaceReach::Archive { .. } => Some(looking::NO_CHANGES.to_owned()),
        };
        let opened = OpenPlace::begin(place.clone(), session, Arc::downgrade(self));
        lock(&self.places).insert(id, opened);
        Ok(OpenedPlace {
            id,
            place,
            name,
            reach,
            read_only,
        })
    }

    /// An open place.
    ///
    /// # Errors
    /// `Gone` where it was closed.
    pub(crate) fn place(&self, id: PlaceId) -> Result<Arc<OpenPlace>> {
        lock(&self.places).get(&id).cloned().ok_or_else(|| {
            Problem::new(ProblemKind::Gone, "This place has been closed.").hint("Open it again.")
        })
    }

    pub(crate) fn close(&self, id: PlaceId) {
        let closed = lock(&self.places).remove(&id);
        self.previews.close(id);
        // Outside the lock: its end reaches far.
        drop(closed);
    }

    pub(crate) fn close_all(&self) {
        let closed = std::mem::take(&mut *lock(&self.places));
        for id in closed.keys() {
            self.previews.close(*id);
        }
        drop(closed);
    }

    /// Something was written to a place: what was counted of it is counted again.
    pub(crate) fn changed(&self, place: &Place) {
        for opened in lock(&self.places).values() {
            if opened.place == *place {
                opened.changed_here();
            }
        }
        if let Place::Volume { name } = place {
            self.survey.changed(name);
        }
    }

    // Portholes.

    /// A read-only porthole of its own, for work that goes on when the page is left. It ends with the
    /// last clone of its session.
    pub(crate) async fn reader(&self, place: &Place) -> Result<Session> {
        Ok(self.look(place).await?.0)
    }

    /// As [`Shared::reader`], for work that is worth doing only where it is quick.
    ///
    /// # Errors
    /// Also where the program cannot run.
    pub(crate) async fn quick_reader(&self, place: &Place) -> Result<Session> {
        let engine = self.home.inventory.engine()?;
        if let Err(why) = self.program(&engine).await? {
            return Err(Problem::new(
                ProblemKind::Other,
                "Nothing is counted here until you open it.",
            )
            .because(why));
        }
        self.run(place, PortholeRights::Read, None).await
    }

    /// A porthole that may change the place: the one of a moment ago, or a new one.
    ///
    /// # Errors
    /// Also where the place may only be read.
    pub(crate) async fn writer(&self, place: &Place) -> Result<Session> {
        if let Some(why) = self.why_read_only(place) {
            return Err(
                Problem::new(ProblemKind::Other, "Nothing can be changed here.").because(why),
            );
        }
        if let Some(session) = self.writing(place) {
            return Ok(session);
        }
        let session = self.run(place, PortholeRights::Write, None).await?;
        let kept = session.clone();
        tokio::spawn(async move {
            let mut lost = kept.lost();
            loop {
                tokio::select! {
                    () = tokio::time::sleep(LINGER) => {}
                    _ = lost.wait_for(Option::is_some) => return,
                }
                if kept.is_only() {
                    return;
                }
            }
        });
        Ok(session)
    }

    /// A porthole that may change `place` and reads `other` beside it, for copying.
    pub(crate) async fn copier(&self, place: &Place, other: &Place) -> Result<Session> {
        self.run(place, PortholeRights::Write, Some(other)).await
    }

    /// As [`Shared::writer`], for one long action alone: ending it ends nobody else's.
    pub(crate) async fn own_writer(&self, place: &Place) -> Result<Session> {
        let session = self.run(place, PortholeRights::Write, None).await?;
        for running in lock(&self.running).iter_mut() {
            running.alone |= running
                .session
                .upgrade()
                .is_some_and(|other| other.is_same(&session));
        }
        Ok(session)
    }

    fn writing(&self, place: &Place) -> Option<Session> {
        lock(&self.running)
            .iter()
            .filter(|running| running.writes && !running.alone && running.places == [place.clone()])
            .find_map(|running| running.session.upgrade())
            .filter(|session| session.lost().borrow().is_none())
    }

    /// A place as it is mounted. Only folders that a container has already are looked into: what a page
    /// asks for must not open the whole computer.
    fn mounted(&self, place: &Place) -> Result<PortholePlace> {
        match place {
            Place::Volume { name } => Ok(PortholePlace::Volume(name.0.clone())),
            Place::Folder { path } => match self.mounts_of(place).into_iter().next() {
                Some((_, mount)) => Ok(PortholePlace::Folder(mount.source)),
                None => Err(Problem::new(
                    ProblemKind::Other,
                    format!(
                        "{} is not a folder of a lab.",
                        crate::path::visible(path.as_bytes()).0
                    ),
                )
                .because("Only folders that a lab or container uses are shown here.")),
            },
        }
    }

    /// Where containers have the place: the container's name, and the mount.
    pub(crate) fn mounts_of(&self, place: &Place) -> Vec<(String, ContainerMount)> {
        let snapshot = self.home.inventory.snapshot();
        let mut found: Vec<(String, ContainerMount)> = snapshot
            .containers
            .values()
            .flat_map(|row| {
                row.mounts
                    .iter()
                    .filter(|mount| is_of(mount, place))
                    .map(|mount| (row.name.clone(), mount.clone()))
            })
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.target.cmp(&b.1.target)));
        found
    }

    /// A folder that its lab may only read is not changed here either.
    pub(crate) fn why_read_only(&self, place: &Place) -> Option<String> {
        let Place::Folder { .. } = place else {
            return None;
        };
        let mounts = self.mounts_of(place);
        let all = !mounts.is_empty() && mounts.iter().all(|(_, mount)| mount.read_only);
        all.then(|| "The labs that use this folder may only read it.".to_owned())
    }

    /// Lets go of a place, so that the engine can remove it.
    ///
    /// # Errors
    /// While something is being written to it or copied from it.
    pub(crate) async fn let_go(&self, place: &Place) -> Result<()> {
        let running: Vec<(bool, Session)> = lock(&self.running)
            .iter()
            .filter(|running| running.places.contains(place))
            .filter_map(|running| Some((running.writes, running.session.upgrade()?)))
            .collect();
        // One is the lingering one's keeper, one is ours.
        if running
            .iter()
            .any(|(writes, session)| *writes && session.holders() > 2)
        {
            return Err(Problem::new(
                ProblemKind::Other,
                format!("{} is being changed at this moment.", place_name(place)),
            )
            .hint("Wait for the job to end, or stop it first."));
        }
        lock(&self.places).retain(|_, opened| opened.place != *place);
        for (_, session) in running {
            session.end().await?;
        }
        Ok(())
    }

    /// Clears what was left by an app that was killed, once for each engine.
    async fn clear(&self, engine: &Engine) {
        let address = engine.endpoint().address.clone();
        let mut cleared = self.cleared.lock().await;
        if cleared.as_ref() == Some(&address) {
            return;
        }
        match engine.clear_portholes(&self.owner).await {
            Ok(()) => *cleared = Some(address),
            Err(error) => tracing::debug!(%error, "portholes that were left are not cleared"),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engine has been listed as it is now.
pub(crate) fn is_ready(snapshot: &Snapshot) -> bool {
    snapshot.report.status == EngineStatus::Ready
}

pub(crate) fn is_of(mount: &ContainerMount, place: &Place) -> bool {
    match place {
        Place::Volume { name } => mount.kind == "volume" && mount.source == name.0,
        Place::Folder { path } => {
            let path = path.trim_end_matches('/');
            let source = mount.source.trim_end_matches('/');
            // Docker Desktop writes a folder of the computer as one of its own machine.
            mount.kind == "bind"
                && (source == path || source.strip_prefix("/host_mnt") == Some(path))
        }
    }
}

/// `my-vol`, or the folder's last name; as it can be shown.
pub(crate) fn place_name(place: &Place) -> String {
    let name = match place {
        Place::Volume { name } => name.0.as_str(),
        Place::Folder { path } => {
            let plain = path.trim_end_matches('/');
            match plain.rsplit('/').next() {
                Some(last) if !last.is_empty() => last,
                _ => path.as_str(),
            }
        }
    };
    crate::path::visible(name.as_bytes()).0
}

/// Only one app at a time works with this home on this computer.
fn owner(home: &ContentsHome) -> String {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    hash.update(home.cache.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(std::fs::read("/etc/machine-id").unwrap_or_default());
    for name in ["HOSTNAME", "COMPUTERNAME", "USER", "USERNAME"] {
        hash.update(
            std::env::var_os(name)
                .unwrap_or_default()
                .as_encoded_bytes(),
        );
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(12)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
