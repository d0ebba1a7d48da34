//! A lab saved as an image.

use slipway_labs::card::LabId;
use slipway_labs::saving::{ImageNameCheck, ImageWish, SavePreview, Saved, SavedImage};
use tauri::State;

use super::CommandResult;
use crate::state::AppState;

/// What is known before a lab is saved.
#[tauri::command]
#[specta::specta]
pub async fn preview_save(state: State<'_, AppState>, lab: LabId) -> CommandResult<SavePreview> {
    state.labs.preview_save(&lab).await
}

/// What is to be said of the name and tag of an image.
#[tauri::command(async)]
#[specta::specta]
pub fn check_image_name(state: State<'_, AppState>, name: String, tag: String) -> ImageNameCheck {
    state.labs.check_image_name(&name, &tag)
}

/// Makes an image of a lab; goes on when the page is left.
#[tauri::command]
#[specta::specta]
pub async fn save_image(
    state: State<'_, AppState>,
    lab: LabId,
    wish: ImageWish,
) -> CommandResult<Saved> {
    state.labs.save_image(&lab, wish).await
}

/// States of a lab that were saved as images, newest first.
#[tauri::command(async)]
#[specta::specta]
pub fn saved_images(state: State<'_, AppState>, lab: LabId) -> Vec<SavedImage> {
    state.labs.saved_images(&lab)
}
