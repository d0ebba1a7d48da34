//! Where the engine's API is: `DOCKER_HOST`, `DOCKER_CONTEXT`, `currentContext`, then the
//! platform's known sockets and pipes, in the precedence of the docker CLI
//! (docker/cli `resolveContextName`).
//!
//! An address is only ever judged here by its spelling and by looking for its socket on the disk;
//! nothing in this module speaks to an engine. Addresses that need TLS or SSH are named as "not
//! supported yet" instead of being tried and failing in some odd way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::contexts;
use crate::{Error, Result};

/// What endpoint resolution may look at; a parameter, so that tests need not touch the process.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub variables: BTreeMap<String, String>,
    pub home: Option<PathBuf>,
}

impl Surroundings {
    /// This process's own variables and home folder.
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os()
                .filter_map(|(key, value)| {
                    Some((key.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            home: etcetera::home_dir().ok(),
        }
    }

    /// A variable's value; an empty one counts as unset, as the docker CLI has it.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
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
    /// An endpoint at this address, its product judged by the place.
    pub fn new(address: impl Into<String>, source: EndpointSource) -> Self {
        let address = address.into();
        let product = product_at(&address);
        Self {
            address,
            source,
            product,
        }
    }

    /// True where the engine's published loopback ports and folders are this computer's own
    /// (a socket or pipe of this computer, Docker Desktop and its like included).
    pub fn is_this_computer(&self) -> bool {
        matches!(
            Address::parse(&self.address),
            Ok(Address::Socket(_) | Address::Pipe(_))
        )
    }

    /// The socket's path where the endpoint is a socket.
    pub fn socket(&self) -> Option<PathBuf> {
        match Address::parse(&self.address) {
            Ok(Address::Socket(path)) => Some(path),
            _ => None,
        }
    }
}

/// An address in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A Unix socket.
    Socket(PathBuf),
    /// A Windows named pipe, as `\\.\pipe\docker_engine`.
    Pipe(String),
    /// Plain HTTP, on this computer's loopback only.
    Tcp { host: String, port: u16 },
}

impl Address {
    /// Reads an address as `DOCKER_HOST` and contexts spell it.
    ///
    /// # Errors
    /// `NotSupported`, with a sentence that says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refuse = |what: String| Err(Error::NotSupported { what });
        let Some((scheme, rest)) = text.split_once("://") else {
            return refuse(format!(
                "The engine's address “{}” has no kind in front, such as unix://.",
                redacted(text)
            ));
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Socket(PathBuf::from(rest))),
            "unix" => refuse(format!(
                "The engine's address “{text}” must name a full path, such as unix:///var/run/docker.sock."
            )),
            "npipe" => Ok(Self::Pipe(rest.replace('/', "\\"))),
            "tcp" | "http" => {
                let parsed = url::Url::parse(&format!("http://{rest}")).ok();
                let host = parsed
                    .as_ref()
                    .and_then(|url| url.host_str())
                    .unwrap_or_default();
                if host.is_empty() {
                    return refuse(format!(
                        "The engine's address “{}” names no computer.",
                        redacted(text)
                    ));
                }
                if !is_loopback(host) {
                    return refuse(format!(
                        "Slipway cannot use an engine on another computer yet, and the engine's address names {host}."
                    ));
                }
                let port = parsed
                    .as_ref()
                    .and_then(url::Url::port)
                    .unwrap_or(if scheme == "tcp" { 2375 } else { 80 });
                Ok(Self::Tcp {
                    host: host.trim_matches(['[', ']']).to_owned(),
                    port,
                })
            }
            "https" => refuse("Slipway cannot use an engine behind TLS yet.".to_owned()),
            "ssh" => refuse("Slipway cannot use an engine over SSH yet.".to_owned()),
            other => refuse(format!(
                "Slipway does not know engine addresses of the kind “{other}”."
            )),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// An address without user name and password, fit for a message.
fn redacted(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, place)) => place.to_owned(),
        None => text.to_owned(),
    }
}

/// The product that is known to answer at such a place (`facts/images-and-engine.md` 5.2).
pub(crate) fn product_at(address: &str) -> EngineProduct {
    let holds = |part: &str| address.contains(part);
    if !holds("unix://") && !holds("npipe://") {
        EngineProduct::Remote
    } else if holds("/.colima/") {
        EngineProduct::Colima
    } else if holds("/.orbstack/") {
        EngineProduct::OrbStack
    } else if holds("/.rd/") {
        EngineProduct::RancherDesktop
    } else if holds("/.lima/") {
        EngineProduct::Lima
    } else if holds("podman") {
        EngineProduct::Podman
    } else if holds("/.docker/desktop/")
        || holds("/.docker/run/")
        || holds("dockerDesktop")
        || holds("docker_engine")
    {
        EngineProduct::DockerDesktop
    } else if holds("/run/user/") && address.ends_with("docker.sock") {
        EngineProduct::Rootless
    } else if cfg!(target_os = "macos") {
        // `/var/run/docker.sock` on a Mac is Docker Desktop's optional link.
        EngineProduct::DockerDesktop
    } else {
        EngineProduct::DockerEngine
    }
}

