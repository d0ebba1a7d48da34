//! One lab from the inside, in the real window: its log is searched and followed, and commands are typed in it.

use std::time::Duration;

use serde_json::json;

use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// A log with everything that logs have: a long past, colours, a line of 90,000 letters, failures, and an end that grows.
const SCRIPT: &str = r#"for i in $(seq 1 60000); do echo "tide number $i"; done
head -c 90000 /dev/zero | tr '\0' x; echo
printf '\033[2J\033[1;31mcoloured\033[0m harbour\n'
echo 'ValueError: the ship is aground' >&2
echo 'login with token=abcdef0123456789'
i=0; while true; do i=$((i+1)); echo "tick $i"; sleep 15; done"#;

/// A container of somebody else's becomes a lab; the window stands on its page.
async fn lab(turn: &Turn, name: &str, script: &str) -> Window {
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        name,
        "--entrypoint",
        "bash",
        "exasol/data-science-sandbox:0.1.0",
        "-c",
        script,
    ]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/containers").await;
    window.press(&format!("Make {name} a lab")).await;
    window.press("Make this a lab").await;
    window.read("What it is made of", LAUNCHED).await;
    window.see("#lab-panel").await;
    window
}

impl Window {
    /// What the terminal on screen shows.
    async fn terminal_text(&self) -> String {
        self.evaluate("return document.querySelector('.xterm-rows')?.innerText ?? ''")
            .await
            .as_str()
            .unwrap_or_default()
            .replace('\u{a0}', " ")
    }

    async fn terminal_says(&self, wanted: &str) {
        let end = tokio::time::Instant::now() + LAUNCHED;
        loop {
            let text = self.terminal_text().await;
            if text.contains(wanted) {
                return;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("the terminal never said “{wanted}”:\n{text}"))
                    .await;
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Types to the terminal, and presses Enter.
    async fn type_line(&self, line: &str) {
        self.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
            .await;
        self.keys(&format!("{line}\u{e007}")).await;
    }

    /// Pastes a text, as the system's own paste does.
    async fn paste_into_terminal(&self, text: &str) {
        self.client
            .execute(
                "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);
                 document.querySelector('.xterm-helper-textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))",
                vec![json!(text)],
            )
            .await
            .expect("a paste can be made");
    }
}

#[tokio::test]
async fn a_log_is_followed_searched_and_found_whole() {
    let turn = turn().await;
    let window = lab(&turn, "tide", SCRIPT).await;
    window.picture("lab-overview");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the overview: {findings:#?}");

    window.press("Logs").await;
    window.see("[role=log]").await;
    window.read("tick 1", LAUNCHED).await;
    window.read("coloured harbour", SOON).await;
    window.read("token=••••••", SOON).await;
    window.read("show the whole line", SOON).await;
    let rows = window
        .evaluate("return document.querySelectorAll('.logline').length")
        .await;
    assert!(
        rows.as_u64().is_some_and(|rows| rows < 300),
        "only what is on screen exists: {rows}"
    );
    window.read("tick 2", LAUNCHED).await;
    window.picture("lab-log");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the log: {findings:#?}");

    window.fill("Search the log", "aground").await;
    window.read("in 1 line", SOON).await;
    window.press("Next match").await;
    window.see(".logline--e.is-current").await;

    // Within what is here: counted, marked, stepped through.
    window.fill("Search the log", "number 5999[0-9]").await;
    window.press("Regular expression").await;
    window.read("in 10 lines", SOON).await;
    window.press("Next match").await;
    window.see(".hit--on").await;
    window.read("of 10", SOON).await;
    window.read("Paused.", SOON).await;
    window.picture("lab-log-search");
    window.press("Only matches").await;
    window.read("10 lines", SOON).await;

    // What is older than all that is kept.
    window.fill("Search the log", "number 7$").await;
    window.read("in 0 lines", SOON).await;
    window.press("Search the whole log").await;
    window.read("1 found", LAUNCHED).await;
    window.read("Searched the whole log", LAUNCHED).await;
    window.read("tide number 7", SOON).await;
    window.picture("lab-log-whole");
    window.press("Back to the log").await;
    window.press("Only matches").await;
    window.press("Wrap").await;
    window.read("tick", SOON).await;
    window.picture("lab-log-wrapped");
    window.close().await;
}

#[tokio::test]
async fn commands_are_typed_in_a_lab_and_stay_when_the_page_is_left() {
    let turn = turn().await;
    let window = lab(
        &turn,
        "pier",
        "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done",
    )
    .await;
    window.press("Terminal").await;
    window.press("Open a terminal").await;
    window.see(".xterm-helper-textarea").await;
    window.terminal_says("root@").await;
    window.type_line("echo sum $((6*7)) in a $TERM").await;
    window.terminal_says("sum 42 in a xterm-256color").await;
    let size = window
        .evaluate("return document.querySelector('.log__foot').innerText")
        .await;
    let size = size.as_str().unwrap_or_default().replace('\u{a0}', " ");
    let (columns, rows) = size
        .trim()
        .lines()
        .last()
        .and_then(|last| last.split_once('×'))
        .unwrap_or_else(|| panic!("no size in {size:?}"));
    window.type_line("stty size").await;
    window
        .terminal_says(&format!("{} {}", rows.trim(), columns.trim()))
        .await;
    window.picture("lab-terminal");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "a terminal: {findings:#?}");

    // Several lines are asked for first.
    window
        .paste_into_terminal("echo first line\nrm -rf ./nothing\necho third $((1+1))\n")
        .await;
    window.read("Paste 3 lines?", SOON).await;
    window.see(".term__lines mark").await;
    window.picture("lab-terminal-paste");
    window.press("Do not paste").await;
    window
        .paste_into_terminal("echo first line\nrm -rf ./nothing\necho third $((1+1))\n")
        .await;
    window.press("Paste 3 lines").await;
    window.type_line("").await;
    window.terminal_says("third 2").await;

    // A flood neither freezes the page nor holds the shell up.
    window
        .type_line(
            "yes 0123456789012345678901234567890123456789 | head -c 20000000; echo over $((40+2))",
        )
        .await;
    window.terminal_says("over 42").await;

    window.press("New terminal").await;
    window.press("As root").await;
    window.see(".termtab:nth-child(2).is-on").await;

    // The page is left, and what runs stays.
    window.type_line("export KEPT=yes").await;
    window.go("#/labs").await;
    window.press("pier").await;
    window.press("Terminal").await;
    window.terminal_says("export KEPT=yes").await;
    window.type_line("echo kept: $KEPT").await;
    window.terminal_says("kept: yes").await;

    turn.docker(&["stop", "--time", "1", "pier"]);
    window.read("This terminal has ended", LAUNCHED).await;
    window.press("Open another").await;
    window.read("is not running", LAUNCHED).await;
    window.picture("lab-terminal-ended");
    window.close().await;
}
