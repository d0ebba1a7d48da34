//! `cargo xtask`: everything that is done with the repository besides editing it.
//!
//! Each task works from nothing: it installs what is missing where it may, says exactly what to install where it
//! may not, and cleans up behind itself. The tasks start other programs all the time, so the ban on
//! `std::process::Command` that holds for the product does not hold here.

mod bed;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Build, try and test Slipway.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start a test bed, print its DOCKER_HOST and keep it until this command is ended
    Bed(bed::BedArguments),
}

#[expect(clippy::print_stderr, reason = "the last word of a task that failed")]
fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Bed(arguments) => bed::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
