//! Bringing a change to its end, from wherever it stands: the old container has its place again, or
//! the new one has it. Every step looks at the engine first and is harmless when it is done again, so
//! a change that fails, one that is cancelled and one whose Slipway was ended all take this way.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::containers::{ContainerUpdate, Removal, RestartKind};
use slipway_engine::inventory::ContainerRow;
use slipway_engine::{Engine, Error};

use super::journal::{Claim, Entry, Journal};
use crate::labs::cards::is_up;
use crate::labs::keeping::refresh;
use crate::labs::shared::{Shared, State, mark_of};
use crate::launch::made::Made;
use crate::names;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{LAB_LABEL, Profile};

/// A lab that ran only to be looked at is stopped again, with Docker's own patience.
const STOP_GRACE: Duration = Duration::from_secs(10);
/// Another Slipway that is at it may be ended; nothing else tells.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Takes up what earlier runs left on this engine, and what this one could not finish while the
/// engine was away.
pub(in crate::labs) fn take_up(
    shared: &Arc<Shared>,
    state: &mut State,
    snapshot: &slipway_engine::inventory::Snapshot,
) {
    let mark = mark_of(snapshot);
    let here: Vec<Entry> = state
        .changes
        .extract_if(.., |entry| entry.is_of(mark.as_ref()))
        .collect();
    for entry in here {
        match Journal::claim(&shared.home.profiles, &entry.lab) {
            Claim::Ours(journal) => {
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    let lab = journal.entry.lab.clone();
                    if let Err(problem) = settle(&shared, *journal).await {
                        tracing::warn!(%problem, lab = %lab.0, "a change is not settled yet");
                    }
                });
            }
            Claim::Held => {
                state.changes.push(entry);
                if !std::mem::replace(&mut state.looking_again, true) {
                    let shared = Arc::downgrade(shared);
                    tokio::spawn(async move {
                        tokio::time::sleep(LOOK_AGAIN).await;
                        if let Some(shared) = shared.upgrade() {
                            shared.change(|state| state.looking_again = false);
                        }
                    });
                }
            }
            Claim::Gone => {}
        }
    }
}

/// Brings a change to its end.
///
/// # Errors
/// Why it could not be done now. Where the engine was away, it is tried again when it is back; the
/// journal stays in any case.
pub(crate) async fn settle(shared: &Arc<Shared>, mut journal: Journal) -> Result<()> {
    let outcome = Box::pin(settled(shared, &mut journal)).await;
    match &outcome {
        Ok(()) => journal.end(),
        Err(problem) => {
            let entry = journal.entry.clone();
            // The lock goes first: whoever takes it up again needs it.
            drop(journal);
            if problem.kind == ProblemKind::EngineAway {
                shared.change(|state| state.changes.push(entry));
            }
        }
    }
    refresh(shared);
    outcome
}

async fn settled(shared: &Arc<Shared>, journal: &mut Journal) -> Result<()> {
    let engine = shared.engine()?;
    let entry = &journal.entry;
    let old = found(&engine, entry.old.as_str()).await?;
    let new = newcomer(&engine, entry).await?;
    match (old, new) {
        (_, Some(_)) if entry.proven => forward(shared, &engine, journal).await,
        (Some(_), _) => back(shared, &engine, journal).await,
        // Somebody removed the old one: what is left is the lab.
        (None, Some(_)) => forward(shared, &engine, journal).await,
        (None, None) => Ok(()),
    }
}

async fn found(engine: &Engine, container: &str) -> Result<Option<ContainerRow>> {
    match engine.inspect_container(container).await {
        Ok(row) => Ok(Some(row)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The new container: the one that the journal names, or one under the temporary name that carries
/// this lab's label.
async fn newcomer(engine: &Engine, entry: &Entry) -> Result<Option<ContainerRow>> {
    let named = entry.after.container.as_ref();
    if let Some(id) = named
        && let Some(row) = found(engine, id.as_str()).await?
    {
        return Ok(Some(row));
    }
    let row = found(engine, &entry.temporary).await?;
    Ok(row.filter(|row| row.labels.get(LAB_LABEL) == Some(&entry.lab.0) && row.id != entry.old))
}

/// The old container has the place: what the change made goes, and what it stopped runs again.
async fn back(shared: &Arc<Shared>, engine: &Engine, journal: &Journal) -> Result<()> {
    let entry = &journal.entry;
    // The new one first: it may hold the port.
    let mut made = Made {
        container: newcomer(engine, entry).await?.map(|row| row.id),
        volumes: entry.volumes.clone(),
        networks: entry.networks.clone(),
        ..Made::default()
    };
    made.take_back(shared, &entry.lab).await?;
    let Some(old) = found(engine, entry.old.as_str()).await? else {
        return Ok(());
    };
    if old.name == entry.aside {
        engine.rename_container(&old.id, &entry.name).await?;
    }
    if !entry.ran || is_up(old.state) {
        return Ok(());
    }
    shared.state().started_here.insert(entry.lab.clone());
    match engine.start_container(&old.id).await.map_err(Problem::from) {
        Err(problem) if problem.kind == ProblemKind::EngineAway => Err(problem),
        Err(problem) => {
            // It is there and has its name; its card says why it does not run.
            shared.change(|state| state.failures.insert(entry.lab.clone(), problem));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The new container has the place: it gets the name, the profile names it, and the old one goes.
pub(crate) async fn forward(
    shared: &Arc<Shared>,
    engine: &Engine,
    journal: &mut Journal,
) -> Result<()> {
    let entry = journal.entry.clone();
    let Some(new) = newcomer(engine, &entry).await? else {
        return Ok(());
    };
    let old = found(engine, entry.old.as_str()).await?;
    let place = names::container_name(&entry.after.saved.form.name);
    if let Some(old) = &old
        && old.name == place
    {
        engine.rename_container(&old.id, &entry.aside).await?;
    }
    if new.name != place
        && let Err(error) = engine.rename_container(&new.id, &place).await
    {
        let problem = Problem::from(error);
        if problem.kind == ProblemKind::NameTaken && old.is_some() {
            journal.note(|entry| entry.proven = false)?;
            back(shared, engine, journal).await?;
        }
        return Err(problem);
    }
    if entry.restart.kind != RestartKind::No {
        let update = ContainerUpdate {
            restart: Some(entry.restart),
            ..ContainerUpdate::default()
        };
        engine.update_container(&new.id, update).await?;
    }
    let mut after = Profile {
        container: Some(new.id.clone()),
        ..entry.after.clone()
    };
    take_over(shared, &after);
    if let Some(old) = old {
        let removal = Removal {
            kill: true,
            with_anonymous_volumes: false,
        };
        engine.remove_container(&old.id, removal).await?;
        shared.until_gone(&old.id).await;
    }
    if entry.ran && !is_up(new.state) {
        shared.state().started_here.insert(entry.lab.clone());
        engine.start_container(&new.id).await?;
    } else if !entry.ran && is_up(new.state) {
        engine.stop_container(&new.id, STOP_GRACE).await?;
        after.stopped = engine.inspect_container(new.id.as_str()).await?.finished;
        take_over(shared, &after);
    }
    Ok(())
}

/// The lab is the new container from now on.
fn take_over(shared: &Arc<Shared>, after: &Profile) {
    // A profile that cannot be saved is no reason to stop: the container's labels carry it, too.
    if let Err(problem) = shared.save(after) {
        tracing::warn!(%problem, "a profile could not be saved");
    }
    shared.change(|state| {
        state.failures.remove(&after.id);
        state.profiles.insert(after.id.clone(), after.clone());
    });
}
