//! Keeping a volume safe through the real window, by keyboard where it leads: backed up while a lab works in it,
//! verified, deleted, brought back as it was, restored over what changed, cloned, copied and planned. What lies in it
//! bears names that mean harm.

use std::path::PathBuf;
use std::time::Duration;

use slipway_testbed::process;

use crate::access::{CONTROL, ENTER};
use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::hostile::{DOWN, WATCH};

const VOLUME: &str = "safe-vol";
const RIGHT: char = '\u{e014}';

/// A notebook that a real kernel has run, with a plot and a table.
const NOTEBOOK: &[u8] =
    include_bytes!("../../src-tauri/crates/contents/tests/files/analysis.ipynb");

/// Names that would act if they were anything but text, owners, rights, times, links.
const FILL: &str = r#"
    mkdir -p churn/data empty && cp /in/analysis.ipynb churn/
    printf 'a,b\n1,2\n' > '<img src=x onerror="window.ran=1">.csv'
    printf x > "$(printf '<script>window.ran=1\nnew line')"; printf y > "$(printf 'bad\377name')"
    printf z > "$(printf 'turned \342\200\256gnp.exe')"; printf 1 > plain.csv
    dd if=/dev/urandom of=churn/data/measured.bin bs=1048576 count=120 2>/dev/null
    ln -s churn/analysis.ipynb link; ln -s /etc/passwd away; ln churn/analysis.ipynb again
    chown -R 1000:100 churn; chown 70000:3000 plain.csv; chmod 640 plain.csv; chmod 2750 churn; chmod 1777 empty
    touch -d '2001-02-03 04:05:06' churn/analysis.ipynb; touch -d '2019-03-04 05:06:07' empty .
"#;

/// All of it as another program sees it: kind, rights, owner, time, names of a file, bytes, targets.
const ALL: &str = r"
    find . -exec stat -c '%n|%F|%a|%u|%g|%y' {} \; | sort
    find . ! -type d -exec stat -c '%n|%h|%s' {} \; | sort
    find . -type f -exec sha256sum {} \; | sort
    find . -type l -exec readlink {} \; | sort
";

/// How closely each state is looked at.
#[derive(Clone, Copy)]
enum Look {
    Once,
    /// In light and dark, and in the smallest window.
    Everywhere,
}

#[tokio::test]
async fn a_volume_is_kept_safe_and_brought_back_as_it_was() {
    journey(Look::Once).await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn keeping_safe() {
    journey(Look::Everywhere).await;
}

async fn journey(look: Look) {
    let turn = turn().await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("analysis.ipynb"), NOTEBOOK).expect("a notebook");
    let given = format!("{}:/in", folder.path().display());
    turn.docker(&["volume", "create", "--label", "team=tides", VOLUME]);
    inside(&turn, VOLUME, &["--volume", &given], FILL);
    let before = all_of(&turn, VOLUME);
    assert!(before.contains("onerror"), "{before}");

    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.evaluate(WATCH).await;
    window.backs_up(&turn, look).await;
    let kept = window.verifies(look).await;
    assert_eq!(all_of(&turn, VOLUME), before, "it was only read");
    window.loses_it(&turn).await;
    window.brings_it_back(look).await;
    same(&all_of(&turn, VOLUME), &before);
    let labels = turn.docker(&["volume", "inspect", "-f", "{{json .Labels}}", VOLUME]);
    assert!(labels.contains(r#""team":"tides""#), "{labels}");
    window.restores_over_what_changed(&turn, look).await;
    same(&all_of(&turn, VOLUME), &before);
    window.clones(look).await;
    same(&all_of(&turn, "safe-vol-copy"), &before);
    window.copies(&turn, look).await;
    same(&all_of(&turn, VOLUME), &before);
    window.plans(look).await;
    window.deletes_backups(&kept, look).await;
    window.close().await;
}

/// What a script prints that runs in a volume, as root.
fn inside(turn: &Turn, volume: &str, more: &[&str], script: &str) -> String {
    let mount = format!("{volume}:/v");
    let mut arguments = vec![
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        "0",
        "--entrypoint",
        "/bin/busybox",
        "--volume",
        &mount,
        "--workdir",
        "/v",
    ];
    arguments.extend_from_slice(more);
    arguments.extend_from_slice(&["slipway/webapp:1", "sh", "-c", script]);
    turn.docker(&arguments)
}

fn all_of(turn: &Turn, volume: &str) -> String {
    inside(turn, volume, &[], ALL)
}

/// Shows the lines that differ, and not two screens of text.
fn same(now: &str, before: &str) {
    let other: Vec<&str> = now.lines().filter(|line| !before.contains(*line)).collect();
    let missing: Vec<&str> = before.lines().filter(|line| !now.contains(*line)).collect();
    assert_eq!((other, missing), (Vec::new(), Vec::new()));
    assert_eq!(now, before);
}

/// A lab that has the volume.
fn start_lab(turn: &Turn) {
    let mount = format!("{VOLUME}:/shelf");
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--volume",
        &mount,
        "slipway/webapp:1",
    ]);
}

