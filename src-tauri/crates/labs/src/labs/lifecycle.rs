//! Opening, starting, stopping and restarting a lab.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::inventory::{ContainerRow, ContainerState};
use slipway_engine::{Engine, Error, UnixMillis};
use slipway_vault::Secret;

use super::cards::{is_up, takes_no_token};
use super::intents::{ask, asked_and_done, no_longer_asked};
use super::keeping::{look_at, look_behind, wait_for};
use super::launching;
use super::secrets::{has_own_password, kept_variables, known_token, made_values, own_password};
use super::shared::{Answer, Shared, Watched, kind_of, row_of};
use crate::address::PageAddress;
use crate::card::{Intent, LabId};
use crate::form::{LaunchForm, TypedSecrets};
use crate::launch;
use crate::listen::{self, PortHolder};
use crate::plan;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::Profile;
use crate::readiness;
use crate::recipe::SignInKind;
use crate::recognition;

/// A page that is asked for by a click is waited for only this long.
const CLICK_PATIENCE: Duration = Duration::from_secs(4);
/// The engine kills a container that does not end by itself after this.
const STOP_GRACE: u32 = 10;

pub(super) async fn open(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    let (profile, row) = shared.lab(lab)?;
    let name = profile.saved.form.name.clone();
    if row.state != ContainerState::Running {
        return Err(
            Problem::new(ProblemKind::Other, format!("{name} is not running."))
                .because("Its page can be opened while it runs.")
                .hint("Start the lab first."),
        );
    }
    let page = match answer_of_start(shared, lab, row.started) {
        Answer::Answered(page) => page,
        Answer::Waiting | Answer::Silent => ask_now(shared, &profile, &row).await?,
    };
    match page {
        Some(page) => launch::open_in_browser(shared, &page).await,
        None => Err(
            Problem::new(ProblemKind::Other, format!("{name} has no page to open."))
                .because("None of its ports is published.")
                .hint("Launch another lab like it with a port."),
        ),
    }
}

/// The page of a lab whose answer is not known yet.
async fn ask_now(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
) -> Result<Option<PageAddress>> {
    let silent = || {
        let (_, generation) = kind_of(&shared.catalogue(), profile, None);
        Problem::new(
            ProblemKind::Other,
            format!("{} does not answer yet.", profile.saved.form.name),
        )
        .because(format!(
            "Its container runs, and {} in it is still starting.",
            generation.answers
        ))
        .hint("Wait a moment; its log shows how far it is.")
    };
    let wait = wait_for(shared, profile, row, CLICK_PATIENCE)
        .await
        .ok_or_else(silent)?;
    let reached = Box::pin(readiness::until_it_answers(&wait, None))
        .await
        .map_err(|_| silent())?;
    let (page, door) = match reached {
        Some(reached) => (Some(reached.page), reached.door),
        None => (None, None),
    };
    let may_be_refused = readiness::may_refuse_its_token(&wait);
    shared.change(|state| {
        if let Some(watched) = state
            .watched
            .get_mut(&profile.id)
            .filter(|watched| watched.started == row.started)
        {
            watched.answer = Answer::Answered(page.clone());
            watched.task = None;
        }
    });
    if !may_be_refused {
        look_behind(shared, &profile.id, row.started, door);
        return Ok(page);
    }
    look_at(shared, &profile.id, row.started, door, true).await;
    Ok(match answer_of_start(shared, &profile.id, row.started) {
        Answer::Answered(known) => known,
        Answer::Waiting | Answer::Silent => page,
    })
}

/// What is known of this start of a lab.
fn answer_of_start(shared: &Shared, lab: &LabId, started: Option<UnixMillis>) -> Answer {
    let state = shared.state();
    let watched = state.watched.get(lab);
    watched
        .filter(|watched| watched.started == started)
        .map_or(Answer::Waiting, Watched::known)
}

