//! A lab as others can have it: its command in each shell, a compose file, an exported profile, a recipe file.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::form::LaunchForm;
use crate::recipe::Category;

/// A lab's command in every form; secrets are masked or taken from the shell's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabCommands {
    pub bash: String,
    pub powershell: String,
    pub cmd: String,
    /// `jupyter() { … }` for a shell's start file.
    pub function: String,
    /// A `compose.yaml`.
    pub compose: String,
    /// What a person has to know before using them: variables that must be set, a program that is started inside.
    pub notes: Vec<String>,
}

/// An imported profile, before anything is made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportedProfile {
    pub form: LaunchForm,
    /// What does not hold on this computer: a path of another operating system, a volume that is not here.
    pub notes: Vec<String>,
}

/// A container that Slipway did not make, as the lab it would become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AdoptPreview {
    pub container: slipway_engine::ContainerId,
    pub name: String,
    pub recipe_name: String,
    pub icon: String,
    pub tint: u8,
    /// "It keeps its container and its volumes." and its like.
    pub keeps: Vec<String>,
    /// What Slipway cannot do for it.
    pub limits: Vec<String>,
}

/// A recipe that a person saves from a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct RecipeDraft {
    pub name: String,
    pub summary: String,
    pub category: Option<Category>,
}

/// A recipe file from elsewhere, before it may do anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecipePreview {
    pub name: String,
    pub summary: String,
    pub icon: String,
    pub tint: u8,
    pub category: Category,
    /// What a lab of it will do: "Starts the image …", "Runs this program inside: …", "Asks for privileged mode".
    pub does: Vec<RecipeDeed>,
    /// It replaces a recipe of this name that is here already.
    pub replaces: Option<String>,
    /// The file's text, to be handed back when the person agrees.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecipeDeed {
    pub message: String,
    pub tone: crate::check::Tone,
}
