//! What can go wrong, named after the person's world.
//!
//! `Display` is the one plain sentence that a person reads (what happened and why); `hint` is the
//! next thing to do; `detail` is the engine's own text, shown only under "Technical details".
//! One function, in `classify.rs`, turns bollard's errors into these.

use thiserror::Error as ThisError;

#[derive(Debug, Clone, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// No engine answers at any known place.
    #[error("No container engine was found on this computer.")]
    EngineNotFound { tried: Vec<String> },
    /// The endpoint is known and nothing answers there.
    #[error("Docker is not running.")]
    EngineUnreachable { endpoint: String, detail: String },
    #[error("Your account may not use Docker yet.")]
    PermissionDenied { socket: String, detail: String },
    #[error("Port {port} is already in use{}.", holder.as_deref().map(|h| format!(" by {h}")).unwrap_or_default())]
    PortTaken { port: u16, holder: Option<String>, detail: String },
    #[error("The name {name} is already taken by another container.")]
    NameTaken { name: String, detail: String },
    #[error("There is no image {reference}.")]
    ImageNotFound { reference: String, detail: String },
    #[error("The registry does not let you download {reference}.")]
    RegistryDenied { reference: String, detail: String },
    #[error("The registry cannot be reached.")]
    RegistryUnreachable { reference: String, detail: String },
    #[error("The registry asks you to wait before the next download.")]
    RateLimited { reference: String, detail: String },
    #[error("The disk of the engine is full.")]
    DiskFull { detail: String },
    #[error("{reference} is made for another processor.")]
    WrongPlatform { reference: String, detail: String },
    #[error("The {what} {name} no longer exists.")]
    NotFound { what: &'static str, name: String, detail: String },
    #[error("{what} is still in use.")]
    InUse { what: String, detail: String },
    #[error("{what}")]
    NotSupported { what: String },
    #[error("{reference} is not a valid image name.")]
    InvalidReference { reference: String, why: String },
    /// A stream ended before its work was done.
    #[error("The connection to Docker was interrupted.")]
    Interrupted { detail: String },
    /// The engine answered with something that none of the above describes.
    #[error("Docker could not do this.")]
    Engine { status: u16, message: String },
}

impl Error {
    /// The next thing to do, in one sentence; `None` where there is nothing better than to try again.
    pub fn hint(&self) -> Option<String> {
        None
    }

    /// The engine's own words, for "Technical details".
    pub fn detail(&self) -> Option<String> {
        None
    }
}
