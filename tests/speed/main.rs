//! The measurements of `cargo xtask bench`: each row is Slipway's number beside the same thing done without it,
//! in one run on one machine. It writes one JSON object a row to standard output.
//!
//! What is on screen is read from the display's memory, not asked of the page: a row is finished when the last
//! pixel is. The window under measurement is the release build that `SLIPWAY_PROGRAM` names.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot be made may fail loudly"
)]

#[path = "../window/driver.rs"]
#[expect(dead_code, reason = "the journeys use more of it")]
mod driver;
mod inside;
mod launches;
mod moving;
mod pasting;
mod processes;
mod screen;
mod volumes;
mod windows;

use serde_json::json;
use slipway_testbed::{Bed, EngineKind};

/// One line of the table.
pub struct Row {
    pub name: &'static str,
    pub unit: &'static str,
    pub ours: f64,
    /// The same thing without Slipway; rows with a goal of their own have none.
    pub floor: Option<f64>,
    pub goal: Goal,
    pub runs: usize,
    /// The middle of the ratios of each round, where rounds measure both one after the other: what slows the machine
    /// down for a while then slows both.
    pub ratio: Option<f64>,
}

/// When a row is good.
pub enum Goal {
    /// Ours is at most so many times the floor.
    Ratio(f64),
    /// Ours is below this.
    Below(f64),
}

impl Row {
    /// A row of rounds, each of which measured ours and the floor.
    pub fn of_rounds(
        name: &'static str,
        unit: &'static str,
        goal: Goal,
        rounds: &[(f64, f64)],
    ) -> Self {
        Self {
            name,
            unit,
            ours: median(rounds.iter().map(|(ours, _)| *ours).collect()),
            floor: Some(median(rounds.iter().map(|(_, floor)| *floor).collect())),
            goal,
            runs: rounds.len(),
            ratio: Some(median(
                rounds.iter().map(|(ours, floor)| ours / floor).collect(),
            )),
        }
    }

    #[expect(clippy::print_stdout, reason = "the rows are this program's result")]
    fn print(&self) {
        let ratio = self.ratio;
        let (goal, met) = match self.goal {
            Goal::Ratio(limit) => (
                format!("at most {limit} times"),
                ratio.is_some_and(|ratio| ratio <= limit),
            ),
            Goal::Below(limit) => (format!("below {limit} {}", self.unit), self.ours < limit),
        };
        let row = json!({
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours),
            "floor": self.floor.map(round),
            "ratio": ratio.map(round),
            "goal": goal,
            "met": met,
            "runs": self.runs,
        });
        println!("{row}");
    }
}

/// Three places are more than any of these measurements can tell apart.
fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// The middle of the measurements.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Whether these rows were asked for: `SLIPWAY_BENCH_ONLY` names parts with commas between them; without it, all are.
fn wanted(part: &str) -> bool {
    std::env::var("SLIPWAY_BENCH_ONLY").is_err() || named(part)
}

/// Whether these rows were asked for by their name.
fn named(part: &str) -> bool {
    std::env::var("SLIPWAY_BENCH_ONLY").is_ok_and(|parts| parts.split(',').any(|name| name == part))
}

fn main() {
    let bed = Bed::start(EngineKind::Floor).expect("the test bed starts");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if wanted("paste") {
        pasting::measure(&bed).iter().for_each(Row::print);
    }
    if wanted("volumes") {
        volumes::measure(&bed).iter().for_each(Row::print);
    }
    if wanted("moving") {
        moving::measure(&bed).iter().for_each(Row::print);
    }
    if named("million") {
        volumes::million(&bed).iter().for_each(Row::print);
    }
    if wanted("logs") {
        let rows = runtime.block_on(inside::logs(&bed));
        rows.iter().for_each(Row::print);
    }
    if wanted("terminal") {
        runtime.block_on(inside::terminal(&bed)).print();
    }
    let windows = ["start", "idle", "list"].into_iter().any(wanted);
    if !windows && !wanted("launch") {
        return;
    }
    // The launches come first: the lab that they leave is the real list of the windows after them.
    let home = if wanted("launch") {
        let (home, rows) = runtime.block_on(launches::measure(&bed));
        rows.iter().for_each(Row::print);
        home
    } else {
        launches::leave_a_lab(&bed)
    };
    if wanted("start") {
        windows::starts(&bed, &home).iter().for_each(Row::print);
    }
    if wanted("idle") {
        windows::idle(&bed, &home).iter().for_each(Row::print);
    }
    if wanted("list") {
        runtime.block_on(windows::long_list(&bed, home)).print();
    }
}
