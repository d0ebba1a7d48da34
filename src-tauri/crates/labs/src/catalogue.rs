//! The catalogue: the recipes that ship with Slipway, and those of the person's own.
//!
//! A value that is handed to whoever asks, because own recipes come and go while the app runs: a
//! check, a plan or a card works with the catalogue that it was given from beginning to end. It is
//! cheap to clone. Only the shipped list is read once and kept; `build.rs` lists its files, and a
//! test reads every one of them by the same function, so a recipe that cannot be read never leaves
//! the build.

use std::sync::{Arc, OnceLock};

use crate::recipe::{Recipe, RecipeId};

pub(crate) mod deeds;
pub(crate) mod own;
pub(crate) mod rules;

/// File name without ending, and text, of every shipped recipe.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));
/// Own recipes stand after the shipped ones and before the generic ones, whatever their files say.
const OWN_ORDER: u16 = 80;

/// Every recipe, in order; the last one is the web application that anything can be.
#[derive(Clone, Debug)]
pub struct Catalogue {
    recipes: Arc<[Entry]>,
}

#[derive(Clone, Debug)]
struct Entry {
    recipe: Arc<Recipe>,
    own: bool,
}

impl Catalogue {
    /// The recipes that ship with Slipway.
    pub fn shipped() -> Self {
        static SHIPPED: OnceLock<Catalogue> = OnceLock::new();
        SHIPPED
            .get_or_init(|| {
                let recipes = FILES.iter().filter_map(|(file, text)| parsed(file, text));
                Self::of(recipes.map(|recipe| Entry {
                    recipe: Arc::new(recipe),
                    own: false,
                }))
            })
            .clone()
    }

    /// The shipped recipes and these of the person's own. An own recipe with the id of a shipped
    /// one is left out: what ships keeps its meaning.
    #[must_use]
    pub fn with_own(own: impl IntoIterator<Item = Recipe>) -> Self {
        let shipped = Self::shipped();
        let own = own
            .into_iter()
            .filter(|recipe| shipped.recipe(&recipe.id).is_none())
            .map(|mut recipe| {
                recipe.order = OWN_ORDER;
                Entry {
                    recipe: Arc::new(recipe),
                    own: true,
                }
            });
        Self::of(shipped.recipes.iter().cloned().chain(own))
    }

    fn of(entries: impl Iterator<Item = Entry>) -> Self {
        let mut entries: Vec<Entry> = entries.collect();
        entries.sort_by(|a, b| {
            let (a, b) = (&a.recipe, &b.recipe);
            a.order.cmp(&b.order).then_with(|| a.id.cmp(&b.id))
        });
        Self {
            recipes: entries.into(),
        }
    }

    /// Every recipe, in order.
    pub fn recipes(&self) -> impl Iterator<Item = &Arc<Recipe>> {
        self.recipes.iter().map(|entry| &entry.recipe)
    }

    /// The recipe of this id.
    pub fn recipe(&self, id: &RecipeId) -> Option<&Arc<Recipe>> {
        self.recipes().find(|recipe| &recipe.id == id)
    }

    /// Whether the recipe of this id is the person's own.
    pub fn is_own(&self, id: &RecipeId) -> bool {
        self.recipes
            .iter()
            .any(|entry| entry.own && &entry.recipe.id == id)
    }

    /// What an image is where nothing speaks for any other recipe.
    pub fn last(&self) -> Option<&Arc<Recipe>> {
        self.recipes.last().map(|entry| &entry.recipe)
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::shipped()
    }
}

fn parsed(file: &str, text: &str) -> Option<Recipe> {
    toml::from_str(text)
        .inspect_err(|error| tracing::error!(file, %error, "a recipe cannot be read"))
        .ok()
}

#[cfg(test)]
mod tests;
