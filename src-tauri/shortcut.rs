//! A desktop shortcut that launches or opens one lab.

use slipway_labs::Labs;
use slipway_labs::card::LabId;

use crate::commands::CommandResult;

/// Makes the shortcut; gives the path of what was written.
pub fn make(labs: &Labs, lab: &LabId) -> CommandResult<String> {
    Err(labs.not_there_yet(&lab.0))
}
