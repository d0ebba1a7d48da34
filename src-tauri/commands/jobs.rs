//! Moving and changing files: downloads, uploads, folders, names, texts, the trash.

use std::path::PathBuf;

use serde::Serialize;
use slipway_contents::change::{EditedText, SaveOutcome, Trash};
use slipway_contents::jobs::{ConflictAnswer, JobId, JobList, JobState};
use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::dialogs::{Dialogs, Wanted};
use crate::drops::{DropState, Drops};
use crate::leaving::{DragEnd, Leaving};
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// Follows all work that takes a while.
#[tauri::command(async)]
#[specta::specta]
pub fn subscribe_jobs(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<JobList>>,
) -> u32 {
    streams.follow(state.contents.jobs(), on_update)
}

/// Stops a job; nothing half-made is left.
#[tauri::command(async)]
#[specta::specta]
pub fn cancel_job(state: State<'_, AppState>, job: JobId) {
    state.contents.cancel_job(job);
}

/// Takes a job that is over off the list.
#[tauri::command(async)]
#[specta::specta]
pub fn dismiss_job(state: State<'_, AppState>, job: JobId) {
    state.contents.dismiss_job(job);
}

/// Answers what a job asks.
#[tauri::command(async)]
#[specta::specta]
pub fn answer_conflict(
    state: State<'_, AppState>,
    job: JobId,
    answer: ConflictAnswer,
    for_all: bool,
) {
    state.contents.answer_conflict(job, answer, for_all);
}

/// Downloads files and folders into a folder that the person chooses; `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn download_entries(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
    place: PlaceId,
    paths: Vec<EntryPath>,
) -> CommandResult<Option<JobId>> {
    let wanted = Wanted::Folder {
        title: "Download to".to_owned(),
    };
    match dialogs.ask(wanted).await {
        Some(folder) => Ok(Some(state.contents.download(place, paths, folder).await?)),
        None => Ok(None),
    }
}

/// Uploads files that the person chooses, or with `folders` folders; `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn upload_chosen(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
    place: PlaceId,
    folder: EntryPath,
    folders: bool,
) -> CommandResult<Option<JobId>> {
    let wanted = Wanted::Several {
        title: "Upload".to_owned(),
        folders,
    };
    match dialogs.ask_several(wanted).await {
        Some(sources) => Ok(Some(state.contents.upload(place, folder, sources).await?)),
        None => Ok(None),
    }
}

/// Uploads what was dropped on the window. The page names the drop: what lies at which path of this
/// computer stays here.
#[tauri::command]
#[specta::specta]
pub async fn upload_dropped(
    state: State<'_, AppState>,
    drops: State<'_, Drops>,
    place: PlaceId,
    folder: EntryPath,
    drop: u32,
) -> CommandResult<JobId> {
    let sources = drops.take(drop)?;
    state.contents.upload(place, folder, sources).await
}

/// Follows files of this computer that are held over the window and dropped on it.
#[tauri::command(async)]
#[specta::specta]
pub fn subscribe_drops(
    drops: State<'_, Drops>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<DropState>>,
) -> u32 {
    streams.follow(drops.follow(), on_update)
}

/// Files that lie ready to be dragged out of the window.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReadyFiles {
    /// Names them, until others are brought or they are dragged.
    pub number: u32,
    /// What is not as it is in the place, one sentence each.
    pub cautions: Vec<String>,
}

/// Brings files and folders aside, so that they can be dragged out of the window; `null` where this system has
/// no such drag.
#[tauri::command]
#[specta::specta]
pub async fn bring_aside(
    state: State<'_, AppState>,
    leaving: State<'_, Leaving>,
    place: PlaceId,
    paths: Vec<EntryPath>,
) -> CommandResult<Option<ReadyFiles>> {
    if !Leaving::is_there() {
        return Ok(None);
    }
    let dragged = state.contents.bring_aside(place, paths).await?;
    let cautions = dragged.cautions.clone();
    let (number, before) = leaving.keep(dragged);
    if let Some(before) = before {
        before.forget().await;
    }
    Ok(Some(ReadyFiles { number, cautions }))
}

