//! A launch without a window: form, check, launch, and following it to its end, all of it by the
//! same calls as the window's.

use std::time::Duration;

use slipway_labs::card::LabId;
use slipway_labs::check::{FormCheck, NoteLevel};
use slipway_labs::form::{LaunchForm, TypedSecrets};
use slipway_labs::launch::{LaunchOutcome, LaunchProgress, StepKind, StepState};
use slipway_vault::VaultStatus;

use super::arguments::{Choices, Going, Launch};
use super::choices;
use super::failure::{Failure, Outcome};
use super::progress::Told;
use super::session::{Opening, Session};
use super::shapes;
use super::target;

/// For the size of a download that is only said.
const REGISTRY_PATIENCE: Duration = Duration::from_secs(4);

impl Going {
    /// What happens with the page: a person at a terminal wants to see it, a script does not.
    pub fn opening(&self, a_person_reads: bool) -> Opening {
        if self.open || (a_person_reads && !self.no_open && !self.no_wait) {
            Opening::Browser
        } else {
            Opening::Nowhere
        }
    }
}

pub async fn launch(session: &mut Session, launch: Launch, opening: Opening) -> Outcome {
    session.engine().await?;
    let target = {
        let recipes = session.state.labs.recipes();
        let list = session.state.labs.list();
        target::target(&launch.what, &recipes, &list.labs, std::path::Path::is_file)?
    };
    let agreed = launch.going.yes || launch.choices.accept_risk;
    let form = target::form(session, target, agreed).await?;
    let (form, typed) = chosen(session, &launch.choices, form, TypedSecrets::default()).await?;
    let launched = Box::pin(go(session, form, typed, &launch.going, opening)).await?;
    session.voice.value(&launched)?;
    Ok(())
}

/// The form with the choices in it; what is secret is beside it.
pub async fn chosen(
    session: &mut Session,
    choices: &Choices,
    mut form: LaunchForm,
    known: TypedSecrets,
) -> Outcome<(LaunchForm, TypedSecrets)> {
    if let Some(version) = &choices.version {
        form.version.clone_from(version);
        form = session.state.labs.revise_form(form).await;
    }
    let recipes = session.state.labs.recipes();
    let generic = recipes
        .iter()
        .find(|tile| tile.id == form.recipe)
        .is_none_or(|tile| tile.images.is_empty());
    let here = |name: &str| std::env::var(name).ok();
    let (form, mut typed) = choices::apply(choices, form, generic, here)?;
    for (name, value) in known.variables {
        typed.variables.entry(name).or_insert(value);
    }
    typed.password = known.password;
    if choices.password_stdin {
        typed.password = Some(super::ask::first_line().await?);
    }
    Ok((form, typed))
}

/// Checks, launches and follows.
///
/// # Errors
/// `Refused` with each field that is wrong; `Cancelled`; whatever the launch fails with.
pub async fn go(
    session: &mut Session,
    form: LaunchForm,
    typed: TypedSecrets,
    going: &Going,
    opening: Opening,
) -> Outcome<shapes::Launched> {
    // A registry that does not answer soon must not hold the launch up.
    let measuring = session.state.labs.measure_form(&form);
    let _ = tokio::time::timeout(REGISTRY_PATIENCE, measuring).await;
    let checked = session.state.labs.check(&form, &typed).await;
    refuse(&checked, form.risk_accepted)?;
    for note in checked
        .notes
        .iter()
        .filter(|note| matches!(note.level, NoteLevel::Warning | NoteLevel::Danger))
    {
        session.voice.note(&format!("Note: {}", note.message))?;
    }
    let has_secrets = typed.password.is_some() || !typed.variables.is_empty();
    if session.cancelled.is_cancelled() {
        return Err(Failure::cancelled("Cancelled before anything was made."));
    }
    session.voice.note(&format!(
        "Launching {} from {}",
        form.name,
        form.reference_text()
    ))?;
    if checked.download_size.is_some() {
        session.voice.note(&checked.outlook)?;
    }
    let lab = session.state.labs.launch(form, typed).await?;
    let progress = follow(session, &lab, going.no_wait, opening).await?;
    if let (true, VaultStatus::MemoryOnly(why)) = (has_secrets, session.state.vault.status().await)
    {
        session
            .voice
            .note(&format!("What is secret is not kept for later: {why}"))?;
    }
    let mut launched = told(session, &lab, &progress, opening).await?;
    launched.download_size = checked.download_size.map(|bytes| bytes.0);
    Ok(launched)
}

