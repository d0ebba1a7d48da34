//! Launching from a form, and discarding a launch.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use slipway_engine::inventory::EngineStatus;
use slipway_vault::Secret;

use super::shared::Shared;
use super::wizard;
use crate::card::LabId;
use crate::check::{FormCheck, NoteLevel};
use crate::form::{LaunchForm, SignInChoice, TypedSecrets};
use crate::launch::{self, Luggage};
use crate::names;
use crate::plan;
use crate::problem::{Problem, ProblemKind, Result};

pub(super) async fn launch(
    shared: &Arc<Shared>,
    mut form: LaunchForm,
    mut typed: TypedSecrets,
) -> Result<LabId> {
    typed.take_from(&mut form);
    let _one_at_a_time = shared.launching.lock().await;
    let engine = shared.engine()?;
    if shared.snapshot().report.status != EngineStatus::Ready {
        return Err(slipway_engine::Error::Connecting.into());
    }
    let own_password = match (form.sign_in, typed.password.clone().map(Secret::new)) {
        (SignInChoice::FromImage, _) => None,
        (SignInChoice::Own, Some(typed)) => Some(typed),
        (SignInChoice::Own, None) => wizard::kept_password(shared, &form).await,
    };
    let replaced = wizard::replaceable(shared, &form);
    // What a failed launch could not take back would stand in the way of its own checks.
    for lab in &replaced {
        take_back_leftovers(shared, lab).await?;
    }
    let variables = variables(shared, &form, typed.variables).await;
    let reveal = |secret: &Secret| secret.reveal().to_owned();
    let judged = TypedSecrets {
        password: own_password.as_ref().map(reveal),
        variables: variables
            .iter()
            .map(|(name, value)| (name.clone(), reveal(value)))
            .collect(),
    };
    let checked = wizard::check(shared, &form, &judged).await;
    refuse(&checked)?;
    let image = match form.reference() {
        Some(reference) => engine.inspect_image(&reference.to_string()).await.ok(),
        None => None,
    };
    let plan = plan::plan(&form, image.as_ref(), &shared.catalogue())?;

    let lab = replaced
        .first()
        .cloned()
        .unwrap_or_else(|| new_id(shared, &form));
    let luggage = Luggage {
        lab: lab.clone(),
        risks_accepted: checked.risks.is_some() && form.risk_accepted,
        form,
        own_password,
        variables,
        plan,
        previous: None,
        replaced: None,
    };
    shared.change(|state| {
        for other in replaced.iter().skip(1) {
            state.launches.remove(other);
        }
        state.failures.remove(&lab);
        let previous = state.profiles.remove(&lab);
        let launch = launch::begin(
            shared,
            Luggage {
                previous,
                ..luggage
            },
        );
        state.launches.insert(lab.clone(), launch);
    });
    Ok(lab)
}

/// The values of the form's secret variables: typed now, or kept from an earlier time.
async fn variables(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    typed: BTreeMap<String, String>,
) -> BTreeMap<String, Secret> {
    let wanted = form.advanced.secret_names();
    let mut variables: BTreeMap<String, Secret> = typed
        .into_iter()
        .map(|(name, value)| (name.trim().to_owned(), value))
        .filter(|(name, value)| wanted.contains(name) && !value.is_empty())
        .map(|(name, value)| (name, Secret::new(value)))
        .collect();
    if wanted.iter().any(|name| !variables.contains_key(name)) {
        for (name, value) in wizard::kept_variables(shared, form).await {
            variables.entry(name).or_insert(value);
        }
    }
    variables
}

/// # Errors
/// `InvalidForm` with the first field that is wrong.
pub(super) fn refuse(checked: &FormCheck) -> Result<()> {
    if let Some(note) = checked
        .notes
        .iter()
        .find(|note| note.level == NoteLevel::Error)
    {
        return Err(
            Problem::new(ProblemKind::InvalidForm, note.message.clone()).at(note.field.clone())
        );
    }
    match &checked.gate {
        Some(gate) => Err(Problem::new(ProblemKind::InvalidForm, gate.clone())),
        None => Ok(()),
    }
}

/// Readable, a file name everywhere, and never the same twice: `ai-lab-3f9c2a1b`.
pub(super) fn new_id(shared: &Shared, form: &LaunchForm) -> LabId {
    let name: String = names::slug(&form.name)
        .chars()
        .map(|c| if c == '.' { '-' } else { c })
        .take(40)
        .collect();
    let name = if name.is_empty() { "lab" } else { &name };
    LabId(format!("{name}-{}", shared.sources.hex(4)))
}

/// Cancels a launch, or discards a failed one.
pub(super) async fn cancel(shared: &Arc<Shared>, lab: &LabId) -> Result<Option<String>> {
    let under_way = {
        let state = shared.state();
        let Some(launch) = state.launches.get(lab) else {
            return Ok(None);
        };
        launch.cancel.cancel();
        launch
            .is_under_way()
            .then(|| (Arc::clone(&launch.board), launch.ended.clone()))
    };
    if let Some((board, mut ended)) = under_way {
        board.change(|progress| {
            if progress.outcome == launch::LaunchOutcome::Running {
                progress.outcome = launch::LaunchOutcome::Cancelling;
            }
        });
        let _ = ended.wait_for(|ended| *ended).await;
    }
    let kept = shared.state().launches.get(lab).and_then(|launch| {
        let made = launch
            .leftovers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        made.kept_sentence()
    });
    take_back_leftovers(shared, lab).await?;
    shared.change(|state| {
        // A launch that reached its end before it saw the cancellation is a lab by now.
        if !state.profiles.contains_key(lab)
            || state
                .launches
                .get(lab)
                .is_some_and(|launch| !launch.is_over())
        {
            state.launches.remove(lab);
        }
    });
    Ok(kept)
}

/// What a failed launch had to leave because the engine was away.
pub(super) async fn take_back_leftovers(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    let leftovers = shared
        .state()
        .launches
        .get(lab)
        .map(|launch| Arc::clone(&launch.leftovers));
    let Some(leftovers) = leftovers else {
        return Ok(());
    };
    let mut made = std::mem::take(&mut *leftovers.lock().unwrap_or_else(PoisonError::into_inner));
    if made.is_nothing() {
        return Ok(());
    }
    let outcome = made.take_back(shared, lab).await;
    *leftovers.lock().unwrap_or_else(PoisonError::into_inner) = made;
    outcome
}
