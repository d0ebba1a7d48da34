//! Filling a form in: everything has a good default, so that Launch can be clicked at once.
//!
//! The version proposed is the recipe's own where that is on the engine or nothing of the recipe
//! is; otherwise the newest one that is here, because a lab that starts in twenty seconds is a
//! better proposal than a download of gigabytes, and the version list says what is newer.

use std::sync::Arc;

use slipway_engine::ImageReference;
use slipway_engine::inventory::Snapshot;

use super::rows::ports_of;
use super::{FormSeed, LaunchForm, SignInChoice, StorageKind, StorageRow, UserRow, typed_port};
use crate::catalogue::Catalogue;
use crate::check::CheckFacts;
use crate::problem::{Problem, ProblemKind, Result};
use crate::recipe::{Generation, GpuWish, Recipe, UserMapping};
use crate::{listen, names, recognition, tag};

/// Only this computer.
pub(crate) const LOOPBACK: &str = "127.0.0.1";
/// Ids of the first ordinary user on most systems, for a person whose own cannot be used.
const ORDINARY_USER: (u32, u32) = (1000, 1000);
/// Where kept work is proposed in images that name no folder.
const PROPOSED_TARGET: &str = "/data";

/// A form with every field filled in.
///
/// # Errors
/// A seed that names no known recipe and no valid image reference.
pub fn new_form(seed: &FormSeed, facts: &CheckFacts) -> Result<LaunchForm> {
    let (recipe, reference) = start_of(seed, facts)?;
    let image = recognition::config_of(&reference, facts.image.as_ref());
    let generation = recognition::generation(recipe, &reference, image);
    let base = match &recipe.lab_name {
        Some(name) if !recipe.images.is_empty() => name.clone(),
        _ => own_name(&reference),
    };
    let name = free_name(&base, facts);
    let mut advanced = super::Advanced::default();
    choose(&mut advanced, recipe, &generation, facts);
    Ok(LaunchForm {
        recipe: recipe.id.clone(),
        image: reference.repository.clone(),
        version: version_of(&reference),
        listen_ip: LOOPBACK.to_owned(),
        ports: ports_of(&generation, &[], LOOPBACK, &facts.snapshot),
        storage: StorageRow {
            kind: if generation.work_folder.is_some() {
                StorageKind::Volume
            } else {
                StorageKind::Nothing
            },
            volume: free_volume(&name, facts),
            folder: String::new(),
            target: target_of(&generation),
        },
        docker_control: generation.options.docker_control,
        risk_accepted: false,
        sign_in: SignInChoice::FromImage,
        user: user_of(&generation, facts.user),
        advanced,
        name,
    })
}

/// After the image or version changed: what the generation decides follows; the rest stays.
///
/// The page's port in the lab, the folder in the lab, and the ports that came from a recipe follow.
/// Ports on this computer, the name, who can reach it and where the work is kept stay as typed, and
/// so do rows that the person added.
pub fn revise(form: LaunchForm, facts: &CheckFacts) -> LaunchForm {
    let Some(reference) = form.reference() else {
        return form;
    };
    let image = recognition::config_of(&reference, facts.image.as_ref());
    let recipe = following_recipe(&facts.catalogue, &form, &reference, image);
    let generation = recognition::generation(recipe, &reference, image);

    let mut revised = form;
    if let Some(before) = facts.catalogue.recipe(&revised.recipe) {
        choose_anew(&mut revised.advanced, before, recipe, &generation, facts);
    }
    revised.recipe = recipe.id.clone();
    revised.ports = ports_of(
        &generation,
        &revised.ports,
        &revised.listen_ip,
        &facts.snapshot,
    );
    revised.storage.target = target_of(&generation);
    if !generation.sign_in.takes_own() {
        revised.sign_in = SignInChoice::FromImage;
    }
    let mapping = user_of(&generation, facts.user);
    revised.user.mapped =
        generation.user_mapping.is_some() && (revised.user.mapped || mapping.mapped);
    revised
}

/// What the recipe sets under Advanced.
fn choose(
    advanced: &mut super::Advanced,
    recipe: &Recipe,
    generation: &Generation,
    facts: &CheckFacts,
) {
    generation.options.set_in(advanced);
    let has_gpu = facts.snapshot.report.facts.as_ref();
    if recipe.gpu == GpuWish::Needed
        && has_gpu.is_some_and(|engine| engine.gpu)
        && advanced.gpu.choice == super::GpuChoice::Nothing
    {
        advanced.gpu.choice = super::GpuChoice::All;
    }
}

