//! Closing the window while work runs or a text is not saved.

use std::time::Duration;

use tauri::State;
use tauri::ipc::Channel;

use super::CommandResult;
use crate::closing::{Closing, works};
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// So long jobs that were told to stop have time to tidy up; an engine that is away answers never.
const TIDYING: Duration = Duration::from_secs(20);

/// Follows how often the window was asked to close while something would be lost by it.
#[tauri::command(async)]
#[specta::specta]
pub fn subscribe_closing(
    closing: State<'_, Closing>,
    streams: State<'_, Streams>,
    on_update: Channel<Numbered<u32>>,
) -> u32 {
    streams.follow(closing.follow(), on_update)
}

/// Says whether the page has a text that is not saved.
#[tauri::command(async)]
#[specta::specta]
pub fn tell_unsaved(closing: State<'_, Closing>, unsaved: bool) {
    closing.set_unsaved(unsaved);
}

/// Stops all work, which tidies up behind itself, and closes the window, as it was asked to.
#[tauri::command]
#[specta::specta]
pub async fn close_window(
    state: State<'_, AppState>,
    closing: State<'_, Closing>,
) -> CommandResult<()> {
    let mut states = state.contents.jobs();
    let running: Vec<_> = states
        .borrow()
        .jobs
        .iter()
        .filter(|job| works(job))
        .map(|job| job.id)
        .collect();
    for job in running {
        state.contents.cancel_job(job);
    }
    let over = states.wait_for(|list| !list.jobs.iter().any(works));
    if tokio::time::timeout(TIDYING, over).await.is_err() {
        tracing::warn!("work that was stopped has not come to its end");
    }
    // Saving a lab cannot be stopped; its files are put back when it ends.
    state.labs.until_saved().await;
    closing.close();
    Ok(())
}
