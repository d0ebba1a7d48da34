//! Terminals in a container: a shell of its own, or the main program's input and output.
//!
//! A terminal lives here and not on a page: its output goes into a ring of bounded size, from which any
//! page reads on from where it was, so that leaving a page ends nothing. The ring is filled as fast as
//! the engine gives; a page that cannot draw that fast is given the newest part, as if it had drawn
//! the rest, and the program inside is never held up by it.
//!
//! The engine has no way to end what an exec started, and closing the connection does not. So a shell
//! bears a mark in its environment, and hanging up sends SIGHUP to whatever bears it, as a terminal
//! that is closed does.

mod connection;
mod ring;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use self::connection::{Frames, Talk};
use self::ring::Ring;
use crate::classify::{Failure, Subject};
use crate::containers::ExecSpec;
use crate::inventory::ContainerState;
use crate::wire::{Question, escaped};
use crate::{Bytes, ContainerId, Engine, Error, Result};

/// Ends a stay at the main program: Ctrl-p Ctrl-q, Docker's own keys.
pub const DETACH: [u8; 2] = [16, 17];

/// The variable that marks what runs in a terminal.
const MARK: &str = "SLIPWAY_TERMINAL";

/// Pieces of input that may wait for the program to read them.
const WAITING: usize = 32;

/// Sends SIGHUP to everything that bears the mark; whoever is asked to go on without a terminal
/// (`nohup`) ignores it.
const HANG_UP: &str = r#"for each in /proc/[0-9]*; do
  if grep -q "SLIPWAY_TERMINAL=$1" "$each/environ" 2>/dev/null; then kill -HUP "${each#/proc/}" 2>/dev/null; fi
done"#;

/// In letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TerminalSize {
    pub columns: u16,
    pub rows: u16,
}

/// A shell that is to be started.
#[derive(Clone, Debug)]
pub struct ShellSpec {
    pub command: Vec<String>,
    /// The container's own user where `None`.
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub size: TerminalSize,
}

/// How a terminal came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TerminalEnd {
    /// What ran in it has ended; `None`: nobody knows how, because its container is gone.
    Exited { code: Option<i32> },
    /// The main program goes on without it.
    Detached,
    /// The connection to the engine was lost.
    Lost,
}

/// How far a terminal is, in bytes of output since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TerminalState {
    /// The oldest that is kept.
    pub start: Bytes,
    /// One past the newest.
    pub end: Bytes,
    pub ended: Option<TerminalEnd>,
}

/// Some output, and where to read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalPiece {
    pub next: u64,
    pub bytes: Vec<u8>,
}

/// What a terminal speaks with.
enum Partner {
    Shell {
        mark: String,
        user: Option<String>,
        exec: String,
    },
    /// The main program; `typed`: it can be typed to.
    Main { tty: bool, typed: bool },
}

