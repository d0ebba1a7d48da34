//! A connection to one engine.
//!
//! There is no connection to keep: each request dials anew. What an [`Engine`] holds is the address,
//! the API version that both sides speak, and bollard's client for the commands (create, start,
//! exec, …), whose requests travel over our own [`Wire`]. That also mends three faults of
//! bollard 0.21.1: its paths carry no version, its socket errors lose their kind, and pulls, whose
//! end and login header it gets wrong, do not go through it at all.

use std::fmt;
use std::time::Duration;

use bollard::{BollardRequest, ClientVersion, Docker};

use crate::classify::{Failure, Subject, classify};
use crate::endpoint::{Address, Endpoint, Surroundings, candidates};
use crate::installed::installed;
use crate::wire::{Question, Wire};
use crate::{Error, Result};

/// The newest API that our requests are written for: that of bollard's models.
const NEWEST: ApiVersion = ApiVersion {
    major: 1,
    minor: 53,
};

/// An engine that is being woken (Docker Desktop's saver mode) may take a few seconds.
const GREETING: Duration = Duration::from_secs(15);

/// A version of the engine's API: `1.41`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    pub major: u16,
    pub minor: u16,
}

impl ApiVersion {
    /// The oldest API that Slipway works with: that of Docker 19.03 and of Podman.
    pub const OLDEST: Self = Self {
        major: 1,
        minor: 40,
    };

    /// Reads `1.41`.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A connected engine. Cheap to clone; every clone speaks to the same endpoint.
#[derive(Clone)]
pub struct Engine {
    pub(crate) docker: Docker,
    pub(crate) wire: Wire,
    pub(crate) endpoint: Endpoint,
    api: ApiVersion,
    /// The engine's own clock when it was greeted, in seconds since 1970.
    pub(crate) greeted: Option<i64>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("endpoint", &self.endpoint.address)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Connects to the first candidate that answers a ping, and negotiates the API version.
    ///
    /// # Errors
    /// The most telling failure among the candidates (permission denied before not running before not found).
    pub async fn connect(surroundings: &Surroundings) -> Result<Self> {
        let mut worst: Option<Error> = None;
        let candidates =
            candidates(surroundings).map_err(|error| match (error, installed(surroundings)) {
                // Something is installed and has no socket yet: it does not run.
                (Error::EngineNotFound { tried }, Some(endpoint)) => Error::EngineUnreachable {
                    endpoint,
                    detail: format!("nothing was found at {}", tried.join(", ")),
                },
                (error, _) => error,
            })?;
        for endpoint in candidates {
            match Self::connect_to(&endpoint).await {
                Ok(engine) => return Ok(engine),
                Err(error) => {
                    tracing::debug!(address = %endpoint.address, %error, "no engine here");
                    if worst
                        .as_ref()
                        .is_none_or(|known| telling(&error) > telling(known))
                    {
                        worst = Some(error);
                    }
                }
            }
        }
        Err(worst.unwrap_or(Error::EngineNotFound { tried: Vec::new() }))
    }

    /// Connects to this endpoint.
    ///
    /// # Errors
    /// `EngineUnreachable`, `PermissionDenied`, `NotSupported`.
    pub async fn connect_to(endpoint: &Endpoint) -> Result<Self> {
        let bare = Wire::new(Address::parse(&endpoint.address)?);
        let (api, greeted) = greet(&bare)
            .await
            .map_err(|failure| unanswered(failure, endpoint))?;
        let spoken = api.min(NEWEST);
        let wire = bare.with_version(spoken);
        let docker = client(&wire, spoken)
            .map_err(|error| classify(error.into(), endpoint, Subject::Engine))?;
        tracing::info!(address = %endpoint.address, api = %api, "connected to the engine");
        Ok(Self {
            docker,
            wire,
            endpoint: endpoint.clone(),
            api,
            greeted,
        })
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The newest API version that the engine speaks.
    pub fn api_version(&self) -> ApiVersion {
        self.api
    }

    /// Asks whether the engine answers.
    ///
    /// # Errors
    /// `EngineUnreachable`, `PermissionDenied`.
    pub async fn ping(&self) -> Result<()> {
        match self
            .wire
            .ask(Question::get("/_ping").patience(GREETING))
            .await
        {
            Ok(_) => Ok(()),
            Err(failure) => Err(unanswered(failure, &self.endpoint)),
        }
    }

    /// Gives a failure its meaning.
    pub(crate) fn meaning(&self, failure: impl Into<Failure>, subject: Subject<'_>) -> Error {
        classify(failure.into(), &self.endpoint, subject)
    }

    /// bollard's client with room for this much waiting before the answer begins.
    pub(crate) fn patient(&self, patience: Duration) -> Docker {
        self.docker.clone().with_timeout(patience)
    }
}

/// How much a failure to connect says: a person with several engines wants to hear of the one that
/// is nearest to working.
fn telling(error: &Error) -> u8 {
    match error {
        Error::PermissionDenied { .. } => 3,
        Error::EngineUnreachable { .. } => 2,
        Error::EngineNotFound { .. } => 0,
        _ => 1,
    }
}

/// `GET /version`, as far as a greeting needs it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    api_version: String,
}

/// Pings, and reads the API version and the engine's time from the answer's headers.
async fn greet(wire: &Wire) -> Result<(ApiVersion, Option<i64>), Failure> {
    let answer = wire.ask(Question::get("/_ping").patience(GREETING)).await?;
    let header = |name: &str| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let time = header("date").and_then(|date| {
        jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(date)
            .ok()
    });
    let time = time.map(jiff::Timestamp::as_second);
    if let Some(version) = header("api-version").and_then(ApiVersion::parse) {
        return Ok((version, time));
    }
    let version: Version = wire
        .json(Question::get("/version").patience(GREETING))
        .await?;
    ApiVersion::parse(&version.api_version)
        .map(|version| (version, time))
        .ok_or_else(|| Failure::Garbled {
            text: format!("no API version in {:?}", version.api_version),
        })
}

/// What a failed greeting means: whatever else answers there, it is no engine that runs.
fn unanswered(failure: Failure, endpoint: &Endpoint) -> Error {
    match classify(failure, endpoint, Subject::Engine) {
        Error::PermissionDenied { socket, detail } => Error::PermissionDenied { socket, detail },
        Error::EngineUnreachable { endpoint, detail } => {
            Error::EngineUnreachable { endpoint, detail }
        }
        other => Error::EngineUnreachable {
            endpoint: endpoint.address.clone(),
            detail: other.detail().unwrap_or_else(|| other.to_string()),
        },
    }
}

/// bollard's client over our wire.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where an engine is connected to"
)]
fn client(wire: &Wire, version: ApiVersion) -> Result<Docker, bollard::errors::Error> {
    let wire = wire.clone();
    let transport = move |request: BollardRequest| {
        let wire = wire.clone();
        async move {
            let (response, connection) = wire.send(request).await?;
            // bollard gives no place to keep the handle; these connections end with their answer.
            drop(connection.detach());
            Ok::<_, bollard::errors::Error>(response)
        }
    };
    let version = ClientVersion {
        major_version: version.major.into(),
        minor_version: version.minor.into(),
    };
    Docker::connect_with_custom_transport(transport, Some("http://docker"), 120, &version)
}
