//! A pasted command.

use std::collections::BTreeMap;

use slipway_labs::paste::PastedCommand;
use tauri::State;

use super::CommandResult;
use crate::state::AppState;

/// Reads a pasted `docker run` command with the answers given so far. Runs nothing.
#[tauri::command]
#[specta::specta]
pub async fn read_command(
    state: State<'_, AppState>,
    text: String,
    answers: BTreeMap<String, String>,
) -> CommandResult<PastedCommand> {
    Ok(state.labs.read_command(&text, &answers).await)
}