impl Window {
    /// A state of the page: nothing in it acts, everyone can use it, and it is pictured.
    async fn seen(&self, name: &str, look: Look) {
        self.assert_harmless(name).await;
        let findings = self.accessibility_findings().await;
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        match look {
            Look::Once => drop(self.picture(name)),
            Look::Everywhere => {
                self.portraits(name).await;
                self.wear("dark").await;
                let findings = self.accessibility_findings().await;
                assert!(findings.is_empty(), "{name}, dark: {findings:#?}");
                self.wear("light").await;
            }
        }
    }

    /// Opens the menu of a row and chooses an entry of it.
    async fn choose_in_menu(&self, of: &str, entry: &str) {
        self.press(&format!("More actions for {of}")).await;
        self.press(entry).await;
    }

    /// Chooses in a list of choices, as a person does with the pointer.
    async fn choose(&self, number: usize, value: &str) {
        let script = "const list = document.querySelectorAll('dialog[open] select')[arguments[0]]; list.value = arguments[1]; list.dispatchEvent(new Event('input', { bubbles: true })); list.dispatchEvent(new Event('change', { bubbles: true })); return list.value";
        let chosen = self
            .client
            .execute(script, vec![number.into(), value.into()])
            .await
            .expect("the list is there");
        assert_eq!(chosen, value, "it is one of the choices");
    }

    /// Holds what reads the volume at this moment; `None` where the backup was done before.
    async fn held(&self, turn: &Turn) -> Option<String> {
        let volume = format!("volume={VOLUME}");
        let end = tokio::time::Instant::now() + LAUNCHED;
        while tokio::time::Instant::now() < end {
            let ids = turn.docker(&[
                "ps",
                "--quiet",
                "--filter",
                "label=io.slipway.porthole",
                "--filter",
                &volume,
            ]);
            for id in ids.lines() {
                if turn.bed.docker(&["pause", id]).is_ok() {
                    return Some(id.to_owned());
                }
            }
            if self.text().await.contains("The backup is complete") {
                return None;
            }
        }
        self.fail("nothing reads the volume").await
    }

    async fn backs_up(&self, turn: &Turn, look: Look) {
        start_lab(turn);
        self.go(&format!("#/backups/{VOLUME}")).await;
        self.read("No backups yet", LAUNCHED).await;
        self.seen("backups-none", look).await;
        for tries in 0..5 {
            // By keyboard alone: once with the page's button, then with its shortcut.
            if tries == 0 {
                self.step_to("Back up now").await;
                self.assert_focus_shows().await;
                self.chord(&[ENTER]).await;
            } else {
                self.chord(&[CONTROL, ENTER]).await;
            }
            self.read("Somebody may work in it now: ledger", LAUNCHED)
                .await;
            if tries == 0 {
                self.seen("backup-question", look).await;
            }
            self.step_to("Let them work on").await;
            self.chord(&[DOWN]).await;
            self.step_to("Back up now").await;
            self.chord(&[ENTER]).await;
            let Some(held) = self.held(turn).await else {
                self.press("Done").await;
                continue;
            };
            self.read("The backup goes on", SOON).await;
            self.read("Copy and compress", SOON).await;
            let ledger = turn.inspect("ledger");
            self.seen("backup-progress", look).await;
            turn.docker(&["unpause", &held]);
            self.read("The backup is complete", LAUNCHED).await;
            assert_eq!(ledger["State"]["Paused"], true, "it was asked to wait");
            let ledger = turn.inspect("ledger");
            assert_eq!(ledger["State"]["Paused"], false, "it works on");
            assert_eq!(ledger["State"]["Running"], true, "it works on");
            return;
        }
        self.fail("a backup is never met at work").await;
    }