pub(super) async fn start(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    if let Some(form) = never_launched(shared, lab) {
        let typed = TypedSecrets::default();
        return Box::pin(launching::launch(shared, form, typed))
            .await
            .map(drop);
    }
    shared.not_changing(lab)?;
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    // Before the engine's event: who starts it also starts what runs inside.
    shared.state().started_here.insert(lab.clone());
    ask(shared, lab, Intent::Start, row.started);
    let started = if row.state == ContainerState::Paused {
        // A paused container cannot be started; stopping and starting it would lose what it computes.
        Err(Error::NotSupported {
            what: format!("{} is paused.", profile.saved.form.name),
        })
    } else {
        engine.start_container(&row.id).await
    };
    finish(shared, &profile, &row, started).await
}

/// The form of a lab that was only saved: its first start is a launch.
fn never_launched(shared: &Shared, lab: &LabId) -> Option<LaunchForm> {
    let state = shared.state();
    let profile = state.profiles.get(lab)?;
    let only_saved = profile.container.is_none() && row_of(profile, &shared.snapshot()).is_none();
    only_saved.then(|| profile.saved.form.clone())
}

pub(super) async fn restart(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    shared.not_changing(lab)?;
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    let grace = grace(shared, &engine, &profile, &row).await;
    shared.state().started_here.insert(lab.clone());
    ask(shared, lab, Intent::Restart, row.started);
    let restarted = engine.restart_container(&row.id, grace).await;
    finish(shared, &profile, &row, restarted).await
}

/// The outcome of a start: its event clears the intent, its failure stands on the card.
async fn finish(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
    outcome: slipway_engine::Result<()>,
) -> Result<()> {
    match outcome {
        Ok(()) => {
            asked_and_done(shared, &profile.id);
            Ok(())
        }
        Err(error) => {
            shared.state().started_here.remove(&profile.id);
            let problem = start_problem(shared, profile, row, error).await;
            no_longer_asked(shared, &profile.id);
            shared.change(|state| state.failures.insert(profile.id.clone(), problem.clone()));
            Err(problem)
        }
    }
}

async fn start_problem(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
    error: Error,
) -> Problem {
    let name = &profile.saved.form.name;
    let Error::PortTaken { port, detail, .. } = error else {
        let problem = Problem::from(error);
        return match problem.kind {
            ProblemKind::EngineAway | ProblemKind::Gone => problem,
            _ => Problem {
                message: format!("{} {}", problem.title, problem.message)
                    .trim()
                    .to_owned(),
                title: format!("{name} could not start."),
                ..problem
            },
        };
    };
    // A container that took the port a moment ago may not be in the inventory yet.
    shared.until_published(port, &row.id).await;
    let snapshot = shared.snapshot();
    let (listen_ip, id) = (profile.saved.form.listen_ip.clone(), row.id.clone());
    let look = move || listen::holder(&snapshot, &listen_ip, port, Some(id.as_str()));
    let holder = tokio::task::spawn_blocking(look).await.ok().flatten();
    let who = match holder {
        Some(PortHolder::Container { lab: Some(lab), .. }) => lab,
        Some(PortHolder::Container { name, .. }) => format!("the container {name}"),
        Some(PortHolder::Program(Some(program))) => program,
        _ => "another program".to_owned(),
    };
    Problem::new(ProblemKind::PortTaken, format!("{name} could not start."))
        .because(format!(
            "Port {port} is already used by {who}, and two programs cannot share a port."
        ))
        .hint("Stop what uses the port, then start the lab again.")
        .detail(detail)
}

pub(super) async fn stop(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    shared.not_changing(lab)?;
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    if !is_up(row.state) {
        return Ok(());
    }
    let grace = grace(shared, &engine, &profile, &row).await;
    ask(shared, lab, Intent::Stop, row.started);
    match engine.stop_container(&row.id, grace).await {
        Ok(()) => {
            asked_and_done(shared, lab);
            Ok(())
        }
        Err(error) => {
            no_longer_asked(shared, lab);
            Err(error.into())
        }
    }
}

/// How long this lab may take to end by itself.
async fn grace(
    shared: &Arc<Shared>,
    engine: &Engine,
    profile: &Profile,
    row: &ContainerRow,
) -> Duration {
    let image = shared.image_of(engine, row).await;
    let seconds = plan::plan(&profile.saved.form, image.as_deref(), &shared.catalogue())
        .map_or(STOP_GRACE, |plan| plan.stop_grace_seconds);
    Duration::from_secs(u64::from(seconds))
}

