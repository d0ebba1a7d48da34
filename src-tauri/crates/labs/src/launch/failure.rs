//! A launch that failed, in words: which step, why, what is kept, and the ways out as buttons.

use std::sync::Arc;

use slipway_engine::{Bytes, Error};
use slipway_vault::Secret;

use super::{LaunchFix, StepKind, words};
use crate::address::PageAddress;
use crate::form::{GpuRow, LaunchForm};
use crate::labs::shared::Shared;
use crate::names;
use crate::plan::LaunchPlan;
use crate::problem::{Problem, ProblemKind};
use crate::readiness::{NotReady, masked};

mod ports;

use ports::{port_not_allowed, port_taken};

/// After a container was made.
const KEPT: &str = "The container was removed again; your download and your settings are kept.";

/// What stopped a launch.
pub(super) enum Trouble {
    Engine(Error),
    NotReady(NotReady),
    TooLittleDisk {
        needed: Bytes,
        free: Bytes,
    },
    /// A step that the recipe does inside once.
    NotPrepared {
        title: String,
        code: Option<i64>,
        lines: Vec<String>,
    },
    /// In words already.
    Told(Problem),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// A failed change in words: the lab is as it was, which is what counts.
pub(super) fn of_change(problem: Problem, name: &str, ran: bool) -> Problem {
    let own = [
        KEPT,
        "Your settings are kept.",
        "Your download and your settings are kept.",
        "What was downloaded so far and your settings are kept.",
        "Your settings are kept, and what the launch made so far is cleared away when Docker is back.",
        "Your download and your settings are kept, and the half-started container is cleared away when Docker is back.",
    ];
    let message = own.iter().fold(problem.message.clone(), |message, kept| {
        message.replace(kept, "")
    });
    let as_before = match (problem.kind == ProblemKind::EngineAway, ran) {
        (true, _) => format!("{name} is put back as it was when Docker is there again."),
        (false, true) => format!("{name} runs as before."),
        (false, false) => format!("{name} is as it was."),
    };
    let message = format!("{} {as_before}", message.trim());
    problem.because(message.trim().to_owned())
}

/// The problem and the ways out, the recommended one first.
pub(super) async fn explain(
    shared: &Arc<Shared>,
    plan: &LaunchPlan,
    form: LaunchForm,
    step: StepKind,
    trouble: Trouble,
    secrets: &[Secret],
) -> (Problem, Vec<LaunchFix>) {
    let container = plan.container.name.clone();
    let (mut problem, fixes) = match trouble {
        Trouble::Engine(Error::PortTaken { port, detail, .. }) => {
            port_taken(shared, &form, &container, port, detail).await
        }
        Trouble::Engine(Error::PortNotAllowed { port, detail }) => {
            port_not_allowed(shared, &form, port, detail).await
        }
        Trouble::Engine(error) => engine_error(shared, &form, step, error),
        Trouble::NotReady(end) => not_ready(&form, plan, end),
        Trouble::TooLittleDisk { needed, free } => too_little_disk(&form, plan, needed, free),
        Trouble::NotPrepared { title, code, lines } => {
            let fixes = vec![again(&form), change("Change your choices")];
            (not_prepared(&title, code, &lines), fixes)
        }
        Trouble::Told(problem) => {
            let fixes = vec![again(&form), change("Change your choices")];
            (problem, fixes)
        }
    };
    problem.detail = problem.detail.map(|detail| masked(&detail, secrets));
    problem.message = masked(&problem.message, secrets);
    (problem, fixes)
}

fn not_prepared(title: &str, code: Option<i64>, lines: &[String]) -> Problem {
    let why = match code {
        Some(code) => format!("The program inside ended with code {code}."),
        None => "The program inside did not come to an end.".to_owned(),
    };
    let problem = Problem::new(
        ProblemKind::Other,
        format!("“{title}” did not work, so the lab cannot be used yet."),
    )
    .because(format!("{why} {KEPT}"))
    .hint("Read what it said, then try again.");
    if lines.is_empty() {
        problem
    } else {
        problem.detail(lines.join("\n"))
    }
}

fn fix(label: impl Into<String>, form: LaunchForm) -> LaunchFix {
    LaunchFix {
        label: label.into(),
        form: Some(form),
    }
}

fn again(form: &LaunchForm) -> LaunchFix {
    fix("Try again", form.clone())
}

/// Opens the wizard with the form as it was.
fn change(label: &str) -> LaunchFix {
    LaunchFix {
        label: label.to_owned(),
        form: None,
    }
}

fn engine_error(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    step: StepKind,
    error: Error,
) -> (Problem, Vec<LaunchFix>) {
    let fixes = match &error {
        Error::NameTaken { .. } => {
            let snapshot = shared.snapshot();
            let taken = |name: &str| {
                let container = names::container_name(name);
                name == form.name
                    || snapshot
                        .containers
                        .values()
                        .any(|row| row.name == container)
            };
            let mut renamed = form.clone();
            renamed.name = names::unique(&form.name, ' ', taken);
            vec![
                fix(format!("Call it {} and start", renamed.name), renamed),
                change("Choose another name"),
            ]
        }
        Error::AddressNotAvailable { .. } => {
            let mut local = form.clone();
            "127.0.0.1".clone_into(&mut local.listen_ip);
            let here = shared
                .snapshot()
                .report
                .facts
                .as_ref()
                .is_none_or(|facts| facts.this_computer);
            let label = if here {
                "Open it only to this computer and start"
            } else {
                "Open it only to the engine’s machine and start"
            };
            vec![fix(label, local), change("Choose another address")]
        }
        Error::ImageNotFound { .. } | Error::RegistryDenied { .. } => {
            vec![change("Choose another image"), again(form)]
        }
        Error::WrongPlatform { .. } => vec![change("Choose another version")],
        Error::FolderNotFound { .. } | Error::FolderNotShared { .. } => {
            vec![change("Choose another folder"), again(form)]
        }
        Error::InvalidName { .. } => vec![change("Choose another name")],
        Error::GpuUnavailable { .. } => {
            let mut without = form.clone();
            without.advanced.gpu = GpuRow::default();
            vec![
                fix("Start without a graphics card", without),
                change("Change your choices"),
            ]
        }
        Error::NotFound {
            what: "network", ..
        } => {
            let mut with = form.clone();
            with.advanced.network.create = true;
            vec![
                fix("Make the network and start", with),
                change("Choose another network"),
            ]
        }
        _ => vec![again(form), change("Change your choices")],
    };
    let mut problem = Problem::from(error);
    let kept = match (problem.kind, step) {
        (ProblemKind::EngineAway, _) => {
            "Your settings are kept, and what the launch made so far is cleared away when Docker is back."
        }
        (ProblemKind::ImageNotFound | ProblemKind::RegistryDenied, _) | (_, StepKind::Check) => {
            "Your settings are kept."
        }
        (_, StepKind::Download) => "What was downloaded so far and your settings are kept.",
        (_, StepKind::Create) => "Your download and your settings are kept.",
        _ => KEPT,
    };
    if problem.kind == ProblemKind::DiskFull {
        problem.message = format!("The lab needs more room than is left. {kept}");
    } else {
        let message = format!("{} {kept}", problem.message);
        message.trim().clone_into(&mut problem.message);
    }
    (problem, fixes)
}

fn too_little_disk(
    form: &LaunchForm,
    plan: &LaunchPlan,
    needed: Bytes,
    free: Bytes,
) -> (Problem, Vec<LaunchFix>) {
    let problem = Problem::new(
        ProblemKind::DiskFull,
        "The disk for Docker has too little room.",
    )
    .because(format!(
        "{} needs at least {}, and {} is free. Your settings are kept.",
        plan.image,
        words::size(needed),
        words::size(free)
    ))
    .hint("Remove images or files that you no longer need, then try again.");
    (problem, vec![again(form), change("Choose another image")])
}

fn out_of_memory(
    form: &LaunchForm,
    plan: &LaunchPlan,
    lines: &[String],
) -> (Problem, Vec<LaunchFix>) {
    let limit = plan.container.memory;
    let why = match limit {
        Some(limit) => format!(
            "It may use {}, needed more, and was stopped. {KEPT}",
            words::size(limit)
        ),
        None => format!("It needed more memory than it may use, so it was stopped. {KEPT}"),
    };
    let problem = Problem::new(
        ProblemKind::OutOfMemory,
        format!("{} ran out of memory.", form.name),
    )
    .because(why)
    .hint(if limit.is_some() {
        "Give the lab more memory, or no limit, then try again."
    } else {
        "Stop other labs, or give the engine more memory, then try again."
    })
    .detail(lines.join("\n"));
    let mut fixes = vec![again(form), change("Change your choices")];
    if limit.is_some() {
        let mut free = form.clone();
        free.advanced.memory.clear();
        fixes.insert(0, fix("Start without the memory limit", free));
    }
    (problem, fixes)
}

fn not_ready(form: &LaunchForm, plan: &LaunchPlan, end: NotReady) -> (Problem, Vec<LaunchFix>) {
    let name = &form.name;
    match end {
        NotReady::Exited {
            out_of_memory: true,
            lines,
            ..
        } => out_of_memory(form, plan, &lines),
        NotReady::Exited { lines, .. }
            if lines.iter().any(|line| line.contains("exec format error")) =>
        {
            let problem = Problem::new(
                ProblemKind::WrongPlatform,
                format!("{} is made for another processor.", plan.image),
            )
            .because(format!("This engine cannot run its programs. {KEPT}"))
            .hint("Choose a version of the image that is made for this engine's processor.")
            .detail(lines.join("\n"));
            (problem, vec![change("Choose another version")])
        }
        NotReady::Exited { code, lines, .. } => {
            let ended_well = code == Some(0);
            let code = code.map_or_else(String::new, |code| format!(" with exit code {code}"));
            let last = lines
                .iter()
                .rev()
                .map(|line| line.trim())
                .find(|line| !line.is_empty());
            let said = match last {
                Some(line) if line.chars().count() <= 200 => {
                    format!(" The last thing it said was: “{line}”")
                }
                Some(_) => " What it said last is in the technical details.".to_owned(),
                None => " It said nothing.".to_owned(),
            };
            let no_group = form.docker_control
                && lines
                    .iter()
                    .any(|line| line.contains("No rw permissions for group"));
            let problem = Problem::new(
                ProblemKind::ExitedAtOnce,
                format!("{name} stopped right after it started."),
            )
            .because(format!("Its program ended{code}.{said} {KEPT}"))
            .hint(if no_group {
                "The lab may not use the engine's socket; start it without Docker control."
            } else if last.is_some() {
                "The technical details show its last lines."
            } else {
                "Check that this image is meant to go on running; some only do one thing and end."
            });
            let problem = if last.is_some() {
                problem.detail(lines.join("\n"))
            } else {
                problem
            };
            let mut fixes = vec![again(form), change("Change your choices")];
            if ended_well && plan.may_have_page() {
                let mut alone = form.clone();
                alone.ports.clear();
                alone.advanced.publish_all = false;
                fixes.insert(0, fix("Start it without a page, and let it end", alone));
            }
            if no_group {
                let mut without = form.clone();
                without.docker_control = false;
                without.risk_accepted = false;
                fixes.insert(0, fix("Start without Docker control", without));
            }
            (problem, fixes)
        }
        NotReady::Gone { .. } => {
            let problem = Problem::new(ProblemKind::Gone, format!("The container of {name} was removed."))
                .because("Another program removed it while it was starting. Your download and your settings are kept.")
                .hint("Launch it again.");
            (problem, vec![again(form), change("Change your choices")])
        }
        NotReady::EngineAway | NotReady::OutOfPatience => {
            let problem = Problem::new(ProblemKind::EngineAway, "Docker stopped while the lab was starting.")
                .because("Your download and your settings are kept, and the half-started container is cleared away when Docker is back.")
                .hint("Start Docker, then try again.");
            (problem, vec![again(form)])
        }
    }
}

/// The lab runs, and no browser could be started. The detail is where the address can be copied
/// from; it has no token.
pub(super) fn no_browser(page: &PageAddress, why: &str) -> Problem {
    Problem::new(
        ProblemKind::BrowserUnavailable,
        "No browser could be started.",
    )
    .because("The lab runs. Copy its address and open it in a browser yourself.")
    .hint("Copy the address, or try to open it again.")
    .detail(format!(
        "{}\n{}",
        page.shown(),
        masked(
            why,
            page.token().map(std::slice::from_ref).unwrap_or_default()
        )
    ))
}

#[cfg(test)]
mod tests;
