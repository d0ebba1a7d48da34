//! Running the program that looks into volumes and folders, on any engine and without a registry.
//!
//! The program is one static file. It is imported as an image of one layer, which works offline and
//! on engines far away, and runs in a container that has what is looked at and nothing else: no
//! network, a read-only root, no right but the one to read (or, for an action, to write) other users'
//! files, little memory, few processes, no log. The container lives by its standard input: when the
//! connection ends, for whatever reason, the program ends and the engine removes the container. So an
//! app that crashes leaves nothing running; what a crash between two steps leaves is cleared by its
//! label.
//!
//! Where the program cannot run, a place is seen through the engine's archive instead ([`PlaceArchive`]).
//!
//! None of it is shown anywhere: lists and events leave out what bears [`LABEL`].

mod archive;
mod image;
mod line;
mod request;

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::CreateContainerOptions;
use futures_util::stream::BoxStream;
use tokio::io::AsyncWrite;

pub(crate) use self::archive::glance_of;
pub use self::archive::{ArchiveUse, Glance, GlanceKind, PlaceArchive};
pub use self::request::{PortholePlace, PortholeRequest, PortholeRights};

use crate::classify::Subject;
use crate::containers::Removal;
use crate::inventory::rows::or_default;
use crate::inventory::{ImageRow, VolumeRow};
use crate::wire::{Question, escaped};
use crate::{ContainerId, Engine, Error, Result};

/// On the image, and on containers with who made them.
pub const LABEL: &str = "io.slipway.porthole";

/// The repository of the image; its tag is the program's own hash.
const REPOSITORY: &str = "slipway/porthole";

/// How long a container may take to be gone once it was asked to go.
const PARTING: Duration = Duration::from_secs(20);

/// What is created and not yet started belongs to somebody else for so long, in seconds.
const BEING_MADE: i64 = 120;

pub(crate) fn is_porthole(labels: &BTreeMap<String, String>) -> bool {
    labels.contains_key(LABEL)
}

/// The label, or the name alone where an engine keeps no labels of imported images.
pub(crate) fn is_porthole_image(row: &ImageRow) -> bool {
    let ours = |tag: &String| {
        tag.strip_prefix(REPOSITORY)
            .is_some_and(|rest| rest.starts_with(':'))
    };
    is_porthole(&row.labels) || (!row.tags.is_empty() && row.tags.iter().all(ours))
}

/// A running porthole. Dropping all of it ends the program, and the container is gone.
pub struct Porthole {
    /// What the program writes, in pieces of any size. Ends with the program.
    pub incoming: BoxStream<'static, Result<bytes::Bytes>>,
    /// What the program reads.
    pub outgoing: Box<dyn AsyncWrite + Send + Unpin>,
    pub stay: Stay,
}

/// The life of what was made to look into a place. Dropping it removes the containers soon; [`Stay::end`]
/// waits for it.
pub struct Stay {
    engine: Engine,
    ids: Vec<ContainerId>,
    over: bool,
}

impl Stay {
    /// Ends the program and returns once the engine holds nothing of it: only then can a volume that
    /// it looked into be removed.
    ///
    /// # Errors
    /// `TimedOut`, and what keeps the engine from answering.
    pub async fn end(mut self) -> Result<()> {
        self.over = true;
        let removed = self.ids.iter().map(|id| remove(&self.engine, id));
        futures_util::future::join_all(removed)
            .await
            .into_iter()
            .collect()
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // Without a runtime the app is ending, and the closed connection does the same.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (engine, ids) = (self.engine.clone(), std::mem::take(&mut self.ids));
        runtime.spawn(async move {
            for id in ids {
                if let Err(error) = remove(&engine, &id).await {
                    tracing::debug!(%error, "a porthole is left to end by itself");
                }
            }
        });
    }
}

