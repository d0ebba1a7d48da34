//! Commands both ways, with the facts that they need: a pasted one read, and a lab's own written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shared::Shared;
use super::wizard::{facts, on_thread};
use crate::card::LabId;
use crate::form::LaunchForm;
use crate::paste::{self, PastedCommand, Person};
use crate::problem::Problem;
use crate::sharing::LabCommands;
use crate::{command_line, plan};

pub(super) async fn read_command(
    shared: &Arc<Shared>,
    text: &str,
    answers: &BTreeMap<String, String>,
) -> PastedCommand {
    match read(shared, text.to_owned(), answers.clone()).await {
        Ok(pasted) => pasted,
        Err(problem) => PastedCommand {
            problem: Some(problem),
            ..PastedCommand::default()
        },
    }
}

async fn read(
    shared: &Arc<Shared>,
    text: String,
    answers: BTreeMap<String, String>,
) -> Result<PastedCommand, Problem> {
    let without_image = facts(shared, None, &[]).await;
    let reading =
        on_thread(move || paste::read(&text, &answers, &Person::of_this_system(), &without_image))
            .await?;
    let facts = facts(shared, reading.image(), &[]).await;
    on_thread(move || reading.finish(&facts)).await
}

/// The lab's command in every shell, as it would be created now.
pub(super) async fn commands(shared: &Arc<Shared>, lab: &LabId) -> Result<LabCommands, Problem> {
    let form = {
        let state = shared.state();
        let launched = || {
            state
                .launches
                .get(lab)
                .map(|launch| launch.board.progress().form)
        };
        let profile = state.profiles.get(lab);
        profile
            .map(|profile| profile.saved.form.clone())
            .or_else(launched)
    };
    let form = form.ok_or_else(Problem::no_such_lab)?;
    commands_of(shared, &form).await
}

/// The command of a form in every shell, before anything is launched.
pub(super) async fn commands_of(
    shared: &Arc<Shared>,
    form: &LaunchForm,
) -> Result<LabCommands, Problem> {
    let facts = facts(shared, form.reference(), &[]).await;
    let plan = plan::plan(form, facts.image.as_ref(), &facts.catalogue)?;
    let plan = match &facts.snapshot.report.facts {
        Some(engine) => plan.on_engine(engine),
        None => plan,
    };
    Ok(command_line::commands(&plan))
}
