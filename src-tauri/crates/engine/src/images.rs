//! Images: inspect, pull, remove, and what a registry has.

mod progress;
mod pull;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use bollard::query_parameters::RemoveImageOptions;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::classify::Subject;
use crate::inventory::rows::{moment, or_default};
use crate::wire::{Question, escaped};
use crate::{Bytes, Engine, ImageReference, Result, UnixMillis};

/// The engine asks a registry that may be far away, and tries more than once.
const FAR_AWAY: Duration = Duration::from_mins(3);

/// An image's Config and platform, as `GET /images/{name}/json` has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageDetails {
    pub id: String,
    pub tags: Vec<String>,
    pub digests: Vec<String>,
    pub architecture: String,
    pub os: String,
    pub created: UnixMillis,
    pub size: Bytes,
    pub user: String,
    pub working_directory: String,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// In the image's order; the last one of a name wins.
    pub environment: Vec<(String, String)>,
    /// `8888/tcp`
    pub exposed_ports: Vec<String>,
    /// Paths of `VOLUME`.
    pub volumes: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub has_health_check: bool,
    pub stop_signal: Option<String>,
}

impl ImageDetails {
    /// The value of a variable of the image.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LayerState {
    Waiting,
    Downloading,
    Downloaded,
    Unpacking,
    Done,
    /// Was here before the pull.
    Present,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LayerProgress {
    /// The engine's short id of the layer.
    pub id: String,
    pub state: LayerState,
    /// Bytes downloaded (or unpacked) so far.
    pub done: Bytes,
    /// `None` where the engine has not said it yet.
    pub total: Option<Bytes>,
    /// 0-100 while unpacking, where the engine says it in bytes; the containerd store says only seconds.
    pub unpacked_percent: Option<u8>,
}

/// A pull as a whole at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PullProgress {
    /// Downloaded bytes over all layers that need downloading.
    pub done: Bytes,
    /// Sum of the known totals.
    pub total: Bytes,
    /// False while some layer's size is still unknown: `total` will grow.
    pub total_known: bool,
    /// Bytes a second, over the last few seconds.
    pub speed: Option<Bytes>,
    pub seconds_left: Option<u32>,
    pub layers: Vec<LayerProgress>,
    /// Set with the last message.
    pub finished: bool,
}

/// A login for one registry; never printed.
#[derive(Clone)]
pub struct RegistryLogin {
    pub user_name: String,
    pub password: String,
    pub server: String,
}

impl RegistryLogin {
    /// The `X-Registry-Auth` header: JSON in the URL-safe base64 alphabet. The engine takes the plain
    /// alphabet for no login at all, and goes on anonymously (docker docs, API "Authentication").
    fn header(&self) -> String {
        let login = serde_json::json!({
            "username": self.user_name,
            "password": self.password,
            "serveraddress": self.server,
        });
        base64::engine::general_purpose::URL_SAFE.encode(login.to_string())
    }
}

/// `GET /images/{name}/json`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Inspection {
    id: String,
    #[serde(deserialize_with = "or_default")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    repo_digests: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    created: String,
    architecture: String,
    os: String,
    size: u64,
    #[serde(deserialize_with = "or_default")]
    config: ImageConfig,
}

/// Fields that are empty are left out since API 1.52.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ImageConfig {
    user: String,
    working_dir: String,
    #[serde(deserialize_with = "or_default")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    exposed_ports: BTreeMap<String, serde_json::Value>,
    #[serde(deserialize_with = "or_default")]
    volumes: BTreeMap<String, serde_json::Value>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    healthcheck: HealthCheck,
    #[serde(deserialize_with = "or_default")]
    stop_signal: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HealthCheck {
    #[serde(deserialize_with = "or_default")]
    test: Vec<String>,
}

impl From<Inspection> for ImageDetails {
    fn from(inspection: Inspection) -> Self {
        let config = inspection.config;
        let pair = |text: String| match text.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (text, String::new()),
        };
        // `["NONE"]` switches off the check of the image that this one was made from.
        let check = config
            .healthcheck
            .test
            .first()
            .is_some_and(|word| word != "NONE");
        Self {
            id: inspection.id,
            tags: inspection.repo_tags,
            digests: inspection.repo_digests,
            architecture: inspection.architecture,
            os: inspection.os,
            created: moment(&inspection.created).unwrap_or_default(),
            size: Bytes(inspection.size),
            user: config.user,
            working_directory: config.working_dir,
            entrypoint: config.entrypoint,
            command: config.cmd,
            environment: config.env.into_iter().map(pair).collect(),
            exposed_ports: config.exposed_ports.into_keys().collect(),
            volumes: config.volumes.into_keys().collect(),
            labels: config.labels,
            has_health_check: check,
            stop_signal: Some(config.stop_signal).filter(|signal| !signal.is_empty()),
        }
    }
}

/// `GET /distribution/{name}/json`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Distribution {
    #[serde(deserialize_with = "or_default")]
    platforms: Vec<Platform>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Platform {
    architecture: String,
    os: String,
}

impl Engine {
    /// An image that is here.
    ///
    /// # Errors
    /// `ImageNotFound`.
    pub async fn inspect_image(&self, name: &str) -> Result<ImageDetails> {
        let inspection: Inspection = self
            .wire
            .json(Question::get(format!("/images/{}/json", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Image(name)))?;
        Ok(inspection.into())
    }

    /// Platforms (`amd64`, `arm64`, …) that the registry has of this image, asked by the engine,
    /// without a pull.
    ///
    /// # Errors
    /// `RegistryDenied`, `ImageNotFound`, `RegistryUnreachable`.
    pub async fn registry_platforms(&self, reference: &ImageReference) -> Result<Vec<String>> {
        let name = reference.to_string();
        let question =
            Question::get(format!("/distribution/{}/json", escaped(&name))).patience(FAR_AWAY);
        let distribution: Distribution = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Registry(&name)))?;
        let mut platforms: Vec<String> = distribution
            .platforms
            .into_iter()
            // Attestations are listed as platforms of "unknown".
            .filter(|platform| platform.os != "unknown" && !platform.architecture.is_empty())
            .map(|platform| platform.architecture)
            .collect();
        platforms.sort();
        platforms.dedup();
        Ok(platforms)
    }

    /// Removes an image's tag, or the image with its last tag. Never forced.
    ///
    /// # Errors
    /// `InUse`, `ImageNotFound`.
    pub async fn remove_image(&self, name: &str) -> Result<()> {
        let removed = self
            .patient(FAR_AWAY)
            .remove_image(&escaped(name), None::<RemoveImageOptions>, None)
            .await;
        removed
            .map(drop)
            .map_err(|error| self.meaning(error, Subject::Image(name)))
    }
}