/// The candidates in order of preference. `DOCKER_HOST` and contexts give exactly one; the known
/// places give those that exist.
///
/// # Errors
/// `EngineNotFound` with the places that were tried; `NotSupported` for an address whose kind is
/// not supported yet, with a sentence that says so.
pub fn candidates(surroundings: &Surroundings) -> Result<Vec<Endpoint>> {
    if let Some(host) = surroundings.variable("DOCKER_HOST") {
        refuse_tls(surroundings, host)?;
        Address::parse(host)?;
        return Ok(vec![Endpoint::new(host, EndpointSource::DockerHost)]);
    }
    if let Some(context) = contexts::chosen(surroundings) {
        let host = contexts::host_of(surroundings, &context)?;
        Address::parse(&host)?;
        return Ok(vec![Endpoint::new(host, EndpointSource::Context(context))]);
    }
    let places = known_places(surroundings);
    let found: Vec<Endpoint> = places
        .iter()
        .filter(|place| place.exists())
        .map(|place| Endpoint::new(place.address(), EndpointSource::KnownPlace))
        .collect();
    if found.is_empty() {
        return Err(Error::EngineNotFound {
            tried: places.iter().map(KnownPlace::address).collect(),
        });
    }
    Ok(found)
}

fn refuse_tls(surroundings: &Surroundings, host: &str) -> Result<()> {
    if surroundings.variable("DOCKER_TLS_VERIFY").is_some() && host.starts_with("tcp://") {
        return Err(Error::NotSupported {
            what: "Slipway cannot use an engine behind TLS yet.".to_owned(),
        });
    }
    Ok(())
}

enum KnownPlace {
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "on Windows engines are behind pipes")
    )]
    Socket(PathBuf),
    #[cfg_attr(not(windows), expect(dead_code, reason = "pipes are Windows' own"))]
    Pipe(&'static str),
}

impl KnownPlace {
    fn address(&self) -> String {
        match self {
            Self::Socket(path) => format!("unix://{}", path.display()),
            Self::Pipe(name) => format!("npipe:////./pipe/{name}"),
        }
    }

    fn exists(&self) -> bool {
        match self {
            // A link to a socket that is gone (Docker Desktop leaves one) does not exist.
            Self::Socket(path) => path.exists() || denied(path),
            Self::Pipe(name) => Path::new(&format!(r"\\.\pipe\{name}")).exists(),
        }
    }
}

/// True where a folder on the way may not be entered: something may well be there.
fn denied(path: &Path) -> bool {
    path.metadata()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

#[cfg(windows)]
fn known_places(_surroundings: &Surroundings) -> Vec<KnownPlace> {
    [
        "docker_engine",
        "dockerDesktopLinuxEngine",
        "podman-machine-default",
    ]
    .into_iter()
    .map(KnownPlace::Pipe)
    .collect()
}

#[cfg(not(windows))]
fn known_places(surroundings: &Surroundings) -> Vec<KnownPlace> {
    let home = |rest: &str| surroundings.home.as_ref().map(|home| home.join(rest));
    let runtime = |rest: &str| {
        surroundings
            .variable("XDG_RUNTIME_DIR")
            .map(|folder| Path::new(folder).join(rest))
    };
    let system = |path: &str| Some(PathBuf::from(path));
    let places = if cfg!(target_os = "macos") {
        vec![
            home(".docker/run/docker.sock"),
            system("/var/run/docker.sock"),
            home(".orbstack/run/docker.sock"),
            home(".colima/default/docker.sock"),
            home(".colima/docker.sock"),
            home(".rd/docker.sock"),
            home(".lima/default/sock/docker.sock"),
            home(".lima/docker/sock/docker.sock"),
            home(".local/share/containers/podman/machine/podman.sock"),
        ]
    } else {
        vec![
            system("/var/run/docker.sock"),
            runtime("docker.sock"),
            home(".docker/desktop/docker.sock"),
            home(".rd/docker.sock"),
            home(".colima/default/docker.sock"),
            home(".lima/default/sock/docker.sock"),
            home(".lima/docker/sock/docker.sock"),
            runtime("podman/podman.sock"),
            system("/run/podman/podman.sock"),
        ]
    };
    places
        .into_iter()
        .flatten()
        .map(KnownPlace::Socket)
        .collect()
}

#[cfg(test)]
mod tests;