/// After a change of the image: another generation's choices in place of those of the one before.
fn choose_anew(
    advanced: &mut super::Advanced,
    before: &Recipe,
    now: &Recipe,
    generation: &Generation,
    facts: &CheckFacts,
) {
    let differ = |other: &Generation| other.options != generation.options;
    // The same choices as before are the person's to change.
    if before.id == now.id && !before.generations.iter().any(differ) {
        return;
    }
    for old in &before.generations {
        old.options.take_from(advanced);
    }
    choose(advanced, now, generation, facts);
}

/// A form like another lab's: the same choices, with whatever would collide made new. A failed
/// launch that was discarded collides with nothing, so its form comes back as it was.
pub fn like(mut form: LaunchForm, facts: &CheckFacts) -> LaunchForm {
    let base = form
        .name
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end()
        .to_owned();
    let base = if base.is_empty() {
        form.name.clone()
    } else {
        base
    };
    if name_taken(&form.name, facts) {
        form.name = free_name(&base, facts);
    }
    let mut taken = Vec::new();
    for row in &mut form.ports {
        let Some(port) = typed_port(&row.host) else {
            continue;
        };
        let held = taken.contains(&port)
            || listen::holder(&facts.snapshot, &form.listen_ip, port, None).is_some();
        let free = if held {
            listen::free_port(&facts.snapshot, &form.listen_ip, port, &taken)
        } else {
            None
        };
        let port = free.unwrap_or(port);
        row.host = port.to_string();
        taken.push(port);
    }
    let used = facts
        .labs
        .iter()
        .any(|lab| lab.volume.as_deref() == Some(form.storage.volume.as_str()));
    if used {
        form.storage.volume = free_volume(&form.name, facts);
    }
    form.risk_accepted = false;
    form
}

/// The image that a recipe proposes, and whether it is on the engine: its first image in its
/// default version where that is here, else the newest local image of the recipe, else the default.
pub fn default_reference(recipe: &Recipe, snapshot: &Snapshot) -> Option<(ImageReference, bool)> {
    let version = recipe.default_version.as_deref().unwrap_or("latest");
    let default = ImageReference::parse(&format!("{}:{version}", recipe.images.first()?)).ok()?;
    let local = local_references(snapshot);
    if local
        .iter()
        .any(|here| recognition::same_image(here, &default))
    {
        return Some((default, true));
    }
    let newest_of = |listed: &String| {
        let listed = ImageReference::parse(listed).ok()?;
        let same = |here: &&ImageReference| {
            here.registry() == listed.registry() && here.path() == listed.path()
        };
        local
            .iter()
            .filter(same)
            .filter(|here| here.tag.is_some())
            .min_by(|a, b| newer_reference(a, b))
            .cloned()
    };
    match recipe.images.iter().find_map(newest_of) {
        Some(here) => Some((here, true)),
        None => Some((default, false)),
    }
}

/// Tagged images of the engine.
pub(crate) fn local_references(snapshot: &Snapshot) -> Vec<ImageReference> {
    snapshot
        .images
        .values()
        .flat_map(|row| &row.tags)
        .filter_map(|tag| ImageReference::parse(tag).ok())
        .collect()
}

/// Whether another lab or container has this name already.
pub(crate) fn name_taken(name: &str, facts: &CheckFacts) -> bool {
    let container = names::container_name(name);
    let same =
        |other: &str| names::container_name(other) == container || other.trim() == name.trim();
    facts
        .labs
        .iter()
        .any(|lab| same(&lab.name) || lab.container.as_deref() == Some(container.as_str()))
        || facts
            .snapshot
            .containers
            .values()
            .any(|row| row.name == container && facts.own.as_ref() != Some(&row.id))
}

pub(crate) fn free_name(base: &str, facts: &CheckFacts) -> String {
    names::unique(base, ' ', |name| name_taken(name, facts))
}

pub(crate) fn free_volume(lab: &str, facts: &CheckFacts) -> String {
    let taken = |name: &str| {
        facts
            .snapshot
            .volumes
            .keys()
            .any(|volume| volume.as_str() == name)
            || facts
                .labs
                .iter()
                .any(|other| other.volume.as_deref() == Some(name))
    };
    names::unique(&names::volume_name(lab), '-', taken)
}

