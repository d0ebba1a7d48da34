//! A connection to one engine.

use crate::endpoint::{Endpoint, Surroundings};
use crate::Result;

/// A connected engine. Cheap to clone; every clone speaks to the same endpoint.
#[derive(Clone)]
pub struct Engine {
    // bollard's client, the endpoint, the negotiated API version
    pub(crate) endpoint: Endpoint,
}

impl Engine {
    /// Connects to the first candidate that answers a ping, and negotiates the API version.
    ///
    /// # Errors
    /// The most telling failure among the candidates (permission denied before not running before not found).
    pub async fn connect(surroundings: &Surroundings) -> Result<Self> {
        let _ = surroundings;
        todo!("engine")
    }

    /// Connects to this endpoint.
    ///
    /// # Errors
    /// `EngineUnreachable`, `PermissionDenied`, `NotSupported`.
    pub async fn connect_to(endpoint: &Endpoint) -> Result<Self> {
        let _ = endpoint;
        todo!("engine")
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks whether the engine answers.
    ///
    /// # Errors
    /// `EngineUnreachable`, `PermissionDenied`.
    pub async fn ping(&self) -> Result<()> {
        todo!("engine")
    }
}
