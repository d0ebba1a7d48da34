//! A lab's log: followed in Rust, read by the rows that are shown, and saved to a file.

use std::sync::Arc;

use slipway_engine::ContainerId;
use slipway_engine::logs::{
    Cover, FollowedLog, LogFound, LogPage, LogPattern, LogQuery, LogState, LogView,
};
use slipway_labs::card::LabId;
use slipway_labs::readiness::hiding_tokens;
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::dialogs::Dialogs;
use crate::log_file::{LogFile, LogSaves, LogSaving, LogWish};
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// How many lines of the past a log starts with.
const TAIL: u32 = 10_000;

/// What nobody may see in the log of this lab.
async fn cover(state: &AppState, lab: Option<&LabId>) -> Cover {
    let texts = match lab {
        Some(lab) => state.labs.masked_texts(lab).await,
        None => Vec::new(),
    };
    Cover::from(texts).and(hiding_tokens)
}

/// Follows the log of a container, or reads what the view asks for. Messages say only where it stands; rows are read with `read_log`.
#[tauri::command]
#[specta::specta]
pub async fn subscribe_log(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    container: ContainerId,
    lab: Option<LabId>,
    view: LogView,
    on_update: Channel<Numbered<LogState>>,
) -> CommandResult<u32> {
    let page = streams.page();
    let cover = cover(&state, lab.as_ref()).await;
    let log = Arc::new(
        state
            .inventory
            .engine()?
            .view_log(&container, &view, TAIL, cover)
            .await?,
    );
    Ok(streams.open_for(page, |subscription| {
        subscription.attach(Arc::clone(&log));
        async move {
            let mut states = log.state();
            loop {
                subscription.ready().await;
                let now = *states.borrow_and_update();
                subscription.send(&on_update, now);
                if states.changed().await.is_err() {
                    // The log has ended; its rows can be read until the page lets go of the stream.
                    std::future::pending::<()>().await;
                }
            }
        }
    }))
}

/// Rows of a followed log. Searching reads all of it, so it keeps away from the window's own thread.
#[tauri::command(async)]
#[specta::specta]
pub fn read_log(
    streams: State<'_, Streams>,
    subscription: u32,
    query: LogQuery,
) -> Option<LogPage> {
    Some(streams.behind::<FollowedLog>(subscription)?.read(&query))
}

/// The match after a line of a followed log, or before it; `null` where there is none.
#[tauri::command(async)]
#[specta::specta]
pub fn find_in_log(
    streams: State<'_, Streams>,
    subscription: u32,
    pattern: LogPattern,
    from: u32,
    backwards: bool,
) -> Option<LogFound> {
    streams
        .behind::<FollowedLog>(subscription)?
        .find(&pattern, from, backwards)
}

/// Writes a log to a file that the person chooses, from the engine without a detour; gives how it ended,
/// `null` where the dialog was closed or the saving was stopped. Tells now and then how many lines there are.
#[tauri::command]
#[specta::specta]
pub async fn save_log(
    state: State<'_, AppState>,
    dialogs: State<'_, Dialogs>,
    saves: State<'_, LogSaves>,
    saving: u32,
    wish: LogWish,
    on_lines: Channel<u32>,
) -> CommandResult<Option<LogFile>> {
    let asked = saves.begin(saving);
    let Some(path) = dialogs.ask(crate::log_file::wanted(&wish.name)).await else {
        return Ok(None);
    };
    let log = LogSaving {
        cover: cover(&state, wish.lab.as_ref()).await,
        engine: state.inventory.engine()?,
        wish,
    };
    let told = move |lines| {
        if let Err(error) = on_lines.send(lines) {
            tracing::debug!(%error, "the page was not told how far a log is saved");
        }
    };
    asked.until_stopped(log.write(path, told)).await
}

/// Stops the saving of a log; nothing of the file stays.
#[tauri::command]
#[specta::specta]
pub fn stop_saving_log(saves: State<'_, LogSaves>, saving: u32) {
    saves.stop(saving);
}