fn start_of<'a>(
    seed: &FormSeed,
    facts: &'a CheckFacts,
) -> Result<(&'a Arc<Recipe>, ImageReference)> {
    let catalogue = &facts.catalogue;
    let typed = seed
        .image
        .as_deref()
        .map(str::trim)
        .filter(|image| !image.is_empty());
    let chosen = match &seed.recipe {
        Some(id) => Some(catalogue.recipe(id).ok_or_else(|| unknown_recipe(&id.0))?),
        None => None,
    };
    match (typed, chosen) {
        (Some(text), chosen) => {
            let reference = ImageReference::parse(text).map_err(|error| no_image(text, &error))?;
            let image = recognition::config_of(&reference, facts.image.as_ref());
            // A generic recipe says only "an image of my own"; the image may turn out to be a known one.
            let recipe = match chosen {
                Some(recipe) if !recipe.images.is_empty() => recipe,
                Some(recipe) => {
                    recognition::recognised(catalogue, &reference, image).unwrap_or(recipe)
                }
                None => recognition::recognise(catalogue, &reference, image),
            };
            Ok((recipe, reference))
        }
        (None, Some(recipe)) => match default_reference(recipe, &facts.snapshot) {
            Some((reference, _)) => Ok((recipe, reference)),
            None => Err(no_image_for(recipe)),
        },
        (None, None) => Err(unknown_recipe("")),
    }
}

fn following_recipe<'a>(
    catalogue: &'a Catalogue,
    form: &LaunchForm,
    reference: &ImageReference,
    image: Option<&slipway_engine::images::ImageDetails>,
) -> &'a Arc<Recipe> {
    let current = catalogue.recipe(&form.recipe);
    match current {
        Some(current) if recognition::offers(current, reference) => current,
        // Only the name is known, and it says nothing: the recipe that the person chose is the better guess.
        Some(current) if image.is_none() => {
            let found = recognition::named(catalogue, reference);
            let guess = if current.images.is_empty() {
                recognition::recognised(catalogue, reference, None)
            } else {
                None
            };
            found.or(guess).unwrap_or(current)
        }
        _ => recognition::recognise(catalogue, reference, image),
    }
}

pub(super) fn version_of(reference: &ImageReference) -> String {
    match (&reference.digest, &reference.tag) {
        (Some(digest), _) => digest.clone(),
        (None, Some(tag)) => tag.clone(),
        (None, None) => "latest".to_owned(),
    }
}

/// The last part of the image's name: `jupyter-extra` of `me/jupyter-extra`.
fn own_name(reference: &ImageReference) -> String {
    let path = reference.path();
    let last = path.rsplit('/').next().unwrap_or(&path);
    if names::slug(last).len() < 2 {
        "Lab".to_owned()
    } else {
        last.to_owned()
    }
}

fn newer_reference(a: &ImageReference, b: &ImageReference) -> std::cmp::Ordering {
    tag::newest_first(
        a.tag.as_deref().unwrap_or_default(),
        b.tag.as_deref().unwrap_or_default(),
    )
}

/// Where the work is kept in the lab, or a proposal.
pub(crate) fn target_of(generation: &Generation) -> String {
    generation
        .work_folder
        .clone()
        .unwrap_or_else(|| PROPOSED_TARGET.to_owned())
}

pub(crate) fn user_of(generation: &Generation, person: Option<(u32, u32)>) -> UserRow {
    let mapped = match &generation.user_mapping {
        Some(
            UserMapping::Variables { on_by_default, .. } | UserMapping::User { on_by_default },
        ) => *on_by_default,
        None => false,
    };
    let (uid, gid) = person.filter(|(uid, _)| *uid != 0).unwrap_or(ORDINARY_USER);
    UserRow {
        mapped,
        uid: uid.to_string(),
        gid: gid.to_string(),
    }
}

fn unknown_recipe(id: &str) -> Problem {
    Problem {
        kind: ProblemKind::Other,
        title: "Slipway does not know this kind of lab.".to_owned(),
        message: if id.is_empty() {
            String::new()
        } else {
            format!("There is no recipe “{id}” in this version.")
        },
        hint: Some("Choose a lab from the list, or type the name of an image.".to_owned()),
        field: None,
        detail: None,
    }
}

fn no_image_for(recipe: &Recipe) -> Problem {
    Problem {
        kind: ProblemKind::Other,
        title: format!("“{}” needs the name of an image.", recipe.name),
        message: String::new(),
        hint: Some("Type the name of the image, for example me/my-lab:1.0.".to_owned()),
        field: Some("image".to_owned()),
        detail: None,
    }
}

fn no_image(text: &str, error: &slipway_engine::Error) -> Problem {
    let why = match error {
        slipway_engine::Error::InvalidReference { why, .. } => why.clone(),
        other => other.to_string(),
    };
    Problem {
        kind: ProblemKind::ImageNotFound,
        title: format!("“{text}” is not the name of an image."),
        message: why,
        hint: Some("Names of images look like exasol/ai-lab:6.0.0.".to_owned()),
        field: Some("image".to_owned()),
        detail: None,
    }
}
