//! What is done with labs that are there: list, open, start, stop, restart.

use std::time::Duration;

use slipway_labs::card::{LabCard, LabState, LabWarning, WarningKind};
use slipway_labs::form::{FormSeed, TypedSecrets};

use super::arguments::Going;
use super::failure::{Exit, Failure, Outcome};
use super::session::{Opening, Session};
use super::voice::table;
use super::{MOMENT, launch, shapes};

/// Running labs are asked for their answer, at most for so long.
const ASKING: Duration = Duration::from_secs(3);
/// The engine itself gives a lab ten seconds to end.
const STOPPING: Duration = Duration::from_secs(30);

/// Lists the labs; without an engine, as they were known.
pub async fn list(session: &mut Session) -> Outcome {
    let engine = session.engine().await;
    session.loaded().await;
    if engine.is_ok() {
        session.settle(ASKING).await?;
    }
    let list = session.state.labs.list();
    let labs: Vec<shapes::Lab> = list.labs.iter().map(shapes::Lab::of).collect();
    session.voice.value(&labs)?;
    if labs.is_empty() {
        session
            .voice
            .line("There are no labs yet. “slipway recipes” lists what can be launched.")?;
    } else {
        let rows: Vec<Vec<String>> = list.labs.iter().map(row).collect();
        for line in table(&["name", "state", "address", "image", "id"], &rows) {
            session.voice.line(&line)?;
        }
    }
    for card in &list.labs {
        open_to_others(session, card)?;
    }
    for problem in &list.unreadable {
        session.voice.note(&problem.to_string())?;
    }
    engine
}

/// Says of a lab that others reach and that asks nobody to sign in.
pub(super) fn open_to_others(session: &mut Session, card: &LabCard) -> Outcome {
    let open = |warning: &&LabWarning| warning.kind == WarningKind::OpenWithoutPassword;
    if let Some(warning) = card.warnings.iter().find(open) {
        session.voice.note(&format!(
            "Warning: {}: {}. {}",
            card.name,
            warning.title.to_lowercase(),
            warning.message
        ))?;
    }
    Ok(())
}

fn row(card: &LabCard) -> Vec<String> {
    let address = card
        .addresses
        .first()
        .map(|address| address.text.clone())
        .or_else(|| card.connection.clone());
    vec![
        card.name.clone(),
        words(card),
        address.unwrap_or_else(|| "-".to_owned()),
        card.image.clone(),
        card.id.0.clone(),
    ]
}

/// "running", "stopped, as last known"
fn words(card: &LabCard) -> String {
    let state = match card.state {
        LabState::Launching => "launching",
        LabState::Starting => "starting",
        LabState::Running => "running",
        LabState::Stopped => "stopped",
        LabState::Paused => "paused",
        LabState::Problem => "problem",
        LabState::Missing => "container gone",
        LabState::Saved => "saved",
    };
    if card.stale {
        format!("{state}, as last known")
    } else {
        state.to_owned()
    }
}

/// Opens the page, or prints its address.
pub async fn open(session: &mut Session, lab: &str, print_address: bool) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    session.state.labs.open(&card.id).await?;
    let address = if print_address {
        session.opened()
    } else {
        None
    };
    match &address {
        Some(address) => session.voice.line(address)?,
        None => session
            .voice
            .line(&format!("Opened {} in your browser.", card.name))?,
    }
    let lab = session.card(&card.id).map(|card| shapes::Lab::of(&card));
    session.voice.value(&shapes::Use {
        opened: !print_address,
        address,
        lab,
    })?;
    Ok(())
}

/// Starts a stopped lab; launches it again where its container is gone.
pub async fn start(
    session: &mut Session,
    lab: &str,
    open: bool,
    no_wait: bool,
    accept_risk: bool,
) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    if matches!(card.state, LabState::Missing | LabState::Saved) {
        return launch_again(session, &card, open, no_wait, accept_risk).await;
    }
    let runs = matches!(card.state, LabState::Running | LabState::Starting);
    if !runs {
        session.state.labs.start_lab(&card.id).await?;
        until_it_is_asked_for(session, &card).await?;
    }
    let card = until_it_answers(session, &card, no_wait).await?;
    if open {
        session.state.labs.open(&card.id).await?;
    }
    session.voice.value(&shapes::Use {
        opened: open,
        address: None,
        lab: Some(shapes::Lab::of(&card)),
    })?;
    Ok(())
}

