//! Running commands in a running container.

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures_util::StreamExt;
use serde::Deserialize;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

use super::{ExecOutput, ExecSpec};
use crate::classify::{Failure, Subject};
use crate::wire::{Question, escaped};
use crate::{ContainerId, Engine, Result};

/// What is kept of each output stream; the rest is read and dropped, so that the command can end.
const KEPT: usize = 1024 * 1024;

/// `GET /exec/{id}/json`
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ExecState {
    running: bool,
    exit_code: Option<i64>,
}

impl Engine {
    /// Runs a command in a running container to its end. Dropping the future closes its input and
    /// output; the engine gives no way to end the command itself.
    ///
    /// # Errors
    /// `NotFound`, `NotRunning`, `Engine`.
    pub async fn exec(&self, id: &ContainerId, spec: &ExecSpec) -> Result<ExecOutput> {
        let exec = self.create_exec(id, spec, true).await?;
        let options = StartExecOptions {
            detach: false,
            tty: spec.tty,
            output_capacity: None,
        };
        let meaning = |failure: Failure| self.meaning(failure, Subject::Container(&id.0));
        let started = self
            .docker
            .start_exec(&exec, Some(options))
            .await
            .map_err(|error| meaning(error.into()))?;
        let mut output = ExecOutput::default();
        if let StartExecResults::Attached {
            output: mut pieces,
            input: mut stdin,
        } = started
        {
            let feed = async {
                if let Some(input) = &spec.input {
                    // A command that does not read its input closes it; that is its own affair.
                    let _ = stdin.write_all(input).await;
                    let _ = stdin.shutdown().await;
                }
            };
            let read = async {
                while let Some(piece) = pieces.next().await {
                    match piece? {
                        LogOutput::StdErr { message } => keep(&mut output.stderr, &message),
                        LogOutput::StdOut { message } | LogOutput::Console { message } => {
                            keep(&mut output.stdout, &message);
                        }
                        LogOutput::StdIn { .. } => {}
                    }
                }
                Ok::<(), bollard::errors::Error>(())
            };
            let ((), read) = tokio::join!(feed, read);
            read.map_err(|error| meaning(error.into()))?;
        }
        output.exit_code = self.exit_code(&exec).await.map_err(meaning)?;
        Ok(output)
    }

    /// Starts a command in a running container and leaves it running. The input of the spec is not used.
    ///
    /// # Errors
    /// As `exec`.
    pub async fn exec_detached(&self, id: &ContainerId, spec: &ExecSpec) -> Result<()> {
        let exec = self.create_exec(id, spec, false).await?;
        let options = StartExecOptions {
            detach: true,
            tty: spec.tty,
            output_capacity: None,
        };
        let started = self.docker.start_exec(&exec, Some(options)).await;
        started
            .map(drop)
            .map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }

    pub(crate) async fn create_exec(
        &self,
        id: &ContainerId,
        spec: &ExecSpec,
        attached: bool,
    ) -> Result<String> {
        let options = CreateExecOptions {
            attach_stdin: Some(attached && spec.input.is_some()),
            attach_stdout: Some(attached),
            attach_stderr: Some(attached),
            tty: Some(spec.tty),
            cmd: Some(spec.command.clone()),
            env: Some(
                spec.environment
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect(),
            ),
            user: spec.user.clone(),
            working_dir: spec.working_directory.clone(),
            ..CreateExecOptions::default()
        };
        let created = self.docker.create_exec(&escaped(&id.0), options).await;
        Ok(created
            .map_err(|error| self.meaning(error, Subject::Container(&id.0)))?
            .id)
    }

    /// The output can end a moment before the engine has noted the exit.
    pub(crate) async fn exit_code(&self, exec: &str) -> std::result::Result<i64, Failure> {
        let mut pause = Duration::from_millis(5);
        loop {
            let state: ExecState = self
                .wire
                .json(Question::get(format!("/exec/{}/json", escaped(exec))))
                .await?;
            match state.exit_code {
                Some(code) if !state.running => return Ok(code),
                _ if pause > Duration::from_secs(2) => return Err(Failure::TimedOut),
                _ => tokio::time::sleep(pause).await,
            }
            pause *= 2;
        }
    }
}

fn keep(kept: &mut Vec<u8>, piece: &[u8]) {
    let room = KEPT.saturating_sub(kept.len());
    kept.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
}
