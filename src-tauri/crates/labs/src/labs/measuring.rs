//! How much there is to download: which image is meant, for which platform, and whom to ask.

use std::sync::Arc;

use slipway_engine::ImageReference;
use slipway_engine::inventory::Snapshot;

use super::shared::Shared;
use super::tiles;
use crate::downloads::{Asked, DownloadSize, Known, Mirror, Platform, Wish};
use crate::form::{self, LaunchForm, local_references};
use crate::recipe::{RecipeId, RecipeTile};
use crate::recognition;

/// The recipes' tiles, with what is known of their downloads.
pub(super) fn tiles(shared: &Shared) -> Vec<RecipeTile> {
    let snapshot = shared.snapshot();
    let known = |reference: &ImageReference| {
        let asked = asked(&snapshot, reference.clone(), "")?;
        shared.downloads.known(&asked, shared.now())
    };
    tiles::tiles(&shared.catalogue(), &snapshot, &known)
}

pub(super) async fn measure_recipe(shared: &Arc<Shared>, id: &RecipeId) -> Option<RecipeTile> {
    let snapshot = shared.snapshot();
    let catalogue = shared.catalogue();
    let recipe = catalogue.recipe(id)?;
    if let Some((reference, false)) = form::default_reference(recipe, &snapshot)
        && let Some(asked) = asked(&snapshot, reference, "")
    {
        let now = shared.now();
        shared.downloads.ask(&asked, Wish::Seen, now).await;
    }
    tiles(shared).into_iter().find(|tile| tile.id == *id)
}

pub(super) async fn measure_form(shared: &Arc<Shared>, form: &LaunchForm) -> DownloadSize {
    let snapshot = shared.snapshot();
    let Some(asked) = asked_by(&snapshot, form) else {
        return DownloadSize::default();
    };
    if form.advanced.platform.trim().is_empty() && is_here(&snapshot, &asked.reference) {
        return DownloadSize {
            here: true,
            ..DownloadSize::default()
        };
    }
    let known = shared.downloads.ask(&asked, Wish::Chosen, shared.now());
    known.await.map(DownloadSize::from).unwrap_or_default()
}

/// What is known of the form's image without asking anybody.
pub(super) fn known(shared: &Shared, form: &LaunchForm) -> Option<Known> {
    let asked = asked_by(&shared.snapshot(), form)?;
    shared.downloads.known(&asked, shared.now())
}

/// What a launch asks about: its image for its platform.
pub(crate) fn asked(
    snapshot: &Snapshot,
    reference: ImageReference,
    platform: &str,
) -> Option<Asked> {
    let engine = snapshot.report.facts.as_ref();
    Some(Asked {
        reference,
        platform: Platform::wanted(platform, engine)?,
        mirrors: engine
            .map(|engine| {
                engine
                    .mirrors
                    .iter()
                    .filter_map(|mirror| Mirror::read(mirror, engine.this_computer))
                    .collect()
            })
            .unwrap_or_default(),
    })
}

fn asked_by(snapshot: &Snapshot, form: &LaunchForm) -> Option<Asked> {
    asked(snapshot, form.reference()?, &form.advanced.platform)
}

fn is_here(snapshot: &Snapshot, reference: &ImageReference) -> bool {
    local_references(snapshot)
        .iter()
        .any(|here| recognition::same_image(here, reference))
}
