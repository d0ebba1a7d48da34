//! Terminals in labs: opening them in plain words, and keeping them while pages come and go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use slipway_engine::containers::ExecSpec;
use slipway_engine::inventory::{ContainerRow, ContainerState};
use slipway_engine::terminals::{ShellSpec, Terminal};
use slipway_engine::{ContainerId, Engine};

use super::shared::{Shared, kind_of};
use crate::card::LabId;
use crate::form::StorageKind;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::Profile;
use crate::terminals::{TerminalId, TerminalKind, TerminalRow, TerminalWish};

/// More terminals of one lab than this are an accident.
const MOST: usize = 12;
/// A lab that does not say which shell it has by then does nothing at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks a lab for its shell, for who owns the folder of the work ("1000 jovyan"), and for its own user.
const QUESTION: &str = r#"command -v bash || command -v sh || echo sh
stat -c '%u %U' "$1" 2>/dev/null || echo
id -un 2>/dev/null || id -u 2>/dev/null || echo"#;

struct Open {
    lab: LabId,
    row: TerminalRow,
    terminal: Arc<Terminal>,
}

/// All open terminals, in the order in which they were opened.
#[derive(Default)]
pub(crate) struct Terminals {
    open: Mutex<(u32, BTreeMap<TerminalId, Open>)>,
}

impl Terminals {
    fn lock(&self) -> MutexGuard<'_, (u32, BTreeMap<TerminalId, Open>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, lab: &LabId) -> Vec<TerminalRow> {
        let all = self.lock();
        let open = all.1.values().filter(|open| &open.lab == lab);
        open.map(|open| open.row.clone()).collect()
    }

    pub(super) fn is_any(&self) -> bool {
        !self.lock().1.is_empty()
    }

    pub(super) fn get(&self, id: TerminalId) -> Option<Arc<Terminal>> {
        Some(Arc::clone(&self.lock().1.get(&id)?.terminal))
    }

    pub(super) async fn close(&self, id: TerminalId) {
        let gone = self.lock().1.remove(&id);
        if let Some(gone) = gone {
            gone.terminal.hang_up().await;
        }
    }

    pub(super) async fn close_all(&self) {
        let gone = std::mem::take(&mut self.lock().1);
        join_all(gone.values().map(|open| open.terminal.hang_up())).await;
    }
}

/// What a lab says of itself.
#[derive(Debug, PartialEq, Eq)]
struct Inside {
    shell: String,
    /// Name or number of who owns the folder of the work, where that is not root.
    owner: Option<(String, String)>,
    user: String,
}

impl Inside {
    fn read(said: &str) -> Self {
        let mut lines = said.lines().map(str::trim);
        let path = lines.next().unwrap_or_default();
        let shell = path.rsplit('/').next().unwrap_or_default();
        let owner = lines
            .next()
            .and_then(|line| line.split_once(' '))
            .filter(|(id, _)| id.parse().is_ok_and(|id: u32| id > 0))
            .map(|(id, name)| {
                let name = if name == "UNKNOWN" { id } else { name };
                (id.to_owned(), shown(name))
            });
        Self {
            shell: if shell == "bash" { "bash" } else { "sh" }.to_owned(),
            owner,
            user: shown(lines.next().unwrap_or_default()),
        }
    }
}

/// A name as a tab can show it, whatever a lab calls itself.
fn shown(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(32)
        .collect()
}

pub(super) async fn open(
    shared: &Arc<Shared>,
    lab: &LabId,
    wish: TerminalWish,
) -> Result<TerminalRow> {
    let (profile, row) = shared.lab(lab)?;
    let name = profile.saved.form.name.clone();
    let engine = shared.engine()?;
    ready(&name, &row)?;
    if shared.terminals.of(lab).len() >= MOST {
        return Err(Problem::new(
            ProblemKind::Other,
            format!("{name} has {MOST} terminals already."),
        )
        .because("Each keeps a program running in the lab.")
        .hint("Close one that you no longer need."));
    }
    let (terminal, shell, user) = if wish.kind == TerminalKind::Main {
        let terminal = engine.attach_main(&row.id, wish.size).await?;
        (terminal, String::new(), String::new())
    } else {
        let folder = work_folder(shared, &profile);
        let inside = ask(&engine, &row.id, &name, folder.as_deref()).await?;
        let (user, shown) = match (wish.kind, inside.owner) {
            (TerminalKind::RootShell, _) => (Some("0".to_owned()), "root".to_owned()),
            (_, Some((id, name))) => (Some(id), name),
            (_, None) => (None, inside.user),
        };
        let spec = ShellSpec {
            command: vec![inside.shell.clone()],
            user,
            working_directory: None,
            size: wish.size,
        };
        (engine.open_shell(&row.id, spec).await?, inside.shell, shown)
    };
    let mut open = shared.terminals.lock();
    open.0 += 1;
    let row = TerminalRow {
        id: TerminalId(open.0),
        kind: wish.kind,
        shell,
        user,
        takes_input: terminal.takes_input(),
    };
    open.1.insert(
        row.id,
        Open {
            lab: lab.clone(),
            row: row.clone(),
            terminal: Arc::new(terminal),
        },
    );
    Ok(row)
}