/// Every error at its field, or the risk that nobody has agreed to.
pub fn refuse(checked: &FormCheck, risk_accepted: bool) -> Outcome {
    let errors = checked
        .notes
        .iter()
        .filter(|note| note.level == NoteLevel::Error);
    let failure = errors.fold(
        Failure::refused("The lab cannot be launched like this."),
        |failure, note| failure.remark(Some(note.field.clone()), note.message.clone()),
    );
    if !failure.remarks.is_empty() {
        return Err(failure);
    }
    if let (Some(panel), false) = (&checked.risks, risk_accepted) {
        let refused = Failure::refused(panel.title.clone())
            .because(panel.lead.clone())
            .hint(format!("{} If so, add --accept-risk.", panel.question));
        return Err(panel.consequences.iter().fold(refused, |refused, one| {
            refused.remark(None, format!("{}{}{}", one.before, one.strong, one.after))
        }));
    }
    match &checked.gate {
        Some(gate) => Err(Failure::refused(gate.clone())),
        None => Ok(()),
    }
}

/// Follows the launch until it is over, or until the lab runs where that is enough. Ctrl-C takes it back.
pub async fn follow(
    session: &mut Session,
    lab: &LabId,
    no_wait: bool,
    opening: Opening,
) -> Outcome<LaunchProgress> {
    let Some(mut states) = session.state.labs.watch_launch(lab) else {
        return Err(Failure::not_found("This launch is gone."));
    };
    let mut told = Told::new(opening);
    let mut cancelling = false;
    loop {
        let progress = LaunchProgress::clone(&states.borrow_and_update());
        told.tell(&progress, &mut session.voice)?;
        match &progress.outcome {
            LaunchOutcome::Running if no_wait && runs(&progress) => return Ok(progress),
            LaunchOutcome::Running | LaunchOutcome::Cancelling => {}
            LaunchOutcome::Ready { .. }
            | LaunchOutcome::Finished { .. }
            | LaunchOutcome::Changed { .. } => return Ok(progress),
            LaunchOutcome::Cancelled => {
                let name = &progress.name;
                return Err(if progress.change {
                    Failure::cancelled(format!("The change of {name} was cancelled."))
                        .because("The lab is as it was.")
                } else {
                    Failure::cancelled(format!("The launch of {name} was cancelled."))
                        .because("Nothing is left of it but what was downloaded.")
                });
            }
            LaunchOutcome::Failed { problem, fixes } => {
                let mut failure = Failure::from(problem.clone());
                for fix in fixes {
                    failure = failure.remark(None, format!("In the window: {}", fix.label));
                }
                // It has taken back what it made; what it could not is tried once more.
                if let Err(left) = session.state.labs.cancel_launch(lab).await {
                    failure = failure.remark(None, left.to_string());
                }
                return Err(failure);
            }
        }
        let token = session.cancelled.clone();
        tokio::select! {
            changed = states.changed() => if changed.is_err() {
                return Err(Failure::not_found("This launch is gone."));
            },
            () = token.cancelled(), if !cancelling => {
                cancelling = true;
                session.voice.note("Cancelling: taking back what was made …")?;
                let (labs, lab) = (session.state.labs.clone(), lab.clone());
                // The outcome stands in the progress; what could not be taken back, in the log.
                tokio::spawn(async move {
                    if let Err(problem) = labs.cancel_launch(&lab).await {
                        tracing::warn!(%problem, "a cancelled launch is not whole taken back");
                    }
                });
            }
        }
    }
}

/// The container runs, and whatever has to be done inside before anybody may leave is done.
fn runs(progress: &LaunchProgress) -> bool {
    let over = |kind: StepKind| {
        let mut steps = progress.steps.iter().filter(|step| step.kind == kind);
        steps.all(|step| matches!(step.state, StepState::Done | StepState::Skipped))
    };
    over(StepKind::Start) && over(StepKind::Prepare)
}

/// The result, as a sentence and as a value.
async fn told(
    session: &mut Session,
    lab: &LabId,
    progress: &LaunchProgress,
    opening: Opening,
) -> Outcome<shapes::Launched> {
    let mut launched = shapes::Launched {
        outcome: "started",
        opened: false,
        download_size: None,
        output: Vec::new(),
        lab: None,
    };
    let name = &progress.name;
    match &progress.outcome {
        LaunchOutcome::Ready {
            shown,
            opened,
            open_problem,
        } => {
            launched.outcome = "ready";
            launched.opened = *opened && opening == Opening::Browser;
            match shown {
                Some(shown) => session
                    .voice
                    .line(&format!("{name} is ready: {}", shown.text))?,
                None => session.voice.line(&format!("{name} is ready."))?,
            }
            if let Some(problem) = open_problem {
                session.voice.note(&problem.to_string())?;
                if let Some(address) = &problem.detail {
                    session.voice.note(address)?;
                }
            }
            session
                .card_when(lab, Some(super::MOMENT), |card| {
                    card.state != slipway_labs::card::LabState::Launching
                })
                .await?;
        }
        LaunchOutcome::Finished { output } => {
            launched.outcome = "finished";
            for line in output {
                session.voice.line(line)?;
            }
            launched.output.clone_from(output);
        }
        _ => session.voice.line(&format!(
            "{name} runs. It may take a moment until it answers."
        ))?,
    }
    let card = session.card(lab);
    if let Some(card) = &card {
        super::labs::open_to_others(session, card)?;
    }
    launched.lab = card.as_ref().map(shapes::Lab::of);
    Ok(launched)
}
