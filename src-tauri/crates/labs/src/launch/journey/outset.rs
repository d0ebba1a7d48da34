//! How a launch looks before its first step.

use super::Luggage;
use crate::form::LaunchForm;
use crate::launch::{LaunchOutcome, LaunchProgress, LaunchStep, StepKind, StepState};

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
    LaunchProgress {
        lab: luggage.lab.clone(),
        sequence: 0,
        name: form.name.clone(),
        icon: plan.recipe.icon.clone(),
        tint: plan.recipe.tint,
        image: plan.image.to_string(),
        steps: vec![
            step(StepKind::Check, "Check your choices".to_owned(), ""),
            step(StepKind::Download, "Download the image".to_owned(), ""),
            step(StepKind::Create, "Create the container".to_owned(), ""),
            step(StepKind::Start, start_title("Start", form), ""),
            step(
                StepKind::Answer,
                format!("Wait until {} answers", within_a_sentence(answers)),
                &usual,
            ),
            step(StepKind::Open, "Open it in your browser".to_owned(), ""),
        ],
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
