//! A lab's command for other people: in each shell, as a shell function, as a compose file.

use super::arguments::{groups, secrets};
use super::compose;
use super::quoting::{bash, cmd, powershell, quoted};
use slipway_engine::containers::MountSource;

use crate::check::SecondCommand;
use crate::form::DOCKER_SOCKET;
use crate::plan::LaunchPlan;
use crate::sharing::LabCommands;

/// The variable that carries the token of a program that is started inside.
const TOKEN_VARIABLE: &str = "JUPYTER_TOKEN";

pub(crate) fn commands(plan: &LaunchPlan) -> LabCommands {
    let run = groups(plan);
    let inside = started_inside(plan);
    let written = |quote: fn(&str) -> std::borrow::Cow<'_, str>, mark: &str| {
        let mut text = quoted(&run, quote).join(mark);
        if let Some(inside) = &inside {
            text.push_str("\n\n");
            text.push_str(&quoted(std::slice::from_ref(inside), quote).join(""));
        }
        text
    };
    let posix = quoted(&run, bash).join(" \\\n    ");
    let then = inside.as_ref().map_or_else(String::new, |inside| {
        format!(
            " &&\n  {}",
            quoted(std::slice::from_ref(inside), bash).join("")
        )
    });
    LabCommands {
        bash: written(bash, " \\\n  "),
        powershell: written(powershell, " `\n  "),
        cmd: written(cmd, " ^\n  "),
        function: format!(
            "{}() {{\n  {posix} \"$@\"{then}\n}}\n",
            function_name(&plan.container.name)
        ),
        compose: compose::file(&plan.container, &secrets(plan)),
        notes: notes(plan, inside.is_some()),
    }
}

/// The same for a form that was not launched yet.
pub(super) fn second(plan: &LaunchPlan) -> Option<SecondCommand> {
    let inside = started_inside(plan)?;
    Some(SecondCommand {
        bash: quoted(std::slice::from_ref(&inside), bash).concat(),
        powershell: quoted(std::slice::from_ref(&inside), powershell).concat(),
        note: second_note(),
    })
}

fn second_note() -> String {
    format!(
        "The second command starts the page once the container runs; set {TOKEN_VARIABLE} to a token of your own first."
    )
}

/// `docker exec` for a program that the image does not start by itself.
fn started_inside(plan: &LaunchPlan) -> Option<Vec<String>> {
    let program = plan.generation.start_inside.as_ref()?;
    let port = plan.generation.port.to_string();
    let mut words = ["docker", "exec", "--detach"].map(str::to_owned).to_vec();
    if let Some(user) = &program.user {
        words.extend(["--user".to_owned(), user.clone()]);
    }
    words.extend([
        "--env".to_owned(),
        TOKEN_VARIABLE.to_owned(),
        plan.container.name.clone(),
    ]);
    words.extend(
        program
            .command
            .iter()
            .map(|word| word.replace("${PORT}", &port)),
    );
    Some(words)
}

/// What every POSIX shell takes for a name.
fn function_name(container: &str) -> String {
    let name: String = container
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("lab_{name}")
    } else {
        name
    }
}

fn notes(plan: &LaunchPlan, inside: bool) -> Vec<String> {
    let spec = &plan.container;
    let mut notes = Vec::new();
    let secrets = secrets(plan);
    if !secrets.is_empty() {
        notes.push(format!(
            "Set {} in the shell first; the command takes the secret from there.",
            secrets.join(" and ")
        ));
    }
    if inside {
        notes.push(second_note());
        notes.push(
            "A compose file cannot start a second program: run the docker exec after it."
                .to_owned(),
        );
    }
    if spec.auto_remove {
        notes.push("Compose has no --rm: docker compose down removes the container.".to_owned());
    }
    if spec.publish_all {
        notes.push("Compose cannot publish every port; add those that you need.".to_owned());
    }
    let folders = spec.mounts.iter().any(|mount| {
        mount.target != DOCKER_SOCKET && matches!(mount.source, MountSource::Folder(_))
    });
    if folders {
        notes.push(
            "Folders are those of this computer; Docker makes one that is missing elsewhere."
                .to_owned(),
        );
    }
    let broken = |text: &String| text.contains(['\n', '\r']);
    if groups(plan).iter().flatten().any(broken) {
        notes.push("cmd has no line breaks within a value; they are blanks there.".to_owned());
    }
    notes
}
