//! Slipway's window: thin commands over `slipway-labs` and `slipway-engine`, streams to the screens,
//! and the one list of commands (in `bindings.rs`).
//!
//! It knows no bollard: what it says to Docker, it says through the engine and labs crates.

pub mod bindings;
mod browser;
mod commands;
mod folder;
mod logging;
mod renderer;
mod state;
mod streams;

use std::process::ExitCode;

pub use renderer::settle_renderer;
pub use state::AppState;
pub use streams::{Numbered, Streams};
use tauri::Manager as _;
use tauri::webview::PageLoadEvent;

/// Opens the window and runs until it is closed.
pub fn run() -> ExitCode {
    let logging = logging::start();
    let outcome = build(tauri::Builder::default()).run(tauri::generate_context!());
    drop(logging);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

/// The app without its context: commands, state and the lifetime of streams.
fn build(builder: tauri::Builder<tauri::Wry>) -> tauri::Builder<tauri::Wry> {
    let bindings = bindings::builder::<tauri::Wry>();
    builder
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            if let Some(window) = app.get_webview_window("main") {
                // A second start only brings the first window to the front; if that fails, there is nothing to add.
                let _ = window.unminimize().and_then(|()| window.set_focus());
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(bindings.invoke_handler())
        .on_page_load(|webview, payload| {
            if payload.event() == PageLoadEvent::Started {
                webview.state::<Streams>().end_all();
            }
        })
        .on_window_event(|window, event| {
            if matches!(event, tauri::WindowEvent::Destroyed) {
                window.state::<Streams>().end_all();
            }
        })
        .setup(|app| {
            // Tauri's own runtime is entered, so that the inventory can start its task.
            let state = tauri::async_runtime::block_on(async { AppState::of_this_person() })?;
            app.manage(state);
            app.manage(Streams::default());
            app.manage(folder::FolderDialog::of(app.handle()));
            Ok(())
        })
}
