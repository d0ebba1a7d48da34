//! A person's own recipes: saved from a lab, shared as files, added from files of others.

use std::sync::Arc;

use super::shared::{Shared, kind_of, row_of};
use crate::card::LabId;
use crate::catalogue::own::{read_recipe, written_recipe};
use crate::catalogue::{Catalogue, deeds};
use crate::form::{LaunchForm, MountKind, StorageKind, typed_port};
use crate::names;
use crate::problem::{Problem, ProblemKind, Result};
use crate::recipe::{ExtraPort, Generation, Options, Recipe, RecipeId, UserMapping};
use crate::sharing::{RecipeDraft, RecipePreview};

const LONGEST_ID: usize = 60;

/// Files are written where it may block.
pub(super) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|error| {
        Err(
            Problem::new(ProblemKind::Other, "The recipe could not be saved.")
                .detail(error.to_string()),
        )
    })
}

pub(super) async fn save(
    shared: &Arc<Shared>,
    lab: &LabId,
    draft: RecipeDraft,
) -> Result<RecipeId> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    let row = row_of(&profile, &shared.snapshot());
    let image = match (&row, shared.engine()) {
        (Some(row), Ok(engine)) => shared.image_of(&engine, row).await,
        _ => None,
    };
    let catalogue = shared.catalogue();
    let (recipe, generation) = kind_of(&catalogue, &profile, image.as_deref());
    let made = of_lab(&profile.saved.form, &recipe, generation, &draft, &catalogue)?;
    let text = written_recipe(&made)?;
    // What is written must come back: a name that was typed can break a rule.
    let read = read_recipe(&text).map_err(|problem| Problem {
        kind: ProblemKind::InvalidForm,
        title: "This recipe cannot be saved.".to_owned(),
        hint: Some("Change the name or the summary.".to_owned()),
        field: Some("name".to_owned()),
        ..problem
    })?;
    keep(shared, &read.id, &text)?;
    Ok(read.id)
}

/// The recipe that makes labs like this one. Folders of this computer stay out of it, and secrets
/// are not in the form.
fn of_lab(
    form: &LaunchForm,
    recipe: &Recipe,
    generation: Generation,
    draft: &RecipeDraft,
    catalogue: &Catalogue,
) -> Result<Recipe> {
    let name = draft.name.trim();
    if name.is_empty() {
        return Err(Problem::new(ProblemKind::InvalidForm, "The recipe needs a name.").at("name"));
    }
    let summary = match draft.summary.trim() {
        "" => recipe.summary.clone(),
        typed => typed.to_owned(),
    };
    let version = form.version.trim().to_owned();
    Ok(Recipe {
        schema: Some(1),
        id: free_id(name, catalogue),
        name: name.to_owned(),
        lab_name: Some(name.to_owned()),
        summary,
        category: draft.category.unwrap_or(recipe.category),
        images: vec![form.image.trim().to_owned()],
        default_version: Some(version.clone()).filter(|version| !version.is_empty()),
        known_versions: Vec::new(),
        keywords: Vec::new(),
        recognise: Vec::new(),
        generations: vec![of_form(form, generation)],
        ..recipe.clone()
    })
}

