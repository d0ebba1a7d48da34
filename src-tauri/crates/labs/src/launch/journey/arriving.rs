//! Answer and open: until the page is in the browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slipway_engine::{ContainerId, Engine};

use super::outset::NO_PAGE;
use super::{Journey, Step, Stop, failed};
use crate::address::{self, PageAddress, ShownAddress};
use crate::labs::shared::{Answer, Shared};
use crate::launch::failure::{self, Trouble};
use crate::launch::{LaunchOutcome, StepKind, WaitingFor};
use crate::problem::Problem;
use crate::readiness::{self, NotReady, Wait};

impl Journey {
    pub(super) async fn wait_for_answer(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
    ) -> Step<Option<PageAddress>> {
        self.board.begin(StepKind::Answer);
        let started = self
            .shared
            .state()
            .watched
            .get(&self.luggage.lab)
            .and_then(|watched| watched.started);
        let plan = &self.luggage.plan;
        let wait = Wait {
            engine: engine.clone(),
            inventory: self.shared.home.inventory.clone(),
            container: container.clone(),
            started,
            generation: plan.generation.clone(),
            page_port: plan.page_port,
            token: self.token.clone(),
            secrets: self.secrets(),
            slowest: Duration::from_secs(1),
            patience: Duration::from_hours(24),
        };
        let answers = plan.generation.answers.clone();
        let spoke = AtomicBool::new(false);
        let tell = |sign: readiness::Sign| {
            if sign.spoke {
                spoke.store(true, Ordering::Relaxed);
            }
            let sentence = if sign.slow {
                format!("{answers} is still starting. This takes longer than usual.")
            } else {
                format!("{answers} has not answered yet.")
            };
            self.board.change(|progress| {
                progress.waiting = Some(WaitingFor {
                    sentence,
                    slow: sign.slow,
                    log: sign.log,
                });
            });
        };
        let answer = tokio::select! {
            () = self.cancel.cancelled() => None,
            answer = readiness::until_it_answers(&wait, Some(&tell)) => Some(answer),
        };
        self.spoke = spoke.into_inner() || matches!(answer, Some(Ok(_)));
        let Some(answer) = answer else {
            return Err(Stop::Cancelled);
        };
        let page = match answer {
            Ok(page) => page,
            Err(NotReady::OutOfPatience) => None,
            Err(not_ready) => return Err(failed(StepKind::Answer, Trouble::NotReady(not_ready))),
        };
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.shared.change(|state| {
            if let Some(watched) = state.watched.get_mut(&self.luggage.lab) {
                watched.answer = Answer::Answered(page.clone());
            }
        });
        let title = if page.is_none() && self.is_published(container) {
            "It runs; its port answers, but not as a web page".to_owned()
        } else {
            format!("{answers} answered")
        };
        self.board.done(StepKind::Answer, title, None);
        Ok(page)
    }

    fn is_published(&self, container: &ContainerId) -> bool {
        let snapshot = self.shared.snapshot();
        snapshot
            .containers
            .get(container)
            .is_some_and(|row| address::binding(row, self.luggage.plan.page_port).is_some())
    }

    pub(super) async fn open(
        &mut self,
        engine: &Engine,
        page: Option<PageAddress>,
    ) -> LaunchOutcome {
        let Some(page) = page else {
            self.board.skip(StepKind::Open, NO_PAGE, "");
            return LaunchOutcome::Ready {
                shown: None,
                opened: false,
                open_problem: None,
            };
        };
        self.board.begin(StepKind::Open);
        let opened = open_in_browser(&self.shared, &page).await;
        let shown = self.shown(engine, &page);
        match opened {
            Ok(()) => {
                self.board
                    .done(StepKind::Open, "Opened it in your browser", None);
                LaunchOutcome::Ready {
                    shown,
                    opened: true,
                    open_problem: None,
                }
            }
            Err(problem) => {
                self.board.skip(
                    StepKind::Open,
                    "Open it in your browser",
                    "No browser could be started",
                );
                LaunchOutcome::Ready {
                    shown,
                    opened: false,
                    open_problem: Some(problem),
                }
            }
        }
    }

    fn shown(&self, engine: &Engine, page: &PageAddress) -> Option<ShownAddress> {
        let snapshot = self.shared.snapshot();
        let row = snapshot.containers.get(self.made.container.as_ref()?)?;
        let answers = &self.luggage.plan.generation.answers;
        let host = address::engine_host(engine.endpoint());
        address::shown(
            row,
            &self.luggage.form,
            Some(page),
            answers,
            host.as_deref(),
        )
        .into_iter()
        .next()
    }
}

/// Hands the page's address to the browser, on a thread that may wait for it.
///
/// # Errors
/// `BrowserUnavailable`, with the address in its detail.
pub(crate) async fn open_in_browser(
    shared: &Arc<Shared>,
    page: &PageAddress,
) -> Result<(), Problem> {
    let open = Arc::clone(&shared.home.open_address);
    let address = page.opened();
    let opened = tokio::task::spawn_blocking(move || open(address.reveal())).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(failure::no_browser(page, &why)),
        Err(_) => Err(failure::no_browser(
            page,
            "the browser's start was broken off",
        )),
    }
}
