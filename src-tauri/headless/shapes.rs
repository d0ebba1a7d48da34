//! The values of `--json`. They are a promise to scripts: `docs/GUIDE.md` describes them, and fields
//! are only ever added. Names are those of the window's own types.

use std::collections::BTreeMap;

use serde::Serialize;
use slipway_labs::Problem;
use slipway_labs::address::ShownAddress;
use slipway_labs::card::{LabCard, LabState};
use slipway_labs::recipe::RecipeTile;

/// A lab.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lab {
    pub id: String,
    pub name: String,
    pub recipe: String,
    pub image: String,
    pub state: LabState,
    /// Never with a token; `slipway open --print-address` gives one that signs in.
    pub addresses: Vec<ShownAddress>,
    /// How a program reaches a lab without a page.
    pub connection: Option<String>,
    pub container: Option<String>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created: i64,
    pub started: Option<i64>,
    pub stopped: Option<i64>,
    /// `volume`, `folder` or `nothing`
    pub kept: slipway_labs::form::StorageKind,
    pub kept_in: String,
    pub warnings: Vec<String>,
    /// How the page signs people in: as its server says since it answers, before as it is known. `open`: it asks nobody.
    pub sign_in: slipway_labs::recipe::SignInKind,
    pub problem: Option<Problem>,
    /// The engine is away, and this is what was known before.
    pub stale: bool,
}

impl Lab {
    pub fn of(card: &LabCard) -> Self {
        Self {
            id: card.id.0.clone(),
            name: card.name.clone(),
            recipe: card.recipe.0.clone(),
            image: card.image.clone(),
            state: card.state,
            addresses: card.addresses.clone(),
            connection: card.connection.clone(),
            container: card.container.as_ref().map(|id| id.0.clone()),
            created: card.created.0,
            started: card.started.map(|time| time.0),
            stopped: card.stopped.map(|time| time.0),
            kept: card.kept,
            kept_in: card.kept_in.clone(),
            warnings: card.warnings.iter().map(|w| w.title.clone()).collect(),
            sign_in: card.sign_in,
            problem: card.problem.clone(),
            stale: card.stale,
        }
    }
}

/// A launch that went well.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Launched {
    /// `ready`, `finished` (a program without a page did its work), or `started` with `--no-wait`
    pub outcome: &'static str,
    /// The page was handed to the browser.
    pub opened: bool,
    /// Bytes that there were to download at most; `null` where the image was here or its size is not known.
    pub download_size: Option<u64>,
    /// What a program without a page wrote last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
    /// `null` where the lab is gone again (`--rm`).
    pub lab: Option<Lab>,
}

/// A recipe.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipe {
    pub id: String,
    pub name: String,
    pub summary: String,
    pub category: slipway_labs::recipe::Category,
    pub images: Vec<String>,
    /// Its image is on the engine already.
    pub here: bool,
    /// Bytes at most, as far as it is known; registries are not asked for a list.
    pub download_size: Option<u64>,
    pub will_not_run: Option<String>,
    pub cautions: Vec<String>,
    /// The person's own.
    pub own: bool,
}

impl Recipe {
    pub fn of(tile: &RecipeTile) -> Self {
        Self {
            id: tile.id.0.clone(),
            name: tile.name.clone(),
            summary: tile.summary.clone(),
            category: tile.category,
            images: tile.images.clone(),
            here: tile.here,
            download_size: tile.download_size.map(|size| size.0),
            will_not_run: tile.will_not_run.clone(),
            cautions: tile.cautions.clone(),
            own: tile.own,
        }
    }
}

/// One line of a log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Milliseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// `stdout`, `stderr` or `terminal`
    pub stream: slipway_engine::logs::LogStream,
    pub text: String,
}

/// The engine's health.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    pub healthy: bool,
    /// `ready` or `unavailable`
    pub status: &'static str,
    pub facts: Option<slipway_engine::health::EngineFacts>,
    pub problems: Vec<slipway_engine::health::EngineProblem>,
    /// What `--try` printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
}

/// A pasted command as it was understood.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Understood {
    pub shell: Option<slipway_labs::paste::Shell>,
    pub meanings: Vec<slipway_labs::paste::Meaning>,
    pub not_taken: Vec<slipway_labs::paste::NotTaken>,
    pub variables: Vec<slipway_labs::paste::AskedVariable>,
    /// The form as the window would show it; secret values are not part of it.
    pub form: Option<slipway_labs::form::LaunchForm>,
    /// With `--launch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched: Option<Launched>,
}

/// A command in every spelling.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spelled {
    /// By shell: `bash`, `powershell`, `cmd`, `function` and `compose`.
    pub commands: BTreeMap<&'static str, String>,
    pub notes: Vec<String>,
}

/// What `delete` took away.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    pub deleted: bool,
    pub preview: slipway_labs::card::DeletePreview,
    pub volumes: Vec<String>,
}

/// What `change` made of a lab.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// `changed`, or `unchanged` where the lab was so already
    pub outcome: &'static str,
    pub preview: slipway_labs::change::ChangePreview,
    /// `null` where the lab is gone meanwhile.
    pub lab: Option<Lab>,
}

/// What was done to a lab.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    pub opened: bool,
    /// With `--print-address`: the address that signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub lab: Option<Lab>,
}
