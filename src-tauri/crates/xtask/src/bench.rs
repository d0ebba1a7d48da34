//! `cargo xtask bench`: what Slipway costs beside the same thing without it, all in one run on this machine.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum as _;
use serde_json::Value;
use slipway_testbed::process::command;

use crate::machine::{self, For};
use crate::{product, root, run_aside, say};

#[derive(clap::Args)]
pub struct BenchArguments {
    /// One JSON object a row instead of a table
    #[arg(long)]
    json: bool,
    /// Only these rows; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

impl BenchArguments {
    /// Whether its rows are asked for.
    fn has(&self, part: Part) -> bool {
        self.only.contains(&part) || (self.only.is_empty() && part != Part::Million)
    }
}

/// Rows that are measured together.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// A pasted command
    Paste,
    /// The pull, and the call of the browser
    Launch,
    /// The first list, and the memory of an idle window
    Start,
    /// Processor and requests of an idle window
    Idle,
    /// Five hundred containers
    List,
    /// Looking into a volume
    Volumes,
    /// Moving a gigabyte, and backing up
    Moving,
    /// A million log lines
    Logs,
    /// Fifty megabytes through a terminal
    Terminal,
    /// A volume of a million files; takes minutes, and is measured only where it is named
    Million,
}

impl Part {
    /// Whether a window is opened for it.
    fn has_window(self) -> bool {
        matches!(
            self,
            Self::Launch | Self::Start | Self::Idle | Self::List | Self::Logs | Self::Terminal
        )
    }
}

#[expect(clippy::print_stdout, reason = "the rows are this command's result")]
pub fn bench(arguments: BenchArguments) -> Result<()> {
    let windows = Part::value_variants()
        .iter()
        .any(|part| part.has_window() && arguments.has(*part));
    machine::ensure(if windows {
        &[For::Build, For::Bed, For::Screen, For::Driver]
    } else {
        &[For::Build, For::Bed]
    })?;
    product::build_ui()?;
    slipway_testbed::images::prepare()?;
    say("building what is measured");
    let build = |what: &[&str]| run_aside("cargo", &[&["build", "--release"], what].concat());
    if windows {
        build(&[
            "--package",
            "slipway",
            "--package",
            "empty-window",
            "--bins",
        ])?;
    }
    if arguments.has(Part::Paste) {
        build(&["--package", "slipway-labs", "--example", "pasting"])?;
    }
    if [Part::Volumes, Part::Moving, Part::Million]
        .into_iter()
        .any(|part| arguments.has(part))
    {
        build(&["--package", "slipway-contents", "--example", "looking"])?;
    }
    let release = product::target().join("release");
    say("measuring; this takes some minutes, and other work on the machine disturbs it");
    let mut measuring = command("cargo");
    if !arguments.only.is_empty() {
        let parts = arguments.only.iter().filter_map(Part::to_possible_value);
        let names: Vec<String> = parts.map(|part| part.get_name().to_owned()).collect();
        measuring.env("SLIPWAY_BENCH_ONLY", names.join(","));
    }
    let mut child = measuring
        .args(["test", "--quiet", "--test", "speed"])
        .env("SLIPWAY_PROGRAM", release.join("slipway"))
        .env("SLIPWAY_EMPTY_WINDOW", release.join("empty-window"))
        .env("SLIPWAY_PASTING", release.join("examples").join("pasting"))
        .env("SLIPWAY_LOOKING", release.join("examples").join("looking"))
        .current_dir(root())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let output = child
        .stdout
        .take()
        .context("the measurements have no output")?;
    if !arguments.json {
        println!(
            "{:60} {:>10} {:>10} {:>6}  {:28} runs",
            "", "ours", "floor", "ratio", "goal"
        );
    }
    let mut missed = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line.context("reading the measurements")?;
        let Ok(row) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if arguments.json {
            println!("{line}");
        } else {
            println!("{}", table_row(&row));
        }
        if row["met"] == false {
            missed.push(row["name"].as_str().unwrap_or_default().to_owned());
        }
    }
    ensure!(
        child
            .wait()
            .context("waiting for the measurements")?
            .success(),
        "the measurements did not end well"
    );
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("{} missed its goal", missed.join(" and "))
    }
}

fn table_row(row: &Value) -> String {
    let number = |name: &str| {
        row[name]
            .as_f64()
            .map_or_else(|| "-".to_owned(), |number| format!("{number:.3}"))
    };
    let name = format!(
        "{} ({})",
        row["name"].as_str().unwrap_or_default(),
        row["unit"].as_str().unwrap_or_default()
    );
    let verdict = if row["met"] == true { "met" } else { "missed" };
    let goal = format!("{}: {verdict}", row["goal"].as_str().unwrap_or_default());
    let ratio = row["ratio"]
        .as_f64()
        .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    format!(
        "{name:60} {:>10} {:>10} {ratio:>6}  {goal:28} {}",
        number("ours"),
        number("floor"),
        row["runs"]
    )
}

#[cfg(test)]
mod tests {
    use super::table_row;

    #[test]
    fn a_row_is_one_line_with_its_verdict() {
        let row = serde_json::json!({"name": "pull", "unit": "s", "ours": 5.1, "floor": 5.0, "ratio": 1.02,
            "goal": "at most 1.05 times", "met": true, "runs": 3});
        assert_eq!(
            table_row(&row)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "pull (s) 5.100 5.000 1.02 at most 1.05 times: met 3"
        );
    }
}
