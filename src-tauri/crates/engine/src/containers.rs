//! Containers: create, start, stop, remove, look inside.
//!
//! What a container is made of is said with our own types (`spec`) and turned into the engine's
//! words in `create`; running commands in it is in `exec`, writing files into it in `files`, reading
//! back what one was made with in `found`, making an image of one in `commit`, changing what can be
//! changed in `update`. Calls that reach a state which is reached already
//! (starting what runs, removing what is gone) succeed, because the person's wish is fulfilled.

mod archive;
mod commit;
mod create;
mod exec;
mod files;
mod found;
mod held;
mod processes;
mod spec;
mod update;

use std::time::Duration;

use bollard::query_parameters::{
    RemoveContainerOptionsBuilder, RestartContainerOptionsBuilder, StartContainerOptions,
    StopContainerOptionsBuilder,
};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use archive::ArchivedFile;
pub use commit::CommitSpec;
pub use found::FoundContainer;
pub use held::HeldFile;
pub use processes::ProcessTable;
pub use spec::{
    ContainerSpec, Device, GpuRequest, Mount, MountSource, PortBinding, Restart, RestartKind,
    Ulimit,
};
pub use update::{ContainerUpdate, JoinedNetwork};

use crate::classify::{Failure, Subject};
use crate::inventory::ContainerRow;
use crate::inventory::rows::ContainerInspection;
use crate::wire::{Question, escaped};
use crate::{Bytes, ContainerId, Engine, Error, Result};

/// What a stop or restart may take beyond the grace that the container is given.
const BEYOND_GRACE: Duration = Duration::from_secs(30);

/// Pulling the image's layers together can take minutes on a slow disk.
const SLOW_DISK: Duration = Duration::from_mins(5);

/// A file written into a container before it starts.
#[derive(Clone, Debug)]
pub struct PlacedFile {
    /// Absolute path in the container.
    pub path: String,
    pub content: Vec<u8>,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
}

#[derive(Clone, Debug, Default)]
pub struct ExecSpec {
    pub command: Vec<String>,
    /// The container's own user where `None`.
    pub user: Option<String>,
    pub environment: Vec<(String, String)>,
    pub working_directory: Option<String>,
    pub tty: bool,
    /// Sent to stdin, which is then closed.
    pub input: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Default)]
pub struct ExecOutput {
    pub exit_code: i64,
    /// At most 1 MiB of each.
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

/// One path that differs from the image (`docker diff`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    pub path: String,
    pub kind: ChangeKind,
}

