//! Where the engine's API is: `DOCKER_HOST`, `DOCKER_CONTEXT`, `currentContext`, then the
//! platform's known sockets and pipes, in the precedence of the docker CLI
//! (docker/cli `resolveContextName`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Result;

/// What endpoint resolution may look at; a parameter, so that tests need not touch the process.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub variables: BTreeMap<String, String>,
    pub home: Option<PathBuf>,
}

impl Surroundings {
    /// This process's own variables and home folder.
    pub fn of_this_process() -> Self {
        todo!("engine")
    }
}

/// How an endpoint was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind", content = "name")]
pub enum EndpointSource {
    DockerHost,
    Context(String),
    KnownPlace,
}

/// Which product serves the endpoint, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EngineProduct {
    DockerDesktop,
    DockerEngine,
    Rootless,
    Colima,
    OrbStack,
    RancherDesktop,
    Lima,
    Podman,
    Remote,
}

/// A place where an engine may answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, …
    pub address: String,
    pub source: EndpointSource,
    pub product: EngineProduct,
}

impl Endpoint {
    /// True where the engine's published loopback ports and folders are this computer's own
    /// (a socket or pipe of this computer, Docker Desktop and its like included).
    pub fn is_this_computer(&self) -> bool {
        todo!("engine")
    }
}

/// The candidates in order of preference. `DOCKER_HOST` and contexts give exactly one; the known
/// places give those that exist.
///
/// # Errors
/// `EngineNotFound` with the places that were tried; `NotSupported` for an address whose kind is
/// not supported yet, with a sentence that says so.
pub fn candidates(surroundings: &Surroundings) -> Result<Vec<Endpoint>> {
    let _ = surroundings;
    todo!("engine")
}
