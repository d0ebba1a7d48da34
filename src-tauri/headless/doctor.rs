//! Whether the container engine is well, in the words of the window's engine page.

use slipway_engine::health::{EngineFacts, EngineProblem};
use slipway_engine::inventory::EngineStatus;
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;

use super::failure::{Exit, Failure, Outcome};
use super::progress::size;
use super::session::Session;
use super::shapes;

pub async fn doctor(session: &mut Session, try_it: bool) -> Outcome {
    let snapshot = session.snapshot().await;
    let report = &snapshot.report;
    let ready = report.status == EngineStatus::Ready;
    let healthy = ready && !report.problems.iter().any(|problem| problem.blocking);
    if ready && let Some(facts) = &report.facts {
        for line in facts_in_words(facts) {
            session.voice.line(&line)?;
        }
    }
    for problem in &report.problems {
        for line in problem_in_words(problem) {
            session.voice.line(&line)?;
        }
    }
    let mut health = shapes::Health {
        healthy,
        status: if ready { "ready" } else { "unavailable" },
        facts: report.facts.clone().filter(|_| ready),
        problems: report.problems.clone(),
        tried: None,
    };
    if !healthy {
        session.voice.value(&health)?;
        return Err(Failure::new(
            Exit::NoEngine,
            Problem::new(ProblemKind::EngineAway, "Labs cannot run now."),
        ));
    }
    if try_it {
        session.voice.progress("Running a small container …")?;
        let tried = session.state.labs.try_engine().await;
        match tried {
            Ok(said) => {
                session.voice.line(&said)?;
                health.tried = Some(said);
            }
            Err(problem) => {
                session.voice.value(&health)?;
                return Err(problem.into());
            }
        }
    }
    session.voice.value(&health)?;
    session.voice.line("Labs can run.")?;
    Ok(())
}

fn facts_in_words(facts: &EngineFacts) -> Vec<String> {
    let mut lines = vec![
        format!("Engine      {} {}", facts.product_name, facts.version),
        format!("Address     {}", facts.endpoint.address),
        format!(
            "System      {}, {}",
            facts.operating_system, facts.architecture
        ),
        format!(
            "Computer    {} processors, {} of memory",
            facts.processors,
            size(facts.memory)
        ),
        format!(
            "Images      in {} ({})",
            facts.data_root, facts.storage_driver
        ),
    ];
    if let Some(free) = facts.disk_free {
        lines.push(format!("Disk        {} free", size(free)));
    }
    let cards = if facts.gpu {
        "can be given to labs"
    } else {
        "none that labs can use"
    };
    lines.push(format!("GPU         {cards}"));
    lines
}

fn problem_in_words(problem: &EngineProblem) -> Vec<String> {
    let mut lines = vec![format!("{} {}", problem.title, problem.message)];
    if let Some(command) = &problem.command {
        lines.push(format!("Next step: {command}"));
    } else if problem
        .remedies
        .contains(&slipway_engine::health::EngineRemedy::InstallGuide)
    {
        lines.push(format!(
            "Next step: {}",
            slipway_engine::health::install_guide_url()
        ));
    }
    lines
}
