//! The wizard and the launch.

use std::sync::{Mutex, PoisonError};

use slipway_labs::Problem;
use slipway_labs::card::LabId;
use slipway_labs::change::{ChangeCheck, ChangeStart};
use slipway_labs::check::FormCheck;
use slipway_labs::downloads::DownloadSize;
use slipway_labs::form::{FormFrame, FormSeed, LaunchForm, TypedSecrets};
use slipway_labs::launch::LaunchProgress;
use slipway_labs::problem::ProblemKind;
use slipway_labs::versions::VersionList;
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::CommandResult;
use crate::dialogs::{Dialogs, Wanted};
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// A form with every field filled in.
#[tauri::command]
#[specta::specta]
pub async fn new_form(state: State<'_, AppState>, seed: FormSeed) -> CommandResult<LaunchForm> {
    state.labs.new_form(seed).await
}

/// The form after its image or version was changed.
#[tauri::command]
#[specta::specta]
pub async fn revise_form(
    state: State<'_, AppState>,
    form: LaunchForm,
) -> CommandResult<LaunchForm> {
    Ok(state.labs.revise_form(form).await)
}

/// Everything around the form: addresses, volumes, sign-in.
#[tauri::command]
#[specta::specta]
pub async fn frame_form(state: State<'_, AppState>, form: LaunchForm) -> CommandResult<FormFrame> {
    Ok(state.labs.frame(&form).await)
}

/// The check that is under way; there is one form on the screen, and its newest state counts.
#[derive(Default)]
pub struct Checking(Mutex<CancellationToken>);

impl Checking {
    /// Ends the check before; the token is of the new one.
    fn begin(&self) -> CancellationToken {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = CancellationToken::new();
        std::mem::replace(&mut *current, token.clone()).cancel();
        token
    }
}

/// Checks the form. What is typed beside it is only judged, never kept. A newer check ends this one,
/// which then fails, so that nothing is asked any more for a form that was overtaken.
#[tauri::command]
#[specta::specta]
pub async fn check_form(
    state: State<'_, AppState>,
    checking: State<'_, Checking>,
    form: LaunchForm,
    typed: TypedSecrets,
) -> CommandResult<FormCheck> {
    let overtaken = checking.begin();
    tokio::select! {
        biased;
        () = overtaken.cancelled() => Err(Problem::new(
            ProblemKind::Other,
            "The form was changed while it was checked.",
        )),
        check = state.labs.check(&form, &typed) => Ok(check),
    }
}

/// The form that a lab has, for changing it.
#[tauri::command]
#[specta::specta]
pub fn change_form(state: State<'_, AppState>, lab: LabId) -> CommandResult<LaunchForm> {
    state.labs.change_form(&lab)
}

/// Checks a changed form of a lab, and says what the change will do. A newer check ends this one, as with
/// `check_form`.
#[tauri::command]
#[specta::specta]
pub async fn check_change(
    state: State<'_, AppState>,
    checking: State<'_, Checking>,
    lab: LabId,
    form: LaunchForm,
    typed: TypedSecrets,
) -> CommandResult<ChangeCheck> {
    let overtaken = checking.begin();
    tokio::select! {
        biased;
        () = overtaken.cancelled() => Err(Problem::new(
            ProblemKind::Other,
            "The form was changed while it was checked.",
        )),
        check = state.labs.check_change(&lab, &form, &typed) => check,
    }
}

/// Changes a lab, at once or as a journey that is followed like a launch. Without `loss_accepted` it is
/// refused where something outside volumes would be lost.
#[tauri::command]
#[specta::specta]
pub async fn change_lab(
    state: State<'_, AppState>,
    lab: LabId,
    form: LaunchForm,
    typed: TypedSecrets,
    loss_accepted: bool,
) -> CommandResult<ChangeStart> {
    state
        .labs
        .change_lab(&lab, form, typed, loss_accepted)
        .await
}

/// Versions of an image; asks its registry.
#[tauri::command]
#[specta::specta]
pub async fn list_versions(
    state: State<'_, AppState>,
    recipe: String,
    image: String,
) -> CommandResult<VersionList> {
    Ok(state.labs.versions(&recipe, &image).await)
}

/// How much the form's image is to download; asks its registry.
#[tauri::command]
#[specta::specta]
pub async fn measure_form(
    state: State<'_, AppState>,
    form: LaunchForm,
) -> CommandResult<DownloadSize> {
    Ok(state.labs.measure_form(&form).await)
}

/// Launches; gives the id of the lab it becomes.
#[tauri::command]
#[specta::specta]
pub async fn launch_lab(
    state: State<'_, AppState>,
    form: LaunchForm,
    typed: TypedSecrets,
) -> CommandResult<LabId> {
    state.labs.launch(form, typed).await
}

/// A launch as it is now; `null` where there is none for this lab.
#[tauri::command]
#[specta::specta]
pub fn fetch_launch(state: State<'_, AppState>, lab: LabId) -> Option<LaunchProgress> {
    state
        .labs
        .watch_launch(&lab)
        .map(|progress| LaunchProgress::clone(&progress.borrow()))
}

/// Follows a launch; every message is its whole state. The stream ends with the launch.
#[tauri::command]
#[specta::specta]
pub fn subscribe_launch(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    lab: LabId,
    on_update: Channel<Numbered<LaunchProgress>>,
) -> u32 {
    let progress = state.labs.watch_launch(&lab);
    streams.open(|subscription| async move {
        let Some(mut progress) = progress else { return };
        loop {
            subscription.ready().await;
            let now = LaunchProgress::clone(&progress.borrow_and_update());
            subscription.send(&on_update, now);
            if progress.changed().await.is_err() {
                return;
            }
        }
    })
}

/// Cancels a launch, or discards one that failed.
#[tauri::command]
#[specta::specta]
pub async fn cancel_launch(
    state: State<'_, AppState>,
    lab: LabId,
) -> CommandResult<Option<String>> {
    state.labs.cancel_launch(&lab).await
}

/// Keeps the form as a lab that is launched later.
#[tauri::command]
#[specta::specta]
pub async fn save_lab(
    state: State<'_, AppState>,
    form: LaunchForm,
    typed: TypedSecrets,
) -> CommandResult<LabId> {
    state.labs.save_lab(form, typed).await
}

/// Runs a small program in a container with the form's graphics cards, and gives its sentence.
#[tauri::command]
#[specta::specta]
pub async fn check_gpu(state: State<'_, AppState>, form: LaunchForm) -> CommandResult<String> {
    state.labs.check_gpu(&form).await
}

/// Asks for a folder with the system's own dialog; `null` where the person closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_folder(dialogs: State<'_, Dialogs>) -> CommandResult<Option<String>> {
    let wanted = Wanted::Folder {
        title: "Where your work is kept".to_owned(),
    };
    let chosen = dialogs.ask(wanted).await;
    Ok(chosen.map(|path| path.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_check_ends_the_one_before_and_no_other() {
        let checking = Checking::default();
        let first = checking.begin();
        assert!(!first.is_cancelled());
        let second = checking.begin();
        assert!(first.is_cancelled() && !second.is_cancelled());
    }
}
