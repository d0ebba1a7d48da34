//! A pasted command with the facts that it needs: first what it says, then its image's Config.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shared::Shared;
use super::wizard::{facts, on_thread};
use crate::paste::{self, PastedCommand, Person};
use crate::problem::Problem;

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
