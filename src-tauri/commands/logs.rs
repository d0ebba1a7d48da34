//! A lab's log: followed in Rust, read by the rows that are shown.

use std::sync::Arc;

use slipway_engine::ContainerId;
use slipway_engine::logs::{LogPage, LogQuery, LogState};
use slipway_labs::card::LabId;
use slipway_labs::readiness::without_tokens;
use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// How many lines of the past a log starts with.
const TAIL: u32 = 10_000;

/// Follows the log of a container. Messages say only where it stands; rows are read with `read_log`.
#[tauri::command]
#[specta::specta]
pub async fn subscribe_log(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    container: ContainerId,
    lab: Option<LabId>,
    on_update: Channel<Numbered<LogState>>,
) -> CommandResult<u32> {
    let page = streams.page();
    let masked = match &lab {
        Some(lab) => state.labs.masked_texts(lab).await,
        None => Vec::new(),
    };
    let log = Arc::new(
        state
            .inventory
            .engine()?
            .follow_log(&container, TAIL, masked)
            .await?,
    );
    Ok(streams.open_for(page, |subscription| {
        subscription.attach_log(Arc::clone(&log));
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

/// Rows of a followed log, without the tokens that servers write there. Searching reads all of it, so it keeps away from the window's own thread.
#[tauri::command(async)]
#[specta::specta]
pub fn read_log(
    streams: State<'_, Streams>,
    subscription: u32,
    query: LogQuery,
) -> Option<LogPage> {
    let mut page = streams.log(subscription)?.read(&query);
    for line in &mut page.lines {
        line.text = without_tokens(&line.text);
    }
    Some(page)
}
