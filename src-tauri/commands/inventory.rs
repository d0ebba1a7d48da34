//! The inventory: fetched whole, or followed by its changes.

use slipway_engine::inventory::InventoryUpdate;
use tauri::State;
use tauri::ipc::Channel;

use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// The whole inventory as it is now.
#[tauri::command]
#[specta::specta]
pub fn fetch_inventory(state: State<'_, AppState>) -> InventoryUpdate {
    state.inventory.snapshot().update_since(None)
}

/// Follows the inventory: first the whole, then the changes. Gives the stream's id.
#[tauri::command]
#[specta::specta]
pub fn subscribe_inventory(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<InventoryUpdate>>,
) -> u32 {
    let mut snapshots = state.inventory.watch();
    streams.open(|subscription| async move {
        let mut earlier = None;
        loop {
            subscription.ready().await;
            let snapshot = snapshots.borrow_and_update().clone();
            subscription.send(&on_update, snapshot.update_since(earlier.as_deref()));
            earlier = Some(snapshot);
            if snapshots.changed().await.is_err() {
                return;
            }
        }
    })
}
