//! What was dropped on the window.
//!
//! The page learns names and a number, and asks by the number: a page never says what lies at which
//! path of this computer.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;

use crate::commands::CommandResult;

/// Drops that nobody has taken yet.
#[derive(Default)]
pub struct Drops(Mutex<(u32, HashMap<u32, Vec<PathBuf>>)>);

impl Drops {
    /// Remembers a drop, and forgets those before it: there is one pointer, and one drop at a time.
    pub fn keep(&self, paths: Vec<PathBuf>) -> u32 {
        let mut drops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drops.0 = drops.0.wrapping_add(1);
        let number = drops.0;
        drops.1.clear();
        drops.1.insert(number, paths);
        number
    }

    /// What was dropped, once.
    ///
    /// # Errors
    /// `Gone` where it was taken already, or something else was dropped since.
    pub fn take(&self, drop: u32) -> CommandResult<Vec<PathBuf>> {
        let mut drops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drops.1.remove(&drop).ok_or_else(|| {
            Problem::new(ProblemKind::Gone, "What was dropped is not known any more.")
                .hint("Drop it again.")
        })
    }
}
