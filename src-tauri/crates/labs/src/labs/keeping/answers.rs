//! Each running lab is asked in the background until its page answers, once for each start.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::inventory::{ContainerRow, ContainerState, Snapshot};
use slipway_vault::Secret;

use super::super::preparing;
use super::super::secrets::{self, known_token, own_password, token_entry};
use super::super::shared::{Answer, Shared, State, Watched, kind_of, row_of};
use super::doors;
use crate::address;
use crate::launch;
use crate::profile::Profile;
use crate::readiness::{self, NotReady, Wait, probe};

/// A lab that runs and is silent for so long is not asked any more, until somebody opens it.
const BACKGROUND_PATIENCE: Duration = Duration::from_mins(15);

/// Each start of a running lab is asked for its answer once.
pub(super) fn look_after_answers(
    shared: &Arc<Shared>,
    state: &mut State,
    snapshot: &Snapshot,
    ready: bool,
) {
    let mut wanted: Vec<(Profile, Arc<ContainerRow>)> = Vec::new();
    let State {
        profiles,
        watched,
        launches,
        going,
        ..
    } = state;
    watched.retain(|lab, _| profiles.contains_key(lab));
    for (lab, profile) in profiles.iter() {
        if launches.get(lab).is_some_and(|launch| !launch.is_over()) || going.contains(lab) {
            continue;
        }
        let row = row_of(profile, snapshot);
        let running = row.filter(|row| row.state == ContainerState::Running);
        let Some(row) = running else {
            // While the engine is away nothing new is known of the container.
            if ready {
                watched.remove(lab);
            }
            continue;
        };
        let known = watched
            .get(lab)
            .is_some_and(|watched| watched.started == row.started);
        if ready && !known {
            wanted.push((profile.clone(), row));
        }
    }
    for (profile, row) in wanted {
        let started = row.started;
        let lab = profile.id.clone();
        let task = tokio::spawn(ask_for_answer(Arc::downgrade(shared), profile, row));
        let task = tokio_util::task::AbortOnDropHandle::new(task);
        state.watched.insert(
            lab,
            Watched {
                task: Some(task),
                ..Watched::waiting(started)
            },
        );
    }
}

/// Waits in the background until a running lab answers, and remembers its page.
async fn ask_for_answer(shared: std::sync::Weak<Shared>, profile: Profile, row: Arc<ContainerRow>) {
    let Some(shared) = shared.upgrade() else {
        return;
    };
    let outcome = Box::pin(answer_of(&shared, &profile, &row)).await;
    let answer = match outcome {
        Some(Ok(page)) => Some(Answer::Answered(page)),
        Some(Err(NotReady::OutOfPatience)) => Some(Answer::Silent),
        // It ended, or the engine did: whatever comes next is another start, or found again.
        Some(Err(_)) | None => None,
    };
    shared.change(|state| match (answer, state.watched.get_mut(&profile.id)) {
        (Some(answer), Some(watched)) if watched.started == row.started => watched.answer = answer,
        (None, Some(watched)) if watched.started == row.started => {
            state.watched.remove(&profile.id);
        }
        _ => {}
    });
}

/// `None` where the engine cannot be asked.
async fn answer_of(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
) -> Option<Result<Option<address::PageAddress>, NotReady>> {
    let wait = wait_for(shared, profile, row, BACKGROUND_PATIENCE).await?;
    serve_inside(shared, profile, row, &wait).await;
    // The token may have been made just now.
    let token = known_token(shared, profile, &wait.generation).await;
    let wait = Wait {
        token: token.or(wait.token.clone()),
        ..wait
    };
    let reached = match readiness::until_it_answers(&wait, None).await {
        Ok(reached) => reached,
        Err(not_ready) => return Some(Err(not_ready)),
    };
    preparing::catch_up(shared, &wait.engine, profile, &row.id, &wait.generation).await;
    let Some(reached) = reached else {
        return Some(Ok(None));
    };
    let decides = readiness::may_refuse_its_token(&wait);
    doors::look_at(shared, &profile.id, row.started, reached.door, decides).await;
    Some(Ok(Some(reached.page)))
}

/// What is waited for when this lab's running container is asked.
pub(in crate::labs) async fn wait_for(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
    patience: Duration,
) -> Option<Wait> {
    let engine = shared.engine().ok()?;
    let image = shared.image_of(&engine, row).await;
    let (_, generation) = kind_of(&shared.catalogue(), profile, image.as_deref());
    let page_port = profile
        .saved
        .form
        .ports
        .first()
        .and_then(|port| port.container.trim().parse().ok())
        .unwrap_or(generation.port);
    let token = known_token(shared, profile, &generation).await;
    let own = own_password(shared, profile).await;
    let variables = secrets::kept_variables(shared, &profile.id, &profile.saved.form).await;
    Some(Wait {
        engine,
        inventory: shared.home.inventory.clone(),
        container: row.id.clone(),
        started: row.started,
        generation,
        page_port,
        token,
        secrets: own.into_iter().chain(variables.into_values()).collect(),
        slowest: Duration::from_secs(5),
        patience,
    })
}

/// A lab whose image starts no server gets its server at each start. A lab that another Slipway on
/// the same engine keeps is left to it: it has the token, and this one has not.
async fn serve_inside(shared: &Arc<Shared>, profile: &Profile, row: &ContainerRow, wait: &Wait) {
    let Some(program) = &wait.generation.start_inside else {
        return;
    };
    let (started_here, only_as_asked) = {
        let state = shared.state();
        (
            state.started_here.contains(&profile.id),
            state.only_as_asked,
        )
    };
    if only_as_asked && !started_here {
        return;
    }
    let token = match wait.token.clone() {
        Some(token) => token,
        None if !started_here => return,
        None => {
            let token = Secret::new(shared.sources.hex(24));
            secrets::keep(&shared.home.vault, &token_entry(&profile.id), token.clone());
            token
        }
    };
    if let Some(binding) = address::binding(row, wait.page_port)
        && let Some(port) = binding.host_port
    {
        let engine_host = address::engine_host(wait.engine.endpoint());
        let host = address::host(&binding.listen_ip, engine_host.as_deref());
        if probe::status(&host, port, "/api").await.is_some() {
            return;
        }
    }
    let started = launch::run_inside(
        &wait.engine,
        &row.id,
        program,
        &wait.generation,
        &profile.saved.form,
        &token,
    )
    .await;
    if let Err(error) = started {
        tracing::warn!(%error, lab = %profile.id.0, "the server inside a lab could not be started");
    }
}