async fn remove(engine: &Engine, id: &ContainerId) -> Result<()> {
    let removal = Removal {
        kill: true,
        with_anonymous_volumes: false,
    };
    let gone = async {
        let mut pause = Duration::from_millis(10);
        loop {
            match engine.remove_container(id, removal).await {
                // The engine may be removing it at this moment, because its program ended.
                Ok(()) | Err(Error::InUse { .. }) => {}
                Err(error) => return Err(error),
            }
            match engine.inspect_container(&id.0).await {
                Err(Error::NotFound { .. }) => return Ok(()),
                Err(error) => return Err(error),
                Ok(_) => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    };
    tokio::time::timeout(PARTING, gone)
        .await
        .map_err(|_| Error::TimedOut {
            detail: format!("the container {id} does not end"),
        })?
}

impl Engine {
    /// Starts the program and connects to it. What was begun is undone where it fails or is no longer
    /// wanted.
    ///
    /// # Errors
    /// `NotFound` (the volume), `FolderNotFound`, `FolderNotShared`, `DiskFull`, `Engine`, and those of
    /// a connection that fails.
    pub async fn open_porthole(&self, request: PortholeRequest) -> Result<Porthole> {
        let engine = self.clone();
        // On a task of its own: given up half-way it would leave a container that nobody knows.
        let opening = tokio::spawn(async move { engine.make_porthole(request).await });
        opening.await.map_err(|error| Error::Interrupted {
            detail: error.to_string(),
        })?
    }

    async fn make_porthole(&self, request: PortholeRequest) -> Result<Porthole> {
        // Creating a container makes the volumes that are missing, so they are looked at first.
        let before = self.volumes_of(&request).await?;
        let image = image::name_of(request.program);
        let create = || {
            let body = request::body(&request, &image);
            let patient = self.patient(PARTING * 3);
            async move {
                patient
                    .create_container(None::<CreateContainerOptions>, body)
                    .await
            }
        };
        let meaning = |error: bollard::errors::Error| {
            let subject = Subject::Creation {
                name: "",
                image: &image,
            };
            self.meaning(error, subject)
        };
        let created = match create().await.map_err(meaning) {
            Err(Error::ImageNotFound { .. }) => {
                self.import_porthole(request.program).await?;
                create().await.map_err(meaning)?
            }
            created => created?,
        };
        let id = ContainerId(created.id);
        let stay = Stay {
            engine: self.clone(),
            ids: vec![id.clone()],
            over: false,
        };
        match self.enter(&request, &before, &id).await {
            Ok((incoming, outgoing)) => Ok(Porthole {
                incoming,
                outgoing,
                stay,
            }),
            Err(error) => {
                if let Err(left) = stay.end().await {
                    tracing::debug!(error = %left, "a porthole that failed is left to end by itself");
                }
                if matches!(error, Error::NotFound { what: "volume", .. }) {
                    self.remove_made(&before).await;
                }
                Err(error)
            }
        }
    }

    /// Attaches before it starts, so that nothing the program says is lost.
    async fn enter(
        &self,
        request: &PortholeRequest,
        before: &[VolumeRow],
        id: &ContainerId,
    ) -> Result<(
        BoxStream<'static, Result<bytes::Bytes>>,
        Box<dyn AsyncWrite + Send + Unpin>,
    )> {
        let question = Question::post(format!("/containers/{}/attach", escaped(&id.0)))
            .query("stream", "1")
            .query("stdin", "1")
            .query("stdout", "1")
            .query("stderr", "1");
        let connection = self
            .wire
            .upgrade(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        let (started, after) = tokio::join!(self.start_container(id), self.volumes_of(request));
        started?;
        let after = after?;
        for (before, after) in before.iter().zip(&after) {
            if before.created != after.created {
                return Err(gone(&before.name.0));
            }
        }
        let (incoming, outgoing) = tokio::io::split(connection);
        let incoming = line::output(incoming, self.endpoint.clone());
        Ok((incoming, Box::new(outgoing)))
    }

    async fn volumes_of(&self, request: &PortholeRequest) -> Result<Vec<VolumeRow>> {
        let mut rows = Vec::new();
        for place in [Some(&request.place), request.other.as_ref()]
            .into_iter()
            .flatten()
        {
            if let PortholePlace::Volume(name) = place {
                rows.push(self.inspect_volume(name).await?);
            }
        }
        Ok(rows)
    }

    /// Volumes that were removed between two questions were made again, empty, by our own container.
    async fn remove_made(&self, before: &[VolumeRow]) {
        for row in before {
            let made = self.inspect_volume(&row.name.0).await;
            if made.is_ok_and(|made| made.created > row.created && made.labels.is_empty())
                && let Err(error) = self.remove_volume(&row.name.0).await
            {
                tracing::warn!(volume = %row.name, %error, "a volume that came back is left");
            }
        }
    }

    /// What the engine says of itself.
    ///
    /// # Errors
    /// Those of a connection that fails.
    pub async fn facts(&self) -> Result<crate::health::EngineFacts> {
        crate::health::facts(self).await
    }

    /// Clears what an app that was killed has left: what was never started, what has ended, and what
    /// `owner` (which only one app at a time is) had running.
    ///
    /// # Errors
    /// Those of a connection that fails.
    pub async fn clear_portholes(&self, owner: &str) -> Result<()> {
        let filters = serde_json::json!({ "label": [LABEL] }).to_string();
        let question = Question::get("/containers/json")
            .query("all", "true")
            .query("filters", &filters);
        let found: Vec<Found> = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Engine))?;
        let now = self.greeted.unwrap_or_default();
        for found in found {
            let ours = found.labels.get(LABEL).is_some_and(|by| by == owner);
            let left = match found.state.as_str() {
                "created" => {
                    let waits = found.labels.contains_key(archive::WAITS);
                    archive::is_left(ours, waits, found.created, now)
                }
                "exited" | "dead" => true,
                _ => ours,
            };
            if left {
                let id = ContainerId(found.id);
                if let Err(error) = remove(self, &id).await {
                    tracing::debug!(%error, %id, "a porthole that was left cannot be removed");
                }
            }
        }
        Ok(())
    }
}

fn gone(volume: &str) -> Error {
    Error::NotFound {
        what: "volume",
        name: volume.to_owned(),
        detail: "it was removed while it was being opened".to_owned(),
    }
}

/// One object of `GET /containers/json`.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Found {
    id: String,
    created: i64,
    state: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}