pub(super) async fn password(shared: &Arc<Shared>, lab: &LabId) -> Result<Secret> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    let name = &profile.saved.form.name;
    if is_refused_a_token(shared, &profile) {
        return Err(Problem::new(
            ProblemKind::Other,
            format!("Slipway does not know the password of {name}."),
        )
        .because("It is set in the image, which keeps no readable copy of it.")
        .hint("Type it where the page asks for it. Whoever made the image knows it."));
    }
    if let Some(own) = own_password(shared, &profile).await {
        return Ok(own);
    }
    if has_own_password(&profile) {
        return Err(Problem::new(
            ProblemKind::KeyringUnavailable,
            format!("The password of {name} is not kept here."),
        )
        .because(
            "It was not in the keyring; without a keyring it is kept only until Slipway quits.",
        )
        .hint("Unlock the keyring and try again, or type the password yourself."));
    }
    let snapshot = shared.snapshot();
    let row = row_of(&profile, &snapshot);
    let image = match (&row, shared.engine()) {
        (Some(row), Ok(engine)) => shared.image_of(&engine, row).await,
        _ => None,
    };
    let (_, generation) = kind_of(&shared.catalogue(), &profile, image.as_deref());
    if let Some(password) = recognition::image_password(&generation, image.as_deref()) {
        return Ok(Secret::new(password));
    }
    if generation.sign_in.kind == SignInKind::Token
        && let Some(token) =
            page_token(shared, lab).or(known_token(shared, &profile, &generation).await)
    {
        return Ok(token);
    }
    Err(Problem::new(
        ProblemKind::Other,
        format!("Slipway knows no password of {name}."),
    )
    .because("The lab either has none, or it was set inside."))
}

/// Its server takes a password that a file inside sets, and no token of anybody's.
fn is_refused_a_token(shared: &Shared, profile: &Profile) -> bool {
    let snapshot = shared.snapshot();
    let state = shared.state();
    let row = row_of(profile, &snapshot).filter(|row| row.state == ContainerState::Running);
    let Some((row, watched)) = row.zip(state.watched.get(&profile.id)) else {
        return false;
    };
    let image = state.images.get(&row.image_id).map(AsRef::as_ref);
    let (_, generation) = kind_of(&state.catalogue, profile, image);
    watched.started == row.started && takes_no_token(&generation, watched.asks)
}

/// The token of the lab's page, where it answered with one.
fn page_token(shared: &Shared, lab: &LabId) -> Option<Secret> {
    let page = shared.state().watched.get(lab)?.page()?;
    page.token().cloned()
}

pub(super) async fn masked_texts(shared: &Arc<Shared>, lab: &LabId) -> Vec<String> {
    let (profile, image) = {
        let state = shared.state();
        let Some(profile) = state.profiles.get(lab).cloned() else {
            return Vec::new();
        };
        let row = row_of(&profile, &shared.snapshot());
        let image = row.and_then(|row| state.images.get(&row.image_id).cloned());
        (profile, image)
    };
    let (_, generation) = kind_of(&shared.catalogue(), &profile, image.as_deref());
    let secrets = [
        own_password(shared, &profile).await,
        known_token(shared, &profile, &generation).await,
        page_token(shared, lab),
    ];
    let secrets = secrets.iter().flatten();
    let variables = kept_variables(shared, lab, &profile.saved.form).await;
    let mut texts: Vec<String> = secrets
        .chain(variables.values())
        .map(|secret| secret.reveal().to_owned())
        .collect();
    if !generation.sign_in.made_secrets.is_empty() {
        texts.extend(made_values(&shared.home.vault, lab).await.into_values());
    }
    let of_image = recognition::image_password(&generation, image.as_deref());
    texts.extend(of_image.filter(|password| recognition::is_worth_masking(password)));
    texts.retain(|text| text.len() >= 3);
    texts.sort();
    texts.dedup();
    texts
}
