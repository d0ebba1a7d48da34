//! The task that keeps the cards: woken by the inventory and by what this crate does itself, never
//! by a clock.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::ImageId;
use slipway_engine::inventory::{ContainerRow, ContainerState, EngineStatus, Snapshot};

use super::cards::{cards, elsewhere as labs_elsewhere, is_up};
use super::shared::{Asked, Shared, State, mark_of, row_of};
use super::{changing, elsewhere, launching};
use crate::address;
use crate::card::{Intent, LabList};
use crate::launch::unfinished;
use crate::profile::Profile;

mod answers;
mod doors;

use answers::look_after_answers;
pub(super) use answers::wait_for;
pub(crate) use doors::look_at;
pub(super) use doors::look_behind;

/// Several changes at once make one list.
const COALESCE: Duration = Duration::from_millis(40);
/// Another Slipway writes a lab's profile a moment after the engine's event.
const AFTERWARDS: Duration = Duration::from_millis(1_200);
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut snapshots = shared.home.inventory.watch();
    let mut look_again: Option<tokio::time::Instant> = None;
    loop {
        snapshots.borrow_and_update();
        refresh(&shared);
        let due = look_again.unwrap_or_else(tokio::time::Instant::now);
        tokio::select! {
            changed = snapshots.changed() => {
                if changed.is_err() {
                    return;
                }
                look_again = Some(tokio::time::Instant::now() + AFTERWARDS);
            }
            () = shared.changed.notified() => {}
            () = tokio::time::sleep_until(due), if look_again.is_some() => look_again = None,
        }
        tokio::time::sleep(COALESCE).await;
    }
}

/// Brings the cards up to what is true now, and publishes them.
///
/// Everything is looked at while the state is held: a lab that is deleted at this moment must not
/// come back from an older look at its file or its container, nor from a profile saved late.
pub(super) fn refresh(shared: &Arc<Shared>) {
    let mut state = shared.state();
    let snapshot = &shared.snapshot();
    let ready = snapshot.report.status == EngineStatus::Ready;
    let mut to_save = Vec::new();
    let elsewhere = shared.look_again();
    elsewhere::take_over(&mut state, snapshot, elsewhere, ready);
    if ready {
        to_save = rebuild(&mut state, snapshot);
        to_save.extend(mark_engines(&mut state, snapshot));
        to_save.extend(settle(&mut state, snapshot));
    }
    look_after_answers(shared, &mut state, snapshot, ready);
    if ready {
        learn_images(shared, &mut state, snapshot);
        clear_leftovers(shared, &state);
        clear_unfinished(shared, &mut state, snapshot);
        changing::take_up(shared, &mut state, snapshot);
    }
    for profile in to_save {
        if state.going.contains(&profile.id) {
            continue;
        }
        if let Err(problem) = shared.save(&profile) {
            tracing::warn!(%problem, "a profile could not be saved");
        }
    }
    publish(shared, &state, snapshot);
}

/// Labs whose profile was lost come back from their containers' labels, and a profile follows its
/// container when that was made anew under the same label.
///
/// A container that appears while this Slipway runs was made by another one, which writes its profile
/// itself; to write it here, too, would keep a launch that is cancelled there.
fn rebuild(state: &mut State, snapshot: &Snapshot) -> Vec<Profile> {
    let mut changed = Vec::new();
    let met = state
        .met
        .get_or_insert_with(|| snapshot.containers.keys().cloned().collect())
        .clone();
    for row in snapshot.containers.values() {
        let Some(found) = Profile::of_container(row) else {
            continue;
        };
        let busy = state.going.contains(&found.id)
            || state
                .launches
                .get(&found.id)
                .is_some_and(|launch| !launch.is_over());
        if busy || row.state == ContainerState::Removing {
            continue;
        }
        let was_here = met.contains(&row.id) && row.state != ContainerState::Created;
        match state.profiles.get_mut(&found.id) {
            None => {
                state.profiles.insert(found.id.clone(), found.clone());
                if was_here {
                    changed.push(found);
                }
            }
            Some(known) => {
                let gone = known
                    .container
                    .as_ref()
                    .is_none_or(|id| !snapshot.containers.contains_key(id));
                let newest = row_of(known, snapshot).map(|row| row.id.clone());
                if gone && newest.is_some() && known.container != newest {
                    known.container = newest;
                    if was_here {
                        changed.push(known.clone());
                    }
                }
            }
        }
    }
    changed
}

