//! Opening the window on one lab, as a shortcut does: `slipway --lab <id>`.
//!
//! The window shows the lab's page; the lab is started where it is stopped, launched again where its
//! container is gone, and its page opens when it answers. Whatever goes wrong stands on the page, as
//! if the person had pressed the buttons there. A second start hands its wish to the first one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use slipway_engine::inventory::EngineStatus;
use slipway_labs::Problem;
use slipway_labs::card::{LabCard, LabId, LabState};
use slipway_labs::form::{FormSeed, TypedSecrets};
use tauri::{AppHandle, Manager as _, Runtime, Webview};

use crate::state::AppState;

/// For what follows at once on a card.
const MOMENT: Duration = Duration::from_secs(3);

/// The lab that this start is about, until the page can be told.
#[derive(Default)]
pub struct Wanted(Mutex<Option<String>>);

impl Wanted {
    pub fn of(lab: Option<String>) -> Self {
        Self(Mutex::new(lab))
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The lab that a second start names in its arguments.
pub fn named(arguments: &[String]) -> Option<String> {
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--lab" {
            return arguments.next().cloned();
        }
        if let Some(lab) = argument.strip_prefix("--lab=") {
            return Some(lab.to_owned());
        }
    }
    None
}

/// The page has been loaded and listens to its address.
pub fn page_is_here<R: Runtime>(webview: &Webview<R>) {
    let wanted = webview.try_state::<Wanted>();
    if let Some(lab) = wanted.and_then(|wanted| wanted.take()) {
        arrive(webview.app_handle(), lab);
    }
}

/// Shows the lab, and does what a person would do to use it.
pub fn arrive<R: Runtime>(app: &AppHandle<R>, lab: String) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let Some(card) = find(&app, &lab).await else {
            tracing::info!(lab, "the lab of a shortcut is not there");
            return show(&app, "labs", None);
        };
        show(&app, "lab", Some(&card.id));
        if let Err(problem) = Box::pin(make_ready(&app, &card)).await {
            tracing::warn!(%problem, lab = %card.id.0, "a lab could not be opened by its shortcut");
        }
    });
}

/// The lab of this id or name, once profiles and containers have been joined.
async fn find<R: Runtime>(app: &AppHandle<R>, lab: &str) -> Option<LabCard> {
    let mut lists = app.state::<AppState>().labs.watch();
    let list = lists.wait_for(|list| list.loaded).await.ok()?;
    let mut labs = list.labs.iter();
    let card = labs.find(|card| card.id.0 == lab || card.name == lab);
    card.cloned()
}

/// Starts, launches and opens. Where a launch needs the person, the wizard opens with its form.
async fn make_ready<R: Runtime>(app: &AppHandle<R>, card: &LabCard) -> Result<(), Problem> {
    let labs = app.state::<AppState>().labs.clone();
    let mut snapshots = app.state::<AppState>().inventory.watch();
    // An engine that is started later finds the wish forgotten: the window says that it is away.
    let known = snapshots.wait_for(|now| now.report.status != EngineStatus::Connecting);
    let ready = known
        .await
        .is_ok_and(|now| now.report.status == EngineStatus::Ready);
    if !ready {
        return Ok(());
    }
    let list = labs.list();
    let now = list.labs.iter().find(|now| now.id == card.id);
    let (state, before) = now.map_or((card.state, card.started), |now| (now.state, now.started));
    match state {
        LabState::Running => return labs.open(&card.id).await,
        LabState::Launching => return Ok(()),
        LabState::Missing | LabState::Saved => {
            let seed = FormSeed {
                like_lab: Some(card.id.0.clone()),
                ..FormSeed::default()
            };
            let form = labs.new_form(seed).await?;
            // A launch opens its page itself.
            return match labs.launch(form, TypedSecrets::default()).await {
                Ok(lab) => {
                    show(app, "launch", Some(&lab));
                    Ok(())
                }
                Err(problem) => {
                    wizard(app, &card.id);
                    Err(problem)
                }
            };
        }
        LabState::Starting => {}
        LabState::Stopped | LabState::Paused | LabState::Problem => {
            labs.start_lab(&card.id).await?;
        }
    }
    let mut lists = labs.watch();
    if state != LabState::Starting {
        // The card is as it was before the start, until what was asked for stands on it.
        let asked = lists.wait_for(|list| {
            let card = list.labs.iter().find(|now| now.id == card.id);
            card.is_none_or(|now| now.intent.is_some() || now.started != before)
        });
        drop(tokio::time::timeout(MOMENT, asked).await);
    }
    let answered = lists.wait_for(|list| {
        let card = list.labs.iter().find(|now| now.id == card.id);
        card.is_none_or(|now| now.intent.is_none() && now.state != LabState::Starting)
    });
    let runs = answered.await.is_ok_and(|list| {
        let mut labs = list.labs.iter();
        labs.any(|now| now.id == card.id && now.state == LabState::Running)
    });
    if runs {
        labs.open(&card.id).await
    } else {
        Ok(())
    }
}

/// Leads the page there; its pages stand behind the hash of its address.
fn show<R: Runtime>(app: &AppHandle<R>, page: &str, lab: Option<&LabId>) {
    let part = lab.map_or_else(String::new, |lab| format!("/{}", lab.0));
    go(app, &format!("#/{page}{part}"));
}

fn wizard<R: Runtime>(app: &AppHandle<R>, lab: &LabId) {
    go(app, &format!("#/wizard?like={}", lab.0));
}

fn go<R: Runtime>(app: &AppHandle<R>, hash: &str) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    // As JSON it is one text, whatever is in it.
    let hash = serde_json::Value::from(hash);
    if let Err(error) = window.eval(format!("location.hash = {hash}")) {
        tracing::warn!(%error, "the page could not be led to a lab");
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_second_start_names_its_lab() {
        let words =
            |words: &[&str]| named(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            words(&["slipway", "--lab", "ai-lab-1"]).as_deref(),
            Some("ai-lab-1")
        );
        assert_eq!(
            words(&["slipway", "--lab=ai-lab-1"]).as_deref(),
            Some("ai-lab-1")
        );
        assert_eq!(words(&["slipway"]), None);
        assert_eq!(
            words(&["--lab", "--lab"]),
            None,
            "the program's name is no argument"
        );
    }
}
