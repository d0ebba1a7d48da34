//! Containers that stand still while their volume is read.
//!
//! Whoever pauses a lab must wake it, whatever happens: each is written down before it is paused, and
//! crossed out once it runs again. So the next start of an app that was killed wakes what it finds
//! written down. Only what ran is paused; what somebody else has paused stays so.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::inventory::ContainerState;
use slipway_engine::{ContainerId, Engine, Error, UnixMillis, VolumeName};

use super::words::now;
use crate::place::Place;
use crate::shared::Shared;
use crate::{Problem, Result};

/// What was written down of an engine that is never seen again is forgotten, in milliseconds.
const FORGOTTEN: i64 = 90 * 24 * 60 * 60 * 1000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Frozen {
    id: ContainerId,
    name: String,
    since: UnixMillis,
}

/// Containers that were paused. Dropping it wakes them too.
pub(super) struct Paused {
    shared: Arc<Shared>,
    engine: Engine,
    held: Vec<Frozen>,
}

impl Paused {
    /// Pauses all containers that run on the volume.
    ///
    /// # Errors
    /// What keeps one from being paused; none is paused then.
    pub(super) async fn hold(shared: &Arc<Shared>, volume: &VolumeName) -> Result<Self> {
        let engine = shared.home.inventory.engine()?;
        let mut paused = Self {
            shared: Arc::clone(shared),
            engine,
            held: Vec::new(),
        };
        for (id, name) in shared.containers_of(&Place::Volume {
            name: volume.clone(),
        }) {
            if let Err(problem) = paused.pause(id, name).await {
                paused.release().await;
                return Err(problem);
            }
        }
        Ok(paused)
    }

    async fn pause(&mut self, id: ContainerId, name: String) -> Result<()> {
        match self.engine.inspect_container(&id.0).await {
            Ok(row) if row.state == ContainerState::Running => {}
            Ok(_) | Err(Error::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let one = Frozen {
            id,
            name,
            since: now(),
        };
        self.shared
            .keeping
            .frozen
            .change(|list| list.push(one.clone()))?;
        // Held before it is paused: an answer that is lost must not leave it paused.
        self.held.push(one.clone());
        match self.engine.pause_container(&one.id).await {
            Ok(()) => Ok(()),
            Err(error) => Err(Problem::from(error)
                .because(format!(
                    "{} could not be paused. Nothing was backed up.",
                    one.name
                ))
                .hint("Back up without a pause, or stop the lab first.")),
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.held.iter().map(|one| one.name.clone()).collect()
    }

    /// Wakes them; gives those that could not be woken.
    pub(super) async fn release(mut self) -> Vec<String> {
        let held = std::mem::take(&mut self.held);
        wake(&self.shared, &self.engine, held).await
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return;
        }
        // Without a runtime the app is ending; its next start wakes them.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (shared, engine) = (Arc::clone(&self.shared), self.engine.clone());
        runtime.spawn(async move {
            wake(&shared, &engine, held).await;
        });
    }
}

async fn wake(shared: &Arc<Shared>, engine: &Engine, held: Vec<Frozen>) -> Vec<String> {
    let mut asleep = Vec::new();
    for one in held {
        match engine.unpause_container(&one.id).await {
            Ok(()) | Err(Error::NotFound { .. }) => cross_out(shared, &one.id),
            Err(error) => {
                tracing::warn!(%error, container = one.name, "it stays paused");
                asleep.push(one.name);
            }
        }
    }
    asleep
}

fn cross_out(shared: &Shared, id: &ContainerId) {
    let crossed = shared
        .keeping
        .frozen
        .change(|list| list.retain(|one| one.id != *id));
    if let Err(problem) = crossed {
        tracing::warn!(%problem, "what was woken is still written down as paused");
    }
}

/// Wakes what an app that was killed had paused on this engine.
pub(super) async fn tidy(shared: &Arc<Shared>, engine: &Engine) {
    for one in shared.keeping.frozen.now() {
        match engine.inspect_container(&one.id.0).await {
            Ok(row) if row.state == ContainerState::Paused => {
                wake(shared, engine, vec![one]).await;
            }
            Ok(_) => cross_out(shared, &one.id),
            // It may be of another engine.
            Err(Error::NotFound { .. }) if now().0 - one.since.0 > FORGOTTEN => {
                cross_out(shared, &one.id);
            }
            Err(_) => {}
        }
    }
}
