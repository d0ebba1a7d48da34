//! What the wizard asks of `Labs`: tiles, forms, checks, versions; each with the facts it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use slipway_engine::images::ImageDetails;
use slipway_engine::{ImageId, ImageReference};
use slipway_vault::{Secret, VaultStatus};

use super::cards::lab_facts;
use super::secrets::{self, password_entry};
use super::shared::{Shared, is_elsewhere, row_of};
use crate::card::LabId;
use crate::check::{self, CheckFacts, FormCheck};
use crate::form::{self, FormFrame, FormSeed, LaunchForm, SignInChoice, TypedSecrets};
use crate::problem::{Problem, ProblemKind, Result};
use crate::recognition;

/// Neither the engine's answer about an image nor a kept password may hold the form up.
const ENGINE_PATIENCE: Duration = Duration::from_millis(150);
const KEYRING_PATIENCE: Duration = Duration::from_millis(60);

pub(super) async fn new_form(shared: &Arc<Shared>, seed: FormSeed) -> Result<LaunchForm> {
    if let Some(like) = &seed.like_lab {
        return form_like(shared, &LabId(like.clone())).await;
    }
    let reference = match (&seed.image, &seed.recipe) {
        (Some(image), _) => ImageReference::parse(image.trim()).ok(),
        (None, Some(id)) => shared
            .catalogue()
            .recipe(id)
            .and_then(|recipe| form::default_reference(recipe, &shared.snapshot()))
            .map(|(reference, _)| reference),
        (None, None) => None,
    };
    let facts = facts(shared, reference, &[]).await;
    on_thread(move || form::new_form(&seed, &facts)).await?
}

/// A failed launch or a lab whose container is gone is launched again as it was; another like a
/// lab that is there gets a name, ports and a volume of its own.
async fn form_like(shared: &Arc<Shared>, lab: &LabId) -> Result<LaunchForm> {
    let form = {
        let state = shared.state();
        let failed = state
            .launches
            .get(lab)
            .filter(|launch| launch.is_failed() || !state.profiles.contains_key(lab));
        let failed = failed.map(|launch| launch.board.progress().form);
        failed.or_else(|| {
            state
                .profiles
                .get(lab)
                .map(|profile| profile.saved.form.clone())
        })
    };
    let form = form.ok_or_else(Problem::no_such_lab)?;
    shared.state().liked = Some(lab.clone());
    let facts = facts(shared, form.reference(), &replaceable(shared, &form)).await;
    on_thread(move || form::like(form, &facts)).await
}

pub(super) async fn revise_form(shared: &Arc<Shared>, form: LaunchForm) -> LaunchForm {
    let facts = facts(shared, form.reference(), &replaceable(shared, &form)).await;
    let unchanged = form.clone();
    on_thread(move || form::revise(form, &facts))
        .await
        .unwrap_or(unchanged)
}

pub(super) async fn frame(shared: &Arc<Shared>, form: &LaunchForm) -> FormFrame {
    let facts = facts(shared, form.reference(), &replaceable(shared, form)).await;
    form::frame(form, &facts)
}

pub(super) async fn check(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    typed: &TypedSecrets,
) -> FormCheck {
    let own_password = typed.password.as_deref();
    // A locked keyring waits for its own password; the form does not, and is checked again later.
    let kept = if own_password.is_none() {
        let kept = tokio::time::timeout(ENGINE_PATIENCE, kept_password(shared, form));
        kept.await.ok().flatten()
    } else {
        None
    };
    let own = own_password
        .map(|text| Secret::new(text.to_owned()))
        .or(kept);
    let mut facts = facts(shared, form.reference(), &replaceable(shared, form)).await;
    facts.known_secrets = known_variables(shared, form, typed).await;
    facts.download = super::measuring::known(shared, form);
    let form = form.clone();
    let checked =
        on_thread(move || check::check(&form, &facts, own.as_ref().map(Secret::reveal))).await;
    checked.unwrap_or_else(|problem| FormCheck {
        notes: Vec::new(),
        review: Vec::new(),
        command: None,
        risks: None,
        gate: Some(problem.title),
        outlook: String::new(),
        needs_download: false,
        download_size: None,
    })
}

/// Runs what looks at ports and folders where it may block.
pub(super) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|error| {
        Problem::new(ProblemKind::Other, "The form could not be checked.").detail(error.to_string())
    })
}

/// Labs that a launch with this form would replace: a failed launch, or a lab whose container is
/// gone. Their names and volumes are not taken.
pub(super) fn replaceable(shared: &Shared, form: &LaunchForm) -> Vec<LabId> {
    let snapshot = shared.snapshot();
    let state = shared.state();
    let failed = state
        .launches
        .iter()
        .filter(|(_, launch)| launch.is_failed())
        .filter(|(_, launch)| {
            let progress = launch.board.progress();
            let offered = match &progress.outcome {
                crate::launch::LaunchOutcome::Failed { fixes, .. } => {
                    fixes.iter().any(|fix| fix.form.as_ref() == Some(form))
                }
                _ => false,
            };
            offered || progress.form.name == form.name
        });
    let missing = state.profiles.values().filter(|profile| {
        profile.saved.form.name == form.name
            && row_of(profile, &snapshot).is_none()
            && !is_elsewhere(profile, &snapshot)
            && !state
                .launches
                .get(&profile.id)
                .is_some_and(crate::launch::Launch::is_under_way)
    });
    let mut replaced: Vec<LabId> = failed
        .map(|(lab, _)| lab.clone())
        .chain(missing.map(|profile| profile.id.clone()))
        .collect();
    replaced.dedup();
    replaced
}

