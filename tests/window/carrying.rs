//! Files into a volume and out of it through the real window and the system's own dialogs: what is taken, what is
//! asked, what is shown meanwhile, and what closing the window would end.

use std::path::Path;

use slipway_testbed::UnixRecorder;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).expect("a folder can be made");
    }
    std::fs::write(path, text).expect("a file can be written");
}

#[tokio::test]
async fn files_and_folders_go_into_a_volume_and_out_of_it() {
    let turn = turn().await;
    let lab = Lab::start(
        &turn,
        "carry-vol",
        "echo old > /shelf/notes.txt && mkdir /shelf/reports && echo 3 > /shelf/reports/three.txt",
    );
    let here = tempfile::tempdir().expect("a folder of this computer");
    write(here.path(), "tides.csv", "port,height\nhamburg,4.2\n");
    write(here.path(), "notes.txt", "new\n");
    write(here.path(), "charts/a.txt", "a");
    write(here.path(), "charts/deep/b.txt", "b");
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/carry-vol").await;
    window.read("notes.txt", LAUNCHED).await;

    // A file, and a folder with all that is in it; both belong to the lab's user.
    window
        .upload("Upload files", &here.path().join("tides.csv"))
        .await;
    window.read("tides.csv", LAUNCHED).await;
    lab.says(
        "cat /shelf/tides.csv; stat -c %u:%g /shelf/tides.csv",
        "port,height\nhamburg,4.2\n1000:100",
    )
    .await;
    window
        .upload("Upload a folder", &here.path().join("charts"))
        .await;
    window.read("charts", LAUNCHED).await;
    lab.says(
        "cat /shelf/charts/a.txt /shelf/charts/deep/b.txt; stat -c %u:%g /shelf/charts/deep",
        "ab1000:100",
    )
    .await;

    // A name that is taken is asked about, and each answer does what it says.
    let notes = here.path().join("notes.txt");
    window.upload("Upload files", &notes).await;
    window.read("notes.txt is already there", LAUNCHED).await;
    window.read("There now", SOON).await;
    window.picture("conflict");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the question: {findings:#?}");
    window.press("Skip this one").await;
    window.read("Nothing was uploaded", LAUNCHED).await;
    lab.says("cat /shelf/notes*", "old").await;
    window.upload("Upload files", &notes).await;
    window.read("notes.txt is already there", LAUNCHED).await;
    window.press("Keep both").await;
    lab.says("cat /shelf/notes.txt '/shelf/notes (2).txt'", "old\nnew")
        .await;
    window.read("notes (2).txt", LAUNCHED).await;
    window.upload("Upload files", &notes).await;
    window.read("notes.txt is already there", LAUNCHED).await;
    window.press("Replace").await;
    lab.says("cat /shelf/notes.txt", "new").await;

    // Several rows come to this computer at once.
    let down = tempfile::tempdir().expect("another folder");
    window.select_row("tides.csv", false).await;
    window.select_row("reports", true).await;
    window.read("2 chosen", SOON).await;
    window.press("Download").await;
    window.choose_in_dialog("Download to", down.path()).await;
    window
        .read("Downloading 2 files and folders", LAUNCHED)
        .await;
    window.read("Checked", LAUNCHED).await;
    let read = |name: &str| std::fs::read_to_string(down.path().join(name)).unwrap_or_default();
    assert_eq!(read("tides.csv"), "port,height\nhamburg,4.2\n");
    assert_eq!(read("reports/three.txt"), "3\n");
    let names = std::fs::read_dir(down.path()).expect("it is there").count();
    assert_eq!(names, 2, "nothing else is left in the folder");

    // All of it stands in the list of work, until it is put away.
    window.press("6 tasks finished").await;
    window.read("Uploading charts to carry-vol", SOON).await;
    window.picture("jobs");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the list of work: {findings:#?}");
    window.press("Clear the finished").await;
    window.gone("Uploading charts to carry-vol").await;

    window.go("#/labs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}

#[tokio::test]
async fn work_is_shown_stopped_and_keeps_the_window_from_closing() {
    let turn = turn().await;
    Lab::start(
        &turn,
        "carry-vol",
        "dd if=/dev/urandom of=/shelf/survey.bin bs=1M count=40",
    );
    let line = UnixRecorder::start(&turn.bed.socket()).expect("a line to the engine");
    let window = Window::open(Setting::over(line.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/carry-vol").await;
    window.read("survey.bin", LAUNCHED).await;
    let down = tempfile::tempdir().expect("a folder of this computer");

    // The line is so slow that the download goes on until it is stopped.
    line.limit(Some(400_000));
    window.select_row("survey.bin", false).await;
    window.press("Download").await;
    window.choose_in_dialog("Download to", down.path()).await;
    window.press("1 task running").await;
    window.read("kB/s", LAUNCHED).await;
    window.read("of 42 MB", LAUNCHED).await;
    window.picture("jobs-running");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "work that goes on: {findings:#?}");

    // Closing the window asks first.
    window.ask_to_close();
    window.read("Closing Slipway stops it", LAUNCHED).await;
    window.picture("quit");
    window.press("Keep running").await;
    window
        .press("Cancel: Downloading survey.bin from carry-vol")
        .await;
    window
        .read("Stopped. Nothing half-made is left", LAUNCHED)
        .await;
    let left = std::fs::read_dir(down.path()).expect("it is there").count();
    assert_eq!(left, 0, "what had come is taken away again");

    // Without work nothing keeps it open.
    line.limit(None);
    window.ask_to_close();
    window.ended().await;
    turn.docker(&["rm", "--force", "ledger"]);
}

impl Window {
    /// Chooses this path by the upload menu.
    async fn upload(&self, by: &str, path: &Path) {
        self.press_in_menu("Upload", by).await;
        self.choose_in_dialog("Upload", path).await;
    }

    /// Waits until the page does not say this any more.
    async fn gone(&self, text: &str) {
        let end = tokio::time::Instant::now() + SOON;
        while self.text().await.contains(text) {
            if tokio::time::Instant::now() > end {
                self.fail(&format!("“{text}” stays")).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    }
}
