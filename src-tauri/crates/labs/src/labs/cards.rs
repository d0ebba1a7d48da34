//! Cards: profiles, the inventory and what is under way, joined. Pure, so that it can be read and
//! tested without an engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use slipway_engine::UnixMillis;
use slipway_engine::inventory::{ContainerRow, ContainerState, EngineStatus, Snapshot};

use super::secrets::has_own_password;
use super::shared::{Answer, State, Watched, is_elsewhere, kind_of, row_of};
use crate::address::{self, ShownAddress};
use crate::card::{LabCard, LabId, LabState, LabsElsewhere};
use crate::catalogue::Catalogue;
use crate::form::{LaunchForm, StorageKind};
use crate::launch::{Launch, LaunchProgress};
use crate::problem::{Problem, ProblemKind};
use crate::profile::Profile;
use crate::readiness;
use crate::recipe::{Generation, SignInKind};
use crate::recognition;

mod warnings;

use warnings::warnings;

/// Every card, by name.
pub(super) fn cards(state: &State, snapshot: &Snapshot, engine_host: Option<&str>) -> Vec<LabCard> {
    let mut cards: Vec<LabCard> = state
        .profiles
        .values()
        .filter(|profile| !is_replaced(state, &profile.id) && !is_elsewhere(profile, snapshot))
        .map(|profile| lab_card(profile, state, snapshot, engine_host))
        .collect();
    for (lab, launch) in &state.launches {
        if is_replaced(state, lab) || (!launch.is_over() && !state.profiles.contains_key(lab)) {
            cards.push(launch_card(
                &state.catalogue,
                launch.board.progress(),
                snapshot,
            ));
        }
    }
    cards.sort_by_cached_key(|card| (card.name.to_lowercase(), card.id.clone()));
    cards
}

/// Labs of other engines, by engine.
pub(super) fn elsewhere(state: &State, snapshot: &Snapshot) -> Vec<LabsElsewhere> {
    let mut engines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for profile in state.profiles.values() {
        if let Some(engine) = &profile.engine
            && is_elsewhere(profile, snapshot)
        {
            engines
                .entry(&engine.name)
                .or_default()
                .push(profile.saved.form.name.clone());
        }
    }
    let of_engine = |(engine, mut names): (&str, Vec<String>)| {
        names.sort_by_key(|name| name.to_lowercase());
        let list = match names.as_slice() {
            [] => String::new(),
            [one] => format!("1 lab is on {engine}: {one}."),
            [all @ .., last] => format!(
                "{} labs are on {engine}: {} and {last}.",
                names.len(),
                all.join(", ")
            ),
        };
        LabsElsewhere {
            engine: engine.to_owned(),
            sentence: list,
            names,
        }
    };
    engines.into_iter().map(of_engine).collect()
}

/// A failed launch stands for its lab until the person decides.
fn is_replaced(state: &State, lab: &LabId) -> bool {
    state.launches.get(lab).is_some_and(Launch::is_failed)
}

