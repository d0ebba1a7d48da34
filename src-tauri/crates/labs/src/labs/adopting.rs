//! Containers that another program made, as labs.
//!
//! Nothing of the container is touched: an engine takes no new labels on one that is there, so the
//! profile alone says that it is a lab. What it was made with is read back into a form, for the
//! screens and for launching another like it; secret values stay out of it.

use std::sync::Arc;

use slipway_engine::containers::FoundContainer;
use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::EngineStatus;
use slipway_engine::{ContainerId, Error, ImageReference};

use super::launching::new_id;
use super::profiles::on_this_engine;
use super::shared::Shared;
use super::wizard::facts;
use crate::card::LabId;
use crate::check::CheckFacts;
use crate::form::{self, LaunchForm, StorageKind};
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{LAB_LABEL, PREPARED, Profile, saved_form};
use crate::recipe::{Generation, Recipe, SignInKind};
use crate::recognition;
use crate::sharing::AdoptPreview;

/// A container with everything that has to be known of it.
struct Candidate {
    found: FoundContainer,
    form: LaunchForm,
    recipe: Arc<Recipe>,
    generation: Generation,
}

pub(super) async fn preview(shared: &Arc<Shared>, container: &ContainerId) -> Result<AdoptPreview> {
    let candidate = look_at(shared, container).await?;
    Ok(AdoptPreview {
        container: candidate.found.row.id.clone(),
        name: candidate.form.name.clone(),
        recipe_name: candidate.recipe.name.clone(),
        icon: candidate.recipe.icon.clone(),
        tint: candidate.recipe.tint,
        keeps: keeps(&candidate),
        limits: limits(&candidate),
    })
}

pub(super) async fn adopt(shared: &Arc<Shared>, container: &ContainerId) -> Result<LabId> {
    let _one_at_a_time = shared.launching.lock().await;
    let candidate = look_at(shared, container).await?;
    let lab = new_id(shared, &candidate.form);
    let mut saved = saved_form(candidate.form, None);
    // Whatever had to be done inside was done by whoever made it.
    saved.more.insert(PREPARED.to_owned(), "true".to_owned());
    let row = candidate.found.row;
    let profile = on_this_engine(
        Profile {
            adopted: true,
            ..Profile::new(lab.clone(), row.id, row.created, saved)
        },
        &shared.snapshot(),
    );
    shared.save(&profile)?;
    shared.change(|state| state.profiles.insert(lab.clone(), profile));
    Ok(lab)
}

async fn look_at(shared: &Arc<Shared>, container: &ContainerId) -> Result<Candidate> {
    let engine = shared.engine()?;
    if shared.snapshot().report.status != EngineStatus::Ready {
        return Err(Error::Connecting.into());
    }
    let found = engine.found_container(container.as_str()).await?;
    let known = shared
        .state()
        .profiles
        .values()
        .find(|profile| profile.container.as_ref() == Some(&found.row.id))
        .map(|profile| profile.saved.form.name.clone());
    // Images that were saved of a lab may carry the label without a value.
    let labelled = found.row.labels.get(LAB_LABEL);
    if known.is_some() || labelled.is_some_and(|lab| !lab.is_empty()) {
        let name = known.unwrap_or_else(|| found.row.name.clone());
        return Err(Problem::new(
            ProblemKind::Other,
            format!("{name} is a lab already."),
        ));
    }
    let image = engine.inspect_image(found.row.image_id.as_str()).await.ok();
    let reference = reference_of(&found, image.as_ref());
    let facts = facts(shared, Some(reference.clone()), &[]).await;
    Ok(read(found, image.as_ref(), &reference, &facts))
}

/// The image as it was asked for; one of its names where it was asked for by its id.
fn reference_of(found: &FoundContainer, image: Option<&ImageDetails>) -> ImageReference {
    let by_id = found.row.image.starts_with("sha256:")
        || found.row.image_id.as_str().contains(&found.row.image);
    let asked = ImageReference::parse(&found.row.image)
        .ok()
        .filter(|_| !by_id);
    let named = || {
        image?
            .tags
            .iter()
            .find_map(|tag| ImageReference::parse(tag).ok())
    };
    asked.or_else(named).unwrap_or_else(|| ImageReference {
        repository: found.row.image.clone(),
        tag: None,
        digest: None,
    })
}

fn read(
    found: FoundContainer,
    image: Option<&ImageDetails>,
    reference: &ImageReference,
    facts: &CheckFacts,
) -> Candidate {
    let recipe = Arc::clone(recognition::recognise(&facts.catalogue, reference, image));
    let generation = recognition::generation(&recipe, reference, image);
    let mut form = form::of_container(&found, image, reference, &recipe, &generation);
    let taken = |name: &str| facts.labs.iter().any(|lab| lab.name == name);
    if taken(&form.name) {
        form.name = crate::names::unique(&form.name, ' ', taken);
    }
    Candidate {
        found,
        form,
        recipe,
        generation,
    }
}

fn keeps(candidate: &Candidate) -> Vec<String> {
    let mut keeps = vec![format!(
        "The container {} stays as it is; nothing is made anew.",
        candidate.found.row.name
    )];
    let storage = &candidate.form.storage;
    match storage.kind {
        StorageKind::Volume => {
            keeps.push(format!("Its work stays in the volume {}.", storage.volume));
        }
        StorageKind::Folder => {
            keeps.push(format!("Its work stays in the folder {}.", storage.folder));
        }
        StorageKind::Nothing => {}
    }
    keeps.push("Slipway can forget it again, and leaves it as it is.".to_owned());
    keeps
}

fn limits(candidate: &Candidate) -> Vec<String> {
    let mut limits = Vec::new();
    let (form, generation) = (&candidate.form, &candidate.generation);
    if form.ports.is_empty() && !form.advanced.publish_all {
        limits.push("None of its ports is published, so it has no page to open.".to_owned());
    }
    if generation.sign_in.kind == SignInKind::Password {
        limits.push(
            "Its page asks for a password; Slipway cannot sign in to a container that it did not make."
                .to_owned(),
        );
    }
    let secrets = form.advanced.secret_names();
    if !secrets.is_empty() {
        limits.push(format!(
            "The values of {} stay in the container; another lab like it asks for them.",
            secrets.join(", ")
        ));
    }
    if form.advanced.remove_when_stopped {
        limits.push(
            "It was made to be removed as soon as it stops, and then the lab is gone.".to_owned(),
        );
    }
    if form.storage.kind == StorageKind::Nothing {
        limits.push("Its work is in the container and goes with it.".to_owned());
    }
    limits
}