/// The own password of what this form would replace, so that it is not asked for again.
pub(super) async fn kept_password(shared: &Arc<Shared>, form: &LaunchForm) -> Option<Secret> {
    if form.sign_in != SignInChoice::Own {
        return None;
    }
    for lab in replaceable(shared, form) {
        let launched = shared
            .state()
            .launches
            .get(&lab)
            .and_then(|launch| launch.own_password.clone());
        if launched.is_some() {
            return launched;
        }
        if let Some(kept) = shared.home.vault.find(&password_entry(&lab)).await {
            return Some(kept);
        }
    }
    None
}

/// Names of the secret variables that need not be typed again.
async fn known_variables(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    typed: &TypedSecrets,
) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = typed
        .variables
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, _)| name.trim().to_owned())
        .collect();
    let missing = |name: &String| !known.contains(name);
    if form.advanced.secret_names().iter().any(missing) {
        let kept = tokio::time::timeout(ENGINE_PATIENCE, kept_variables(shared, form));
        known.extend(kept.await.unwrap_or_default().into_keys());
    }
    known
}

/// Values of secret variables from the labs that this form would replace, and from the lab that it
/// is like.
pub(super) async fn kept_variables(
    shared: &Arc<Shared>,
    form: &LaunchForm,
) -> BTreeMap<String, Secret> {
    let wanted = form.advanced.secret_names();
    let mut kept = BTreeMap::new();
    if wanted.is_empty() {
        return kept;
    }
    let liked = shared.state().liked.clone();
    for lab in replaceable(shared, form).into_iter().chain(liked) {
        let (launched, theirs) = {
            let state = shared.state();
            let launch = state.launches.get(&lab);
            let profile = state.profiles.get(&lab);
            let theirs = profile
                .map(|profile| profile.saved.form.clone())
                .or_else(|| launch.map(|launch| launch.board.progress().form));
            let launched = launch.map(|launch| launch.variables.clone());
            (launched.unwrap_or_default(), theirs)
        };
        let Some(theirs) = theirs.filter(|theirs| theirs.image == form.image) else {
            continue;
        };
        let stored = secrets::kept_variables(shared, &lab, &theirs).await;
        for (name, value) in launched.into_iter().chain(stored) {
            if wanted.contains(&name) {
                kept.entry(name).or_insert(value);
            }
        }
    }
    kept
}

/// Everything a check has to know, within a fraction of a second.
pub(super) async fn facts(
    shared: &Arc<Shared>,
    reference: Option<ImageReference>,
    replaced: &[LabId],
) -> CheckFacts {
    let (image, keyring) = tokio::join!(local_image(shared, reference), keyring(shared));
    let snapshot = shared.snapshot();
    let (labs, asks) = {
        let state = shared.state();
        let asks = image
            .as_ref()
            .and_then(|image| state.asked_by.get(&ImageId(image.id.clone())).copied());
        (lab_facts(&state, &snapshot, replaced), asks)
    };
    CheckFacts {
        catalogue: shared.catalogue(),
        snapshot,
        image,
        asks,
        labs,
        keyring,
        known_secrets: BTreeSet::new(),
        user: shared.home.user,
        download: None,
        own: None,
    }
}

/// The Config of an image that is on the engine.
async fn local_image(
    shared: &Arc<Shared>,
    reference: Option<ImageReference>,
) -> Option<ImageDetails> {
    let reference = reference?;
    let snapshot = shared.snapshot();
    let is_named = |name: &String| {
        ImageReference::parse(name).is_ok_and(|name| recognition::same_image(&name, &reference))
    };
    let row = snapshot
        .images
        .values()
        .find(|row| row.tags.iter().chain(&row.digests).any(is_named))?;
    let known = shared.state().images.get(&row.id).cloned();
    let details = if let Some(known) = known {
        known
    } else {
        let engine = shared.engine().ok()?;
        let asked = engine.inspect_image(row.id.as_str());
        let details = tokio::time::timeout(ENGINE_PATIENCE, asked).await;
        let details = Arc::new(details.ok()?.ok()?);
        shared
            .state()
            .images
            .insert(row.id.clone(), Arc::clone(&details));
        details
    };
    // An image keeps its Config for ever, and its names only until they are moved.
    Some(ImageDetails {
        tags: row.tags.clone(),
        digests: row.digests.clone(),
        ..ImageDetails::clone(&details)
    })
}

/// Asks the keyring, and remembers what it says.
pub(super) async fn ask_keyring(shared: Arc<Shared>) -> VaultStatus {
    let status = shared.home.vault.status().await;
    let first = shared.state().keyring.replace(status.clone()).is_none();
    if first {
        // The list says so, and forms that were shown before are looked at again.
        shared.changed.notify_one();
    }
    status
}

/// The keyring's answer, or its last one where it does not answer at once. Before its first answer
/// nothing is promised.
async fn keyring(shared: &Arc<Shared>) -> VaultStatus {
    let asking = tokio::spawn(ask_keyring(Arc::clone(shared)));
    match tokio::time::timeout(KEYRING_PATIENCE, asking).await {
        Ok(Ok(status)) => status,
        _ => shared.state().keyring.clone().unwrap_or_else(|| {
            VaultStatus::MemoryOnly("The keyring has not answered yet.".to_owned())
        }),
    }
}
