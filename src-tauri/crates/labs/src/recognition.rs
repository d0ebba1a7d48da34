//! Which recipe and generation an image belongs to, from its name and Config alone.

use slipway_engine::images::ImageDetails;
use slipway_engine::ImageReference;

use crate::recipe::{Generation, Recipe};

/// The recipe of an image by its name, else by its Config, else the generic ones
/// (`jupyter`, `web-app`). Always gives one.
pub fn recognise(reference: &ImageReference, image: Option<&ImageDetails>) -> &'static Recipe {
    let _ = (reference, image);
    todo!("labs")
}

/// The generation that holds for this version and Config, with what the Config itself tells
/// (port, folder, password argument, base URL) filled in over the recipe's values.
pub fn generation(recipe: &Recipe, reference: &ImageReference, image: Option<&ImageDetails>) -> Generation {
    let _ = (recipe, reference, image);
    todo!("labs")
}

/// The password that the image comes with: from its entrypoint, else the recipe's.
pub fn image_password(generation: &Generation, image: Option<&ImageDetails>) -> Option<String> {
    let _ = (generation, image);
    todo!("labs")
}
