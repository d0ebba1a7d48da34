//! `cargo xtask`: everything that is done with the repository besides editing it.
//!
//! Each task works from nothing: it installs what is missing where it may, says exactly what to install where it
//! may not, and cleans up behind itself.
#![cfg(unix)]

mod bed;
mod bench;
mod checks;
mod engine;
mod machine;
mod pictures;
mod product;
mod run;
mod walls;

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use slipway_testbed::process::command;

/// Build, try and test Slipway.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything in release and open the window, with the test bed where no engine can be used
    Run(run::RunArguments),
    /// Check the walls, formatting and lints, and run all tests
    Test(checks::TestArguments),
    /// Check only the walls between crates and inside the user interface
    Walls,
    /// Measure Slipway beside the same things done without it
    Bench(bench::BenchArguments),
    /// Make the package that people install
    Bundle,
    /// Write the types that the user interface shares with the app
    Bindings,
    /// Photograph every screen and state of the real window, light and dark
    Pictures,
    /// Start a test bed, print its address and keep it until this command is ended
    Bed(bed::BedArguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Run(arguments) => run::run(arguments),
        Task::Test(arguments) => checks::test(arguments),
        Task::Walls => walls::check(),
        Task::Bench(arguments) => bench::bench(arguments),
        Task::Bundle => product::bundle(),
        Task::Bindings => product::bindings(),
        Task::Pictures => pictures::pictures(),
        Task::Bed(arguments) => bed::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells the person what is going on, beside the output of the programs that are started.
#[expect(
    clippy::print_stderr,
    reason = "a task speaks to the person who started it"
)]
fn say(line: &str) {
    eprintln!("xtask: {line}");
}

/// The repository.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(3).unwrap_or(own).to_owned()
}

/// Runs a program at the root of the repository, with its output shown.
fn run(program: &str, arguments: &[&str]) -> Result<()> {
    run_to(program, arguments, Stdio::inherit())
}

/// Runs a program at the root of the repository; what it prints is progress, not a task's result.
fn run_aside(program: &str, arguments: &[&str]) -> Result<()> {
    run_to(program, arguments, std::io::stderr().into())
}

fn run_to(program: &str, arguments: &[&str], output: Stdio) -> Result<()> {
    let status = command(program)
        .args(arguments)
        .current_dir(root())
        .stdout(output)
        .status()
        .with_context(|| format!("starting {program}"))?;
    if !status.success() {
        bail!("{program} {} failed", arguments.first().unwrap_or(&""));
    }
    Ok(())
}
