//! The headless twin: the same labs without a window.
//!
//! Each command goes through the same `Labs` as the window's commands, so a launch from here makes the
//! same profile and the same container. Nothing of the window is touched on the way: no display, no
//! web view. `docs/GUIDE.md` describes the commands, the exit codes and the values of `--json`.
//!
//! On Windows the program belongs to the windowed subsystem, so a shell does not wait for it and shows
//! nothing of it unless its output is piped (`slipway labs | more`); attaching to the parent's console
//! needs unsafe calls, which this workspace forbids.

mod arguments;
mod ask;
mod change;
mod choices;
mod command;
mod delete;
mod doctor;
mod failure;
mod import;
mod labs;
mod launch;
mod logs;
mod names;
mod progress;
mod recipes;
mod session;
mod shapes;
mod target;
mod voice;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clap::error::ErrorKind;
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use tokio_util::sync::CancellationToken;

use arguments::{Arguments, Command};
use failure::{Exit, Failure, Outcome};
use session::{Opening, Session};
use voice::Voice;

/// For what follows at once: an event of the engine, a card.
const MOMENT: Duration = Duration::from_secs(3);
/// Tasks that still run at the end get so long.
const FAREWELL: Duration = Duration::from_millis(300);

/// What the arguments ask for.
pub enum Wish {
    /// The window, on this lab if one is named.
    Window(Option<String>),
    /// It is done, and this is how it ended.
    Done(ExitCode),
}

/// Reads this process's arguments and carries out their command, if they have one.
pub fn attend() -> Wish {
    // Finder gives programs a serial number of its own.
    let arguments: Vec<std::ffi::OsString> = std::env::args_os()
        .filter(|argument| !argument.to_string_lossy().starts_with("-psn_"))
        .collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return Wish::Done(misread(&error, json)),
    };
    match parsed.command {
        None => Wish::Window(parsed.lab),
        Some(command) => Wish::Done(run(command, parsed.json)),
    }
}

/// Help and version are answers; everything else is a failure.
fn misread(error: &clap::Error, json: bool) -> ExitCode {
    let is_answer = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if is_answer || !json {
        // Where even this cannot be written, the exit code still says it.
        let _ = error.print();
        return if is_answer {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(Exit::Usage as u8)
        };
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let failure = Failure::usage(first.trim_start_matches("error: ")).hint("See slipway --help.");
    let _ = Voice::of_this_process(true).failure(&failure);
    ExitCode::from(Exit::Usage as u8)
}

fn run(command: Command, json: bool) -> ExitCode {
    let logging = crate::logging::start();
    let mut voice = Voice::of_this_process(json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let problem = Problem::new(ProblemKind::Other, "Slipway could not start.")
                .detail(error.to_string());
            let _ = voice.failure(&Failure::from(problem));
            return ExitCode::FAILURE;
        }
    };
    let opening = match &command {
        Command::Launch(launch) => launch.going.opening(voice.is_live()),
        Command::ImportRun(import) => import.going.opening(voice.is_live()),
        Command::Open { print_address, .. } if *print_address => Opening::Nowhere,
        _ => Opening::Browser,
    };
    let code = runtime.block_on(async {
        let (first, second) = interruptions();
        let mut session = match Session::start(voice, first, opening) {
            Ok(session) => session,
            Err(failure) => {
                let _ = Voice::of_this_process(json).failure(&failure);
                return ExitCode::from(failure.exit as u8);
            }
        };
        let outcome = tokio::select! {
            outcome = Box::pin(carry_out(&mut session, command, opening)) => outcome,
            () = second.cancelled() => Err(Failure::cancelled(
                "Ended at once. Something of a launch may be left.",
            )),
        };
        session.rest().await;
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) if failure.silent => ExitCode::SUCCESS,
            Err(failure) => {
                tracing::info!(problem = %failure.problem, exit = failure.exit as u8, "a command failed");
                // Whoever closed the error output does not want to know.
                let _ = session.voice.failure(&failure);
                ExitCode::from(failure.exit as u8)
            }
        }
    });
    runtime.shutdown_timeout(FAREWELL);
    drop(logging);
    code
}

async fn carry_out(session: &mut Session, command: Command, opening: Opening) -> Outcome {
    // These two see a cancellation themselves: one takes back what it made, the other ends well.
    let cancelled = match &command {
        Command::Launch(_) | Command::ImportRun(_) | Command::Change(_) | Command::Logs { .. } => {
            CancellationToken::new()
        }
        _ => session.cancelled.clone(),
    };
    let command = async {
        match command {
            Command::Launch(arguments) => launch::launch(session, arguments, opening).await,
            Command::Labs => labs::list(session).await,
            Command::Recipes => recipes::recipes(session).await,
            Command::Open { lab, print_address } => labs::open(session, &lab, print_address).await,
            Command::Start {
                lab,
                open,
                no_wait,
                accept_risk,
            } => labs::start(session, &lab, open, no_wait, accept_risk).await,
            Command::Stop { lab } => labs::stop(session, &lab).await,
            Command::Restart { lab, no_wait } => labs::restart(session, &lab, no_wait).await,
            Command::Change(arguments) => change::change(session, arguments).await,
            Command::Logs { lab, follow, tail } => logs::logs(session, &lab, follow, tail).await,
            Command::Delete {
                lab,
                with_volume,
                yes,
            } => delete::delete(session, &lab, with_volume, yes).await,
            Command::Doctor { try_it } => doctor::doctor(session, try_it).await,
            Command::Spell { what, shell, yes } => {
                command::command(session, &what, shell, yes).await
            }
            Command::ImportRun(arguments) => import::import(session, arguments, opening).await,
        }
    };
    tokio::select! {
        outcome = Box::pin(command) => outcome,
        () = cancelled.cancelled() => Err(Failure::cancelled("Cancelled.")),
    }
}

/// The first interruption cancels, the second one ends at once.
fn interruptions() -> (CancellationToken, CancellationToken) {
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let tokens = [first.clone(), second.clone()];
    tokio::spawn(async move {
        for token in tokens {
            interrupted().await;
            token.cancel();
        }
    });
    (first, second)
}

/// Ctrl-C, or being asked to end by the system.
#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};

    let heard = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = heard(SignalKind::interrupt()) => {}
        () = heard(SignalKind::terminate()) => {}
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