fn lab_card(
    profile: &Profile,
    state: &State,
    snapshot: &Snapshot,
    engine_host: Option<&str>,
) -> LabCard {
    let form = &profile.saved.form;
    let row = row_of(profile, snapshot);
    let image = row.as_ref().and_then(|row| state.images.get(&row.image_id));
    let (recipe, generation) = kind_of(&state.catalogue, profile, image.map(AsRef::as_ref));
    let launch = state
        .launches
        .get(&profile.id)
        .filter(|launch| launch.is_under_way())
        .map(|launch| launch.board.progress());
    let watched = state.watched.get(&profile.id);
    let page = watched.and_then(Watched::page);
    // What its server says counts for this start of its container only.
    let running = |row: &&Arc<ContainerRow>| row.state == ContainerState::Running;
    let asks = row.as_ref().filter(running).and_then(|row| {
        let watched = watched.filter(|watched| watched.started == row.started)?;
        watched.asks
    });
    let sign_in = readiness::corrected(generation.sign_in.kind, asks);
    let mut addresses = match &row {
        Some(row) => address::shown(row, form, page.as_ref(), &generation.answers, engine_host),
        None => Vec::new(),
    };
    // What has no page is no web address either.
    if !generation.has_page()
        && let Some(first) = addresses.first_mut()
        && let Some((_, plain)) = first.text.split_once("://")
    {
        first.text = plain.to_owned();
    }
    let (lab_state, problem) = state_of(profile, row.as_deref(), state, snapshot, launch.is_some());
    let is_up = row.as_ref().is_some_and(|row| is_up(row.state));
    let image_password = recognition::image_password(&generation, image.map(AsRef::as_ref));
    LabCard {
        id: profile.id.clone(),
        name: form.name.clone(),
        recipe: recipe.id.clone(),
        icon: recipe.icon.clone(),
        tint: recipe.tint,
        image: row
            .as_ref()
            .map_or_else(|| form.reference_text(), |row| row.image.clone()),
        container: row.as_ref().map(|row| row.id.clone()),
        state: lab_state,
        intent: state.intents.get(&profile.id).map(|asked| asked.intent),
        answers: generation.answers.clone(),
        created: profile.created,
        started: row.as_ref().filter(|_| is_up).and_then(|row| row.started),
        stopped: row.as_ref().filter(|_| !is_up).and_then(|row| row.finished),
        kept: form.storage.kind,
        kept_in: kept_in(form),
        warnings: warnings(form, row.as_deref(), sign_in, &addresses),
        problem,
        sign_in,
        has_password: image_password.is_some()
            || (!takes_no_token(&generation, asks)
                && (has_own_password(profile)
                    || page.is_some_and(|page| {
                        generation.sign_in.kind == SignInKind::Token && page.token().is_some()
                    }))),
        connection: connection(&generation, &addresses),
        user: generation.sign_in.user.clone(),
        addresses,
        adopted: profile.adopted,
        launch,
        stale: snapshot.report.status != EngineStatus::Ready,
    }
}

/// A file inside has set a password in the token's place, so that a token opens nothing.
pub(super) fn takes_no_token(generation: &Generation, asks: Option<SignInKind>) -> bool {
    generation.sign_in.kind == SignInKind::Token && asks == Some(SignInKind::Password)
}

/// How a program reaches a lab without a page, with the host and port of its first address.
fn connection(generation: &Generation, addresses: &[ShownAddress]) -> Option<String> {
    let template = generation.connection.as_ref()?;
    let (host, port) = addresses.first()?.text.rsplit_once(':')?;
    Some(template.replace("{host}", host).replace("{port}", port))
}

/// A launch that has no lab yet, or has failed.
fn launch_card(catalogue: &Catalogue, launch: LaunchProgress, snapshot: &Snapshot) -> LabCard {
    let form = launch.form.clone();
    let recipe = catalogue.recipe(&form.recipe);
    let generation = match (recipe, form.reference()) {
        (Some(recipe), Some(reference)) => recognition::generation(recipe, &reference, None),
        _ => Generation::default(),
    };
    let created = launch
        .steps
        .iter()
        .find_map(|step| step.started)
        .unwrap_or(UnixMillis(0));
    LabCard {
        id: launch.lab.clone(),
        name: form.name.clone(),
        recipe: form.recipe.clone(),
        icon: launch.icon.clone(),
        tint: launch.tint,
        image: launch.image.clone(),
        container: None,
        state: LabState::Launching,
        intent: None,
        addresses: Vec::new(),
        answers: generation.answers.clone(),
        created,
        started: None,
        stopped: None,
        kept: form.storage.kind,
        kept_in: kept_in(&form),
        warnings: warnings(&form, None, generation.sign_in.kind, &[]),
        problem: None,
        sign_in: generation.sign_in.kind,
        has_password: false,
        user: None,
        connection: None,
        adopted: false,
        launch: Some(launch),
        stale: snapshot.report.status != EngineStatus::Ready,
    }
}

