//! The command that does the same as a recipe, a lab or a file.

use std::collections::BTreeMap;

use slipway_labs::form::TypedSecrets;
use slipway_labs::sharing::LabCommands;

use super::arguments::Shell;
use super::failure::{Failure, Outcome};
use super::session::Session;
use super::shapes;
use super::target::{self, Target};

pub async fn command(session: &mut Session, what: &str, shell: Shell) -> Outcome {
    session.engine().await?;
    let target = {
        let recipes = session.state.labs.recipes();
        let list = session.state.labs.list();
        target::target(what, &recipes, &list.labs, std::path::Path::is_file)?
    };
    let spelled = match target {
        Target::Lab(lab) => of_lab(session.state.labs.commands(&lab).await?),
        // A recipe from elsewhere is only read here, and yet a person wants to see what it is first.
        other => {
            let form = target::form(session, other, false).await?;
            let checked = session
                .state
                .labs
                .check(&form, &TypedSecrets::default())
                .await;
            let Some(command) = checked.command else {
                return Err(Failure::refused(
                    checked
                        .gate
                        .unwrap_or_else(|| "There is no command for this.".to_owned()),
                ));
            };
            shapes::Spelled {
                commands: BTreeMap::from([
                    ("bash", command.bash.join(" \\\n  ")),
                    ("powershell", command.powershell.join(" `\n  ")),
                ]),
                notes: Vec::new(),
            }
        }
    };
    let key = match shell {
        Shell::Bash => "bash",
        Shell::Powershell => "powershell",
        Shell::Cmd => "cmd",
        Shell::Function => "function",
        Shell::Compose => "compose",
    };
    let Some(text) = spelled.commands.get(key) else {
        return Err(Failure::refused(format!(
            "Before it is launched, there is no {key} spelling of it."
        ))
        .hint("Launch it first, or take --shell bash or --shell powershell."));
    };
    session.voice.line(text.trim_end())?;
    for note in &spelled.notes {
        session.voice.note(note)?;
    }
    session.voice.value(&spelled)?;
    Ok(())
}

fn of_lab(commands: LabCommands) -> shapes::Spelled {
    shapes::Spelled {
        commands: BTreeMap::from([
            ("bash", commands.bash),
            ("powershell", commands.powershell),
            ("cmd", commands.cmd),
            ("function", commands.function),
            ("compose", commands.compose),
        ]),
        notes: commands.notes,
    }
}
