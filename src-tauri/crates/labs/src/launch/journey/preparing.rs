//! What a recipe does inside once, when the lab answers for the first time.

use slipway_engine::{ContainerId, Engine};

use super::{Journey, Step, Stop, failed};
use crate::labs::preparing::{self, NotPrepared};
use crate::launch::StepKind;
use crate::launch::failure::Trouble;

impl Journey {
    pub(super) async fn prepare(&mut self, engine: &Engine, container: &ContainerId) -> Step<()> {
        let steps = self.luggage.plan.generation.prepare.clone();
        if steps.is_empty() {
            return Ok(());
        }
        self.board.begin(StepKind::Prepare);
        let board = &self.board;
        let tell = |title: &str| {
            board.change(|progress| {
                let step = progress
                    .steps
                    .iter_mut()
                    .find(|step| step.kind == StepKind::Prepare);
                if let Some(step) = step {
                    title.clone_into(&mut step.title);
                }
            });
        };
        let work = preparing::carry_out(
            engine,
            container,
            &steps,
            self.luggage.own_password.as_ref(),
            &tell,
        );
        let done = tokio::select! {
            () = self.cancel.cancelled() => return Err(Stop::Cancelled),
            done = work => done,
        };
        match done {
            Ok(()) => {}
            Err(NotPrepared::Engine(error)) => {
                return Err(failed(StepKind::Prepare, error.into()));
            }
            Err(NotPrepared::Step { title, code, lines }) => {
                let trouble = Trouble::NotPrepared { title, code, lines };
                return Err(failed(StepKind::Prepare, trouble));
            }
        }
        preparing::remember(&self.shared, &self.luggage.lab);
        self.board
            .done(StepKind::Prepare, "Prepared it for use", None);
        Ok(())
    }
}
