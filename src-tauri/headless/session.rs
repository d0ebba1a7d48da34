//! One command's labs: the same `Labs` as the window's, over the same folders, keyring and engine.
//!
//! A window that runs meanwhile is not asked: both read the same profiles and the same engine, and
//! each sees what the other does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slipway_engine::inventory::{ContainerRow, ContainerState, EngineStatus, Snapshot};
use slipway_labs::Problem;
use slipway_labs::card::{LabCard, LabId, LabState};
use slipway_labs::labs::OpenAddress;
use slipway_labs::problem::ProblemKind;
use tokio_util::sync::CancellationToken;

use super::failure::{Exit, Failure, Outcome};
use super::names;
use super::voice::Voice;
use crate::state::AppState;

/// An engine that says nothing for so long is not there.
const CONNECTING: Duration = Duration::from_secs(20);
/// The engine's facts follow its lists by a moment.
const FACTS: Duration = Duration::from_secs(3);

/// Cards follow the inventory by less than this.
const CARDS: Duration = Duration::from_millis(120);

/// What happens with an address that would be opened in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    Browser,
    /// It is only remembered.
    Nowhere,
}

/// What every command works with.
pub struct Session {
    pub state: AppState,
    pub voice: Voice,
    /// Ctrl-C was pressed.
    pub cancelled: CancellationToken,
    opened: Arc<Mutex<Option<String>>>,
}

impl Session {
    /// Reads the labs and begins to connect. Within a tokio runtime.
    ///
    /// # Errors
    /// Where the system names no home folder.
    pub fn start(voice: Voice, cancelled: CancellationToken, opening: Opening) -> Outcome<Self> {
        let opened: Arc<Mutex<Option<String>>> = Arc::default();
        let open_address: OpenAddress = match opening {
            Opening::Browser => Arc::new(crate::browser::open_address),
            Opening::Nowhere => {
                let opened = Arc::clone(&opened);
                Arc::new(move |address| {
                    *opened.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(address.to_owned());
                    Ok(())
                })
            }
        };
        let state = AppState::of_this_person_opening(open_address).map_err(|error| {
            Problem::new(
                ProblemKind::Other,
                "This account has no home folder, so there is no place for labs.",
            )
            .detail(error.to_string())
        })?;
        state.labs.act_only_as_asked();
        Ok(Self {
            state,
            voice,
            cancelled,
            opened,
        })
    }

    /// The last address that was remembered instead of being opened.
    pub fn opened(&self) -> Option<String> {
        self.opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until it is known whether there is an engine, with its facts where there is one.
    pub async fn snapshot(&self) -> Arc<Snapshot> {
        let mut snapshots = self.state.inventory.watch();
        let known = snapshots.wait_for(|snapshot| {
            snapshot.report.status != EngineStatus::Connecting
                && (snapshot.report.status != EngineStatus::Ready
                    || !snapshot.report.problems.is_empty()
                    || snapshot.report.facts.is_some())
        });
        // Time that runs out is no answer, and what is known then says so.
        let _ = tokio::time::timeout(CONNECTING, known).await;
        self.state.inventory.snapshot()
    }

    /// Waits for an engine that labs can run on.
    ///
    /// # Errors
    /// `NoEngine`, in the words of the engine's page.
    pub async fn engine(&self) -> Outcome {
        let snapshot = tokio::select! {
            snapshot = self.snapshot() => snapshot,
            () = self.cancelled.cancelled() => return Err(Failure::cancelled("Cancelled.")),
        };
        let report = &snapshot.report;
        if report.status == EngineStatus::Ready {
            self.loaded().await;
            return Ok(());
        }
        let problem = report.problems.iter().find(|problem| problem.blocking);
        let Some(problem) = problem else {
            return Err(Problem::from(slipway_engine::Error::Connecting).into());
        };
        let mut told = Problem::new(ProblemKind::EngineAway, problem.title.clone())
            .because(problem.message.clone())
            .hint(match &problem.command {
                Some(command) => format!("Type: {command}"),
                None => "“slipway doctor” says more.".to_owned(),
            });
        told.detail.clone_from(&problem.detail);
        Err(Failure::new(Exit::NoEngine, told))
    }

    /// Waits until profiles and containers have been joined, with all that is known of both: the
    /// engine's list comes first, and the times at which containers began and ended follow it.
    pub async fn loaded(&self) {
        let mut lists = self.state.labs.watch();
        let mut snapshots = self.state.inventory.watch();
        let joined = async {
            let loaded = lists.wait_for(|list| list.loaded).await.is_ok();
            let detailed = snapshots.wait_for(|snapshot| {
                snapshot.report.status != EngineStatus::Ready
                    || snapshot.containers.values().all(|row| has_times(row))
            });
            loaded && detailed.await.is_ok()
        };
        let _ = tokio::time::timeout(FACTS, joined).await;
        lists.mark_unchanged();
        let _ = tokio::time::timeout(CARDS, lists.changed()).await;
    }

    /// The lab of this name or id.
    ///
    /// # Errors
    /// `NotFound` with names that are near, and where several labs have the name.
    pub fn find(&self, text: &str) -> Outcome<LabCard> {
        let list = self.state.labs.list();
        names::lab(&list.labs, text).cloned()
    }

    /// The lab's card as it is now.
    pub fn card(&self, lab: &LabId) -> Option<LabCard> {
        let list = self.state.labs.list();
        list.labs.iter().find(|card| card.id == *lab).cloned()
    }

    /// Waits until the card is as wanted; gives the last one. `None` where the lab is gone.
    pub async fn card_when(
        &self,
        lab: &LabId,
        limit: Option<Duration>,
        wanted: impl Fn(&LabCard) -> bool,
    ) -> Outcome<Option<LabCard>> {
        let mut lists = self.state.labs.watch();
        let wait = lists.wait_for(|list| {
            let card = list.labs.iter().find(|card| card.id == *lab);
            card.is_none_or(&wanted)
        });
        let wait = async {
            match limit {
                Some(limit) => drop(tokio::time::timeout(limit, wait).await),
                None => drop(wait.await),
            }
        };
        tokio::select! {
            () = wait => Ok(self.card(lab)),
            () = self.cancelled.cancelled() => {
                Err(Failure::cancelled("Not waited for any longer."))
            }
        }
    }

    /// Gives running labs a moment to be asked for their answer, which a window has done long before.
    pub async fn settle(&self, limit: Duration) -> Outcome {
        let mut lists = self.state.labs.watch();
        let settled = lists.wait_for(|list| {
            list.labs
                .iter()
                .all(|card| card.state != LabState::Starting)
        });
        tokio::select! {
            _ = tokio::time::timeout(limit, settled) => Ok(()),
            () = self.cancelled.cancelled() => Err(Failure::cancelled("Cancelled.")),
        }
    }

    /// Lets the keyring take what it was given before this process ends.
    pub async fn rest(&self) {
        let _ = self.state.vault.status().await;
    }
}

/// Whether more is known of a container than the engine's list tells.
fn has_times(row: &ContainerRow) -> bool {
    let began = matches!(
        row.state,
        ContainerState::Running | ContainerState::Paused | ContainerState::Exited
    );
    !began || row.started.is_some()
}
