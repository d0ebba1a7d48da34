//! Looking into a volume or a folder: rows, changes, space, search.

use slipway_contents::browse::{FolderPage, FolderQuery, PlaceUpdate};
use slipway_contents::entry::Entry;
use slipway_contents::place::{EntryPath, OpenedPlace, Place, PlaceId};
use slipway_contents::search::{SearchHit, SearchQuery, SearchState};
use slipway_contents::space::{SpaceMap, SpaceState};
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// Opens a place; it stays open until it is closed or the page goes.
#[tauri::command]
#[specta::specta]
pub async fn open_place(state: State<'_, AppState>, place: Place) -> CommandResult<OpenedPlace> {
    state.contents.open(place).await
}

/// Closes a place; one that is closed already is no error.
#[tauri::command(async)]
#[specta::specta]
pub fn close_place(state: State<'_, AppState>, place: PlaceId) {
    state.contents.close(place);
}

/// Rows of a folder.
#[tauri::command]
#[specta::specta]
pub async fn list_folder(
    state: State<'_, AppState>,
    place: PlaceId,
    query: FolderQuery,
) -> CommandResult<FolderPage> {
    state.contents.list_folder(place, query).await
}

/// What a path that was typed by hand names.
#[tauri::command]
#[specta::specta]
pub async fn find_entry(
    state: State<'_, AppState>,
    place: PlaceId,
    typed: String,
) -> CommandResult<Entry> {
    state.contents.find_entry(place, &typed).await
}

/// Follows the folders on screen and the file of the preview, in the place of those followed before.
#[tauri::command(async)]
#[specta::specta]
pub fn watch_place(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    place: PlaceId,
    folders: Vec<EntryPath>,
    file: Option<EntryPath>,
    on_update: Channel<Numbered<PlaceUpdate>>,
) -> CommandResult<u32> {
    Ok(streams.follow(state.contents.watch(place, folders, file)?, on_update))
}

/// Counts what takes the space, while it is followed.
#[tauri::command(async)]
#[specta::specta]
pub fn measure_place(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    place: PlaceId,
    on_update: Channel<Numbered<SpaceState>>,
) -> CommandResult<u32> {
    Ok(streams.follow(state.contents.measure(place)?, on_update))
}

/// The picture of a folder, as far as it has been counted.
#[tauri::command(async)]
#[specta::specta]
pub fn space_map(
    state: State<'_, AppState>,
    place: PlaceId,
    folder: EntryPath,
) -> CommandResult<SpaceMap> {
    state.contents.space_map(place, &folder)
}

/// Starts a search in the place of the one before; it ends when it is no longer followed.
#[tauri::command(async)]
#[specta::specta]
pub fn search_place(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    place: PlaceId,
    query: SearchQuery,
    on_update: Channel<Numbered<SearchState>>,
) -> CommandResult<u32> {
    Ok(streams.follow(state.contents.search(place, query)?, on_update))
}

/// Hits of the search, in the order in which they were found.
#[tauri::command(async)]
#[specta::specta]
pub fn read_hits(
    state: State<'_, AppState>,
    place: PlaceId,
    from: u32,
    count: u32,
) -> CommandResult<Vec<SearchHit>> {
    state.contents.search_hits(place, from, count)
}
