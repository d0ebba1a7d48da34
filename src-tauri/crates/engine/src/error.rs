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
    /// The first connection is still being made.
    #[error("Slipway is still connecting to Docker.")]
    Connecting,
    #[error("Your account may not use Docker yet.")]
    PermissionDenied { socket: String, detail: String },
    #[error("Port {port} is already in use{}.", holder.as_deref().map(|h| format!(" by {h}")).unwrap_or_default())]
    PortTaken {
        port: u16,
        holder: Option<String>,
        detail: String,
    },
    /// A port below 1024 on an engine that runs without administrator rights.
    #[error("This engine may not open port {port}.")]
    PortNotAllowed { port: u16, detail: String },
    /// A listen address that the engine's machine does not have.
    #[error("{address} is not an address of the engine's computer.")]
    AddressNotAvailable { address: String, detail: String },
    #[error("The name {name} is already taken by another container.")]
    NameTaken { name: String, detail: String },
    /// A container or volume name that the engine does not allow.
    #[error("{name} cannot be used as a name.")]
    InvalidName { name: String, detail: String },
    /// A folder to be mounted that the engine's machine does not have.
    #[error("The folder {path} does not exist on the engine's computer.")]
    FolderNotFound { path: String, detail: String },
    /// A folder that Docker Desktop (or its like) does not share with its engine.
    #[error("Docker may not use the folder {path}.")]
    FolderNotShared { path: String, detail: String },
    #[error("There is no image {reference}.")]
    ImageNotFound { reference: String, detail: String },
    #[error("The registry does not let you download {reference}.")]
    RegistryDenied { reference: String, detail: String },
    #[error("The registry of {reference} cannot be reached.")]
    RegistryUnreachable { reference: String, detail: String },
    #[error("The registry asks you to wait before the next download.")]
    RateLimited { reference: String, detail: String },
    #[error("The disk of the engine is full.")]
    DiskFull { detail: String },
    #[error("{reference} is made for another processor.")]
    WrongPlatform { reference: String, detail: String },
    /// Graphics cards were asked for, and the engine has no way to give any.
    #[error("This engine cannot give graphics cards to labs.")]
    GpuUnavailable { detail: String },
    #[error("The {what} {name} no longer exists.")]
    NotFound {
        what: &'static str,
        name: String,
        detail: String,
    },
    #[error("{what} is still in use.")]
    InUse { what: String, detail: String },
    /// The container has to run for this, and does not.
    #[error("The container {name} is not running.")]
    NotRunning { name: String, detail: String },
    #[error("{what}")]
    NotSupported { what: String },
    #[error("{reference} is not a valid image name.")]
    InvalidReference { reference: String, why: String },
    /// A stream ended before its work was done.
    #[error("The connection to Docker was interrupted.")]
    Interrupted { detail: String },
    /// The engine took longer than it ever should.
    #[error("Docker did not answer in time.")]
    TimedOut { detail: String },
    /// The engine answered with something that none of the above describes.
    #[error("Docker could not do this.")]
    Engine { status: u16, message: String },
}

impl Error {
    /// The next thing to do, in one sentence; `None` where there is nothing better than to try again.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::EngineNotFound { .. } => "Install Docker, then try again.",
            Self::EngineUnreachable { .. } => "Start Docker, then try again.",
            Self::PermissionDenied { .. } => {
                "Join the docker group, or ask the person who looks after this computer."
            }
            Self::PortTaken { .. } => "Choose another port, or stop what is using this one.",
            Self::PortNotAllowed { .. } => "Choose a port from 1024 up.",
            Self::AddressNotAvailable { .. } => "Choose one of the listed addresses.",
            Self::NameTaken { .. } => "Choose another name, or remove the other container.",
            Self::InvalidName { .. } => {
                "Use two or more letters, digits, dots, dashes or underscores, and begin with a letter or a digit."
            }
            Self::FolderNotFound { .. } => "Create the folder, or choose another one.",
            Self::FolderNotShared { .. } => {
                "Allow the folder in Docker's settings under file sharing, or choose another one."
            }
            Self::ImageNotFound { .. } => "Check the name and the version for typing mistakes.",
            Self::RegistryDenied { .. } => {
                "Check the name for typing mistakes; a private image needs a login to its registry first."
            }
            Self::RegistryUnreachable { .. } => {
                "Check the internet connection or the proxy of the engine's computer."
            }
            Self::RateLimited { .. } => {
                "Wait a few hours, or log in to the registry to get a larger allowance."
            }
            Self::DiskFull { .. } => {
                "Remove images or volumes that you no longer need, then try again."
            }
            Self::WrongPlatform { .. } => {
                "Choose a version of the image that is made for this engine's processor."
            }
            Self::GpuUnavailable { .. } => {
                "Install the NVIDIA driver and the NVIDIA Container Toolkit on the engine's computer and restart Docker, or launch without a graphics card."
            }
            Self::InUse { .. } => "Stop or remove what uses it first.",
            Self::NotRunning { .. } => "Start the container first.",
            Self::InvalidReference { why, .. } => return Some(why.clone()),
            Self::Interrupted { .. } | Self::TimedOut { .. } => {
                "Check that Docker is still running, then try again."
            }
            Self::Engine { .. } => "The technical details show what Docker says.",
            Self::Connecting => "Wait a moment.",
            Self::NotFound { .. } | Self::NotSupported { .. } => return None,
        };
        Some(text.to_owned())
    }

    /// The engine's own words, for "Technical details".
    pub fn detail(&self) -> Option<String> {
        let text = match self {
            Self::EngineNotFound { tried } => {
                return Some(format!("Nothing was found at {}.", tried.join(", ")));
            }
            Self::EngineUnreachable { endpoint, detail } => {
                return Some(format!("{endpoint}: {detail}"));
            }
            Self::PermissionDenied { socket, detail } => {
                return Some(format!("{socket}: {detail}"));
            }
            Self::Engine { status, message } => {
                return Some(format!("{message} (status {status})"));
            }
            Self::PortTaken { detail, .. }
            | Self::PortNotAllowed { detail, .. }
            | Self::AddressNotAvailable { detail, .. }
            | Self::NameTaken { detail, .. }
            | Self::InvalidName { detail, .. }
            | Self::FolderNotFound { detail, .. }
            | Self::FolderNotShared { detail, .. }
            | Self::ImageNotFound { detail, .. }
            | Self::RegistryDenied { detail, .. }
            | Self::RegistryUnreachable { detail, .. }
            | Self::RateLimited { detail, .. }
            | Self::DiskFull { detail }
            | Self::WrongPlatform { detail, .. }
            | Self::GpuUnavailable { detail }
            | Self::NotFound { detail, .. }
            | Self::InUse { detail, .. }
            | Self::NotRunning { detail, .. }
            | Self::Interrupted { detail }
            | Self::TimedOut { detail } => detail,
            Self::Connecting | Self::NotSupported { .. } | Self::InvalidReference { .. } => {
                return None;
            }
        };
        (!text.is_empty()).then(|| text.clone())
    }
}

#[cfg(test)]
mod tests;