/// Drags what was brought aside out of the window, while the pointer's button is held; answers at the end of it.
#[tauri::command]
#[specta::specta]
pub async fn drag_out(leaving: State<'_, Leaving>, ready: u32) -> CommandResult<DragEnd> {
    let gone = || Problem::new(ProblemKind::Gone, "These files are not ready any more.");
    let dragged = leaving
        .take(ready)
        .ok_or_else(|| gone().hint("Drag them again."))?;
    let end = leaving.drag(dragged.files.clone()).await;
    if end != DragEnd::Dropped {
        dragged.forget().await;
    }
    Ok(end)
}

/// Makes a folder; gives its path.
#[tauri::command]
#[specta::specta]
pub async fn make_folder(
    state: State<'_, AppState>,
    place: PlaceId,
    folder: EntryPath,
    name: String,
) -> CommandResult<EntryPath> {
    state.contents.make_folder(place, folder, &name).await
}

/// Gives a file or folder another name; gives its new path.
#[tauri::command]
#[specta::specta]
pub async fn rename_entry(
    state: State<'_, AppState>,
    place: PlaceId,
    path: EntryPath,
    name: String,
) -> CommandResult<EntryPath> {
    state.contents.rename(place, path, &name).await
}

/// Moves files and folders into another folder of the same place; gives where they are now. Nothing is replaced.
#[tauri::command]
#[specta::specta]
pub async fn move_entries(
    state: State<'_, AppState>,
    place: PlaceId,
    paths: Vec<EntryPath>,
    folder: EntryPath,
) -> CommandResult<Vec<EntryPath>> {
    state.contents.move_entries(place, paths, folder).await
}

/// Moves files and folders into the trash of the volume; the ids bring them back.
#[tauri::command]
#[specta::specta]
pub async fn trash_entries(
    state: State<'_, AppState>,
    place: PlaceId,
    paths: Vec<EntryPath>,
) -> CommandResult<Vec<String>> {
    state.contents.trash(place, paths).await
}

/// What lies in the trash.
#[tauri::command]
#[specta::specta]
pub async fn list_trash(state: State<'_, AppState>, place: PlaceId) -> CommandResult<Trash> {
    state.contents.list_trash(place).await
}

/// Brings things back from the trash; gives where they are now.
#[tauri::command]
#[specta::specta]
pub async fn restore_trashed(
    state: State<'_, AppState>,
    place: PlaceId,
    ids: Vec<String>,
) -> CommandResult<Vec<EntryPath>> {
    state.contents.restore_trashed(place, ids).await
}

/// Empties the trash for good.
#[tauri::command]
#[specta::specta]
pub async fn empty_trash(state: State<'_, AppState>, place: PlaceId) -> CommandResult<()> {
    state.contents.empty_trash(place).await
}

/// A small text, to be edited.
#[tauri::command]
#[specta::specta]
pub async fn read_text(
    state: State<'_, AppState>,
    place: PlaceId,
    path: EntryPath,
) -> CommandResult<EditedText> {
    state.contents.read_text(place, path).await
}

/// Saves an edited text, unless the file has become another meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn save_text(
    state: State<'_, AppState>,
    place: PlaceId,
    edited: EditedText,
) -> CommandResult<SaveOutcome> {
    state.contents.save_text(place, edited).await
}

/// Puts a text into a file of its own, whose name must be free.
#[tauri::command]
#[specta::specta]
pub async fn create_text(
    state: State<'_, AppState>,
    place: PlaceId,
    folder: EntryPath,
    name: String,
    text: String,
) -> CommandResult<EditedText> {
    state
        .contents
        .create_text(place, folder, &name, &text)
        .await
}

/// Copies everything in one place into another.
#[tauri::command]
#[specta::specta]
pub async fn copy_place(
    state: State<'_, AppState>,
    from: Place,
    to: Place,
) -> CommandResult<JobId> {
    state.contents.copy_place(from, to).await
}

/// Shows what a job made on this computer in the system's file manager. The page names the job, not a path.
#[tauri::command]
#[specta::specta]
pub async fn show_made(state: State<'_, AppState>, job: JobId) -> CommandResult<()> {
    let made = state.contents.jobs().borrow().jobs.iter().find_map(|one| {
        match (&one.state, one.id == job) {
            (JobState::Done { made, .. }, true) => made.clone(),
            _ => None,
        }
    });
    let gone = || Problem::new(ProblemKind::Gone, "It is no longer there.");
    let made = PathBuf::from(made.ok_or_else(gone)?);
    crate::browser::show_in_folder(&made)
        .map_err(|sentence| Problem::new(ProblemKind::Other, sentence))
}