fn state_of(
    profile: &Profile,
    row: Option<&ContainerRow>,
    state: &State,
    snapshot: &Snapshot,
    launching: bool,
) -> (LabState, Option<Problem>) {
    if launching {
        return (LabState::Launching, None);
    }
    if row.is_none() && profile.container.is_none() {
        return (LabState::Saved, None);
    }
    let Some(row) = row else {
        // Without an engine nothing is known; the lab is not missing because of that.
        let known =
            snapshot.report.status == EngineStatus::Ready || snapshot.report.facts.is_some();
        return (
            if known {
                LabState::Missing
            } else {
                LabState::Stopped
            },
            None,
        );
    };
    match row.state {
        ContainerState::Paused => (LabState::Paused, None),
        ContainerState::Restarting => (LabState::Starting, None),
        ContainerState::Running => {
            let watched = state
                .watched
                .get(&profile.id)
                .filter(|watched| watched.started == row.started);
            match watched.map(|watched| &watched.answer) {
                Some(Answer::Answered(_) | Answer::Silent) => (LabState::Running, None),
                _ => (LabState::Starting, None),
            }
        }
        _ => match state
            .failures
            .get(&profile.id)
            .cloned()
            .or_else(|| ended_badly(profile, row))
        {
            Some(problem) => (LabState::Problem, Some(problem)),
            None => (LabState::Stopped, None),
        },
    }
}

pub(super) fn is_up(state: ContainerState) -> bool {
    matches!(
        state,
        ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
    )
}

/// Why a container that nobody stopped has ended.
fn ended_badly(profile: &Profile, row: &ContainerRow) -> Option<Problem> {
    let name = &profile.saved.form.name;
    if let Some(error) = row.error.as_ref().filter(|error| !error.is_empty()) {
        return Some(
            Problem::new(ProblemKind::Other, format!("{name} could not start."))
                .because("Docker could not start its container.")
                .hint("Start it again; the technical details show what Docker says.")
                .detail(error.clone()),
        );
    }
    if row.state == ContainerState::Created
        || (profile.stopped.is_some() && profile.stopped == row.finished)
    {
        return None;
    }
    // A list has the exit code and not the time: whether it was stopped here is known a moment later.
    row.finished?;
    let code = row.exit_code.unwrap_or(0);
    let kept = kept_sentence(&profile.saved.form);
    if row.out_of_memory && code != 0 {
        return Some(
            Problem::new(
                ProblemKind::OutOfMemory,
                format!("{name} ran out of memory."),
            )
            .because(
                format!("It needed more than it may use, so it was stopped. {kept}")
                    .trim()
                    .to_owned(),
            )
            .hint("Stop other labs, or give the engine more memory, then start it again."),
        );
    }
    // 130, 137 and 143: interrupted, killed or asked to end, so somebody wanted it. 255: the engine
    // itself was not there when it ended, as after a power cut.
    if matches!(code, 0 | 130 | 137 | 143 | 255) {
        return None;
    }
    Some(
        Problem::new(ProblemKind::Other, format!("{name} stopped by itself."))
            .because(
                format!("Its program ended with exit code {code}. {kept}")
                    .trim()
                    .to_owned(),
            )
            .hint("Its log shows what it said last. Start it again to go on."),
    )
}

fn kept_sentence(form: &LaunchForm) -> String {
    match form.storage.kind {
        StorageKind::Volume => format!("Your work in {} is safe.", form.storage.volume),
        StorageKind::Folder => format!("Your work in {} is safe.", form.storage.folder),
        StorageKind::Nothing => String::new(),
    }
}

fn kept_in(form: &LaunchForm) -> String {
    match form.storage.kind {
        StorageKind::Volume => form.storage.volume.clone(),
        StorageKind::Folder => form.storage.folder.clone(),
        StorageKind::Nothing => String::new(),
    }
}

/// The container of every lab, for the checks of another form.
pub(super) fn lab_facts(
    state: &State,
    snapshot: &Arc<Snapshot>,
    except: &[LabId],
) -> Vec<crate::check::LabFacts> {
    let of_form = |form: &LaunchForm, container: Option<String>| crate::check::LabFacts {
        name: form.name.clone(),
        container,
        volume: (form.storage.kind == StorageKind::Volume).then(|| form.storage.volume.clone()),
        image: form.reference_text(),
    };
    let mut facts: Vec<crate::check::LabFacts> = state
        .profiles
        .values()
        .filter(|profile| !except.contains(&profile.id) && !is_elsewhere(profile, snapshot))
        .map(|profile| {
            of_form(
                &profile.saved.form,
                row_of(profile, snapshot).map(|row| row.name.clone()),
            )
        })
        .collect();
    for (lab, launch) in &state.launches {
        if launch.is_under_way() && !state.profiles.contains_key(lab) && !except.contains(lab) {
            facts.push(of_form(&launch.board.progress().form, None));
        }
    }
    facts
}

#[cfg(test)]
mod tests;
