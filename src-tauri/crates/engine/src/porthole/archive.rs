//! Looking into a place where the program cannot run: through the engine's archive.
//!
//! A container that is created and never started has its volumes all the same when the engine is asked for
//! its files (`GET /containers/{id}/archive`). Its image is empty, imported as the program's is, so this
//! needs no registry and no processor of any kind. The engine holds a container for as long as it sends an
//! archive of it, so there is one for each thing that is done at the same time. They end with their [`Stay`].

use base64::Engine as _;
use bollard::query_parameters::CreateContainerOptions;
use futures_util::stream::{self, BoxStream, StreamExt};
use serde::Deserialize;

use super::request::body;
use super::{BEING_MADE, PortholePlace, PortholeRequest, PortholeRights, REPOSITORY, Stay};
use crate::classify::{Failure, Subject};
use crate::wire::{Answer, Question, escaped};
use crate::{ContainerId, Engine, Error, Result};

/// On containers that stay created for as long as a place is open: nobody but who made them may take them
/// for something that was left half made.
pub(super) const WAITS: &str = "io.slipway.porthole.waits";

/// The tag of the empty image.
const EMPTY: &str = "empty";

/// Where the place is mounted.
const PLACE: &[u8] = b"/place";

/// A large folder is opened, and an old engine is asked, before the first byte comes.
const BEGINNING: std::time::Duration = std::time::Duration::from_mins(3);

/// What is done at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveUse {
    /// Single questions.
    Glance,
    /// Reading what there is.
    Look,
    /// Reading a file in parts.
    Read,
    /// What takes long: a search, a download.
    Carry,
}

impl ArchiveUse {
    const ALL: [Self; 4] = [Self::Glance, Self::Look, Self::Read, Self::Carry];
}

/// A place as the engine's archive shows it. Cheap to clone; it lasts as long as its [`Stay`].
#[derive(Clone)]
pub struct PlaceArchive {
    engine: Engine,
    /// In the order of [`ArchiveUse::ALL`].
    ids: std::sync::Arc<[ContainerId]>,
}

/// What the engine says of one file without sending it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// In bytes.
    pub size: u64,
    /// Whole seconds since 1970: an archive says no more.
    pub changed: i64,
    pub kind: GlanceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlanceKind {
    File,
    Folder,
    /// A link, pipe, socket or device.
    Other,
}

/// The header `X-Docker-Container-Path-Stat` (Docker's API, "Get information about files in a container").
#[derive(Deserialize)]
struct PathStat {
    size: i64,
    mode: u32,
    mtime: String,
}

/// Go's `fs.ModeType`: all bits that say that something is no plain file.
const NOT_A_FILE: u32 = 0x8f28_0000;

/// Go's `fs.ModeDir`.
const FOLDER: u32 = 0x8000_0000;

impl Engine {
    /// Makes a place readable through the archive. What was begun is undone where it fails.
    ///
    /// # Errors
    /// `NotFound` (the volume), `FolderNotFound`, `FolderNotShared`, `DiskFull`, `Engine`, and those of a
    /// connection that fails.
    pub async fn open_archive(
        &self,
        place: PortholePlace,
        owner: String,
    ) -> Result<(PlaceArchive, Stay)> {
        let engine = self.clone();
        // On a task of its own: given up half-way it would leave containers that nobody knows.
        let opening = tokio::spawn(async move { engine.make_archive(place, owner).await });
        opening.await.map_err(|error| Error::Interrupted {
            detail: error.to_string(),
        })?
    }

    async fn make_archive(
        &self,
        place: PortholePlace,
        owner: String,
    ) -> Result<(PlaceArchive, Stay)> {
        let request = PortholeRequest {
            program: b"",
            place,
            rights: PortholeRights::Read,
            other: None,
            owner,
        };
        let before = self.volumes_of(&request).await?;
        let mut stay = Stay {
            engine: self.clone(),
            ids: Vec::new(),
            over: false,
        };
        let made = async {
            for _ in ArchiveUse::ALL {
                stay.ids.push(self.make_waiting(&request).await?);
            }
            let after = self.volumes_of(&request).await?;
            for (before, after) in before.iter().zip(&after) {
                if before.created != after.created {
                    return Err(super::gone(&before.name.0));
                }
            }
            Ok::<(), Error>(())
        };
        if let Err(error) = made.await {
            if let Err(left) = stay.end().await {
                tracing::debug!(error = %left, "what was made for an archive is left");
            }
            if matches!(error, Error::NotFound { what: "volume", .. }) {
                self.remove_made(&before).await;
            }
            return Err(error);
        }
        let archive = PlaceArchive {
            engine: self.clone(),
            ids: stay.ids.clone().into(),
        };
        Ok((archive, stay))
    }

    async fn make_waiting(&self, request: &PortholeRequest) -> Result<ContainerId> {
        let image = format!("{REPOSITORY}:{EMPTY}");
        let create = || {
            let mut body = body(request, &image);
            if let Some(labels) = &mut body.labels {
                labels.insert(WAITS.to_owned(), "1".to_owned());
            }
            let patient = self.patient(super::PARTING * 3);
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
                self.import_layer(EMPTY, empty_layer()).await?;
                create().await.map_err(meaning)?
            }
            created => created?,
        };
        Ok(ContainerId(created.id))
    }
}

