//! Slipway's window: thin commands over `slipway-labs` and `slipway-engine`, streams to the screens,
//! and the one list of commands (in `bindings.rs`).
//!
//! It knows no bollard: what it says to Docker, it says through the engine and labs crates.

mod arrival;
pub mod bindings;
mod browser;
mod closing;
mod commands;
mod dialogs;
mod drops;
mod headless;
mod leaving;
mod log_file;
mod logging;
mod renderer;
mod shortcut;
mod single;
mod state;
mod streams;

use std::process::ExitCode;
use std::time::Duration;

pub use dialogs::{Dialogs, Wanted};
pub use headless::{Wish, attend};
pub use leaving::{DragEnd, Leaving};
pub use renderer::settle_renderer;
pub use state::AppState;
pub use streams::{Numbered, Streams};
use tauri::webview::PageLoadEvent;
use tauri::{Manager as _, Runtime};

/// So long the end of the window waits for terminals to be closed.
const HANGING_UP: Duration = Duration::from_secs(2);

/// Opens the window, on this lab if one is named, and runs until it is closed.
pub fn run(lab: Option<String>) -> ExitCode {
    let logging = logging::start();
    let home = match AppState::home_of_this_person() {
        Ok(home) => home,
        Err(error) => {
            tracing::error!(%error, "there is no home folder");
            return ExitCode::FAILURE;
        }
    };
    let builder = tauri::Builder::default();
    let builder = match single::Start::settle(&home) {
        single::Start::First(lock) => builder.manage(single::Unnamed::of(lock)),
        single::Start::Other => builder.plugin(single::plugin()),
    };
    // Made beside the window, which takes longer; no page asks before it is there.
    let state = tauri::async_runtime::spawn(async { AppState::of_this_person() });
    let outcome = attach(builder.plugin(tauri_plugin_dialog::init()), |app| {
        app.manage(tauri::async_runtime::block_on(state)??);
        Ok(())
    })
    .manage(arrival::Wanted::of(lab))
    .run(tauri::generate_context!());
    drop(logging);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

/// Gives an app its commands and the lifetime of its streams, whichever runtime shows it. Its [`AppState`] is managed already,
/// or by `ready`, which is called once the window has been made and before anything in it can ask.
pub fn attach<R: Runtime>(
    builder: tauri::Builder<R>,
    ready: impl FnOnce(&mut tauri::App<R>) -> Result<(), Box<dyn std::error::Error>> + Send + 'static,
) -> tauri::Builder<R> {
    builder
        .manage(Streams::default())
        .manage(commands::launch::Checking::default())
        .manage(drops::Drops::default())
        .manage(closing::Closing::default())
        .manage(log_file::LogSaves::default())
        .invoke_handler(bindings::builder::<R>().invoke_handler())
        .on_page_load(|webview, payload| match payload.event() {
            PageLoadEvent::Started => {
                webview.state::<Streams>().end_all();
                // Opened by the page that is gone; a new one opens its own.
                webview.state::<AppState>().contents.close_all();
                webview.state::<closing::Closing>().set_unsaved(false);
            }
            PageLoadEvent::Finished => {
                arrival::page_is_here(webview);
                single::take_name(webview.app_handle());
            }
        })
        .on_window_event(heard)
        .setup(|app| {
            ready(app)?;
            // A test may have given answers of its own; those stay.
            app.manage(Dialogs::of(app.handle()));
            app.manage(Leaving::of(app.handle()));
            Ok(())
        })
}

/// Closes all terminals: what runs in them would go on in its lab without anybody to see it. An engine
/// that does not answer holds nothing up for long.
fn hang_up(state: &AppState) {
    if !state.labs.has_terminals() {
        return;
    }
    let closed = async { tokio::time::timeout(HANGING_UP, state.labs.close_terminals()).await };
    if tauri::async_runtime::block_on(closed).is_err() {
        tracing::warn!("terminals could not be closed in time");
    }
}

/// What happens to the window itself.
fn heard<R: Runtime>(window: &tauri::Window<R>, event: &tauri::WindowEvent) {
    match event {
        tauri::WindowEvent::Destroyed => {
            window.state::<Streams>().end_all();
            hang_up(&window.state::<AppState>());
            window.state::<AppState>().contents.close_all();
        }
        tauri::WindowEvent::DragDrop(event) => {
            let scale = window.scale_factor().unwrap_or(1.0);
            let leaving = window.state::<Leaving>();
            window
                .state::<drops::Drops>()
                .hear(event, scale, |paths| leaving.are_ours(paths));
        }
        tauri::WindowEvent::CloseRequested { api, .. } => {
            let state = window.state::<AppState>();
            let jobs = state.contents.jobs();
            let works = jobs.borrow().jobs.iter().any(closing::works) || state.labs.is_saving();
            let closed = window.clone();
            let close = move || {
                if let Err(error) = closed.destroy() {
                    tracing::warn!(%error, "the window could not be closed");
                }
            };
            if window.state::<closing::Closing>().ask(works, close) {
                api.prevent_close();
            }
        }
        _ => {}
    }
}
