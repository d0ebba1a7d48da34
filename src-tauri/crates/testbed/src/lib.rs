//! The test bed: real engines, a real registry and real labs, on a machine that reaches no image registry.
//!
//! A [`Bed`] is one engine of its own with its own data, network bridge and socket, and the registry whose
//! storage holds all lab images under their published names; `docker pull exasol/data-science-sandbox:0.1.0`
//! works on it as it stands. It never touches an engine that the machine itself runs, several beds live side by
//! side, and when the value or its process ends, the engine, its containers, mounts, bridges and files go.
//!
//! The crate has this shape because of two rules. What needs root is in two short scripts (`scripts/`), so that
//! everything else can be read and tested as ordinary code; and nothing is pretended that can be real: the
//! images (`images/`) run JupyterLab, the engines come from Debian's packages. Only faults that a real
//! engine cannot be asked for come from [`FakeEngine`].
//!
//! It is a dev-dependency and never part of the product. It uses plain threads and few crates, to build in seconds.
#![cfg(unix)]

mod bed;
mod browser;
mod cache;
mod debian;
mod display;
mod error;
mod fake_engine;
mod foreign;
pub mod hostile;
mod http;
pub mod images;
mod keeper;
pub mod process;
mod recorder;
mod registry;
mod relay;
mod secret_service;
mod slot;
mod wheels;

pub use bed::{Bed, EngineKind};
pub use browser::{BrowserCatch, Opened};
pub use cache::folder;
pub use display::Display;
pub use error::BedError;
pub use fake_engine::{FakeEngine, Piece, Reply, Request};
pub use http::{Answer, http_get, http_request, unix_get, unix_request};
pub use recorder::{Passed, UnixRecorder};
pub use registry::RegistryLine;
pub use secret_service::SecretService;
