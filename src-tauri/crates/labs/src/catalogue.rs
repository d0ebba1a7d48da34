//! The recipes that ship with Slipway, read once from `src-tauri/recipes/*.toml`.

use std::sync::OnceLock;

use crate::recipe::{Recipe, RecipeId};

/// Every recipe, in order.
pub fn recipes() -> &'static [Recipe] {
    static RECIPES: OnceLock<Vec<Recipe>> = OnceLock::new();
    RECIPES.get_or_init(|| todo!("labs"))
}

/// The recipe of this id.
pub fn recipe(id: &RecipeId) -> Option<&'static Recipe> {
    recipes().iter().find(|recipe| &recipe.id == id)
}
