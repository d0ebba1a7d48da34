//! One inventory of what the engine has, fed by its events.
//!
//! One task owns `docker events`. It lists everything once, re-inspects only what an event
//! touched, coalesces for 100-150 ms and publishes. Nothing polls; a dead engine is never an empty
//! list: the rows stay, and the status says that they are old.
//!
//! Containers come in three steps, so that the picture of five hundred containers is not held up by
//! five hundred questions: the engine's list gives all rows at once; an inspection of each adds what
//! lists do not have (configured ports of what is stopped, exit code, times, …), those that a screen
//! shows first together with the list, and the rest when that has been drawn.
//! Rows may be there while the status is still `Connecting`; `Ready` says that every kind
//! has been listed, or refused by the engine, and that the facts are those of this very engine: what
//! belongs to another one must not be taken for its own.

mod difference;
mod events;
mod fetch;
pub(crate) mod rows;
mod session;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::{Notify, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::endpoint::Surroundings;
use crate::health::{EngineFacts, EngineProblem};
use crate::units::NetworkId;
use crate::{Bytes, ContainerId, Engine, Error, ImageId, Result, UnixMillis, VolumeName};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ContainerState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
    /// A state this version does not know; shown as the engine wrote it in `status`.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Health {
    None,
    Starting,
    Healthy,
    Unhealthy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PublishedPort {
    /// Empty where the engine listens on every address.
    pub listen_ip: String,
    /// `None` where the port is exposed and not published, or the engine will choose one.
    pub host_port: Option<u16>,
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContainerMount {
    /// `volume`, `bind`, `tmpfs`, …
    pub kind: String,
    /// The volume's name, or the folder on the engine's machine.
    pub source: String,
    pub target: String,
    pub read_only: bool,
}

/// A container as lists show it. Comes from `inspect`, so that stopped containers carry their
/// configured ports, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContainerRow {
    pub id: ContainerId,
    pub name: String,
    /// As it was asked for: `exasol/ai-lab:6.0.0`.
    pub image: String,
    pub image_id: ImageId,
    pub state: ContainerState,
    pub health: Health,
    /// The engine's own word where `state` is `Unknown`, else empty: "Up 3 hours" would be wrong the
    /// next minute, and `started` and `finished` say it better.
    pub status: String,
    pub exit_code: Option<i32>,
    pub out_of_memory: bool,
    /// The engine's own failure text (`State.Error`).
    pub error: Option<String>,
    pub created: UnixMillis,
    pub started: Option<UnixMillis>,
    pub finished: Option<UnixMillis>,
    /// What it publishes or would publish (`HostConfig.PortBindings` joined with `NetworkSettings.Ports`).
    pub ports: Vec<PublishedPort>,
    pub mounts: Vec<ContainerMount>,
    pub labels: BTreeMap<String, String>,
    pub privileged: bool,
    pub tty: bool,
    /// Names of the networks that it is on; empty for one that has never been started on some engines.
    #[serde(default)]
    pub networks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImageRow {
    pub id: ImageId,
    /// `exasol/ai-lab:6.0.0`; empty for leftovers (dangling images).
    pub tags: Vec<String>,
    /// `repository@sha256:…`
    pub digests: Vec<String>,
    pub created: UnixMillis,
    pub size: Bytes,
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VolumeRow {
    pub name: VolumeName,
    pub driver: String,
    pub created: Option<UnixMillis>,
    pub labels: BTreeMap<String, String>,
    /// Where it lies on the engine's machine.
    pub mountpoint: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NetworkRow {
    pub id: NetworkId,
    pub name: String,
    pub driver: String,
    pub scope: String,
    pub internal: bool,
    pub created: Option<UnixMillis>,
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum EngineStatus {
    Connecting,
    Ready,
    /// It was there and is gone; we keep trying. What is shown is as old as `since`.
    #[serde(rename_all = "camelCase")]
    Reconnecting {
        since: UnixMillis,
    },
    Unavailable,
}

/// The engine's status with everything that the engine page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EngineReport {
    pub status: EngineStatus,
    /// The last facts known; kept while reconnecting.
    pub facts: Option<EngineFacts>,
    pub problems: Vec<EngineProblem>,
    /// Lists that the engine (or a proxy before its socket) refuses; everything else works.
    pub refused: Vec<RefusedList>,
}

/// A kind of row that the engine does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RefusedKind {
    Images,
    Volumes,
    Networks,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedList {
    pub kind: RefusedKind,
    /// "The engine does not show its images."
    pub message: String,
    /// The engine's own words.
    pub detail: String,
}

/// Everything known of the engine at one revision. Rows are shared, not copied, between revisions.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows by one with each published change.
    pub revision: u32,
    pub report: Arc<EngineReport>,
    pub containers: Arc<BTreeMap<ContainerId, Arc<ContainerRow>>>,
    pub images: Arc<BTreeMap<ImageId, Arc<ImageRow>>>,
    pub volumes: Arc<BTreeMap<VolumeName, Arc<VolumeRow>>>,
    pub networks: Arc<BTreeMap<NetworkId, Arc<NetworkRow>>>,
}

/// What changed in one kind of row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Changes<Row> {
    /// Added or changed rows, whole.
    pub set: Vec<Row>,
    /// Ids (names, for volumes) of rows that are gone.
    pub removed: Vec<String>,
}

/// What a screen needs to go from one revision to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InventoryUpdate {
    pub revision: u32,
    /// True where this is the whole inventory: forget what was known.
    pub whole: bool,
    /// Present where it changed.
    pub report: Option<EngineReport>,
    pub containers: Changes<ContainerRow>,
    pub images: Changes<ImageRow>,
    pub volumes: Changes<VolumeRow>,
    pub networks: Changes<NetworkRow>,
}

/// The running inventory. Dropping the last clone ends its task.
#[derive(Clone)]
pub struct Inventory {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    link: Arc<Link>,
    _task: Arc<AbortOnDropHandle<()>>,
}

/// What the task and its owners share besides the snapshots.
struct Link {
    engine: Mutex<Result<Engine>>,
    wake: Notify,
}

impl Link {
    fn set(&self, engine: Result<Engine>) {
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = engine;
    }
}

impl Inventory {
    /// Starts the task that owns the connection and its events. Must be called within a tokio runtime.
    pub fn start(surroundings: Surroundings) -> Self {
        let link = Arc::new(Link {
            engine: Mutex::new(Err(Error::Connecting)),
            wake: Notify::new(),
        });
        let (sender, snapshots) = watch::channel(Arc::new(Snapshot::empty()));
        let task = tokio::spawn(session::run(surroundings, Arc::clone(&link), sender));
        Self {
            snapshots,
            link,
            _task: Arc::new(AbortOnDropHandle::new(task)),
        }
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// Wakes with each newer snapshot (missed ones are skipped; each is whole).
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// The connected engine.
    ///
    /// # Errors
    /// Why there is none at the moment.
    pub fn engine(&self) -> Result<Engine> {
        self.link
            .engine
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tries to connect at once instead of waiting for the next attempt. While
    /// connected it only asks the engine for its facts again.
    pub fn reconnect(&self) {
        self.link.wake.notify_one();
    }
}
