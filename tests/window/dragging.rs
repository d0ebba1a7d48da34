//! Files dragged into the window and out of it, by the real pointer, from another program's window and to it.

use std::time::Duration;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;
use crate::shelf::Shelf;

/// Room beside the window for the other program's.
const BESIDE: u32 = 320;
/// A person tries again when a drop is missed; so often.
const TRIES: u32 = 5;

#[tokio::test]
async fn files_are_dragged_in_and_out() {
    let turn = turn().await;
    let lab = Lab::start(
        &turn,
        "drag-vol",
        "mkdir -p /shelf/inbox /shelf/charts/deep && echo 4.2 > '/shelf/high water 100%#.txt' && echo b > /shelf/charts/deep/b.txt",
    );
    let here = tempfile::tempdir().expect("a folder of this computer");
    let given = here.path().join("tides & more.csv");
    std::fs::write(&given, "hamburg,4.2\n").expect("a file can be written");
    let takes = tempfile::tempdir().expect("another folder");
    let window = Window::open(Setting {
        beside: BESIDE,
        ..Setting::over(turn.bed.docker_host())
    })
    .await;
    window.read("Docker", SOON).await;
    window.go("#/volume/drag-vol").await;
    window.read("inbox", LAUNCHED).await;
    let shelf = Shelf::start(&window, 1290, &given, takes.path());

    // In, onto a folder: the page says what would happen before the button is let go.
    let inbox = window.row_at("inbox").await;
    window.point(shelf.middle()).await;
    window.hold().await;
    window.point((1100, 300)).await;
    window.point(inbox).await;
    window.read("Upload 1 item to inbox", LAUNCHED).await;
    window.picture("drop-in");
    window.let_go().await;
    lab.says("cat '/shelf/inbox/tides & more.csv'", "hamburg,4.2")
        .await;

    // Out, a file whose name an address has to spell, and a folder.
    for (row, made, text) in [
        ("high water 100%#.txt", "high water 100%#.txt", "4.2\n"),
        ("charts", "charts/deep/b.txt", "b\n"),
    ] {
        let copied = takes.path().join(made);
        let mut missed = 0;
        while !window
            .drag_out(row, &shelf, &takes.path().join(".held"), &copied)
            .await
        {
            missed += 1;
            if missed == TRIES {
                window.fail(&format!("{row} was never taken")).await;
            }
        }
        let read = std::fs::read_to_string(&copied).unwrap_or_default();
        assert_eq!(read, text, "{row} is whole");
    }

    // The page goes on as before: the pointer holds nothing.
    window.point(window.row_at("inbox").await).await;
    window.hold().await;
    window.let_go().await;
    window.read("tides & more.csv", SOON).await;
    window.go("#/labs").await;
    drop(shelf);
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}

impl Window {
    /// Drags a row to the other window; whether something was copied there.
    async fn drag_out(
        &self,
        row: &str,
        beside: &Shelf,
        mark: &std::path::Path,
        copied: &std::path::Path,
    ) -> bool {
        // Of an earlier drag, perhaps.
        let _ = std::fs::remove_file(mark);
        self.point(self.row_at(row).await).await;
        self.hold().await;
        self.point((700, 400)).await;
        let (x, y) = beside.middle();
        // The other program hears of it once the files are ready.
        let end = tokio::time::Instant::now() + LAUNCHED;
        let mut pictured = false;
        while !mark.exists() && tokio::time::Instant::now() < end {
            self.point((x + 10, y)).await;
            if !pictured {
                self.picture("drag-out");
                pictured = true;
            }
            self.point((x, y)).await;
        }
        // Its answer has to come back before the button is let go.
        self.point((x + 5, y + 5)).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.point((x, y)).await;
        self.let_go().await;
        let end = tokio::time::Instant::now() + SOON;
        while !copied.exists() && tokio::time::Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        copied.exists()
    }
}
