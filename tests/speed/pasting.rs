//! A pasted command, from its text to a checked form: measured in a release build of the labs alone, without a
//! window, over the bed's engine.

use serde_json::Value;
use slipway_testbed::Bed;
use slipway_testbed::process::command;

use crate::{Goal, Row};

/// A guide's command, and one of 100 kB. The floor is splitting the same text into words.
pub fn measure(bed: &Bed) -> Vec<Row> {
    let program = std::env::var("SLIPWAY_PASTING").expect("xtask names the release build");
    let output = command(program)
        .env("DOCKER_HOST", bed.docker_host())
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let measured: Value = serde_json::from_slice(&output.stdout).expect("it prints its numbers");
    let number = |name: &str| {
        measured[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name} is missing"))
    };
    let runs = usize::try_from(measured["runs"].as_u64().unwrap_or_default()).unwrap_or_default();
    let row = |name: &'static str, ours: &str, floor: &str| Row {
        name,
        unit: "ms",
        ours: number(ours),
        floor: Some(number(floor)),
        goal: Goal::Below(10.0),
        runs,
        ratio: Some(number(ours) / number(floor)),
    };
    vec![
        row(
            "a pasted command, read and checked",
            "typical",
            "typical_split",
        ),
        row(
            "a pasted command of 100 kB, read and checked",
            "long",
            "long_split",
        ),
    ]
}
