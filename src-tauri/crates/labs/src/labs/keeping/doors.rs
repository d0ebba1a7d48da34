//! What a lab's server asks for, as it says itself, written beside its answer: asked once for each start.

use std::sync::{Arc, Weak};
use std::time::Duration;

use slipway_engine::UnixMillis;
use tokio_util::task::AbortOnDropHandle;

use super::super::shared::{Shared, Watched, row_of};
use crate::card::LabId;
use crate::form::SignInChoice;
use crate::profile::Profile;
use crate::readiness::Door;
use crate::recipe::SignInKind;

/// A card waits for so long, so that it is whole as soon as it says that the lab runs.
const MOMENT: Duration = Duration::from_secs(3);
/// The browser waits for so long where the answer decides what it opens.
const BEFORE_OPENING: Duration = Duration::from_secs(15);

/// Asks the door of a lab that runs since `started`. A server that takes its time is heard behind;
/// `decides` is whether its answer decides which address is opened, so that more time is worth it.
pub(crate) async fn look_at(
    shared: &Arc<Shared>,
    lab: &LabId,
    started: Option<UnixMillis>,
    door: Option<Door>,
    decides: bool,
) {
    let Some(door) = door else {
        return;
    };
    let mut asking = ask(door);
    let patience = if decides { BEFORE_OPENING } else { MOMENT };
    match tokio::time::timeout(patience, &mut asking).await {
        Ok(asks) => write_down(shared, lab, started, asks.unwrap_or(None)),
        Err(_) => hear_behind(shared, lab, started, asking),
    }
}

/// As `look_at`, without being waited for.
pub(in crate::labs) fn look_behind(
    shared: &Arc<Shared>,
    lab: &LabId,
    started: Option<UnixMillis>,
    door: Option<Door>,
) {
    if let Some(door) = door {
        hear_behind(shared, lab, started, ask(door));
    }
}

fn ask(door: Door) -> AbortOnDropHandle<Option<SignInKind>> {
    AbortOnDropHandle::new(tokio::spawn(async move { door.asks_for().await }))
}

fn hear_behind(
    shared: &Arc<Shared>,
    lab: &LabId,
    started: Option<UnixMillis>,
    asking: AbortOnDropHandle<Option<SignInKind>>,
) {
    let (weak, id) = (Arc::downgrade(shared), lab.clone());
    let hear = async move {
        let asks = asking.await.unwrap_or(None);
        if let Some(shared) = Weak::upgrade(&weak) {
            write_down(&shared, &id, started, asks);
        }
    };
    let hearing = AbortOnDropHandle::new(tokio::spawn(hear));
    // It ends with this start of the lab.
    shared.change(|state| {
        if let Some(watched) = of_start(state.watched.get_mut(lab), started) {
            watched.hearing = Some(hearing);
        }
    });
}

fn write_down(shared: &Shared, lab: &LabId, started: Option<UnixMillis>, asks: Option<SignInKind>) {
    let snapshot = shared.snapshot();
    shared.change(|state| {
        let Some(watched) = of_start(state.watched.get_mut(lab), started) else {
            return;
        };
        watched.asks = asks;
        let profile = state
            .profiles
            .get(lab)
            .filter(|profile| as_the_image_says(profile));
        let row = profile.and_then(|profile| row_of(profile, &snapshot));
        if let Some((row, asks)) = row.zip(asks) {
            state.asked_by.insert(row.image_id.clone(), asks);
        }
    });
}

/// Nothing that the person chose for this lab can have changed how its server signs people in.
fn as_the_image_says(profile: &Profile) -> bool {
    let form = &profile.saved.form;
    let advanced = &form.advanced;
    !profile.adopted
        && form.sign_in == SignInChoice::FromImage
        && advanced.command.trim().is_empty()
        && advanced.entrypoint.trim().is_empty()
        && advanced.environment.is_empty()
        && advanced.mounts.is_empty()
}

fn of_start(watched: Option<&mut Watched>, started: Option<UnixMillis>) -> Option<&mut Watched> {
    watched.filter(|watched| watched.started == started)
}
