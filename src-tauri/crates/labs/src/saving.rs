//! A lab saved as an image: what is asked for, what is said beforehand, and what was saved.

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::card::LabId;
use crate::changes::KeptPlace;

/// Labels of an image that was made of a lab. `lab` is the lab's id, `from` its name, `image` the published image
/// that all of it goes back to, by which the recipe is known.
pub const SAVED_LAB: &str = "io.slipway.saved.lab";
pub const SAVED_FROM: &str = "io.slipway.saved.from";
pub const SAVED_NOTE: &str = "io.slipway.saved.note";
pub const SAVED_TIME: &str = "io.slipway.saved.time";
pub const SAVED_IMAGE: &str = "io.slipway.saved.image";

/// Letters of a note.
pub const LONGEST_NOTE: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImageWish {
    /// `my-ai-lab`, perhaps with a registry in front.
    pub name: String,
    pub tag: String,
    pub note: String,
    /// Its programs are held while their files are read.
    pub pause: bool,
}

/// What is known before a lab is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavePreview {
    pub lab: LabId,
    /// A name and tag that are free.
    pub name: String,
    pub tag: String,
    /// Its programs run: pausing keeps what they write whole.
    pub running: bool,
    /// The image with what was changed on top; `None` where the engine does not say it in time.
    pub size: Option<Bytes>,
    /// What was changed, alone.
    pub layer: Option<Bytes>,
    /// Folders that are kept elsewhere, and do not get into the image.
    pub kept: Vec<KeptPlace>,
}

/// What is to be said at the fields of name and tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImageNameCheck {
    /// Why this cannot be a name.
    pub name: Option<String>,
    pub tag: Option<String>,
    /// The image that has this name and would lose it.
    pub replaces: Option<ReplacedImage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReplacedImage {
    pub reference: String,
    pub created: UnixMillis,
    pub size: Bytes,
    /// Containers that were made of it; they stay as they are.
    pub used_by: Vec<String>,
}

/// A state of a lab that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedImage {
    pub reference: String,
    pub note: String,
    pub created: UnixMillis,
    pub size: Bytes,
}

/// How a saving ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    pub image: SavedImage,
    /// What has to be known all the same.
    pub caution: Option<String>,
}
