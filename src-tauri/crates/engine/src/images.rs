//! Images: inspect, pull, remove, and what a registry has.

use std::collections::BTreeMap;

use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Bytes, Engine, ImageId, ImageReference, Result, UnixMillis};

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
        self.environment.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
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

impl Engine {
    /// An image that is here.
    ///
    /// # Errors
    /// `ImageNotFound`.
    pub async fn inspect_image(&self, name: &str) -> Result<ImageDetails> {
        let _ = name;
        todo!("engine")
    }

    /// Pulls an image for the engine's own platform. Each item is the whole progress at that
    /// moment, coalesced to at most ten a second; both progress dialects (classic and containerd
    /// store) are read. Ends after an item with `finished`, or with an error. Dropping the stream
    /// cancels the pull; finished layers are kept by the engine.
    pub fn pull(&self, reference: &ImageReference, login: Option<RegistryLogin>) -> BoxStream<'static, Result<PullProgress>> {
        let _ = (reference, login);
        todo!("engine")
    }

    /// Platforms (`amd64`, `arm64`, …) that the registry has of this image, asked by the engine,
    /// without a pull.
    ///
    /// # Errors
    /// `RegistryDenied`, `ImageNotFound`, `RegistryUnreachable`.
    pub async fn registry_platforms(&self, reference: &ImageReference) -> Result<Vec<String>> {
        let _ = reference;
        todo!("engine")
    }

    /// Removes an image's tag, or the image with its last tag. Never forced.
    ///
    /// # Errors
    /// `InUse`, `ImageNotFound`.
    pub async fn remove_image(&self, name: &str) -> Result<()> {
        let _ = name;
        todo!("engine")
    }

    /// Makes an image from a root file system in tar form (`POST /images/create?fromSrc=-`); needs no registry.
    ///
    /// # Errors
    /// `DiskFull`.
    pub async fn import_image(&self, tar: Vec<u8>, name: &str) -> Result<ImageId> {
        let _ = (tar, name);
        todo!("engine")
    }
}
