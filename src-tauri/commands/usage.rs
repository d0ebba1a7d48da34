//! What the containers on screen use, and what runs in them.

use futures_util::StreamExt as _;
use slipway_engine::ContainerId;
use slipway_engine::containers::ProcessTable;
use slipway_engine::usage::Usage;
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// Follows one container's usage while its card is on screen, about one sample a second.
#[tauri::command]
#[specta::specta]
pub fn subscribe_usage(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    container: ContainerId,
    on_update: Channel<Numbered<Usage>>,
) -> CommandResult<u32> {
    let mut samples = state.inventory.engine()?.usage(&container);
    Ok(streams.open(|subscription| async move {
        while let Some(Ok(sample)) = samples.next().await {
            subscription.ready().await;
            subscription.send(&on_update, sample);
        }
    }))
}

/// The programs that run in a container at this moment.
#[tauri::command]
#[specta::specta]
pub async fn list_processes(
    state: State<'_, AppState>,
    container: ContainerId,
) -> CommandResult<ProcessTable> {
    Ok(state.inventory.engine()?.processes(&container).await?)
}
