//! Labs as others can have them: commands, exported profiles, shortcuts; and containers that become labs.

use slipway_engine::ContainerId;
use slipway_labs::card::LabId;
use slipway_labs::sharing::{AdoptPreview, ImportedProfile, LabCommands};
use tauri::State;

use super::CommandResult;
use crate::dialogs::{Dialogs, Wanted};
use crate::state::AppState;

/// The lab's command in every shell, and as a compose file.
#[tauri::command]
#[specta::specta]
pub async fn lab_commands(state: State<'_, AppState>, lab: LabId) -> CommandResult<LabCommands> {
    state.labs.commands(&lab).await
}

/// Renames a lab, and its container with it.
#[tauri::command]
#[specta::specta]
pub async fn rename_lab(state: State<'_, AppState>, lab: LabId, name: String) -> CommandResult<()> {
    state.labs.rename_lab(&lab, &name).await
}

/// Writes the lab's profile to a file that the person chooses; gives its path, `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn export_lab(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
    lab: LabId,
) -> CommandResult<Option<String>> {
    let (name, text) = state.labs.exported_profile(&lab)?;
    let wanted = Wanted::Place {
        title: "Export the lab's settings".to_owned(),
        name,
    };
    dialogs.write(wanted, text).await
}

/// Reads an exported profile that the person chooses; `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn import_lab(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
) -> CommandResult<Option<ImportedProfile>> {
    let wanted = Wanted::File {
        title: "Import a lab's settings".to_owned(),
        endings: vec!["json".to_owned()],
    };
    match dialogs.read(wanted).await? {
        Some(text) => Ok(Some(state.labs.import_profile(&text).await?)),
        None => Ok(None),
    }
}

/// Puts a file for this lab on the person's desktop or into the menu ("launch this"); gives its path.
#[tauri::command]
#[specta::specta]
pub fn make_shortcut(state: State<'_, AppState>, lab: LabId) -> CommandResult<String> {
    crate::shortcut::make(&state.labs, &lab)
}

/// What a container of somebody else's would be as a lab.
#[tauri::command]
#[specta::specta]
pub async fn preview_adopt(
    state: State<'_, AppState>,
    container: ContainerId,
) -> CommandResult<AdoptPreview> {
    state.labs.preview_adopt(&container).await
}

/// Makes a lab of a container that Slipway did not make; the container stays as it is.
#[tauri::command]
#[specta::specta]
pub async fn adopt_container(
    state: State<'_, AppState>,
    container: ContainerId,
) -> CommandResult<LabId> {
    state.labs.adopt(&container).await
}
