//! Changing files of a volume through the real window, while a lab uses it: a folder, a name, the trash and back, and a
//! text that the lab writes at the same time.

use std::time::Duration;

use crate::access::CONTROL;
use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// A running container with the volume, and what runs in it.
pub struct Lab<'a>(pub &'a Turn);

impl<'a> Lab<'a> {
    /// Starts it, with this volume as `/shelf`; the script fills it.
    pub fn start(turn: &'a Turn, volume: &str, script: &str) -> Self {
        let mount = format!("{volume}:/shelf");
        let run = ["run", "--detach", "--name", "ledger", "--volume", &mount];
        turn.docker(&[&run[..], &["slipway/webapp:1"]].concat());
        let lab = Self(turn);
        lab.sh(&format!("{script} && chown -R 1000:100 /shelf"));
        lab
    }

    /// What a shell says; a file that is not there yet is no failure.
    pub fn sh(&self, script: &str) -> String {
        let script = format!("{script}; true");
        self.0
            .docker(&["exec", "ledger", "/bin/busybox", "sh", "-c", &script])
    }

    /// Waits until the script says this.
    pub async fn says(&self, script: &str, wanted: &str) {
        let end = tokio::time::Instant::now() + LAUNCHED;
        loop {
            // What is not there yet is no failure of the script.
            let said = self.sh(&format!("{script}; true"));
            if said.trim() == wanted {
                return;
            }
            assert!(
                tokio::time::Instant::now() < end,
                "“{script}” says “{said}” and not “{wanted}”"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

#[tokio::test]
async fn files_are_changed_while_a_lab_uses_them() {
    let turn = turn().await;
    let lab = Lab::start(
        &turn,
        "move-vol",
        "mkdir -p /shelf/old && echo first > /shelf/notes.txt && echo 1 > /shelf/one.csv && echo 2 > /shelf/two.csv",
    );
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/move-vol").await;
    window.read("notes.txt", LAUNCHED).await;

    // A folder, and a name that is taken.
    window.press("More for move-vol").await;
    window.press("New folder").await;
    window
        .name_it("Name of the new folder in move-vol", "old")
        .await;
    window.read("already", LAUNCHED).await;
    window
        .name_it("Name of the new folder in move-vol", "reports")
        .await;
    window.see_within(".frow[aria-selected=true]", SOON).await;
    lab.says("stat -c %u:%g /shelf/reports", "1000:100").await;

    // A name, typed where it stands.
    window.select_row("one.csv", false).await;
    window.keys("\u{e032}").await;
    window.name_it("New name of one.csv", "tides.csv").await;
    window.read("tides.csv", LAUNCHED).await;
    lab.says("cat /shelf/tides.csv; ls /shelf/one.csv 2>/dev/null", "1")
        .await;

    // Two into the trash, and back.
    window.select_row("tides.csv", false).await;
    window.select_row("two.csv", true).await;
    window.read("2 chosen", SOON).await;
    window.picture("volume-chosen");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "several chosen: {findings:#?}");
    window.press("Move to trash").await;
    window.read("in the trash", LAUNCHED).await;
    lab.says("ls /shelf/*.csv 2>/dev/null | wc -l", "0").await;
    window.press("Undo").await;
    lab.says("cat /shelf/tides.csv /shelf/two.csv | tr -d '\\n'", "12")
        .await;
    window.read("two.csv", LAUNCHED).await;

    // Cut, and moved into a folder.
    window.select_row("two.csv", false).await;
    window.chord(&[CONTROL, 'x']).await;
    window.open_row("reports").await;
    window.read("Nothing is in here yet", LAUNCHED).await;
    window.chord(&[CONTROL, 'v']).await;
    lab.says("cat /shelf/reports/two.csv", "2").await;
    window.read("two.csv", LAUNCHED).await;
    window.press("move-vol").await;

    // A text that the lab writes at the same time.
    window.read("notes.txt", LAUNCHED).await;
    window.select_row("notes.txt", false).await;
    window.press("Edit").await;
    window.fill("Text of notes.txt", "mine").await;
    lab.sh("echo theirs > /shelf/notes.txt");
    window.press("Save").await;
    window.read("The lab has changed notes.txt", LAUNCHED).await;
    window.press("See theirs").await;
    window.read("As the lab wrote it", SOON).await;
    window.picture("volume-edit-conflict");
    window.press("Save mine as a copy").await;
    window.read("Saved as notes (mine).txt", LAUNCHED).await;
    lab.says(
        "cat /shelf/notes.txt '/shelf/notes (mine).txt'",
        "theirs\nmine",
    )
    .await;
    lab.says("stat -c %u:%g '/shelf/notes (mine).txt'", "1000:100")
        .await;

    // A text that is not saved holds the page back.
    window
        .fill("Text of notes (mine).txt", "more of mine")
        .await;
    window.go("#/labs").await;
    window.read("Save notes (mine).txt first?", SOON).await;
    window.press("Save").await;
    window.see("[data-page-title]").await;
    lab.says("cat '/shelf/notes (mine).txt'", "more of mine")
        .await;

    // What was deleted can be seen, and goes for good once that is said.
    window.go("#/volume/move-vol").await;
    window.read("tides.csv", LAUNCHED).await;
    window.select_row("tides.csv", false).await;
    window.keys("\u{e017}").await;
    window.read("tides.csv is in the trash", LAUNCHED).await;
    window.press("More for move-vol").await;
    window.press("Trash").await;
    window.read("Trash of move-vol", SOON).await;
    window.read("From move-vol", LAUNCHED).await;
    window.press("Empty the trash").await;
    window.read("deleted for good", SOON).await;
    window.press("Delete for good").await;
    window
        .read("The trash of move-vol is empty", LAUNCHED)
        .await;
    lab.says("find /shelf -name 'tides*' | wc -l", "0").await;

    window.go("#/labs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}

impl Window {
    /// Types a name where it stands, and takes it by Enter.
    pub async fn name_it(&self, field: &str, name: &str) {
        self.fill(field, name).await;
        self.keys("\u{e007}").await;
    }

    /// Clicks the row of this name, with Ctrl where `also`, and gives it the focus as a press would.
    pub async fn select_row(&self, name: &str, also: bool) {
        let script = "const row = [...document.querySelectorAll('.frow')].find((one) => one.querySelector('.frow__name')?.textContent.trim() === arguments[0]); row?.focus(); row?.dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: arguments[1] })); return row !== undefined";
        self.on_row(script, name, also).await;
    }

    /// Opens the folder of this name.
    pub async fn open_row(&self, name: &str) {
        let script = "const row = [...document.querySelectorAll('.frow')].find((one) => one.querySelector('.frow__name')?.textContent.trim() === arguments[0]); row?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true })); return row !== undefined";
        self.on_row(script, name, false).await;
    }

    async fn on_row(&self, script: &str, name: &str, also: bool) {
        let arguments = vec![serde_json::json!(name), serde_json::json!(also)];
        let end = tokio::time::Instant::now() + SOON;
        loop {
            let found = self.client.execute(script, arguments.clone()).await;
            if found.is_ok_and(|found| found == true) {
                return;
            }
            if tokio::time::Instant::now() > end {
                self.fail(&format!("{name} is no row")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