    /// Gives the folder of backups.
    async fn verifies(&self, look: Look) -> PathBuf {
        self.seen("backup-done", look).await;
        let opened = self.browser.opened().len();
        self.press("Show in folder").await;
        let folder = self.browser.wait_for_next(opened, SOON);
        let folder = PathBuf::from(folder.expect("the file manager is called").url);
        self.press("Done").await;
        self.read("Verified today", SOON).await;
        self.seen("backups", look).await;
        self.choose_in_menu("Today", "Show in folder").await;
        let again = self.browser.wait_for_next(opened + 1, SOON);
        let again = PathBuf::from(again.expect("the file manager is called").url);
        assert_eq!(again, folder, "the row leads where the dialog did");
        let files = std::fs::read_dir(&folder).expect("it is a folder of this computer");
        assert!(files.count() > 0, "the backups lie there");
        self.choose_in_menu("Today", "Verify").await;
        self.read("are as they were written down", LAUNCHED).await;
        folder
    }

    async fn loses_it(&self, turn: &Turn) {
        turn.docker(&["rm", "--force", "ledger"]);
        self.go("#/volumes").await;
        self.read("Not used", LAUNCHED).await;
        self.press("No fresh backup").await;
        self.read("There is none of this kind", SOON).await;
        self.press("No fresh backup").await;
        self.choose_in_menu(VOLUME, "Remove").await;
        self.read("Everything in it goes for good", SOON).await;
        self.press("Remove for good").await;
        let gone = process::wait_for(LAUNCHED, || {
            (!turn.volumes().contains(VOLUME)).then_some(())
        });
        if gone.is_none() {
            self.fail("the volume stays").await;
        }
    }

    async fn brings_it_back(&self, look: Look) {
        self.go("#/backups").await;
        self.read("Verified today", SOON).await;
        self.seen("backups-all", look).await;
        self.press("Restore safe-vol").await;
        self.read("Nothing that is there now is touched", LAUNCHED)
            .await;
        self.read("churn/analysis.ipynb", SOON).await;
        self.read("<img src=x onerror=\"window.ran=1\">.csv", SOON)
            .await;
        self.read("In the backup, of", SOON).await;
        self.read("3 February 2001", SOON).await;
        self.seen("restore-new", look).await;
        self.step_to("Restore into the new volume").await;
        self.assert_focus_shows().await;
        self.chord(&[ENTER]).await;
        self.read("Restoring safe-vol into safe-vol.", LAUNCHED)
            .await;
    }

    async fn restores_over_what_changed(&self, turn: &Turn, look: Look) {
        let change = "printf mine >> churn/analysis.ipynb; rm plain.csv link; mkdir new; printf 1 > 'new/<b onclick=window.ran=1>'";
        inside(turn, VOLUME, &[], change);
        start_lab(turn);
        self.go(&format!("#/backups/{VOLUME}")).await;
        self.press("Restore Today").await;
        self.read("This is what would change", LAUNCHED).await;
        self.read("ledger works in safe-vol now", SOON).await;
        self.read("Yours, changed", SOON).await;
        self.seen("restore-used", look).await;
        turn.docker(&["rm", "--force", "ledger"]);
        self.unread("ledger works in safe-vol now").await;
        // From group to group with the arrow.
        self.step_to("Replaced").await;
        self.read("churn/analysis.ipynb", SOON).await;
        self.chord(&[RIGHT]).await;
        self.read("plain.csv", SOON).await;
        self.assert_focus_shows().await;
        self.chord(&[RIGHT]).await;
        self.chord(&[RIGHT]).await;
        self.read("new/<b onclick=window.ran=1>", SOON).await;
        self.seen("restore", look).await;
        self.step_to("Change").await;
        self.assert_focus_shows().await;
        self.chord(&[ENTER]).await;
        self.read("Restoring safe-vol. ", LAUNCHED).await;
        self.read("Made before the restore of", SOON).await;
    }

    async fn clones(&self, look: Look) {
        self.go("#/volumes").await;
        self.read(VOLUME, SOON).await;
        self.choose_in_menu(VOLUME, "Clone").await;
        self.read("A new volume with the same files", SOON).await;
        self.seen("clone", look).await;
        assert_eq!(self.focused().await, "Name of the new volume");
        self.chord(&[ENTER]).await;
        self.read("Cloning safe-vol as safe-vol-copy.", LAUNCHED)
            .await;
        // A name that is taken is said at its field.
        self.choose_in_menu(VOLUME, "Clone").await;
        self.fill("Name of the new volume", "safe-vol-copy").await;
        self.chord(&[ENTER]).await;
        self.read("There is a volume safe-vol-copy already", SOON)
            .await;
        self.seen("clone-taken", look).await;
        self.press("Cancel").await;
    }

