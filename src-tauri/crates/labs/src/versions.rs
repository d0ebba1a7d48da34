//! Versions of an image: tags of its registry where it can be reached, local ones always.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionChoice {
    pub tag: String,
    /// On the engine already.
    pub here: bool,
    /// "Newest", "Works with my-vol", …; empty for none.
    pub remark: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionList {
    pub choices: Vec<VersionChoice>,
    /// One sentence where the registry could not be asked ("Docker Hub cannot be reached, so only … are listed.").
    pub incomplete: Option<String>,
}

/// The versions of an image: `recipe`'s known ones, local ones, and the registry's where it answers.
pub async fn versions(recipe: &crate::recipe::Recipe, image: &str, facts: &crate::check::CheckFacts) -> VersionList {
    let _ = (recipe, image, facts);
    todo!("labs")
}
