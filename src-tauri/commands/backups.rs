//! Keeping volumes safe.

use slipway_contents::backup::{
    AddedBackup, BackupPlan, BackupShelf, RestorePreview, RestoreTarget,
};
use slipway_contents::jobs::JobId;
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use tauri::State;

use super::CommandResult;
use crate::dialogs::{Dialogs, Wanted};
use crate::state::AppState;

/// Backups of one volume, or of all.
#[tauri::command]
#[specta::specta]
pub async fn list_backups(
    state: State<'_, AppState>,
    volume: Option<String>,
) -> CommandResult<BackupShelf> {
    state.contents.backups(volume.as_deref()).await
}

/// Backs a volume up; with `pause` its labs are paused while it is read.
#[tauri::command]
#[specta::specta]
pub async fn back_up_volume(
    state: State<'_, AppState>,
    volume: String,
    pause: bool,
) -> CommandResult<JobId> {
    state.contents.back_up(&volume, pause)
}

/// Reads a backup again and compares every file with its manifest.
#[tauri::command]
#[specta::specta]
pub async fn verify_backup(state: State<'_, AppState>, file: String) -> CommandResult<JobId> {
    state.contents.verify_backup(&file).await
}

/// Takes a backup file from elsewhere; `null` where the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn add_backup(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
) -> CommandResult<Option<AddedBackup>> {
    let wanted = Wanted::File {
        title: "Backup to restore".to_owned(),
        endings: ["zst", "tar", "gz", "tgz"].map(str::to_owned).into(),
    };
    match dialogs.ask(wanted).await {
        Some(file) => Ok(Some(state.contents.add_backup(file).await?)),
        None => Ok(None),
    }
}

/// What a restore would do.
#[tauri::command]
#[specta::specta]
pub async fn preview_restore(
    state: State<'_, AppState>,
    file: String,
    target: RestoreTarget,
) -> CommandResult<RestorePreview> {
    state.contents.preview_restore(&file, target).await
}

/// Restores a backup.
#[tauri::command]
#[specta::specta]
pub async fn restore_backup(
    state: State<'_, AppState>,
    file: String,
    target: RestoreTarget,
) -> CommandResult<JobId> {
    state.contents.restore(&file, target).await
}

/// Deletes a backup file.
#[tauri::command]
#[specta::specta]
pub async fn delete_backup(state: State<'_, AppState>, file: String) -> CommandResult<()> {
    state.contents.delete_backup(&file).await
}

/// Shows a backup in the system's file manager. The page names the backup, never a path.
#[tauri::command]
#[specta::specta]
pub async fn show_backup(state: State<'_, AppState>, file: String) -> CommandResult<()> {
    let path = state.contents.backup_path(&file)?;
    crate::browser::show_in_folder(&path)
        .map_err(|sentence| Problem::new(ProblemKind::Other, sentence))
}

/// Backs a volume up by itself from now on.
#[tauri::command]
#[specta::specta]
pub async fn plan_backups(state: State<'_, AppState>, plan: BackupPlan) -> CommandResult<()> {
    state.contents.plan_backups(plan)
}

/// No longer backs a volume up by itself; its backups stay.
#[tauri::command]
#[specta::specta]
pub async fn forget_plan(state: State<'_, AppState>, volume: String) -> CommandResult<()> {
    state.contents.forget_plan(&volume)
}

/// Copies a volume into a new one.
#[tauri::command]
#[specta::specta]
pub async fn clone_volume(
    state: State<'_, AppState>,
    volume: String,
    name: String,
) -> CommandResult<JobId> {
    state.contents.clone_volume(&volume, &name).await
}
