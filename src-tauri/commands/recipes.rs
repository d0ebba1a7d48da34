//! The catalogue, and a person's own recipes.

use slipway_labs::card::LabId;
use slipway_labs::recipe::{RecipeId, RecipeTile};
use slipway_labs::sharing::{RecipeDraft, RecipePreview};
use tauri::State;

use super::CommandResult;
use crate::dialogs::{Dialogs, Wanted};
use crate::state::AppState;

/// The recipes to start from.
#[tauri::command]
#[specta::specta]
pub fn list_recipes(state: State<'_, AppState>) -> Vec<RecipeTile> {
    state.labs.recipes()
}

/// The tile of a recipe after its registry was asked how much there is to download; `null` where the recipe is gone.
#[tauri::command]
#[specta::specta]
pub async fn measure_recipe(
    state: State<'_, AppState>,
    recipe: RecipeId,
) -> CommandResult<Option<RecipeTile>> {
    Ok(state.labs.measure_recipe(&recipe).await)
}

/// Saves a lab as a recipe of the person's own.
#[tauri::command]
#[specta::specta]
pub async fn save_recipe(
    state: State<'_, AppState>,
    lab: LabId,
    draft: RecipeDraft,
) -> CommandResult<RecipeId> {
    state.labs.save_recipe(&lab, draft).await
}

/// Writes a recipe to a file that the person chooses; gives its path, `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn export_recipe(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
    recipe: RecipeId,
) -> CommandResult<Option<String>> {
    let (name, text) = state.labs.exported_recipe(&recipe)?;
    let wanted = Wanted::Place {
        title: "Share this recipe".to_owned(),
        name,
    };
    dialogs.write(wanted, text).await
}

/// Reads a recipe file that the person chooses, and says what it will do; nothing is added yet.
#[tauri::command]
#[specta::specta]
pub async fn open_recipe(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
) -> CommandResult<Option<RecipePreview>> {
    let wanted = Wanted::File {
        title: "Open a recipe".to_owned(),
        endings: vec!["toml".to_owned()],
    };
    match dialogs.read(wanted).await? {
        Some(text) => Ok(Some(state.labs.preview_recipe(&text)?)),
        None => Ok(None),
    }
}

/// Adds a recipe that was previewed.
#[tauri::command]
#[specta::specta]
pub async fn add_recipe(state: State<'_, AppState>, text: String) -> CommandResult<RecipeId> {
    state.labs.add_recipe(&text).await
}

/// Removes a recipe of the person's own; labs made from it stay.
#[tauri::command]
#[specta::specta]
pub async fn remove_recipe(state: State<'_, AppState>, recipe: RecipeId) -> CommandResult<()> {
    state.labs.remove_recipe(&recipe).await
}