/// An open terminal. Dropping it hangs up.
pub struct Terminal {
    engine: Engine,
    id: ContainerId,
    partner: Arc<Partner>,
    state: watch::Receiver<TerminalState>,
    ring: Arc<Mutex<Ring>>,
    input: mpsc::Sender<Vec<u8>>,
    /// Ctrl-p was typed last, and the keys to detach were.
    keys: Mutex<bool>,
    detached: Arc<AtomicBool>,
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Terminal {
    /// How far it is; wakes when there is more.
    pub fn state(&self) -> watch::Receiver<TerminalState> {
        self.state.clone()
    }

    /// The next output after this position, a piece at a time. Where it is no longer kept, the newest
    /// part comes, after a sequence that puts a terminal into the state in which it begins.
    pub fn read(&self, from: u64) -> TerminalPiece {
        self.ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .read(from)
    }

    /// It can be typed to.
    pub fn takes_input(&self) -> bool {
        !matches!(&*self.partner, Partner::Main { typed: false, .. })
    }

    /// Types. Waits while the program does not read; what is typed into an ended terminal is lost.
    pub async fn write(&self, bytes: Vec<u8>) {
        if let Partner::Main { tty, typed } = &*self.partner {
            if self.asks_to_detach(&bytes) {
                self.detached.store(true, Ordering::Release);
                // With a terminal the engine hears the keys itself and lets go.
                if !tty || !typed {
                    self.let_go();
                    return;
                }
            }
            if !typed {
                return;
            }
        }
        // The receiver goes with the connection.
        let _ = self.input.send(bytes).await;
    }

    /// Makes it as large as the page shows it. A program that has ended has no size; that is no failure.
    pub async fn resize(&self, size: TerminalSize) {
        let path = match &*self.partner {
            Partner::Shell { exec, .. } => format!("/exec/{}/resize", escaped(exec)),
            Partner::Main { tty: true, .. } => {
                format!("/containers/{}/resize", escaped(&self.id.0))
            }
            Partner::Main { .. } => return,
        };
        if let Err(failure) = set_size(&self.engine, path, size).await {
            tracing::debug!(?failure, "a terminal keeps its size");
        }
    }

    /// Ends it: a shell with what runs in it; the main program goes on.
    pub async fn hang_up(&self) {
        if self.state.borrow().ended.is_none() {
            match &*self.partner {
                Partner::Shell { mark, user, .. } => {
                    hang_up(&self.engine, &self.id, mark, user.clone()).await;
                }
                Partner::Main {
                    tty: true,
                    typed: true,
                } => {
                    self.write(DETACH.to_vec()).await;
                    let mut states = self.state();
                    let let_go = states.wait_for(|state| state.ended.is_some());
                    let _ = tokio::time::timeout(Duration::from_secs(2), let_go).await;
                }
                Partner::Main { .. } => self.detached.store(true, Ordering::Release),
            }
        }
        self.let_go();
    }

    fn let_go(&self) {
        // The task says in its last word how it ended.
        drop(
            self.task
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    fn asks_to_detach(&self, bytes: &[u8]) -> bool {
        let mut first = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            if *first && *byte == DETACH[1] {
                *first = false;
                return true;
            }
            *first = *byte == DETACH[0];
        }
        false
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let Partner::Shell { mark, user, .. } = &*self.partner else {
            return;
        };
        if self.state.borrow().ended.is_some() {
            return;
        }
        // Without a runtime the app is ending, and it hung up before.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (engine, id) = (self.engine.clone(), self.id.clone());
        let (mark, user) = (mark.clone(), user.clone());
        runtime.spawn(async move { hang_up(&engine, &id, &mark, user).await });
    }
}

async fn hang_up(engine: &Engine, id: &ContainerId, mark: &str, user: Option<String>) {
    let spec = ExecSpec {
        command: ["sh", "-c", HANG_UP, "sh", mark]
            .map(str::to_owned)
            .to_vec(),
        user,
        ..ExecSpec::default()
    };
    if let Err(error) = engine.exec(id, &spec).await {
        tracing::debug!(%error, "what ran in a terminal is left to itself");
    }
}

async fn set_size(engine: &Engine, path: String, size: TerminalSize) -> Result<(), Failure> {
    let question = Question::post(path)
        .query("h", &size.rows.to_string())
        .query("w", &size.columns.to_string());
    engine.wire.ask(question).await.map(drop)
}

impl Engine {
    /// Starts a shell in a running container, with a terminal.
    ///
    /// # Errors
    /// `NotFound`, `NotRunning`, `Engine`. What the engine only finds out when it starts the command
    /// (there is no such program) it writes into the terminal, which then ends.
    pub async fn open_shell(&self, id: &ContainerId, shell: ShellSpec) -> Result<Terminal> {
        let mark = format!("{:016x}", fastrand::u64(..));
        let spec = ExecSpec {
            command: shell.command,
            user: shell.user.clone(),
            environment: vec![
                ("TERM".to_owned(), "xterm-256color".to_owned()),
                (MARK.to_owned(), mark.clone()),
            ],
            working_directory: shell.working_directory,
            tty: true,
            input: Some(Vec::new()),
        };
        let exec = self.create_exec(id, &spec, true).await?;
        let body = serde_json::json!({ "Detach": false, "Tty": true }).to_string();
        let question = Question::post(format!("/exec/{}/start", escaped(&exec)))
            .body("application/json", body.into_bytes().into());
        let connection = self
            .wire
            .upgrade(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        let partner = Partner::Shell {
            mark,
            user: shell.user,
            exec: exec.clone(),
        };
        let terminal = self.terminal(id, partner, connection, None);
        // The engine may answer before there is anything that has a size.
        let path = format!("/exec/{}/resize", escaped(&exec));
        for pause in [10, 50, 200] {
            if set_size(self, path.clone(), shell.size).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(terminal)
    }

    /// Speaks with the main program of a running container. Where it reads no input, or shares one that
    /// would be closed when we leave, it is only listened to.
    ///
    /// # Errors
    /// `NotFound`, `NotRunning`, `Engine`.
    pub async fn attach_main(&self, id: &ContainerId, size: TerminalSize) -> Result<Terminal> {
        let inspection = self.inspection(&id.0).await?;
        let config = &inspection.config;
        let tty = config.tty;
        let typed = config.open_stdin && (tty || !config.stdin_once);
        let question = Question::post(format!("/containers/{}/attach", escaped(&id.0)))
            .query("stream", "1")
            .query("stdin", if typed { "1" } else { "0" })
            .query("stdout", "1")
            .query("stderr", "1")
            .query("detachKeys", "ctrl-p,ctrl-q");
        let connection = self
            .wire
            .upgrade(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        let frames = (!tty).then(Frames::default);
        let terminal = self.terminal(id, Partner::Main { tty, typed }, connection, frames);
        terminal.resize(size).await;
        Ok(terminal)
    }

    fn terminal(
        &self,
        id: &ContainerId,
        partner: Partner,
        connection: crate::wire::Upgraded,
        frames: Option<Frames>,
    ) -> Terminal {
        let ring = Arc::new(Mutex::new(Ring::default()));
        let (sender, state) = watch::channel(TerminalState::default());
        let (input, typed) = mpsc::channel(WAITING);
        let partner = Arc::new(partner);
        let detached = Arc::new(AtomicBool::new(false));
        let talk = Talk {
            ring: Arc::clone(&ring),
            sender,
            frames,
        };
        let end = End {
            engine: self.clone(),
            id: id.clone(),
            partner: Arc::clone(&partner),
            detached: Arc::clone(&detached),
        };
        let conversation = tokio::spawn(talk.run(connection, typed, end));
        Terminal {
            engine: self.clone(),
            id: id.clone(),
            partner,
            state,
            ring,
            input,
            keys: Mutex::new(false),
            detached,
            task: Mutex::new(Some(AbortOnDropHandle::new(conversation))),
        }
    }
}

/// What is asked when a connection has ended: why.
struct End {
    engine: Engine,
    id: ContainerId,
    partner: Arc<Partner>,
    detached: Arc<AtomicBool>,
}

impl End {
    fn is_detached(&self) -> bool {
        self.detached.load(Ordering::Acquire)
    }

    async fn find_out(&self) -> TerminalEnd {
        if self.is_detached() {
            return TerminalEnd::Detached;
        }
        match &*self.partner {
            Partner::Shell { exec, .. } => match self.engine.exit_code(exec).await {
                Ok(code) => TerminalEnd::Exited {
                    code: i32::try_from(code).ok(),
                },
                // An exec goes with its container.
                Err(Failure::Answer { status: 404, .. }) => TerminalEnd::Exited { code: None },
                Err(_) => TerminalEnd::Lost,
            },
            Partner::Main { .. } => match self.engine.inspect_container(&self.id.0).await {
                Ok(row) if row.state == ContainerState::Running => TerminalEnd::Lost,
                Ok(row) => TerminalEnd::Exited {
                    code: row.exit_code,
                },
                Err(Error::NotFound { .. }) => TerminalEnd::Exited { code: None },
                Err(_) => TerminalEnd::Lost,
            },
        }
    }
}