/// A tar archive of nothing: two empty blocks.
fn empty_layer() -> Vec<u8> {
    vec![0; 1024]
}

/// Whether a container that was created and not started is somebody's that still uses it.
pub(super) fn is_left(ours: bool, waits: bool, created: i64, now: i64) -> bool {
    ours || (!waits && created < now - BEING_MADE)
}

/// What the head of an archive's answer says.
pub(crate) fn glance_of(answer: &Answer) -> Result<Glance, Failure> {
    let garbled = |text: &str| Failure::Garbled {
        text: text.to_owned(),
    };
    let stat = answer
        .headers
        .get("x-docker-container-path-stat")
        .ok_or_else(|| garbled("an answer does not say what it is about"))?;
    let stat = base64::engine::general_purpose::STANDARD
        .decode(stat.as_bytes())
        .map_err(|error| garbled(&error.to_string()))?;
    let stat: PathStat =
        serde_json::from_slice(&stat).map_err(|error| garbled(&error.to_string()))?;
    let changed = stat.mtime.parse::<jiff::Timestamp>().unwrap_or_default();
    // Down, as an archive does it.
    let changed = i64::try_from(changed.as_nanosecond().div_euclid(1_000_000_000));
    Ok(Glance {
        size: u64::try_from(stat.size).unwrap_or(0),
        changed: changed.unwrap_or_default(),
        kind: match stat.mode & NOT_A_FILE {
            0 => GlanceKind::File,
            FOLDER => GlanceKind::Folder,
            _ => GlanceKind::Other,
        },
    })
}

impl PlaceArchive {
    fn id(&self, what: ArchiveUse) -> &ContainerId {
        let at = ArchiveUse::ALL.iter().position(|one| *one == what);
        &self.ids[at.unwrap_or(0).min(self.ids.len() - 1)]
    }

    fn question(&self, what: ArchiveUse, head: bool, path: &[u8]) -> Question {
        let id = self.id(what);
        let at = format!("/containers/{}/archive", escaped(&id.0));
        let mut whole = PLACE.to_vec();
        if !path.is_empty() {
            whole.push(b'/');
            whole.extend_from_slice(path);
        }
        let question = if head {
            Question::head(at)
        } else {
            Question::get(at)
        };
        question.query_bytes("path", &whole).patience(BEGINNING)
    }

    /// What lies at a path, with all in it, as a tar archive whose names begin with the path's last one.
    /// `None` where nothing lies there. The path is the place's own: its folders are no links.
    ///
    /// # Errors
    /// Those of a connection that fails, here and in the stream.
    pub async fn tar(
        &self,
        what: ArchiveUse,
        path: &[u8],
    ) -> Result<Option<BoxStream<'static, Result<bytes::Bytes>>>> {
        let id = self.id(what).clone();
        let answer = match self.engine.wire.ask(self.question(what, false, path)).await {
            Ok(answer) => answer,
            Err(Failure::Answer {
                status: 404,
                message,
            }) if !message.to_lowercase().contains("no such container") => return Ok(None),
            Err(failure) => return Err(self.engine.meaning(failure, Subject::Container(&id.0))),
        };
        let state = (answer, self.engine.clone(), id);
        let stream = stream::try_unfold(state, |(mut answer, engine, id)| async move {
            match answer.piece().await {
                Ok(piece) => Ok(piece.map(|piece| (piece, (answer, engine, id)))),
                Err(failure) => Err(engine.meaning(failure, Subject::Container(&id.0))),
            }
        });
        Ok(Some(stream.boxed()))
    }

    /// What the engine says of a path, links not followed at its end; `None` where nothing lies there.
    ///
    /// # Errors
    /// Those of a connection that fails.
    pub async fn glance(&self, path: &[u8]) -> Result<Option<Glance>> {
        let what = ArchiveUse::Glance;
        let meaning = |failure| {
            self.engine
                .meaning(failure, Subject::Container(&self.id(what).0))
        };
        let answer = match self.engine.wire.ask(self.question(what, true, path)).await {
            Ok(answer) => answer,
            // Such an answer has no body that would say what is missing.
            Err(Failure::Answer { status: 404, .. }) => {
                self.is_there().await?;
                return Ok(None);
            }
            Err(failure) => return Err(meaning(failure)),
        };
        glance_of(&answer).map(Some).map_err(meaning)
    }

    /// Whether the engine answers, and still has the containers.
    ///
    /// # Errors
    /// `NotFound`, and those of a connection that fails.
    pub async fn is_there(&self) -> Result<()> {
        self.engine
            .inspect_container(&self.id(ArchiveUse::Glance).0)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_left_to_who_made_it() {
        assert!(is_left(true, true, 1000, 1000), "our own, from before");
        assert!(
            !is_left(false, true, 0, 1_000_000),
            "somebody looks through it"
        );
        assert!(is_left(false, false, 0, 1000), "never started, and old");
        assert!(!is_left(false, false, 950, 1000), "just being made");
    }

    #[test]
    fn an_empty_layer_is_an_archive_without_entries() {
        let layer = empty_layer();
        assert_eq!(tar::Archive::new(&*layer).entries().unwrap().count(), 0);
    }
}
