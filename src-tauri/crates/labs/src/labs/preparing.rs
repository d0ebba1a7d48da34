//! What a recipe does inside once: carrying it out, and remembering that it was done.
//!
//! It belongs to a launch. Where Slipway ends in its midst, the lab is there and not prepared; the
//! profile does not say that it is, so the next start does it. Each step is harmless when it is
//! done again, so nothing has to be known of how far it came.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::containers::ExecSpec;
use slipway_engine::{ContainerId, Engine};
use slipway_vault::Secret;

use super::secrets::own_password;
use super::shared::Shared;
use crate::card::LabId;
use crate::profile::{PREPARED, Profile};
use crate::readiness::masked;
use crate::recipe::{Generation, PrepareStep};

/// The variable in which a step finds the lab's password.
const PASSWORD_VARIABLE: &str = "SLIPWAY_PASSWORD";
/// No database of a lab is made for longer.
const LONGEST_STEP: Duration = Duration::from_mins(15);
/// Last lines of a failed step's output that are shown.
const SHOWN_LINES: usize = 20;

/// Why a lab could not be prepared.
pub(crate) enum NotPrepared {
    Engine(slipway_engine::Error),
    Step {
        title: String,
        /// `None`: it did not come to an end.
        code: Option<i64>,
        /// Last lines of its output, the password masked.
        lines: Vec<String>,
    },
}

/// Carries the steps out, one after the other. `tell` is told the title of each before it begins.
pub(crate) async fn carry_out(
    engine: &Engine,
    container: &ContainerId,
    steps: &[PrepareStep],
    password: Option<&Secret>,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<(), NotPrepared> {
    for step in steps {
        tell(&step.title);
        let variable =
            |password: &Secret| (PASSWORD_VARIABLE.to_owned(), password.reveal().to_owned());
        let spec = ExecSpec {
            command: step.command.clone(),
            user: step.user.clone(),
            environment: password.map(variable).into_iter().collect(),
            ..ExecSpec::default()
        };
        let output = tokio::time::timeout(LONGEST_STEP, engine.exec(container, &spec)).await;
        let output = match output {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => return Err(NotPrepared::Engine(error)),
            Err(_) => {
                return Err(NotPrepared::Step {
                    title: step.title.clone(),
                    code: None,
                    lines: Vec::new(),
                });
            }
        };
        if output.exit_code != 0 {
            let secrets: Vec<Secret> = password.cloned().into_iter().collect();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            let lines: Vec<&str> = said
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            let from = lines.len().saturating_sub(SHOWN_LINES);
            return Err(NotPrepared::Step {
                title: step.title.clone(),
                code: Some(output.exit_code),
                lines: lines
                    .get(from..)
                    .unwrap_or_default()
                    .iter()
                    .map(|line| masked(line, &secrets))
                    .collect(),
            });
        }
    }
    Ok(())
}

/// Writes down that the lab is prepared, so that no start does it again.
pub(crate) fn remember(shared: &Shared, lab: &LabId) {
    let profile = shared.change(|state| {
        let profile = state.profiles.get_mut(lab)?;
        profile
            .saved
            .more
            .insert(PREPARED.to_owned(), "yes".to_owned());
        Some(profile.clone())
    });
    if let Some(profile) = profile
        && let Err(problem) = shared.save(&profile)
    {
        tracing::warn!(%problem, "a profile could not be saved");
    }
}

/// Prepares a lab that was launched and never got as far.
pub(super) async fn catch_up(
    shared: &Arc<Shared>,
    engine: &Engine,
    profile: &Profile,
    container: &ContainerId,
    generation: &Generation,
) {
    let started_here = shared.state().started_here.contains(&profile.id);
    let done = profile.saved.more.contains_key(PREPARED);
    if generation.prepare.is_empty() || done || !started_here {
        return;
    }
    let password = own_password(shared, profile).await;
    let tell = |_: &str| {};
    let steps = &generation.prepare;
    match carry_out(engine, container, steps, password.as_ref(), &tell).await {
        Ok(()) => remember(shared, &profile.id),
        Err(NotPrepared::Engine(error)) => {
            tracing::warn!(%error, lab = %profile.id.0, "a lab could not be prepared");
        }
        Err(NotPrepared::Step { title, code, .. }) => {
            tracing::warn!(title, code, lab = %profile.id.0, "a lab could not be prepared");
        }
    }
}
