//! What differs from its image in a lab. Messages say only how far the reading is; its rows are read by range.

use std::sync::Arc;

use slipway_labs::card::LabId;
use slipway_labs::changes::{ChangesPage, ChangesQuery, ChangesState, LabChanges};
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// Reads what differs as of now. Sizes are measured behind for as long as the stream is open.
#[tauri::command]
#[specta::specta]
pub async fn read_changes(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    lab: LabId,
    on_update: Channel<Numbered<ChangesState>>,
) -> CommandResult<u32> {
    let page = streams.page();
    let changes = Arc::new(state.labs.changes(&lab).await?);
    Ok(streams.open_for(page, |subscription| {
        let mut states = changes.state();
        subscription.attach(changes);
        async move {
            loop {
                subscription.ready().await;
                let now = states.borrow_and_update().clone();
                subscription.send(&on_update, now);
                if states.changed().await.is_err() {
                    return;
                }
            }
        }
    }))
}

/// Rows of a reading; `null` where its stream is gone.
#[tauri::command(async)]
#[specta::specta]
pub fn changes_rows(
    streams: State<'_, Streams>,
    subscription: u32,
    query: ChangesQuery,
) -> Option<ChangesPage> {
    Some(streams.behind::<LabChanges>(subscription)?.rows(&query))
}
