//! A launch's progress on a terminal: a line for each step that is over, and one that is written
//! over for the step that is going on.

use std::io::Result;

use slipway_engine::Bytes;
use slipway_engine::images::PullProgress;
use slipway_labs::launch::{LaunchProgress, LaunchStep, StepKind, StepState};

use super::session::Opening;
use super::voice::Voice;

/// What has been told of a launch.
pub struct Told {
    opening: Opening,
    steps: Vec<StepKind>,
}

impl Told {
    pub fn new(opening: Opening) -> Self {
        Self {
            opening,
            steps: Vec::new(),
        }
    }

    /// Tells what is new.
    pub fn tell(&mut self, progress: &LaunchProgress, voice: &mut Voice) -> Result<()> {
        for step in &progress.steps {
            let over = matches!(
                step.state,
                StepState::Done | StepState::Skipped | StepState::Bad
            );
            let unwanted = step.kind == StepKind::Open && self.opening == Opening::Nowhere;
            if over && !unwanted && !self.steps.contains(&step.kind) {
                self.steps.push(step.kind);
                if step.state != StepState::Skipped || step.kind == StepKind::Open {
                    voice.note(&format!("  {}", sentence(step)))?;
                }
            }
        }
        let now = progress
            .steps
            .iter()
            .find(|step| step.state == StepState::Now);
        match now {
            Some(step) => voice.progress(&format!("  {}", going_on(step, progress))),
            None => Ok(()),
        }
    }
}

fn sentence(step: &LaunchStep) -> String {
    let failed = if step.state == StepState::Bad {
        " – failed"
    } else {
        ""
    };
    if step.aside.is_empty() {
        format!("{}{failed}", step.title)
    } else {
        format!("{}{failed} ({})", step.title, step.aside)
    }
}

fn going_on(step: &LaunchStep, progress: &LaunchProgress) -> String {
    match (step.kind, &progress.pull, &progress.waiting) {
        (StepKind::Download, Some(pull), _) => format!("{}: {}", step.title, pulled(pull)),
        (StepKind::Answer, _, Some(waiting)) if !waiting.sentence.is_empty() => {
            waiting.sentence.clone()
        }
        _ => sentence(step),
    }
}

/// "310 MB of 1.9 GB, 24 MB/s"
fn pulled(pull: &PullProgress) -> String {
    let mut text = size(pull.done);
    if pull.total_known {
        text = format!("{text} of {}", size(pull.total));
    }
    if let Some(speed) = pull.speed.filter(|speed| speed.0 > 0) {
        text = format!("{text}, {}/s", size(speed));
    }
    if let Some(seconds) = pull.seconds_left {
        text = format!("{text}, {} left", time(seconds));
    }
    text
}

fn time(seconds: u32) -> String {
    match seconds {
        0..=90 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

/// "512 kB", "1.9 GB": decimal, as registries count.
pub fn size(bytes: Bytes) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut tenths = u128::from(bytes.0) * 10;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths /= 1_000;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or("TB");
    if unit == 0 || tenths >= 1_000 {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use slipway_engine::Bytes;

    use super::{size, time};

    #[test]
    fn sizes_and_times_are_short() {
        let sizes = [0, 999, 1_000, 1_940_000_000, 512_300_000, u64::MAX].map(|b| size(Bytes(b)));
        assert_eq!(
            sizes,
            ["0 B", "999 B", "1.0 kB", "1.9 GB", "512 MB", "18446744 TB"]
        );
        assert_eq!([time(5), time(91)], ["5 s", "2 min"]);
    }
}
