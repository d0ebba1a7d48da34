//! Labs: their cards, and what can be done with them.

use slipway_labs::card::{DeletePreview, LabId, LabList};
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// All labs as they are now.
#[tauri::command]
#[specta::specta]
pub fn fetch_labs(state: State<'_, AppState>) -> LabList {
    LabList::clone(&state.labs.list())
}

/// Follows the labs; every message is the whole list. Gives the stream's id.
#[tauri::command]
#[specta::specta]
pub fn subscribe_labs(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<LabList>>,
) -> u32 {
    let mut lists = state.labs.watch();
    streams.open(|subscription| async move {
        loop {
            subscription.ready().await;
            let list = LabList::clone(&lists.borrow_and_update());
            subscription.send(&on_update, list);
            if lists.changed().await.is_err() {
                return;
            }
        }
    })
}

/// Opens the lab's page in the browser.
#[tauri::command]
#[specta::specta]
pub async fn open_lab(state: State<'_, AppState>, lab: LabId) -> CommandResult<()> {
    state.labs.open(&lab).await
}

/// Starts a stopped lab: its own container, never a new one.
#[tauri::command]
#[specta::specta]
pub async fn start_lab(state: State<'_, AppState>, lab: LabId) -> CommandResult<()> {
    state.labs.start_lab(&lab).await
}

/// Stops a lab.
#[tauri::command]
#[specta::specta]
pub async fn stop_lab(state: State<'_, AppState>, lab: LabId) -> CommandResult<()> {
    state.labs.stop_lab(&lab).await
}

/// Stops a lab and starts it again.
#[tauri::command]
#[specta::specta]
pub async fn restart_lab(state: State<'_, AppState>, lab: LabId) -> CommandResult<()> {
    state.labs.restart_lab(&lab).await
}

/// What deleting the lab would take away.
#[tauri::command]
#[specta::specta]
pub async fn preview_delete(
    state: State<'_, AppState>,
    lab: LabId,
) -> CommandResult<DeletePreview> {
    state.labs.preview_delete(&lab).await
}

/// Forgets an adopted lab, or one on another engine; its container stays.
#[tauri::command]
#[specta::specta]
pub async fn forget_lab(state: State<'_, AppState>, lab: LabId) -> CommandResult<()> {
    state.labs.forget_lab(&lab).await
}

/// Deletes the lab, and just the volumes named.
#[tauri::command]
#[specta::specta]
pub async fn delete_lab(
    state: State<'_, AppState>,
    lab: LabId,
    volumes: Vec<String>,
) -> CommandResult<()> {
    state.labs.delete_lab(&lab, &volumes).await
}

/// The lab's password or token, because the person asked to see or copy it.
#[tauri::command]
#[specta::specta]
pub async fn reveal_password(state: State<'_, AppState>, lab: LabId) -> CommandResult<String> {
    Ok(state.labs.password(&lab).await?.reveal().to_owned())
}
