//! `cargo xtask test`: everything that must hold, from nothing. It goes on after a failure, so that one run tells
//! all, and ends with one line that counts.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::machine::{self, For};
use crate::{product, run, say, walls};

#[derive(clap::Args)]
pub struct TestArguments {
    /// Only tests whose name contains this; leaves out the walls, formatting and lints
    filter: Option<String>,
}

#[expect(
    clippy::print_stdout,
    reason = "the closing line is this command's result"
)]
pub fn test(arguments: TestArguments) -> Result<()> {
    machine::ensure(&[For::Build, For::Bed, For::Screen, For::Driver])?;
    product::build_ui()?;
    slipway_testbed::images::prepare()?;
    let checks = arguments.filter.as_deref().map_or_else(all, only);
    let (mut passed, mut failed) = (0, Vec::new());
    for (name, check) in checks {
        say(&format!("== {name}"));
        let start = Instant::now();
        match check() {
            Ok(()) => passed += 1,
            Err(error) => {
                say(&format!("{name}: {error:#}"));
                failed.push(name);
            }
        }
        say(&format!("== {name} took {} s", start.elapsed().as_secs()));
    }
    for name in &failed {
        println!("failed: {name}");
    }
    println!("checks: {passed} passed, {} failed", failed.len());
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not everything holds")
    }
}

type Check = (&'static str, Box<dyn Fn() -> Result<()>>);

fn step(name: &'static str, program: &'static str, arguments: &'static [&'static str]) -> Check {
    (name, Box::new(move || run(program, arguments)))
}

fn all() -> Vec<Check> {
    vec![
        ("walls", Box::new(walls::check)),
        step("format", "cargo", &["fmt", "--all", "--check"]),
        step(
            "user interface: types",
            "npm",
            &["--prefix", "ui", "run", "--silent", "check"],
        ),
        step(
            "user interface: lint",
            "npm",
            &["--prefix", "ui", "run", "--silent", "lint"],
        ),
        step(
            "user interface: tests",
            "npm",
            &["--prefix", "ui", "run", "--silent", "test"],
        ),
        step(
            "clippy",
            "cargo",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "--deny",
                "warnings",
            ],
        ),
        step("tests", "cargo", &["test", "--workspace", "--no-fail-fast"]),
        on_engine("today-classic", "engine 28.5, classic image store"),
        on_engine("today-containerd", "engine 28.5, containerd image store"),
    ]
}

/// The engine's and the labs' tests, and the main journey in the window, on another engine than the floor.
fn on_engine(kind: &'static str, name: &'static str) -> Check {
    let check = move || {
        let engine = format!("SLIPWAY_ENGINE={kind}");
        let cargo = |arguments: &[&str]| {
            run(
                "env",
                &[&[engine.as_str(), "cargo", "test"], arguments].concat(),
            )
        };
        cargo(&["--package", "slipway-engine", "--tests", "--no-fail-fast"])?;
        cargo(&[
            "--package",
            "slipway-labs",
            "--test",
            "journeys",
            "launches",
        ])?;
        let journey = "launches::the_sandbox_is_launched_as_its_documentation_says";
        cargo(&["--test", "window", journey])
    };
    (name, Box::new(check))
}

fn only(filter: &str) -> Vec<Check> {
    let filter = filter.to_owned();
    let cargo = move || {
        run(
            "cargo",
            &["test", "--workspace", "--no-fail-fast", "--", &filter],
        )
    };
    vec![("tests", Box::new(cargo))]
}