async fn launch_again(
    session: &mut Session,
    card: &LabCard,
    open: bool,
    no_wait: bool,
    accept_risk: bool,
) -> Outcome {
    let seed = FormSeed {
        like_lab: Some(card.id.0.clone()),
        ..FormSeed::default()
    };
    let mut form = session.state.labs.new_form(seed).await?;
    form.risk_accepted = accept_risk;
    let opening = if open {
        Opening::Browser
    } else {
        Opening::Nowhere
    };
    let going = Going {
        no_wait,
        ..Going::default()
    };
    let typed = TypedSecrets::default();
    let launched = Box::pin(launch::go(session, form, typed, &going, opening)).await?;
    session.voice.value(&shapes::Use {
        opened: launched.opened,
        address: None,
        lab: launched.lab,
    })?;
    Ok(())
}

pub async fn restart(session: &mut Session, lab: &str, no_wait: bool) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    session.state.labs.restart_lab(&card.id).await?;
    until_it_is_asked_for(session, &card).await?;
    let card = until_it_answers(session, &card, no_wait).await?;
    session.voice.value(&shapes::Lab::of(&card))?;
    Ok(())
}

pub async fn stop(session: &mut Session, lab: &str) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    if card.state == LabState::Missing {
        return Err(Failure::not_found(format!(
            "The container of {} is gone, so there is nothing to stop.",
            card.name
        )));
    }
    session
        .voice
        .progress(&format!("Stopping {} …", card.name))?;
    session.state.labs.stop_lab(&card.id).await?;
    // The profile remembers that it was stopped on purpose as soon as the engine's event is here.
    let stopped = session
        .card_when(&card.id, Some(STOPPING), |card| {
            card.intent.is_none() && !matches!(card.state, LabState::Running | LabState::Starting)
        })
        .await?;
    session.voice.line(&format!("{} is stopped.", card.name))?;
    let stopped = stopped.as_ref().map(shapes::Lab::of);
    session.voice.value(&stopped)?;
    Ok(())
}

/// The card is as it was before a start, until what was asked for stands on it.
async fn until_it_is_asked_for(session: &Session, before: &LabCard) -> Outcome {
    let asked = |now: &LabCard| now.intent.is_some() || now.started != before.started;
    session
        .card_when(&before.id, Some(MOMENT), asked)
        .await
        .map(drop)
}

/// Waits until a lab that was started answers. With `no_wait` only a moment, in which a server that
/// the image does not start by itself is started inside.
async fn until_it_answers(
    session: &mut Session,
    card: &LabCard,
    no_wait: bool,
) -> Outcome<LabCard> {
    session
        .voice
        .progress(&format!("Waiting until {} answers …", card.name))?;
    let limit = no_wait.then_some(MOMENT);
    let now = session
        .card_when(&card.id, limit, |card| {
            card.intent.is_none() && card.state != LabState::Starting
        })
        .await?;
    let Some(now) = now else {
        return Err(Failure::not_found(format!("{} is gone.", card.name)));
    };
    match now.state {
        LabState::Running => {
            let line = match now.addresses.first() {
                Some(address) => format!("{} is ready: {}", now.name, address.text),
                None => format!("{} is ready.", now.name),
            };
            session.voice.line(&line)?;
            Ok(now)
        }
        LabState::Starting => {
            session.voice.line(&format!(
                "{} runs. It may take a moment until it answers.",
                now.name
            ))?;
            Ok(now)
        }
        _ => Err(match now.problem {
            Some(problem) => Failure::from(problem),
            None => Failure::new(
                Exit::Failed,
                slipway_labs::Problem::new(
                    slipway_labs::problem::ProblemKind::Other,
                    format!("{} does not run.", now.name),
                )
                .hint("Its log may say why: slipway logs."),
            ),
        }),
    }
}
