//! The recipes that ship with Slipway, read once from `src-tauri/recipes/*.toml`.
//!
//! `build.rs` lists the files; a test reads every one of them by the same function, so a recipe
//! that cannot be read never leaves the build.

use std::sync::OnceLock;

use crate::recipe::{Recipe, RecipeId};

/// File name without ending, and text, of every recipe.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// Every recipe, in order.
pub fn recipes() -> &'static [Recipe] {
    static RECIPES: OnceLock<Vec<Recipe>> = OnceLock::new();
    RECIPES.get_or_init(|| {
        let mut recipes: Vec<Recipe> = FILES
            .iter()
            .filter_map(|(file, text)| parsed(file, text))
            .collect();
        recipes.sort_by(|a, b| a.order.cmp(&b.order).then_with(|| a.id.cmp(&b.id)));
        recipes
    })
}

/// The recipe of this id.
pub fn recipe(id: &RecipeId) -> Option<&'static Recipe> {
    recipes().iter().find(|recipe| &recipe.id == id)
}

fn parsed(file: &str, text: &str) -> Option<Recipe> {
    toml::from_str(text)
        .inspect_err(|error| tracing::error!(file, %error, "a recipe cannot be read"))
        .ok()
}

#[cfg(test)]
mod tests;
