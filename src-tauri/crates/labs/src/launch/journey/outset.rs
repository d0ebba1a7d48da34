//! How a launch looks before its first step.

use super::Luggage;
use crate::form::LaunchForm;
use crate::launch::{LaunchOutcome, LaunchProgress, LaunchStep, StepKind, StepState};

/// What stands in the place of opening.
pub(super) const NO_PAGE: &str = "This lab has no page to open";

pub(super) fn first_progress(luggage: &Luggage) -> LaunchProgress {
    let (form, plan) = (&luggage.form, &luggage.plan);
    let answers = &plan.generation.answers;
    let usual = plan.generation.ready.usual_seconds;
    let usual = usual
        .map(|(from, to)| format!("Usually {from} to {to} s"))
        .unwrap_or_default();
    let step = |kind: StepKind, title: String, aside: &str| LaunchStep {
        kind,
        state: StepState::Todo,
        title,
        aside: aside.to_owned(),
        started: None,
        ended: None,
    };
    let prepare = plan
        .generation
        .prepare
        .first()
        .map(|first| step(StepKind::Prepare, first.title.clone(), ""));
    let open = if plan.generation.has_page() {
        "Open it in your browser"
    } else {
        NO_PAGE
    };
    let replaced = luggage.replaced.as_ref();
    let aside = replaced
        .filter(|replaced| replaced.stops)
        .map(|_| step(StepKind::SetAside, "Stop the old container".to_owned(), ""));
    let replace = replaced.map(|_| {
        let title = "Give the new container its place".to_owned();
        step(StepKind::Replace, title, "")
    });
    LaunchProgress {
        change: replaced.is_some(),
        lab: luggage.lab.clone(),
        sequence: 0,
        name: form.name.clone(),
        icon: plan.recipe.icon.clone(),
        tint: plan.recipe.tint,
        image: plan.image.to_string(),
        steps: [
            step(StepKind::Check, "Check your choices".to_owned(), ""),
            step(StepKind::Download, "Download the image".to_owned(), ""),
            step(
                StepKind::Create,
                if replaced.is_some() {
                    "Create the new container".to_owned()
                } else {
                    "Create the container".to_owned()
                },
                "",
            ),
        ]
        .into_iter()
        .chain(aside)
        .chain([
            step(StepKind::Start, start_title("Start", form), ""),
            step(
                StepKind::Answer,
                if plan.may_have_page() {
                    format!("Wait until {} answers", within_a_sentence(answers))
                } else {
                    "See that it runs".to_owned()
                },
                if plan.may_have_page() { &usual } else { "" },
            ),
        ])
        .chain(prepare)
        .chain(replace)
        // Without a port there is nothing that could be opened, and a change opens nothing.
        .chain(
            (plan.may_have_page() && replaced.is_none())
                .then(|| step(StepKind::Open, open.to_owned(), "")),
        )
        .collect(),
        pull: None,
        waiting: None,
        outcome: LaunchOutcome::Running,
        form: form.clone(),
    }
}

/// "The app" is "the app" in the middle of a sentence; names keep their capitals.
fn within_a_sentence(name: &str) -> String {
    name.strip_prefix("The ")
        .map_or_else(|| name.to_owned(), |rest| format!("the {rest}"))
}

pub(super) fn start_title(verb: &str, form: &LaunchForm) -> String {
    match form.ports.first().map(|port| port.host.trim()) {
        Some(port) if !port.is_empty() => format!("{verb} it on port {port}"),
        _ => format!("{verb} it"),
    }
}
