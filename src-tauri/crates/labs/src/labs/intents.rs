//! What a person asked a lab to do, until the engine's own event has answered it.

use slipway_engine::UnixMillis;

use super::shared::{Asked, Shared};
use crate::card::{Intent, LabId};

/// Records what was asked for.
pub(super) fn ask(
    shared: &Shared,
    lab: &LabId,
    intent: Intent,
    started_before: Option<UnixMillis>,
) {
    shared.change(|state| {
        state.failures.remove(lab);
        state.intents.insert(
            lab.clone(),
            Asked {
                intent,
                started_before,
                done: false,
            },
        );
    });
}

/// The engine has done what was asked for; its event clears the intent.
pub(super) fn asked_and_done(shared: &Shared, lab: &LabId) {
    shared.change(|state| {
        if let Some(asked) = state.intents.get_mut(lab) {
            asked.done = true;
        }
    });
}

pub(super) fn no_longer_asked(shared: &Shared, lab: &LabId) {
    shared.change(|state| state.intents.remove(lab));
}