/// One path of `GET /containers/{id}/changes`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ChangeEntry {
    path: String,
    kind: u8,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Waited {
    status_code: i64,
    error: Option<WaitError>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct WaitError {
    message: String,
}

impl Engine {
    /// Starts it; a running container is no error.
    ///
    /// # Errors
    /// `PortTaken`, `PortNotAllowed`, `AddressNotAvailable`, `NotFound`, `Engine`.
    pub async fn start_container(&self, id: &ContainerId) -> Result<()> {
        let started = self
            .patient(SLOW_DISK)
            .start_container(&escaped(&id.0), None::<StartContainerOptions>)
            .await;
        started.map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }

    /// Asks it to stop, and kills it after `grace`. A stopped container is no error.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn stop_container(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let options = StopContainerOptionsBuilder::default()
            .t(whole_seconds(grace))
            .build();
        let stopped = self
            .patient(grace + BEYOND_GRACE)
            .stop_container(&escaped(&id.0), Some(options))
            .await;
        stopped.map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }

    /// Holds its programs where they are; what is paused already is an error, since whoever did it wants
    /// it so.
    ///
    /// # Errors
    /// `NotFound`, `InUse`, and where the engine cannot pause.
    pub async fn pause_container(&self, id: &ContainerId) -> Result<()> {
        let paused = self
            .patient(BEYOND_GRACE)
            .pause_container(&escaped(&id.0))
            .await;
        paused.map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }

    /// Lets its programs go on. What is not paused is no error.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn unpause_container(&self, id: &ContainerId) -> Result<()> {
        let woken = self
            .patient(BEYOND_GRACE)
            .unpause_container(&escaped(&id.0))
            .await;
        match woken.map_err(|error| self.meaning(error, Subject::Container(&id.0))) {
            Err(Error::Engine { message, .. }) if message.contains("not paused") => Ok(()),
            woken => woken,
        }
    }

    /// Stops it as `stop_container` does, and starts it again; a stopped one is only started.
    ///
    /// # Errors
    /// `NotFound`, `PortTaken`.
    pub async fn restart_container(&self, id: &ContainerId, grace: Duration) -> Result<()> {
        let options = RestartContainerOptionsBuilder::default()
            .t(whole_seconds(grace))
            .build();
        let restarted = self
            .patient(grace + SLOW_DISK)
            .restart_container(&escaped(&id.0), Some(options))
            .await;
        restarted.map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }

    /// Removes it with its anonymous volumes where `with_anonymous_volumes`; named volumes always stay.
    /// A container that is gone already is no error.
    ///
    /// # Errors
    /// `InUse` where it runs and `kill` is not asked for.
    pub async fn remove_container(&self, id: &ContainerId, removal: Removal) -> Result<()> {
        let options = RemoveContainerOptionsBuilder::default()
            .force(removal.kill)
            .v(removal.with_anonymous_volumes)
            .build();
        let removed = self
            .patient(SLOW_DISK)
            .remove_container(&escaped(&id.0), Some(options))
            .await;
        match removed.map_err(|error| self.meaning(error, Subject::Container(&id.0))) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(Error::Engine {
                status: 409,
                message,
            }) if message.contains("already in progress") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A container as the lists show it, asked for anew. Takes an id, its beginning, or a name.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn inspect_container(&self, id: &str) -> Result<ContainerRow> {
        Ok(self.inspection(id).await?.into())
    }

    pub(crate) async fn inspection(&self, id: &str) -> Result<ContainerInspection> {
        let question = Question::get(format!("/containers/{}/json", escaped(id)));
        self.wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(id)))
    }

    /// What differs from the image, at most `limit` paths, and how many there are in all.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn container_changes(
        &self,
        id: &ContainerId,
        limit: usize,
    ) -> Result<(Vec<FileChange>, u32)> {
        let question =
            Question::get(format!("/containers/{}/changes", escaped(&id.0))).patience(SLOW_DISK);
        let entries: Option<Vec<ChangeEntry>> = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        let entries = entries.unwrap_or_default();
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let change = |entry: ChangeEntry| FileChange {
            path: entry.path,
            kind: match entry.kind {
                1 => ChangeKind::Added,
                2 => ChangeKind::Removed,
                _ => ChangeKind::Changed,
            },
        };
        Ok((entries.into_iter().take(limit).map(change).collect(), count))
    }

    /// Bytes of the container's own writable layer.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn container_size(&self, id: &ContainerId) -> Result<Bytes> {
        let question = Question::get(format!("/containers/{}/json", escaped(&id.0)))
            .query("size", "true")
            .patience(SLOW_DISK);
        let inspection: ContainerInspection = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        Ok(Bytes(inspection.size_rw.unwrap_or(0)))
    }

    /// Waits until the container stops, and gives its exit code. A container that does not run gives
    /// that of its last run at once.
    ///
    /// # Errors
    /// `NotFound`, `Interrupted`.
    pub async fn wait_container(&self, id: &ContainerId) -> Result<i64> {
        self.wait_until(id, "not-running").await
    }

    /// As `wait_container`, for a container that is about to start and may remove itself at its end.
    ///
    /// # Errors
    /// `NotFound`, `Interrupted`.
    pub async fn wait_next_exit(&self, id: &ContainerId) -> Result<i64> {
        self.wait_until(id, "next-exit").await
    }

    async fn wait_until(&self, id: &ContainerId, condition: &str) -> Result<i64> {
        let meaning = |failure: Failure| self.meaning(failure, Subject::Container(&id.0));
        let answer = self
            .wire
            .ask(
                Question::post(format!("/containers/{}/wait", escaped(&id.0)))
                    .query("condition", condition),
            )
            .await
            .map_err(meaning)?;
        let line = answer.lines().next().await.map_err(meaning)?;
        let Some(line) = line else {
            return Err(Error::Interrupted {
                detail: "the wait ended without an answer".to_owned(),
            });
        };
        let waited: Waited = serde_json::from_slice(&line).map_err(|error| {
            meaning(Failure::Garbled {
                text: error.to_string(),
            })
        })?;
        match waited.error {
            Some(error) if !error.message.is_empty() => Err(meaning(Failure::Answer {
                status: 500,
                message: error.message,
            })),
            _ => Ok(waited.status_code),
        }
    }
}

fn whole_seconds(time: Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}

/// How a container is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Kill it first where it runs.
    pub kill: bool,
    pub with_anonymous_volumes: bool,
}
