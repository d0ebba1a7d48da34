//! Volumes: what they hold, making and removing them.

use slipway_contents::survey::{RemovePreview, SurveyUpdate};
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// Follows what the volumes hold; what was counted before comes at once.
#[tauri::command(async)]
#[specta::specta]
pub fn survey_volumes(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<SurveyUpdate>>,
) -> u32 {
    streams.follow(state.contents.survey(), on_update)
}

/// Makes a volume. Labels are pairs of name and value.
#[tauri::command]
#[specta::specta]
pub async fn create_volume(
    state: State<'_, AppState>,
    name: String,
    labels: Vec<(String, String)>,
) -> CommandResult<()> {
    state.contents.create_volume(&name, labels).await
}

/// What goes with a volume, and what stands in the way.
#[tauri::command(async)]
#[specta::specta]
pub fn preview_remove_volume(
    state: State<'_, AppState>,
    volume: String,
) -> CommandResult<RemovePreview> {
    state.contents.preview_remove(&volume)
}

/// Removes a volume that nothing uses.
#[tauri::command]
#[specta::specta]
pub async fn remove_volume(state: State<'_, AppState>, volume: String) -> CommandResult<()> {
    state.contents.remove_volume(&volume).await
}
