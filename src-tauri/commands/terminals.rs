//! Terminals in labs. Messages say only how far one is; its output is read as raw bytes from where the page stands.

use slipway_engine::terminals::{TerminalSize, TerminalState};
use slipway_labs::card::LabId;
use slipway_labs::terminals::{TerminalId, TerminalRow, TerminalWish};
use tauri::State;
use tauri::ipc::Channel;

use super::{CommandResult, RawBytes};
use crate::state::AppState;
use crate::streams::{Numbered, Streams};

/// The open terminals of a lab, ended ones too.
#[tauri::command]
#[specta::specta]
pub fn list_terminals(state: State<'_, AppState>, lab: LabId) -> Vec<TerminalRow> {
    state.labs.terminals(&lab)
}

/// Opens a terminal in a running lab. It stays open when the page is left.
#[tauri::command]
#[specta::specta]
pub async fn open_terminal(
    state: State<'_, AppState>,
    lab: LabId,
    wish: TerminalWish,
) -> CommandResult<TerminalRow> {
    state.labs.open_terminal(&lab, wish).await
}

/// Follows how far a terminal is; `null` where it was closed.
#[tauri::command]
#[specta::specta]
pub fn subscribe_terminal(
    state: State<'_, AppState>,
    streams: State<'_, Streams>,
    terminal: TerminalId,
    on_update: Channel<Numbered<TerminalState>>,
) -> Option<u32> {
    let mut states = state.labs.terminal(terminal)?.state();
    Some(streams.open(|subscription| async move {
        loop {
            subscription.ready().await;
            let now = *states.borrow_and_update();
            subscription.send(&on_update, now);
            if states.changed().await.is_err() {
                return;
            }
        }
    }))
}

/// Output from this position on, at most 256 KiB of it and a few sequences: eight bytes with the position
/// after it (a little-endian double), then the output. Empty where the terminal was closed.
#[tauri::command(async)]
#[specta::specta]
pub fn read_terminal(state: State<'_, AppState>, terminal: TerminalId, from: f64) -> RawBytes {
    let Some(terminal) = state.labs.terminal(terminal) else {
        return RawBytes(Vec::new());
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a page counts in doubles, which hold every byte of some petabytes; what is no position is the first"
    )]
    let piece = terminal.read(from as u64);
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let next = piece.next as f64;
    RawBytes([&next.to_le_bytes()[..], &piece.bytes].concat())
}

/// Types into a terminal; waits while what runs in it does not read.
#[tauri::command]
#[specta::specta]
pub async fn write_terminal(
    state: State<'_, AppState>,
    terminal: TerminalId,
    text: String,
) -> CommandResult<()> {
    if let Some(terminal) = state.labs.terminal(terminal) {
        terminal.write(text.into_bytes()).await;
    }
    Ok(())
}

/// Makes a terminal as large as it is shown.
#[tauri::command]
#[specta::specta]
pub async fn resize_terminal(
    state: State<'_, AppState>,
    terminal: TerminalId,
    size: TerminalSize,
) -> CommandResult<()> {
    if let Some(terminal) = state.labs.terminal(terminal) {
        terminal.resize(size).await;
    }
    Ok(())
}

/// Closes a terminal, and what runs in it with it; the lab's main program goes on.
#[tauri::command]
#[specta::specta]
pub async fn close_terminal(state: State<'_, AppState>, terminal: TerminalId) -> CommandResult<()> {
    state.labs.close_terminal(terminal).await;
    Ok(())
}
