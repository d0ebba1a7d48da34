//! Docker as a domain.
//!
//! This is the only crate that knows bollard. It speaks of endpoints, images, containers and
//! volumes in types of our own, so that a new bollard (or another engine API) is a local change,
//! and it knows neither Tauri nor the screens. Nothing here assumes that the engine runs on this
//! computer: ports, folders and addresses belong to the engine's machine.

mod classify;
pub mod connection;
pub mod containers;
mod contexts;
pub mod endpoint;
pub mod error;
pub mod health;
pub mod images;
mod installed;
pub mod inventory;
pub mod logs;
pub mod networks;
pub mod porthole;
pub mod reference;
pub mod terminals;
pub mod units;
pub mod usage;
pub mod volumes;
mod wire;

pub use connection::Engine;
pub use error::Error;
pub use reference::ImageReference;
pub use units::{Bytes, ContainerId, ImageId, UnixMillis, VolumeName};

/// What every fallible call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
