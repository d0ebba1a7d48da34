//! What analysts want: labs.
//!
//! A lab is a saved profile and its container. This crate knows recipes (which image, port, folder
//! and sign-in a lab has), turns a filled-in form into a launch plan, carries the plan out step by
//! step until the lab answers, and keeps profiles. It speaks to Docker only through
//! `slipway-engine`, and knows neither Tauri nor the screens. Time and randomness are parameters.

pub mod address;
pub mod card;
pub mod catalogue;
pub mod change;
pub mod changes;
pub mod check;
pub mod command_line;
pub mod downloads;
#[cfg(test)]
mod fixtures;
mod flags;
pub mod form;
pub mod labs;
pub mod launch;
pub mod listen;
pub mod logins;
pub mod names;
mod options;
pub mod paste;
pub mod plan;
pub mod problem;
pub mod processor;
pub mod profile;
pub mod readiness;
pub mod recipe;
pub mod recognition;
pub mod risk;
pub mod saving;
pub mod sharing;
pub mod tag;
pub mod terminals;
pub mod versions;

pub use labs::Labs;
pub use problem::Problem;
