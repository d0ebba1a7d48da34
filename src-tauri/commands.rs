//! The commands, one file a topic; each only passes on and converts. The list stands in `bindings.rs`.

pub mod engine;
pub mod inventory;
pub mod labs;
pub mod launch;
pub mod logs;
pub mod paste;
pub mod recipes;
pub mod sharing;
pub mod streams;
pub mod usage;

/// What a command fails with: the same shape as every other failure that a person meets.
pub type CommandResult<T> = Result<T, slipway_labs::Problem>;
