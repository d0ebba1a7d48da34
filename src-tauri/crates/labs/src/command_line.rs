//! A launch plan as the equivalent `docker run`, quoted for bash and for PowerShell.

use crate::check::EquivalentCommand;
use crate::plan::LaunchPlan;

/// The plan as `docker run`, secrets masked.
pub fn equivalent(plan: &LaunchPlan) -> EquivalentCommand {
    let _ = plan;
    todo!("labs")
}
