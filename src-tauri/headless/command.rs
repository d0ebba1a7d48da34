//! The command that does the same as a recipe, a lab or a file.

use std::collections::BTreeMap;

use slipway_labs::sharing::LabCommands;

use super::arguments::Shell;
use super::failure::Outcome;
use super::session::Session;
use super::shapes;
use super::target::{self, Target};

pub async fn command(session: &mut Session, what: &str, shell: Shell, yes: bool) -> Outcome {
    session.engine().await?;
    let target = {
        let recipes = session.state.labs.recipes();
        let list = session.state.labs.list();
        target::target(what, &recipes, &list.labs, std::path::Path::is_file)?
    };
    let spelled = match target {
        Target::Lab(lab) => spelled(session.state.labs.commands(&lab).await?),
        // A recipe from elsewhere would be added by this, so it needs the agreement of a launch.
        other => {
            let form = target::form(session, other, yes).await?;
            spelled(session.state.labs.form_commands(&form).await?)
        }
    };
    let key = match shell {
        Shell::Bash => "bash",
        Shell::Powershell => "powershell",
        Shell::Cmd => "cmd",
        Shell::Function => "function",
        Shell::Compose => "compose",
    };
    let text = spelled.commands.get(key).map_or("", |text| text.trim_end());
    session.voice.line(text)?;
    for note in &spelled.notes {
        session.voice.note(note)?;
    }
    session.voice.value(&spelled)?;
    Ok(())
}

fn spelled(commands: LabCommands) -> shapes::Spelled {
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
