//! A long log and a flood in a terminal, in the window, beside the docker client that throws them away.

use std::process::Stdio;
use std::time::{Duration, Instant};

use slipway_testbed::Bed;

use crate::driver::{SOON, Setting, Window};
use crate::{Goal, Row, median};

const ROUNDS: usize = 3;
/// A slow machine may take this long for a million lines.
const LONG: Duration = Duration::from_mins(3);
const LINES: &str = "1000000";
const BYTES: &str = "50000000";

/// Notes the longest time that the page took between two pictures, until it is asked.
const WATCH: &str = "window.longest = 0; let last = performance.now(); const tick = (now) => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(tick) }; requestAnimationFrame(tick)";

/// Runs a container and makes a lab of it; the window stands on the lab's page.
async fn lab(bed: &Bed, name: &str, script: &str) -> Window {
    bed.docker(&[
        "run",
        "--detach",
        "--name",
        name,
        "--entrypoint",
        "bash",
        "exasol/data-science-sandbox:0.1.0",
        "-c",
        script,
    ])
    .expect("a container runs");
    let window = Window::open(Setting::over(bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.press("Containers").await;
    window.press(&format!("Make {name} a lab")).await;
    window.press("Make this a lab").await;
    window.read("What it is made of", LONG).await;
    window
}

fn seconds_of(bed: &Bed, arguments: &[&str]) -> f64 {
    let start = Instant::now();
    let ended = bed
        .docker_command(arguments)
        .expect("there is a docker client")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the client runs");
    assert!(ended.success(), "{arguments:?}");
    start.elapsed().as_secs_f64()
}

/// A million lines to the end of the log in the view, and how long the page did not answer meanwhile.
pub async fn logs(bed: &Bed) -> Vec<Row> {
    let script = format!(
        "for i in $(seq 1 {LINES}); do echo \"line $i of the log of a lab, as long as lines are\"; done; echo the very end; sleep 3600"
    );
    let window = lab(bed, "long-log", &script).await;
    window.press("Logs").await;
    window.read("the very end", LONG).await;
    let (mut rounds, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        choose(&window, "latest").await;
        window.read("the very end", LONG).await;
        window.evaluate(WATCH).await;
        let start = Instant::now();
        choose(&window, "all").await;
        // All lines but those that are kept have gone by.
        window.read("950,001 older lines left out", LONG).await;
        window.read("the very end", LONG).await;
        let ours = start.elapsed().as_secs_f64();
        let gap = window.evaluate("return window.longest").await;
        gaps.push(gap.as_f64().unwrap_or(f64::NAN));
        rounds.push((ours, seconds_of(bed, &["logs", "long-log"])));
    }
    window.close().await;
    bed.docker(&["rm", "--force", "long-log"])
        .expect("the container goes");
    vec![
        Row::of_rounds(
            "1,000,000 log lines to their end, beside docker logs",
            "s",
            Goal::Ratio(1.3),
            &rounds,
        ),
        Row {
            name: "longest time between two pictures meanwhile",
            unit: "ms",
            ours: median(gaps),
            floor: None,
            ratio: None,
            goal: Goal::Below(50.0),
            runs: ROUNDS,
        },
    ]
}

/// From when on the log is read.
async fn choose(window: &Window, reach: &str) {
    let script = format!(
        "const field = document.querySelector('.logbar__reach select'); field.value = '{reach}'; field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    );
    window.evaluate(&script).await;
}

/// Fifty million bytes through a terminal.
pub async fn terminal(bed: &Bed) -> Row {
    let script = format!(
        "yes 0123456789012345678901234567890123456789 | head -c {BYTES} > /tmp/flood; sleep 3600"
    );
    let window = lab(bed, "flood", &script).await;
    window.press("Terminal").await;
    window.press("Open a terminal").await;
    window.see(".xterm-helper-textarea").await;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        window
            .evaluate("document.querySelector('.xterm-helper-textarea').focus()")
            .await;
        let start = Instant::now();
        window
            .keys(&format!(
                "cat /tmp/flood; echo done $((700+{round}))\u{e007}"
            ))
            .await;
        let wanted = format!("done {}", 700 + round);
        while !shown(&window).await.contains(&wanted) {
            assert!(start.elapsed() < LONG, "the flood never ended");
        }
        let ours = start.elapsed().as_secs_f64();
        let floor = seconds_of(bed, &["exec", "--tty", "flood", "cat", "/tmp/flood"]);
        rounds.push((ours, floor));
    }
    window.close().await;
    bed.docker(&["rm", "--force", "flood"])
        .expect("the container goes");
    Row::of_rounds(
        "50 MB through a terminal, beside docker exec --tty",
        "s",
        Goal::Ratio(1.5),
        &rounds,
    )
}

async fn shown(window: &Window) -> String {
    window
        .evaluate("return document.querySelector('.xterm-rows')?.innerText ?? ''")
        .await
        .as_str()
        .unwrap_or_default()
        .replace('\u{a0}', " ")
}
