//! Which recipe and generation an image belongs to, from its name and Config alone.
//!
//! The name decides first: an image of a recipe keeps its recipe behind a mirror's name, too
//! (`harbor.example/proxy/exasol/ai-lab`). Then the signs that recipes declare (`recognise`), in
//! the catalogue's order; the generic recipes stand last there. Nothing is ever run to find out.

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;
use slipway_engine::ImageReference;
use slipway_engine::images::ImageDetails;

use crate::catalogue::Catalogue;
use crate::recipe::{Generation, Recipe, Recognition};
use crate::saving::SAVED_IMAGE;
use crate::tag;

mod config;

pub use config::{image_password, is_worth_masking};

/// The recipe of an image by its name, else by its Config, else the generic ones
/// (`any-jupyter`, `web-app`). Always gives one.
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the catalogue is part of the program, and a test reads every recipe"
)]
pub fn recognise<'a>(
    catalogue: &'a Catalogue,
    reference: &ImageReference,
    image: Option<&ImageDetails>,
) -> &'a Arc<Recipe> {
    recognised(catalogue, reference, image)
        .or_else(|| catalogue.last())
        .expect("the catalogue is not empty")
}

/// As `recognise`, but `None` where nothing speaks for any recipe.
pub fn recognised<'a>(
    catalogue: &'a Catalogue,
    reference: &ImageReference,
    image: Option<&ImageDetails>,
) -> Option<&'a Arc<Recipe>> {
    let origin = origin(reference, image);
    let reference = origin.as_ref();
    named(catalogue, reference).or_else(|| {
        catalogue.recipes().find(|recipe| {
            recipe
                .recognise
                .iter()
                .any(|signs| signs_hold(signs, reference, image))
        })
    })
}

/// The published image that an image goes back to: its own name, or that of the lab's image where it was saved of one.
fn origin<'a>(
    reference: &'a ImageReference,
    image: Option<&ImageDetails>,
) -> Cow<'a, ImageReference> {
    image
        .and_then(|image| image.labels.get(SAVED_IMAGE))
        .and_then(|origin| ImageReference::parse(origin).ok())
        .map_or(Cow::Borrowed(reference), Cow::Owned)
}

/// The recipe that offers this repository.
pub fn named<'a>(catalogue: &'a Catalogue, reference: &ImageReference) -> Option<&'a Arc<Recipe>> {
    catalogue.recipes().find(|recipe| offers(recipe, reference))
}

/// Whether the recipe offers this repository, perhaps behind a mirror's name.
pub fn offers(recipe: &Recipe, reference: &ImageReference) -> bool {
    recipe
        .images
        .iter()
        .any(|listed| same_repository(listed, reference))
}

/// Whether two spellings mean the same local image: `docker.io/exasol/ai-lab:6.0.0` is
/// `exasol/ai-lab:6.0.0`.
pub fn same_image(a: &ImageReference, b: &ImageReference) -> bool {
    a.registry() == b.registry() && a.path() == b.path() && a.tag == b.tag && a.digest == b.digest
}

/// The Config of this very image, where the facts hold one: a Config of another image is never
/// mistaken for it.
pub fn config_of<'a>(
    reference: &ImageReference,
    image: Option<&'a ImageDetails>,
) -> Option<&'a ImageDetails> {
    image.filter(|image| {
        let mut names = image.tags.iter().chain(&image.digests).peekable();
        if names.peek().is_none() {
            return true;
        }
        names
            .filter_map(|name| ImageReference::parse(name).ok())
            .any(|name| match &reference.digest {
                Some(digest) => name.digest.as_ref() == Some(digest),
                None => same_image(&name, reference),
            })
    })
}

