//! A download through the real window and the system's own dialog: what is shown meanwhile, how it is stopped, and what
//! closing the window would end.

use slipway_testbed::UnixRecorder;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

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