/// Each lab whose container is here belongs to this engine. Gives the profiles that have to be saved.
fn mark_engines(state: &mut State, snapshot: &Snapshot) -> Vec<Profile> {
    let Some(mark) = mark_of(snapshot) else {
        return Vec::new();
    };
    let mut changed = Vec::new();
    for profile in state.profiles.values_mut() {
        if profile.engine.as_ref() != Some(&mark) && row_of(profile, snapshot).is_some() {
            profile.engine = Some(mark.clone());
            changed.push(profile.clone());
        }
    }
    changed
}

/// Intents end with the engine's own event. Gives the profiles that have to be saved.
fn settle(state: &mut State, snapshot: &Snapshot) -> Vec<Profile> {
    let mut changed = Vec::new();
    let State {
        profiles,
        intents,
        failures,
        ..
    } = state;
    intents.retain(|lab, asked| {
        let Some(profile) = profiles.get_mut(lab) else {
            return false;
        };
        let row = row_of(profile, snapshot);
        let settled = is_settled(asked, row.as_deref());
        if settled && asked.intent == Intent::Stop {
            profile.stopped = row.and_then(|row| row.finished);
            changed.push(profile.clone());
        }
        !settled
    });
    failures.retain(|lab, _| {
        let row = profiles
            .get(lab)
            .and_then(|profile| row_of(profile, snapshot));
        row.is_some_and(|row| !is_up(row.state))
    });
    changed
}

fn is_settled(asked: &Asked, row: Option<&ContainerRow>) -> bool {
    let Some(row) = row else {
        return asked.intent != Intent::Delete;
    };
    let anew = row.started > asked.started_before;
    match asked.intent {
        Intent::Start => is_up(row.state) || (asked.done && anew),
        Intent::Restart => anew && (is_up(row.state) || asked.done),
        // A list does not say when it ended, and only that tells this stop from an end of its own.
        Intent::Stop => match row.state {
            ContainerState::Exited | ContainerState::Dead => row.finished.is_some(),
            state => !is_up(state),
        },
        Intent::Delete => false,
    }
}

/// Configs of the labs' images, each asked once: they decide port, folder and sign-in.
fn learn_images(shared: &Arc<Shared>, state: &mut State, snapshot: &Snapshot) {
    let rows: Vec<Arc<ContainerRow>> = state
        .profiles
        .values()
        .filter_map(|profile| row_of(profile, snapshot))
        .collect();
    for row in rows {
        let image: &ImageId = &row.image_id;
        if state.images.contains_key(image) || !state.asked_images.insert(image.clone()) {
            continue;
        }
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            let known = match shared.engine() {
                Ok(engine) => shared.image_of(&engine, &row).await.is_some(),
                Err(_) => false,
            };
            // An engine that went away is asked again when it is back; one that has refused is not.
            if !known && shared.snapshot().report.status != EngineStatus::Ready {
                shared.state().asked_images.remove(&row.image_id);
            }
        });
    }
}

/// What a launch could not take back while the engine was away goes as soon as it is there again.
fn clear_leftovers(shared: &Arc<Shared>, state: &State) {
    let failed = state
        .launches
        .iter()
        .filter(|(_, launch)| launch.has_leftovers());
    for lab in failed.map(|(lab, _)| lab.clone()) {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            if let Err(problem) = launching::take_back_leftovers(&shared, &lab).await {
                tracing::warn!(%problem, lab = %lab.0, "what a launch left is still there");
            }
        });
    }
}

/// What earlier runs left on this engine, each looked at once.
fn clear_unfinished(shared: &Arc<Shared>, state: &mut State, snapshot: &Snapshot) {
    let mark = mark_of(snapshot);
    let here = state.unfinished.extract_if(.., |unfinished| {
        unfinished::is_of(unfinished, mark.as_ref())
    });
    for unfinished in here {
        tokio::spawn(unfinished::clear(Arc::downgrade(shared), unfinished));
    }
}

fn publish(shared: &Shared, state: &State, snapshot: &Snapshot) {
    let engine_host = shared
        .home
        .inventory
        .engine()
        .ok()
        .and_then(|engine| address::engine_host(engine.endpoint()));
    let labs = cards(state, snapshot, engine_host.as_deref());
    let elsewhere = labs_elsewhere(state, snapshot);
    let loaded = snapshot.report.status != EngineStatus::Connecting;
    let keyring_known = state.keyring.is_some();
    shared.lists.send_if_modified(|list| {
        let same = list.loaded == loaded
            && list.labs == labs
            && list.elsewhere == elsewhere
            && list.keyring_known == keyring_known
            && list.unreadable == state.unreadable;
        if same {
            return false;
        }
        *list = Arc::new(LabList {
            revision: list.revision + 1,
            loaded,
            labs,
            elsewhere,
            keyring_known,
            unreadable: state.unreadable.clone(),
        });
        true
    });
}