    async fn copies(&self, turn: &Turn, look: Look) {
        let there = "printf theirs > plain.csv; mkdir churn; printf theirs > churn/notes";
        inside(turn, "shared-vol", &[], there);
        self.go("#/labs").await;
        self.go("#/volumes").await;
        self.read("shared-vol", LAUNCHED).await;
        self.choose_in_menu(VOLUME, "Copy to").await;
        self.read("Where a name is taken, you are asked", SOON)
            .await;
        self.choose(0, "shared-vol").await;
        self.seen("copy", look).await;
        self.press_radio("Into a folder").await;
        self.read("It has to be on the computer that runs Docker", SOON)
            .await;
        self.seen("copy-folder", look).await;
        self.press_radio("Into a volume").await;
        self.choose(0, "shared-vol").await;
        self.step_to("Copy").await;
        self.chord(&[ENTER]).await;
        self.read("plain.csv is already there", LAUNCHED).await;
        self.seen("copy-conflict", look).await;
        self.press("Keep both").await;
        self.read("Copying safe-vol to shared-vol.", LAUNCHED).await;
        let kept = "cat plain.csv 'plain (2).csv' churn/notes; cat churn/analysis.ipynb | wc -c";
        let kept = inside(turn, "shared-vol", &[], kept);
        assert_eq!(kept.trim(), format!("theirs1theirs{}", NOTEBOOK.len()));
    }

    async fn plans(&self, look: Look) {
        self.go(&format!("#/backups/{VOLUME}")).await;
        self.press("Set it up").await;
        self.read("Slipway makes them while it runs", SOON).await;
        self.seen("plan-none", look).await;
        self.press_radio("Make backups by plan").await;
        self.read("How many to keep", SOON).await;
        self.choose(0, "1").await;
        self.choose(1, "2").await;
        self.seen("plan", look).await;
        self.step_to("Save").await;
        self.chord(&[ENTER]).await;
        self.read("Slipway backs this volume up every day", SOON)
            .await;
        self.read("keeps the newest 2", SOON).await;
        self.seen("backups-planned", look).await;
        let plans = self.service.home().join("data/slipway/keeping/plans.json");
        let plans: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(plans).expect("it is remembered"))
                .expect("JSON");
        let plan = &plans["kept"][VOLUME];
        assert_eq!((&plan["everyDays"], &plan["keep"]), (&1.into(), &2.into()));
    }

    async fn deletes_backups(&self, folder: &std::path::Path, look: Look) {
        let files = || {
            let read = std::fs::read_dir(folder).expect("the folder of backups");
            let names = read.map(|entry| entry.expect("a file").path());
            names.collect::<Vec<PathBuf>>()
        };
        let count = files().len();
        self.choose_in_menu("Today", "Delete").await;
        self.read("Delete this backup?", SOON).await;
        assert_eq!(
            self.focused().await,
            "Keep it",
            "the safe button has the focus"
        );
        self.seen("backup-delete", look).await;
        self.step_to("Delete").await;
        self.chord(&[ENTER]).await;
        let gone = process::wait_for(SOON, || (files().len() + 1 == count).then_some(()));
        gone.expect("the file is deleted");
        // What was moved away by hand is only taken off the list.
        for file in files() {
            let name = file.file_name().expect("it has a name");
            std::fs::rename(&file, folder.with_file_name(name)).expect("it can be moved");
        }
        self.go("#/labs").await;
        self.go(&format!("#/backups/{VOLUME}")).await;
        self.read("File was moved", SOON).await;
        self.choose_in_menu("Today", "Take off the list").await;
        self.read("Take this backup off the list?", SOON).await;
        self.seen("backup-forget", look).await;
        self.press("Take off the list").await;
        self.unread("Take this backup off the list?").await;
    }

    /// Waits until the page no longer says this.
    async fn unread(&self, text: &str) {
        let end = tokio::time::Instant::now() + LAUNCHED;
        while self.text().await.contains(text) {
            if tokio::time::Instant::now() > end {
                self.fail(&format!("“{text}” stays")).await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }
}
