//! The engine's own page: try it, and mend it.

use slipway_engine::health::{self, EngineRemedy};
use slipway_labs::problem::{Problem, ProblemKind};
use tauri::State;

use super::CommandResult;
use crate::browser;
use crate::state::AppState;

/// Carries out a remedy, then tries to connect again.
#[tauri::command]
#[specta::specta]
pub async fn apply_remedy(state: State<'_, AppState>, remedy: EngineRemedy) -> CommandResult<()> {
    match remedy {
        EngineRemedy::TryAgain => {}
        EngineRemedy::InstallGuide => {
            return browser::open_address(health::install_guide_url()).map_err(no_browser);
        }
        other => health::apply(other).await?,
    }
    state.inventory.reconnect();
    Ok(())
}

/// Runs `hello-world` and gives what it printed.
#[tauri::command]
#[specta::specta]
pub async fn try_engine(state: State<'_, AppState>) -> CommandResult<String> {
    state.labs.try_engine().await
}

/// The failure to open the guide, with its address to copy.
fn no_browser(message: String) -> Problem {
    Problem {
        kind: ProblemKind::BrowserUnavailable,
        title: "The browser did not open.".to_owned(),
        message,
        hint: Some("Copy the address into your browser.".to_owned()),
        field: None,
        detail: Some(health::install_guide_url().to_owned()),
    }
}
