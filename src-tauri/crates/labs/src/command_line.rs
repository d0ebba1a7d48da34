//! A launch plan as the equivalent `docker run`, quoted for each shell.
//!
//! Made from the same specification that the engine is given, and named by the same table of flags
//! that pasted commands are read by, so that none of them can drift apart. An own password, token or
//! other secret appears as `--env JUPYTER_PASSWORD` without a value: `docker` then takes it from the
//! shell's environment, and the command holds no secret at all.

use crate::check::EquivalentCommand;
use crate::plan::LaunchPlan;

mod arguments;
mod compose;
mod quoting;
mod sharing;

pub(crate) use sharing::commands;

/// The plan as `docker run`, secrets masked.
pub fn equivalent(plan: &LaunchPlan) -> EquivalentCommand {
    let groups = arguments::groups(plan);
    EquivalentCommand {
        bash: quoting::quoted(&groups, quoting::bash),
        powershell: quoting::quoted(&groups, quoting::powershell),
        followed_by: sharing::second(plan),
    }
}

#[cfg(test)]
mod tests;
