//! What lies in volumes and folders.
//!
//! An analyst's work is files. This crate looks at them where they are, through the porthole that
//! the engine crate runs: folders by the rows on screen, the space that they take, what a search
//! finds, previews that load only the part that is shown. It knows neither Tauri nor bollard, and
//! trusts nothing that it reads: names are bytes, sizes lie, files change while they are looked at.

mod archived;
pub mod backup;
pub mod browse;
pub mod change;
pub mod contents;
mod copying;
pub mod document;
pub mod entry;
pub mod jobs;
mod made;
mod moving;
mod names;
mod opened;
pub mod path;
mod people;
pub mod place;
pub mod preview;
pub mod search;
pub mod session;
mod shared;
pub mod space;
pub mod survey;
mod volumes;

pub use contents::{Contents, ContentsHome};
pub use moving::Dragged;
pub use slipway_labs::Problem;

/// What every fallible call of this crate returns.
pub type Result<T, E = Problem> = std::result::Result<T, E>;