/// Nothing can be opened in a lab that does no work.
fn ready(name: &str, row: &ContainerRow) -> Result<()> {
    let other = |title: String| Problem::new(ProblemKind::Other, title);
    Err(match row.state {
        ContainerState::Running => return Ok(()),
        ContainerState::Paused => other(format!("{name} is paused."))
            .because("A paused lab does no work, so nothing can be run in it.")
            .hint("Let it go on with the program that paused it, or restart it."),
        ContainerState::Restarting => other(format!("{name} is restarting."))
            .because("Its program has ended, and Docker starts it again.")
            .hint("Wait a moment; if it restarts again and again, its log says why."),
        _ => other(format!("{name} is not running."))
            .because("A terminal works in a lab that runs.")
            .hint("Start the lab, then open a terminal."),
    })
}

fn work_folder(shared: &Shared, profile: &Profile) -> Option<String> {
    let storage = &profile.saved.form.storage;
    if storage.kind != StorageKind::Nothing && storage.target.starts_with('/') {
        return Some(storage.target.clone());
    }
    let (_, generation) = kind_of(&shared.catalogue(), profile, None);
    generation.work_folder
}

async fn ask(
    engine: &Engine,
    container: &ContainerId,
    name: &str,
    folder: Option<&str>,
) -> Result<Inside> {
    let spec = ExecSpec {
        command: ["sh", "-c", QUESTION, "sh", folder.unwrap_or("/nowhere")]
            .map(str::to_owned)
            .to_vec(),
        ..ExecSpec::default()
    };
    let said = tokio::time::timeout(PATIENCE, engine.exec(container, &spec))
        .await
        .map_err(|_| {
            Problem::new(ProblemKind::Other, format!("{name} does not answer."))
                .because("It was asked for its shell and said nothing.")
                .hint("It may be very busy. Try again, or restart the lab.")
        })?;
    let no_shell = |detail: &[u8]| {
        let detail = String::from_utf8_lossy(detail).trim().to_owned();
        let problem = Problem::new(ProblemKind::Other, format!("{name} has no shell."))
            .because(
                "Its image holds just its own program, so there is nothing to type commands to.",
            )
            .hint(
                "The log shows what its program says; you can also listen to the program itself.",
            );
        if detail.is_empty() {
            problem
        } else {
            problem.detail(detail)
        }
    };
    match said {
        Ok(output) if output.exit_code == 0 => {
            Ok(Inside::read(&String::from_utf8_lossy(&output.stdout)))
        }
        // 126 and 127: the engine found no such program, and says so in its place.
        Ok(output) => {
            let detail = [output.stdout, output.stderr].concat();
            Err(no_shell(&detail))
        }
        Err(slipway_engine::Error::Engine { message, .. })
            if message.contains("executable file not found")
                || message.contains("no such file or directory") =>
        {
            Err(no_shell(message.as_bytes()))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(shell: &str, owner: Option<(&str, &str)>, user: &str) -> Inside {
        Inside {
            shell: shell.into(),
            owner: owner.map(|(id, name)| (id.into(), name.into())),
            user: user.into(),
        }
    }

    #[test]
    fn a_lab_says_which_shell_it_has_and_who_works_there() {
        for (said, expected) in [
            (
                "/bin/bash\n1000 jovyan\nubuntu\n",
                inside("bash", Some(("1000", "jovyan")), "ubuntu"),
            ),
            ("/bin/sh\n0 root\nroot\n", inside("sh", None, "root")),
            (
                "/usr/bin/bash\n1234 UNKNOWN\n1234\n",
                inside("bash", Some(("1234", "1234")), "1234"),
            ),
            ("sh\n\n\n", inside("sh", None, "")),
            ("", inside("sh", None, "")),
            (
                "/evil/rm -rf\n-5 x\nro\u{1b}ot\n",
                inside("sh", None, "root"),
            ),
        ] {
            assert_eq!(Inside::read(said), expected, "{said:?}");
        }
    }
}
