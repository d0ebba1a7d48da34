//! Files, seen without starting anything.

use slipway_contents::place::{EntryPath, PlaceId};
use slipway_contents::preview::{CellPage, Comparison, LinePage, Preview, PreviewId, RowPage};
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use tauri::State;

use super::{CommandResult, RawBytes};
use crate::state::AppState;

/// Opens the preview of a file, in the place of the one before.
#[tauri::command]
#[specta::specta]
pub async fn open_preview(
    state: State<'_, AppState>,
    place: PlaceId,
    path: EntryPath,
) -> CommandResult<Preview> {
    state.contents.open_preview(place, path).await
}

/// Cells of a notebook.
#[tauri::command]
#[specta::specta]
pub async fn preview_cells(
    state: State<'_, AppState>,
    preview: PreviewId,
    from: u32,
    count: u32,
) -> CommandResult<CellPage> {
    state.contents.preview_cells(preview, from, count).await
}

/// All lines of an output that is shown by its beginning.
#[tauri::command]
#[specta::specta]
pub async fn preview_output(
    state: State<'_, AppState>,
    preview: PreviewId,
    cell: u32,
    output: u32,
) -> CommandResult<LinePage> {
    state.contents.preview_output(preview, cell, output).await
}

/// Rows of a table.
#[tauri::command]
#[specta::specta]
pub async fn preview_rows(
    state: State<'_, AppState>,
    preview: PreviewId,
    sheet: u32,
    from: u32,
    count: u32,
) -> CommandResult<RowPage> {
    state
        .contents
        .preview_rows(preview, sheet, from, count)
        .await
}

/// Lines of a text.
#[tauri::command]
#[specta::specta]
pub async fn preview_lines(
    state: State<'_, AppState>,
    preview: PreviewId,
    from: u32,
    count: u32,
) -> CommandResult<LinePage> {
    state.contents.preview_lines(preview, from, count).await
}

/// Lines of hexadecimal digits.
#[tauri::command]
#[specta::specta]
pub async fn preview_hex(
    state: State<'_, AppState>,
    preview: PreviewId,
    from: u32,
    count: u32,
) -> CommandResult<LinePage> {
    state.contents.preview_hex(preview, from, count).await
}

/// The bytes of a picture: PNG or JPEG, decoded and checked.
#[tauri::command]
#[specta::specta]
pub async fn preview_picture(
    state: State<'_, AppState>,
    preview: PreviewId,
    key: String,
) -> CommandResult<RawBytes> {
    Ok(RawBytes(
        state.contents.preview_picture(preview, &key).await?,
    ))
}

/// Bytes of a file that the page draws itself.
#[tauri::command]
#[specta::specta]
pub async fn preview_bytes(
    state: State<'_, AppState>,
    preview: PreviewId,
    from: f64,
    count: u32,
) -> CommandResult<RawBytes> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and a place before the file's beginning is its beginning"
    )]
    let from = from as u64;
    Ok(RawBytes(
        state.contents.preview_bytes(preview, from, count).await?,
    ))
}

/// Two files side by side.
#[tauri::command]
#[specta::specta]
pub async fn compare_files(
    state: State<'_, AppState>,
    left_place: PlaceId,
    left: EntryPath,
    right_place: PlaceId,
    right: EntryPath,
) -> CommandResult<Comparison> {
    state
        .contents
        .compare((left_place, left), (right_place, right))
        .await
}

/// Opens a web address that stands in a document, in the browser. The page shows it first and asks;
/// only plain http and https addresses are opened.
#[tauri::command]
#[specta::specta]
pub fn open_address(address: &str) -> CommandResult<()> {
    crate::browser::open_address(address)
        .map_err(|sentence| Problem::new(ProblemKind::Other, sentence))
}
