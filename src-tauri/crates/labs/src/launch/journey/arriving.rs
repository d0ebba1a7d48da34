//! Answer and open: until the page is in the browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slipway_engine::logs::LogLine;
use slipway_engine::{ContainerId, Engine};

use super::outset::NO_PAGE;
use super::{Journey, Step, Stop, failed};
use crate::address::{self, PageAddress, ShownAddress};
use crate::labs::keeping;
use crate::labs::shared::{Answer, Shared};
use crate::launch::failure::{self, Trouble};
use crate::launch::{LaunchOutcome, StepKind, WaitingFor};
use crate::problem::Problem;
use crate::readiness::{self, Door, NotReady, Reached, Wait};

/// Where a launch gets to.
pub(super) enum Arrival {
    /// The lab runs; its page, where it has one.
    Answers(Option<Reached>),
    /// It did its work and ended; its last lines.
    Finished(Vec<String>),
}

/// An exit code is there when the container is gone.
const EXIT_PATIENCE: Duration = Duration::from_secs(3);
/// Enough to see what a program did.
const OUTPUT_LINES: u32 = 200;

impl Journey {
    pub(super) async fn wait_for_answer(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
    ) -> Step<Arrival> {
        self.board.begin(StepKind::Answer);
        let started = self.began;
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
        let alone = !plan.may_have_page();
        let spoke = AtomicBool::new(false);
        let tell = |sign: readiness::Sign| {
            if sign.spoke {
                spoke.store(true, Ordering::Relaxed);
            }
            let sentence = if alone {
                "It runs. It is ready when it says so.".to_owned()
            } else if sign.slow {
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
        let reached = match answer {
            Ok(reached) => reached,
            Err(NotReady::OutOfPatience) => None,
            Err(end) if alone => return self.finished(engine, container, end).await,
            Err(not_ready) => return Err(failed(StepKind::Answer, Trouble::NotReady(not_ready))),
        };
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        self.token_may_be_refused = readiness::may_refuse_its_token(&wait);
        let page = reached.as_ref().map(|reached| reached.page.clone());
        let has_page = page.is_some();
        self.shared.change(|state| {
            let watched = state.watched.get_mut(&self.luggage.lab);
            if let Some(watched) = watched.filter(|watched| watched.started == started) {
                watched.answer = Answer::Answered(page);
            }
        });
        let done = if alone {
            "It runs".to_owned()
        } else if !has_page && self.is_published(container) {
            "It runs; its port answers, but not as a web page".to_owned()
        } else {
            format!("{answers} answered")
        };
        self.board.done(StepKind::Answer, done, None);
        Ok(Arrival::Answers(reached))
    }

    /// A program without a page may end: with exit code 0 it did its work.
    async fn finished(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
        end: NotReady,
    ) -> Step<Arrival> {
        let output = match end {
            NotReady::Exited {
                code: Some(0),
                out_of_memory: false,
                lines,
            } => {
                let secrets = self.secrets();
                let read = engine.last_log_lines(container, OUTPUT_LINES).await;
                let masked = |line: LogLine| readiness::masked(&line.text, &secrets);
                read.map_or(lines, |read| read.into_iter().map(masked).collect())
            }
            // It removes itself, as it was asked to, or has done so.
            NotReady::Gone { lines }
            | NotReady::Exited {
                code: None, lines, ..
            } if self.exit.is_some() => {
                let exit = self.exit.take();
                let code = match exit {
                    Some(exit) => tokio::time::timeout(EXIT_PATIENCE, exit).await,
                    None => return Err(failed(StepKind::Answer, gone(lines))),
                };
                match code {
                    Ok(Ok(Ok(0))) => lines,
                    Ok(Ok(Ok(code))) => {
                        let end = NotReady::Exited {
                            code: i32::try_from(code).ok(),
                            out_of_memory: false,
                            lines,
                        };
                        return Err(failed(StepKind::Answer, Trouble::NotReady(end)));
                    }
                    _ => return Err(failed(StepKind::Answer, gone(lines))),
                }
            }
            end => return Err(failed(StepKind::Answer, Trouble::NotReady(end))),
        };
        if self.luggage.replaced.is_none() {
            self.shared
                .change(|state| state.watched.remove(&self.luggage.lab));
        }
        self.board
            .done(StepKind::Answer, "It did its work and ended", None);
        Ok(Arrival::Finished(output))
    }

    fn is_published(&self, container: &ContainerId) -> bool {
        let snapshot = self.shared.snapshot();
        snapshot
            .containers
            .get(container)
            .is_some_and(|row| address::binding(row, self.luggage.plan.page_port).is_some())
    }

    /// Opens the page, and asks meanwhile how it signs people in; before that only where its own token
    /// may be worth nothing.
    pub(super) async fn open(
        &mut self,
        engine: &Engine,
        reached: Option<Reached>,
    ) -> LaunchOutcome {
        let Some(Reached { page, door }) = reached else {
            self.board.skip(StepKind::Open, NO_PAGE, "");
            return LaunchOutcome::Ready {
                shown: None,
                opened: false,
                open_problem: None,
            };
        };
        self.board.begin(StepKind::Open);
        let (page, opened) = if self.token_may_be_refused {
            self.look_at_door(door).await;
            let page = self.page_as_known().unwrap_or(page);
            let opened = open_in_browser(&self.shared, &page).await;
            (page, opened)
        } else {
            let (opened, ()) = tokio::join!(
                open_in_browser(&self.shared, &page),
                self.look_at_door(door)
            );
            (page, opened)
        };
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

    pub(super) async fn look_at_door(&self, door: Option<Door>) {
        let decides = self.token_may_be_refused;
        keeping::look_at(&self.shared, &self.luggage.lab, self.began, door, decides).await;
    }

    fn page_as_known(&self) -> Option<PageAddress> {
        let state = self.shared.state();
        state.watched.get(&self.luggage.lab)?.page()
    }

    pub(super) fn shown(&self, engine: &Engine, page: &PageAddress) -> Option<ShownAddress> {
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

fn gone(lines: Vec<String>) -> Trouble {
    Trouble::NotReady(NotReady::Gone { lines })
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
