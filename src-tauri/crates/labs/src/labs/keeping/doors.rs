//! What a lab's server says of its door, written beside its answer: asked once for each start.

use std::sync::{Arc, Weak};
use std::time::Duration;

use slipway_engine::UnixMillis;
use tokio_util::task::AbortOnDropHandle;

use super::super::shared::{Shared, Watched};
use crate::card::LabId;
use crate::readiness::Door;

/// A card waits for so long, so that it is whole as soon as it says that the lab runs; a server that
/// takes longer is heard behind.
const MOMENT: Duration = Duration::from_secs(3);

/// Asks the door of a lab that runs since `started`.
pub(crate) async fn look_at(
    shared: &Arc<Shared>,
    lab: &LabId,
    started: Option<UnixMillis>,
    door: Option<Door>,
) {
    let Some(door) = door else {
        return;
    };
    let mut asking = ask(door);
    match tokio::time::timeout(MOMENT, &mut asking).await {
        Ok(open) => write_down(shared, lab, started, open.unwrap_or(false)),
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

fn ask(door: Door) -> AbortOnDropHandle<bool> {
    AbortOnDropHandle::new(tokio::spawn(async move { door.stands_open().await }))
}

fn hear_behind(
    shared: &Arc<Shared>,
    lab: &LabId,
    started: Option<UnixMillis>,
    asking: AbortOnDropHandle<bool>,
) {
    let (weak, id) = (Arc::downgrade(shared), lab.clone());
    let hear = async move {
        let open = asking.await.unwrap_or(false);
        if let Some(shared) = Weak::upgrade(&weak) {
            write_down(&shared, &id, started, open);
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

fn write_down(shared: &Shared, lab: &LabId, started: Option<UnixMillis>, open: bool) {
    shared.change(|state| {
        if let Some(watched) = of_start(state.watched.get_mut(lab), started) {
            watched.open = open;
        }
    });
}

fn of_start(watched: Option<&mut Watched>, started: Option<UnixMillis>) -> Option<&mut Watched> {
    watched.filter(|watched| watched.started == started)
}
