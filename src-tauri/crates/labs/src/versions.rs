//! Versions of an image: tags of its registry where it can be reached, local ones always.
//!
//! A registry that does not answer within a few seconds costs nothing but its versions: the list
//! then has what is on the engine and what the recipe knows, and says so in one sentence. Tags that
//! machines made (commits, one processor's half of an image) are left out unless they are here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use slipway_engine::ImageReference;
use specta::Type;

use crate::check::CheckFacts;
use crate::form::{local_references, volume_choices};
use crate::logins::Logins;
use crate::recipe::Recipe;
use crate::{recognition, tag};

mod registry;

pub use registry::{RegistryAnswer, registry_tags};
pub(crate) use registry::{is_loopback, settle_cryptography};

/// More choices help nobody; any version can be typed.
const MOST_CHOICES: usize = 500;

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
pub async fn versions(recipe: &Recipe, image: &str, facts: &CheckFacts) -> VersionList {
    let Ok(reference) = ImageReference::parse(image.trim()) else {
        return VersionList {
            choices: Vec::new(),
            incomplete: Some("This is not the name of an image.".to_owned()),
        };
    };
    let answer = registry_tags(&reference, &Logins::of_this_person()).await;
    list(recipe, &reference, facts, &answer)
}

/// The list that this answer of the registry makes.
pub fn list(
    recipe: &Recipe,
    image: &ImageReference,
    facts: &CheckFacts,
    answer: &RegistryAnswer,
) -> VersionList {
    let local: BTreeSet<String> = local_references(&facts.snapshot)
        .into_iter()
        .filter(|here| here.registry() == image.registry() && here.path() == image.path())
        .filter_map(|here| here.tag)
        .collect();
    let mut tags = local.clone();
    match answer {
        RegistryAnswer::All(listed) | RegistryAnswer::Some(listed) => {
            tags.extend(
                listed
                    .iter()
                    .filter(|tag| !tag::made_by_machine(tag))
                    .cloned(),
            );
        }
        RegistryAnswer::Denied | RegistryAnswer::NoSuchImage | RegistryAnswer::Unreachable => {}
    }
    // What the registry says is the truth; without it, what the recipe knows is the best there is.
    if !matches!(answer, RegistryAnswer::All(_)) && recognition::offers(recipe, image) {
        tags.extend(recipe.known_versions.iter().cloned());
        tags.extend(recipe.default_version.clone());
    }
    let mut tags: Vec<String> = tags.into_iter().collect();
    tags.sort_by(|a, b| tag::newest_first(a, b));
    let newest = tags
        .iter()
        .find(|tag| tag.as_str() != "latest" && !tag::made_by_machine(tag))
        .cloned();
    let volumes = volume_choices(facts);
    let choices = tags
        .into_iter()
        .take(MOST_CHOICES)
        .map(|tag| {
            let made = volumes.iter().find(|volume| {
                let made_by = volume
                    .made_by
                    .as_deref()
                    .and_then(|made_by| ImageReference::parse(made_by).ok());
                made_by.is_some_and(|made_by| {
                    made_by.path() == image.path() && made_by.tag.as_ref() == Some(&tag)
                })
            });
            VersionChoice {
                here: local.contains(&tag),
                remark: match made {
                    _ if newest.as_ref() == Some(&tag) => "Newest".to_owned(),
                    Some(volume) => format!("Made {}", volume.name),
                    None => String::new(),
                },
                tag,
            }
        })
        .collect();
    VersionList {
        choices,
        incomplete: incomplete(image, answer, recognition::offers(recipe, image)),
    }
}

fn incomplete(image: &ImageReference, answer: &RegistryAnswer, known: bool) -> Option<String> {
    let registry = match image.registry() {
        "docker.io" | "index.docker.io" => "Docker Hub",
        other => other,
    };
    let rest = if known {
        "so only known versions and those on the engine are listed"
    } else {
        "so only versions on the engine are listed"
    };
    match answer {
        RegistryAnswer::All(_) => None,
        RegistryAnswer::Some(_) => Some(format!(
            "{registry} has more versions than are listed here. Any of them can be typed."
        )),
        RegistryAnswer::Denied => Some(format!(
            "{registry} does not show these versions without a login, {rest}."
        )),
        RegistryAnswer::NoSuchImage => {
            Some(format!("{registry} does not know this image, {rest}."))
        }
        RegistryAnswer::Unreachable => Some(format!("{registry} cannot be reached, {rest}.")),
    }
}

#[cfg(test)]
mod tests;