/// The lab's generation as its form has it, holding without a condition.
fn of_form(form: &LaunchForm, mut generation: Generation) -> Generation {
    generation.versions = None;
    generation.images = Vec::new();
    generation.has_volume = None;
    generation.has_port = None;
    generation.has_variable = None;
    generation.starts_with = None;
    let mut rows = form.ports.iter();
    if generation.port != 0 {
        let page = rows.next().and_then(|row| typed_port(&row.container));
        generation.port = page.unwrap_or(generation.port);
    }
    let page = generation.port;
    for extra in &mut generation.more_ports {
        extra.published = false;
    }
    for row in rows.filter(|row| row.protocol.trim() == "tcp") {
        let Some(port) = typed_port(&row.container).filter(|port| *port != page) else {
            continue;
        };
        let known = generation
            .more_ports
            .iter_mut()
            .find(|extra| extra.port == port);
        match known {
            Some(extra) => extra.published = true,
            None => generation.more_ports.push(ExtraPort {
                port,
                purpose: if row.purpose.trim().is_empty() {
                    format!("Port {port}")
                } else {
                    row.purpose.clone()
                },
                published: true,
            }),
        }
    }
    generation.more_ports.retain(|extra| extra.port != page);
    generation.work_folder = match form.storage.kind {
        StorageKind::Nothing => None,
        StorageKind::Volume | StorageKind::Folder => Some(form.storage.target.trim().to_owned()),
    };
    if let Some(
        UserMapping::Variables { on_by_default, .. } | UserMapping::User { on_by_default },
    ) = &mut generation.user_mapping
    {
        *on_by_default = form.user.mapped;
    }
    let mut shared_form = form.clone();
    shared_form
        .advanced
        .mounts
        .retain(|row| row.kind != MountKind::Folder);
    generation.options = Options::of_form(&shared_form);
    generation
}

/// An id that no recipe has.
fn free_id(name: &str, catalogue: &Catalogue) -> RecipeId {
    let slug: String = names::slug(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(LONGEST_ID - 4)
        .collect();
    let slug = slug.trim_matches('-').to_ascii_lowercase();
    let base = if slug.is_empty() { "recipe" } else { &slug };
    let taken = |id: &str| catalogue.recipe(&RecipeId(id.to_owned())).is_some();
    RecipeId(names::unique(base, '-', taken))
}

pub(super) fn exported(shared: &Shared, id: &RecipeId) -> Result<(String, String)> {
    if !shared.catalogue().is_own(id) {
        return Err(not_own(shared, id));
    }
    let text = shared.recipes.text(id)?;
    Ok((format!("{}.toml", id.0), text))
}

pub(super) fn preview(shared: &Shared, text: &str) -> Result<RecipePreview> {
    let recipe = read_recipe(text)?;
    let catalogue = shared.catalogue();
    let replaced = catalogue
        .recipe(&recipe.id)
        .filter(|other| catalogue.is_own(&other.id));
    Ok(RecipePreview {
        does: deeds::deeds(&recipe),
        replaces: replaced.map(|other| other.name.clone()),
        name: recipe.name,
        summary: recipe.summary,
        icon: recipe.icon,
        tint: recipe.tint,
        category: recipe.category,
        text: text.to_owned(),
    })
}

pub(super) fn add(shared: &Shared, text: &str) -> Result<RecipeId> {
    let recipe = read_recipe(text)?;
    keep(shared, &recipe.id, text)?;
    Ok(recipe.id)
}

pub(super) fn remove(shared: &Shared, id: &RecipeId) -> Result<()> {
    if !shared.catalogue().is_own(id) {
        return Err(not_own(shared, id));
    }
    shared.recipes.remove(id)?;
    read_again(shared);
    Ok(())
}

fn keep(shared: &Shared, id: &RecipeId, text: &str) -> Result<()> {
    shared.recipes.save(id, text)?;
    read_again(shared);
    Ok(())
}

/// The catalogue of what lies in the folder now.
fn read_again(shared: &Shared) {
    let (own, _) = shared.recipes.read();
    shared.change(|state| state.catalogue = Catalogue::with_own(own));
}

fn not_own(shared: &Shared, id: &RecipeId) -> Problem {
    if shared.catalogue().recipe(id).is_some() {
        Problem::new(ProblemKind::Other, "This recipe comes with Slipway.")
            .because("Only recipes of your own can be shared as files and removed.")
            .hint("Launch a lab of it and save that as a recipe of your own.")
    } else {
        Problem::new(ProblemKind::Gone, "This recipe is gone.")
    }
}

#[cfg(test)]
mod tests;
