//! A launch plan: a checked form turned into exactly what will be created.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slipway_engine::containers::ContainerSpec;
use slipway_engine::images::ImageDetails;
use slipway_engine::ImageReference;

use crate::form::LaunchForm;
use crate::problem::Result;
use crate::recipe::{Generation, Recipe};

/// A checked form, ready to be carried out. Holds no secret.
#[derive(Clone, Debug)]
pub struct LaunchPlan {
    pub form: LaunchForm,
    pub recipe: Recipe,
    pub generation: Generation,
    pub image: ImageReference,
    /// The container as it will be created, without secrets, without Slipway's labels.
    pub container: ContainerSpec,
    /// Variable that carries the own password or token, added at the moment of creation.
    pub password_variable: Option<String>,
    /// The page's port in the lab (1-65535).
    pub page_port: u16,
    pub stop_grace_seconds: u32,
}

/// What Slipway writes into the container's labels (`io.slipway.profile`) and into the profile
/// file: enough to rebuild the lab. Holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedForm {
    pub version: u32,
    pub form: LaunchForm,
    /// When the risks were accepted, in milliseconds since 1970, if there are any.
    pub risk_accepted_at: Option<i64>,
    #[serde(default)]
    pub more: BTreeMap<String, String>,
}

/// Turns a form into a plan. `image` is the image's Config where it is on the engine; the plan is
/// made again with it after a download, because the Config decides the generation.
///
/// # Errors
/// `InvalidForm` with the first field that is wrong.
pub fn plan(form: &LaunchForm, image: Option<&ImageDetails>) -> Result<LaunchPlan> {
    let _ = (form, image);
    todo!("labs")
}