/// The generation that holds for this version and Config, with what the Config itself tells
/// (port, folder, password argument, base URL) filled in over the recipe's values.
pub fn generation(
    recipe: &Recipe,
    reference: &ImageReference,
    image: Option<&ImageDetails>,
) -> Generation {
    let origin = origin(reference, image);
    let reference = origin.as_ref();
    let generation = recipe
        .generations
        .iter()
        .find(|generation| holds(generation, reference, image))
        .or_else(|| recipe.generations.last())
        .cloned()
        .unwrap_or_default();
    match image {
        Some(image) => config::told_by_config(generation, image),
        None => generation,
    }
}

fn same_repository(listed: &str, reference: &ImageReference) -> bool {
    let Ok(listed) = ImageReference::parse(listed) else {
        return false;
    };
    let (listed, path) = (listed.path(), reference.path());
    path == listed
        || path
            .strip_suffix(&listed)
            .is_some_and(|mirror| mirror.ends_with('/'))
}

fn signs_hold(
    signs: &Recognition,
    reference: &ImageReference,
    image: Option<&ImageDetails>,
) -> bool {
    let conditions = Conditions::of_signs(signs);
    let name_holds = signs.names.is_empty()
        || signs
            .names
            .iter()
            .any(|name| tag::matches(name, &reference.path()));
    let config_holds = match image {
        Some(image) => !signs.not_here && conditions.hold(image),
        None => conditions.none(),
    };
    let any_sign = !signs.names.is_empty() || !conditions.none();
    any_sign && name_holds && config_holds
}

fn holds(
    generation: &Generation,
    reference: &ImageReference,
    image: Option<&ImageDetails>,
) -> bool {
    let of_this_image = generation.images.is_empty()
        || generation
            .images
            .iter()
            .any(|listed| same_repository(listed, reference));
    let conditions = Conditions::of_generation(generation);
    let in_range =
        |range: &String| tag::satisfies(range, reference.tag.as_deref().unwrap_or_default());
    let this_one = match (image, conditions.none()) {
        (Some(image), false) => conditions.hold(image),
        (None, false) => generation.versions.as_ref().is_some_and(in_range),
        (_, true) => generation.versions.as_ref().is_none_or(in_range),
    };
    of_this_image && this_one
}

/// Conditions on a Config, wherever they were declared.
struct Conditions<'a> {
    volume: Option<&'a str>,
    port: Option<u16>,
    variable: Option<&'a str>,
    starts_with: Option<&'a str>,
    label: Option<&'a str>,
}

impl<'a> Conditions<'a> {
    fn of_signs(signs: &'a Recognition) -> Self {
        Self {
            volume: signs.has_volume.as_deref(),
            port: signs.has_port,
            variable: signs.has_variable.as_deref(),
            starts_with: signs.starts_with.as_deref(),
            label: signs.has_label.as_deref(),
        }
    }

    fn of_generation(generation: &'a Generation) -> Self {
        Self {
            volume: generation.has_volume.as_deref(),
            port: generation.has_port,
            variable: generation.has_variable.as_deref(),
            starts_with: generation.starts_with.as_deref(),
            label: None,
        }
    }

    fn none(&self) -> bool {
        self.volume.is_none()
            && self.port.is_none()
            && self.variable.is_none()
            && self.starts_with.is_none()
            && self.label.is_none()
    }

    fn hold(&self, image: &ImageDetails) -> bool {
        self.volume.is_none_or(|volume| {
            image
                .volumes
                .iter()
                .any(|path| path.trim_end_matches('/') == volume)
        }) && self
            .port
            .is_none_or(|port| config::exposed(image).contains(&port))
            && self
                .variable
                .is_none_or(|variable| match variable.split_once('=') {
                    Some((name, value)) => image.variable(name) == Some(value),
                    None => image.variable(variable).is_some(),
                })
            && self
                .label
                .is_none_or(|label| image.labels.keys().any(|name| tag::matches(label, name)))
            && self.starts_with.is_none_or(|pattern| {
                Regex::new(pattern)
                    .is_ok_and(|pattern| pattern.is_match(&config::start_text(image)))
            })
    }
}

#[cfg(test)]
mod tests;
