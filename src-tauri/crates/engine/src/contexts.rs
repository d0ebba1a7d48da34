//! The docker CLI's contexts, read only: which one is chosen, and which address it names.
//!
//! `$DOCKER_CONFIG` or `~/.docker` holds `config.json` (`currentContext`) and one
//! `contexts/meta/<hash of the name>/meta.json` a context. The files carry the name, so it is
//! compared instead of the folder's hash (docker/cli `cli/context/store`).

use std::path::PathBuf;

use serde::Deserialize;

use crate::endpoint::Surroundings;
use crate::{Error, Result};

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    #[serde(rename = "currentContext")]
    current_context: String,
}

#[derive(Deserialize)]
struct ContextFile {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Endpoints", default)]
    endpoints: std::collections::BTreeMap<String, ContextEndpoint>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContextEndpoint {
    #[serde(rename = "Host")]
    host: String,
}

fn config_folder(surroundings: &Surroundings) -> Option<PathBuf> {
    match surroundings.variable("DOCKER_CONFIG") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => surroundings.home.as_ref().map(|home| home.join(".docker")),
    }
}

/// The context that the docker CLI would use; `None` for its built-in "default".
pub(crate) fn chosen(surroundings: &Surroundings) -> Option<String> {
    let named = match surroundings.variable("DOCKER_CONTEXT") {
        Some(name) => name.to_owned(),
        None => current(surroundings)?,
    };
    (!named.is_empty() && named != "default").then_some(named)
}

fn current(surroundings: &Surroundings) -> Option<String> {
    let path = config_folder(surroundings)?.join("config.json");
    let text = std::fs::read_to_string(&path).ok()?;
    match serde_json::from_str::<ConfigFile>(&text) {
        Ok(file) => Some(file.current_context),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "docker's config.json cannot be read; its context is ignored");
            None
        }
    }
}

/// The address of a context's docker endpoint.
///
/// # Errors
/// `NotSupported` where there is no such context, or where it needs TLS.
pub(crate) fn host_of(surroundings: &Surroundings, name: &str) -> Result<String> {
    let missing = || Error::NotSupported {
        what: format!("The Docker context “{name}” does not exist on this computer."),
    };
    let contexts = config_folder(surroundings)
        .ok_or_else(missing)?
        .join("contexts");
    let folders = std::fs::read_dir(contexts.join("meta")).map_err(|_| missing())?;
    for folder in folders.flatten() {
        let Ok(text) = std::fs::read_to_string(folder.path().join("meta.json")) else {
            continue;
        };
        let Ok(file) = serde_json::from_str::<ContextFile>(&text) else {
            continue;
        };
        if file.name != name {
            continue;
        }
        let host = file
            .endpoints
            .get("docker")
            .map(|endpoint| endpoint.host.clone())
            .unwrap_or_default();
        if host.is_empty() {
            return Err(Error::NotSupported {
                what: format!("The Docker context “{name}” names no engine."),
            });
        }
        let keys = contexts.join("tls").join(folder.file_name()).join("docker");
        if host.starts_with("tcp://") && keys.is_dir() {
            return Err(Error::NotSupported {
                what: "Slipway cannot use an engine behind TLS yet.".to_owned(),
            });
        }
        return Ok(host);
    }
    Err(missing())
}
