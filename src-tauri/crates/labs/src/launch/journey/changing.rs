//! A change of a lab on its way: what a launch of a new lab does not have to do.

use std::time::Duration;

use slipway_engine::containers::ContainerSpec;
use slipway_engine::{ContainerId, Engine, Error};

use super::{Journey, Step, failed};
use crate::labs::changing::{self, Replaced};
use crate::labs::shared::{Answer, Watched};
use crate::launch::failure::{self, Trouble};
use crate::launch::made::Made;
use crate::launch::{LaunchFix, LaunchOutcome, StepKind};
use crate::problem::{Problem, ProblemKind};
use crate::profile::{PREPARED, Profile};
use crate::readiness::Reached;

impl Journey {
    /// The new container is put on the networks on which the old one was put by hand: what it needs to
    /// answer may be there.
    pub(super) async fn join_networks(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
        spec: &ContainerSpec,
    ) -> Step<()> {
        let Some(replaced) = &self.luggage.replaced else {
            return Ok(());
        };
        for network in replaced.to_join(spec) {
            match engine.join_network(container, &network).await {
                // One that was removed while the old container was on it helps nobody.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(StepKind::Create, error.into())),
            }
        }
        self.go_on()
    }

    /// The old container is stopped, where it and the new one cannot run side by side.
    pub(super) async fn set_aside(&mut self, engine: &Engine) -> Step<()> {
        let Some(replaced) = self.luggage.replaced.as_ref().filter(|old| old.stops) else {
            return Ok(());
        };
        self.board.begin(StepKind::SetAside);
        let grace = Duration::from_secs(u64::from(replaced.grace));
        engine
            .stop_container(&replaced.row.id, grace)
            .await
            .map_err(|error| failed(StepKind::SetAside, error.into()))?;
        self.board
            .done(StepKind::SetAside, "Stopped the old container", None);
        self.go_on()
    }

    /// The new container has answered: from here on the lab is that one, whatever happens.
    pub(super) async fn take_place(
        &mut self,
        engine: &Engine,
        container: &ContainerId,
        reached: Option<Reached>,
    ) -> Step<LaunchOutcome> {
        self.board.begin(StepKind::Replace);
        let at = |problem: Problem| failed(StepKind::Replace, Trouble::Told(problem));
        let mut saved = self.saved_form();
        let began = self.began;
        let Some(replaced) = &mut self.luggage.replaced else {
            return Ok(LaunchOutcome::Cancelled);
        };
        // What had to be done inside was done at the launch, or just now.
        let prepared = !self.luggage.plan.generation.prepare.is_empty();
        if prepared || replaced.profile.saved.more.contains_key(PREPARED) {
            saved.more.insert(PREPARED.to_owned(), "yes".to_owned());
        }
        let restart = self.luggage.plan.container.restart;
        let after = Profile {
            container: Some(container.clone()),
            stopped: None,
            saved,
            ..replaced.profile.clone()
        };
        replaced
            .journal
            .note(|entry| {
                entry.after = after;
                entry.restart = restart;
                entry.proven = true;
            })
            .map_err(at)?;
        let running = replaced.journal.entry.ran;
        self.keep_secrets();
        let Some(replaced) = &mut self.luggage.replaced else {
            return Ok(LaunchOutcome::Cancelled);
        };
        changing::forward(&self.shared, engine, &mut replaced.journal)
            .await
            .map_err(at)?;
        replaced.journal.end();
        let (page, door) = match reached {
            Some(reached) => (Some(reached.page), reached.door),
            None => (None, None),
        };
        self.shared.change(|state| {
            let answered = Watched {
                answer: Answer::Answered(page.clone()),
                ..Watched::waiting(began)
            };
            state.started_here.insert(self.luggage.lab.clone());
            state.watched.insert(self.luggage.lab.clone(), answered);
        });
        self.look_at_door(door).await;
        self.board.done(
            StepKind::Replace,
            "The new container has the place of the old one",
            None,
        );
        let shown = page.filter(|_| running);
        Ok(LaunchOutcome::Changed {
            shown: shown.and_then(|page| self.shown(engine, &page)),
            running,
        })
    }

    /// The change has failed, or was cancelled: the lab is put back as it was.
    pub(super) async fn go_back(
        self,
        mut replaced: Replaced,
        words: Option<(Problem, Vec<LaunchFix>)>,
    ) -> Made {
        let (name, ran) = (
            replaced.profile.saved.form.name.clone(),
            replaced.journal.entry.ran,
        );
        // Volumes that it made are no longer only the change's where somebody may have used the lab.
        if self.may_hold_work()
            && let Err(problem) = replaced.journal.note(|entry| entry.volumes.clear())
        {
            tracing::warn!(%problem, "a change could not be written down");
        }
        let proven = replaced.journal.entry.proven;
        let settled = changing::settle(&self.shared, replaced.journal).await;
        let outcome = match (words, settled) {
            // It was the last steps that failed, and they are done by now.
            (_, Ok(())) if proven && self.is_new_container() => LaunchOutcome::Changed {
                shown: None,
                running: ran,
            },
            (None, Ok(())) => LaunchOutcome::Cancelled,
            (Some((problem, _)), Ok(())) => failure_of(problem, &name, ran),
            (words, Err(left)) => {
                let problem = words.map_or(left.clone(), |(problem, _)| problem);
                let problem = if left.kind == ProblemKind::EngineAway {
                    Problem {
                        kind: ProblemKind::EngineAway,
                        ..problem
                    }
                } else {
                    problem
                };
                failure_of(problem, &name, ran)
            }
        };
        self.board.end(outcome);
        Made::default()
    }

    fn is_new_container(&self) -> bool {
        let state = self.shared.state();
        let profile = state.profiles.get(&self.luggage.lab);
        profile.and_then(|profile| profile.container.as_ref()) == self.made.container.as_ref()
    }
}

fn failure_of(problem: Problem, name: &str, ran: bool) -> LaunchOutcome {
    LaunchOutcome::Failed {
        problem: failure::of_change(problem, name, ran),
        fixes: Vec::new(),
    }
}
