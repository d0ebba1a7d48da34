//! Going through a volume as through a file manager: by keys, by a path that is typed, and by what takes the space,
//! which is counted again when something changes.

use crate::access::CONTROL;
use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

const UP: &str = "\u{e013}";
const DOWN: &str = "\u{e015}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const ENTER: &str = "\u{e007}";
const BACKSPACE: &str = "\u{e003}";
const HOME: &str = "\u{e011}";
const END: &str = "\u{e010}";
const F2: &str = "\u{e032}";
const DELETE: &str = "\u{e017}";

#[tokio::test]
async fn a_volume_is_gone_through_by_keys_and_counted_again() {
    let turn = turn().await;
    let lab = Lab::start(
        &turn,
        "browse-vol",
        "mkdir -p /shelf/data/deep /shelf/models && cd /shelf && dd if=/dev/zero of=data/deep/tides.csv bs=1000 count=5000 && dd if=/dev/zero of=models/net.joblib bs=1000 count=3000 && dd if=/dev/zero of=big.csv bs=1000 count=2000 && echo 1 > one.txt && echo 2 > .hidden.txt && ln -s data/deep shortcut",
    );
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go("#/volume/browse-vol").await;
    window.read("one.txt", LAUNCHED).await;

    // Down and up, into folders and out of them, by name.
    window.select_row("data", false).await;
    window.read("deep", LAUNCHED).await;
    window.keys(RIGHT).await;
    window.chosen("deep").await;
    window.keys(UP).await;
    window.keys(DOWN).await;
    window.chosen("deep").await;
    window.keys(LEFT).await;
    window.chosen("data").await;
    window.keys(LEFT).await;
    window.keys(END).await;
    window.keys(HOME).await;
    window.chosen("data").await;
    window.keys("o").await;
    window.chosen("one.txt").await;
    window.keys(HOME).await;
    window.chosen("data").await;
    window.keys(ENTER).await;
    window.read("deep", LAUNCHED).await;
    window.until_here("data").await;
    window.keys_in_list(BACKSPACE).await;
    window.until_here("browse-vol").await;

    // Hidden files, and a path typed by hand: one that is there, one that is not, and a link.
    assert!(
        !window.text().await.contains(".hidden.txt"),
        "left out at first"
    );
    window.press("Show hidden files").await;
    window.read(".hidden.txt", LAUNCHED).await;
    window.chord(&[CONTROL, 'l']).await;
    window.fill("Path in this volume", "/data/nowhere").await;
    window.keys(ENTER).await;
    window.until(
        "a path that leads nowhere is told",
        "return document.querySelector('#crumbs-says')?.textContent.trim() !== '' && document.querySelector('.crumbs__type input')?.getAttribute('aria-invalid') === 'true'",
    )
    .await;
    window.picture("volume-path");
    window.fill("Path in this volume", "/data/deep").await;
    window.keys(ENTER).await;
    window.until_here("deep").await;
    window.read("tides.csv", LAUNCHED).await;
    window.press("browse-vol").await;
    window.until_here("browse-vol").await;

    // What takes the space: kinds with their sizes, cells that are gone into, the largest files wherever they lie.
    window.counts("data, 5 MB, Data").await;
    window.read("7 MB", LAUNCHED).await;
    window.press("Largest files").await;
    window.read("data/deep/tides.csv", SOON).await;
    window.read("models/net.joblib", SOON).await;
    window.picture("volume-largest");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the largest files: {findings:#?}");
    window.press("models/net.joblib").await;
    window.until_here("models").await;
    window.read("Bytes as hexadecimal digits", LAUNCHED).await;
    window.press("browse-vol").await;
    window.until_here("browse-vol").await;
    window.press("data, 5 MB, Data").await;
    window.until_here("data").await;
    window.press("browse-vol").await;

    // Slipway's own changes are counted at once.
    window.counts("big.csv, 2 MB, Data").await;
    window.select_row("big.csv", false).await;
    window.keys(F2).await;
    window.name_it("New name of big.csv", "large.csv").await;
    window.counts("large.csv, 2 MB, Data").await;
    window.select_row("large.csv", false).await;
    window.keys(DELETE).await;
    window.read("large.csv is in the trash", LAUNCHED).await;
    window.counts_no("large.csv").await;
    let here = tempfile::tempdir().expect("a folder of this computer");
    let survey = here.path().join("survey.csv");
    std::fs::write(&survey, vec![b'1'; 4_000_000]).expect("a file can be written");
    window.press_in_menu("Upload", "Upload files").await;
    window.choose_in_dialog("Upload", &survey).await;
    window.counts("survey.csv, 4 MB, Data").await;
    lab.says("stat -c %s /shelf/survey.csv", "4000000").await;

    window.go("#/labs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}

impl Window {
    /// Waits until the row of this name, and no other, is chosen and has the focus.
    async fn chosen(&self, name: &str) {
        let script = "const all = [...document.querySelectorAll('.frow[aria-selected=true]')]; return all.length === 1 && all[0] === document.activeElement && all[0].querySelector('.frow__name').textContent.trim() === arguments[0]";
        self.until_of("chosen:", script, name).await;
    }

    /// Waits until the folder of this name is open.
    pub async fn until_here(&self, name: &str) {
        let script = "return document.querySelector('.crumbs [aria-current=location]')?.textContent.trim() === arguments[0] && document.querySelector('.frow__name') !== null";
        self.until_of("open:", script, name).await;
    }

    /// Types into the list of files, which a folder that was just opened gives no focus.
    async fn keys_in_list(&self, keys: &str) {
        self.evaluate("document.querySelector('.frow[tabindex=\"0\"]')?.focus()")
            .await;
        self.keys(keys).await;
    }

    /// Waits until the picture of the space says this of a cell.
    async fn counts(&self, cell: &str) {
        let script = "return [...document.querySelectorAll('.treemap__cell')].some((one) => one.getAttribute('aria-label').replace(/\\u00a0/g, ' ') === arguments[0])";
        self.until_of("counted:", script, cell).await;
    }

    /// Waits until no cell of the picture is called so.
    async fn counts_no(&self, name: &str) {
        let script = "return ![...document.querySelectorAll('.treemap__cell')].some((one) => one.getAttribute('aria-label').startsWith(arguments[0]))";
        self.until_of("not counted:", script, name).await;
    }
}
