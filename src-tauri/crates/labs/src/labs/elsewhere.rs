//! What another Slipway on this computer has done, taken over into this one's labs.

use slipway_engine::inventory::Snapshot;

use super::shared::{State, row_of};
use crate::card::LabId;
use crate::profile::Elsewhere;

/// Profiles that were written elsewhere count as they are, and a lab that has neither a file nor a
/// container any more was deleted there. What is under way here is left alone.
pub(super) fn take_over(state: &mut State, snapshot: &Snapshot, elsewhere: Elsewhere, ready: bool) {
    for profile in elsewhere.written {
        if !is_busy(state, &profile.id) {
            state.profiles.insert(profile.id.clone(), profile);
        }
    }
    let (Some(filed), true) = (elsewhere.filed, ready) else {
        return;
    };
    let deleted: Vec<LabId> = state
        .profiles
        .iter()
        .filter(|(lab, profile)| {
            !filed.contains(lab) && !is_busy(state, lab) && row_of(profile, snapshot).is_none()
        })
        .map(|(lab, _)| lab.clone())
        .collect();
    for lab in deleted {
        state.forget(&lab);
    }
}

/// It is being launched or deleted here.
fn is_busy(state: &State, lab: &LabId) -> bool {
    state.going.contains(lab)
        || state
            .launches
            .get(lab)
            .is_some_and(|launch| !launch.is_over())
}
