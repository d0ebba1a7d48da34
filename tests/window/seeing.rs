//! Seeing into volumes through the real window, beyond the first look: a volume is made and another is called by what
//! it belongs to, a menu stays over a list that changes, rows stand in every order and say whose they are, names are
//! found by a pattern and a search is ended, a lab's folder is seen through the same page, and the window is left over
//! work that runs.

use std::path::Path;

use serde_json::{Value, json};
use slipway_testbed::{UnixRecorder, process};

use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::moving::Lab;

const VOLUME: &str = "see-vol";
const ESCAPE: &str = "\u{e00c}";

/// Sizes, times and names in three different orders; notebooks, what is only called like one, links.
const FILL: &str = "
    mkdir -p data/deep runs
    head -c 1000 /dev/zero > a-middle.bin; head -c 5000 /dev/zero > b-large.bin; head -c 300 /dev/zero > c-small.bin
    touch -d '2022-06-15 12:00:00' a-middle.bin; touch -d '2021-06-15 12:00:00' b-large.bin
    echo '{}' > runs/first.ipynb; echo '{}' > runs/second.ipynb; echo '{}' > data/deep/third.ipynb; echo x > fourth.ipynb.bak
    echo 'high water in hamburg' > data/tides.txt
    head -c 42000000 /dev/urandom > survey.dat
    ln -s data/deep inward; ln -s /etc/passwd outward
    chown 4321:4321 c-small.bin; chmod 640 c-small.bin; touch -d '2023-06-15 12:00:00' c-small.bin
";

#[tokio::test]
async fn volumes_are_made_sorted_searched_and_left_over_work() {
    let turn = turn().await;
    let lab = Lab::start(&turn, VOLUME, "true");
    lab.sh(&format!("cd /shelf && {}", FILL.trim()));
    let folder = tempfile::tempdir().expect("a folder of this computer");
    std::fs::write(folder.path().join("rivers.csv"), "name,length\nelbe,1094\n").expect("a file");
    let line = UnixRecorder::start(&turn.bed.socket()).expect("a line to the engine");
    let window = Window::open(Setting::over(line.docker_host())).await;
    window.read("Docker", SOON).await;

    window.lists_what_belongs_to_whom(&turn).await;
    window.makes_a_volume(&turn).await;
    window.keeps_a_menu_open(&turn).await;
    window.go(&format!("#/volume/{VOLUME}")).await;
    window.read("a-middle.bin", LAUNCHED).await;
    window.sorts().await;
    window.says_whose_it_is().await;
    window.finds_by_pattern_and_ends_a_search(&turn).await;
    window.sees_a_folder(&turn, folder.path()).await;
    window.is_left_over_work(&line).await;
    turn.docker(&["rm", "--force", "ledger", "harbour", "rivers"]);
}

impl Window {
    /// A volume without a name of its own is called by the container that keeps files in it.
    async fn lists_what_belongs_to_whom(&self, turn: &Turn) {
        let run = ["run", "--detach", "--name", "harbour", "--volume", "/kept"];
        turn.docker(&[&run[..], &["slipway/webapp:1"]].concat());
        let more = "echo 'port,height' > /kept/tides.csv";
        turn.docker(&["exec", "harbour", "/bin/busybox", "sh", "-c", more]);
        self.go("#/volumes").await;
        self.read("Files of harbour", LAUNCHED).await;
        self.read("Unnamed", SOON).await;
        let names = turn.volumes();
        let made_up = names.iter().find(|name| name.len() == 64);
        let made_up = made_up.expect("the engine has made up a name");
        self.read(&format!("Docker calls it {}", &made_up[..8]), SOON)
            .await;
        self.press("Files of harbour").await;
        self.read("tides.csv", LAUNCHED).await;
        self.read("Used by harbour", SOON).await;
        self.go("#/volumes").await;
    }

    async fn makes_a_volume(&self, turn: &Turn) {
        self.press("New volume").await;
        self.fill("Name of the volume", "tide-log").await;
        self.press("Labels").await;
        self.press("Add a label").await;
        self.fill("Name of label 1", "team").await;
        self.fill("Value of label 1", "tides & harbour").await;
        self.press("Add a label").await;
        self.fill("Value of label 2", "lost").await;
        self.read("A label needs a name", SOON).await;
        self.press("Remove label 2").await;
        self.picture("volume-new");
        let findings = self.accessibility_findings().await;
        assert!(findings.is_empty(), "a new volume: {findings:#?}");
        self.press("Make the volume").await;
        self.read("tide-log is there", LAUNCHED).await;
        let labels = turn.docker(&["volume", "inspect", "-f", "{{json .Labels}}", "tide-log"]);
        let labels: Value = serde_json::from_str(&labels).expect("labels are JSON");
        assert_eq!(labels, json!({ "team": "tides & harbour" }));

        // A name that is taken is said at its field, and nothing typed is lost.
        self.press("New volume").await;
        self.fill("Name of the volume", "tide-log").await;
        self.press("Make the volume").await;
        self.see("dialog [aria-invalid=true]").await;
        self.press("Cancel").await;
        self.fill("Search volumes", "tides & harbour").await;
        self.read("1 found", SOON).await;
        self.press("tide-log").await;
        self.read("team: tides & harbour", LAUNCHED).await;
        self.go("#/volumes").await;
    }

    /// An open menu stays, with the focus in it, while the list below it changes.
    async fn keeps_a_menu_open(&self, turn: &Turn) {
        self.press("More actions for tide-log").await;
        self.see("[role=menu] [role=menuitem]").await;
        turn.docker(&["volume", "create", "a-first-vol"]);
        self.read("a-first-vol", LAUNCHED).await;
        turn.docker(&["volume", "rm", "a-first-vol"]);
        let gone = "return !document.body.innerText.includes('a-first-vol')";
        self.until("the volume leaves the list", gone).await;
        let create = ["create", "--name", "late", "--volume", "tide-log:/x"];
        turn.docker(&[&create[..], &["slipway/webapp:1"]].concat());
        let used = "return [...document.querySelectorAll('[role=row]')].some((row) => row.textContent.includes('tide-log') && row.textContent.includes('late'))";
        self.until("its row says who uses it", used).await;
        let focused = self
            .evaluate("return document.activeElement?.getAttribute('role') ?? null")
            .await;
        assert_eq!(focused, "menuitem", "the menu has kept the focus");
        self.picture("volume-menu");
        self.press("Remove").await;
        self.read("tide-log is in use", SOON).await;
        self.press("Cancel").await;
        self.press("More actions for tide-log").await;
        self.see("[role=menu]").await;
        self.keys(ESCAPE).await;
        self.until(
            "Escape closes it",
            "return document.querySelector('[role=menu]') === null",
        )
        .await;
        turn.docker(&["rm", "--force", "late"]);
    }

    async fn sorts(&self) {
        let (small, middle, large) = ("c-small.bin", "a-middle.bin", "b-large.bin");
        for (column, descending, order) in [
            ("Size", true, [large, middle, small]),
            ("Size", false, [small, middle, large]),
            ("Changed", true, [small, middle, large]),
            ("Changed", false, [large, middle, small]),
            ("Name", false, [middle, large, small]),
            ("Name", true, [small, large, middle]),
            ("Name", false, [middle, large, small]),
        ] {
            self.press(column).await;
            let wanted = json!([
                column,
                if descending {
                    "descending"
                } else {
                    "ascending"
                },
                order
            ]);
            let script = "const [column, sort, order] = JSON.parse(arguments[0]); const head = document.querySelector('.ftable__head [aria-sort]'); const names = [...document.querySelectorAll('.frow__name')].map((one) => one.textContent.trim()).filter((name) => name.endsWith('.bin')); return head?.textContent.trim() === column && head.getAttribute('aria-sort') === sort && JSON.stringify(names) === JSON.stringify(order)";
            self.until_of("rows in this order:", script, &wanted.to_string())
                .await;
        }
    }

    async fn says_whose_it_is(&self) {
        self.select_row("c-small.bin", false).await;
        self.read("Belongs to 4321, rw-r-----, changed 15 June 2023", SOON)
            .await;
        self.picture("volume-about");
        let findings = self.accessibility_findings().await;
        assert!(findings.is_empty(), "what a row says: {findings:#?}");
        self.select_row("inward", false).await;
        self.read("Leads to data/deep", SOON).await;
        self.select_row("outward", false).await;
        self.read("Leads to /etc/passwd, which is not in here", SOON)
            .await;
    }

    async fn finds_by_pattern_and_ends_a_search(&self, turn: &Turn) {
        self.fill("Search in here", "*.ipynb").await;
        self.read("3 hits", LAUNCHED).await;
        let names = "return JSON.stringify([...document.querySelectorAll('.found__name')].map((one) => one.textContent.trim()).sort()) === arguments[0]";
        let wanted = json!(["first.ipynb", "second.ipynb", "third.ipynb"]).to_string();
        self.until_of("found:", names, &wanted).await;

        // What looks into the volume stands still, so the search is met at work; ending it needs nobody's answer.
        let filter = format!("volume={VOLUME}");
        let ours = "label=io.slipway.porthole";
        let ids = turn.docker(&["ps", "--quiet", "--filter", ours, "--filter", &filter]);
        let held: Vec<&str> = ids
            .lines()
            .filter(|id| turn.bed.docker(&["pause", id]).is_ok())
            .collect();
        assert!(!held.is_empty(), "something looks into the volume");
        self.fill("Search in here", "hamburg").await;
        self.press_radio("Contents").await;
        self.read("0 hits in 0 files so far", LAUNCHED).await;
        self.press("Stop").await;
        self.read("Stopped: 0 hits", SOON).await;
        self.read("The search was stopped", SOON).await;
        self.picture("volume-search-stopped");
        for id in held {
            turn.docker(&["unpause", id]);
        }
        self.fill("Search in here", "high water").await;
        self.read("One hit", LAUNCHED).await;
        self.read("high water in hamburg", SOON).await;
        self.picture("volume-search");
        let findings = self.accessibility_findings().await;
        assert!(findings.is_empty(), "what was found: {findings:#?}");
    }

    /// A folder of this computer that a lab has: the same page, and what is changed there is changed here.
    async fn sees_a_folder(&self, turn: &Turn, folder: &Path) {
        let mount = format!("{}:/work", folder.display());
        let run = ["run", "--detach", "--name", "rivers", "--volume", &mount];
        turn.docker(&[&run[..], &["slipway/webapp:1"]].concat());
        self.go("#/containers").await;
        self.read("rivers", LAUNCHED).await;
        self.go(&format!("#/volume?folder={}", folder.display()))
            .await;
        self.read("Used by rivers", LAUNCHED).await;
        self.read("rivers.csv", LAUNCHED).await;
        self.select_row("rivers.csv", false).await;
        self.read("elbe", LAUNCHED).await;
        std::fs::write(folder.join("lakes.csv"), "name\n").expect("a file can be written");
        self.read("lakes.csv", LAUNCHED).await;
        let name = folder.file_name().expect("it has a name").to_string_lossy();
        self.press_in_menu(&format!("More for {name}"), "New folder")
            .await;
        self.name_it(&format!("Name of the new folder in {name}"), "maps")
            .await;
        let made = process::wait_for(LAUNCHED, || folder.join("maps").is_dir().then_some(()));
        made.expect("the folder is made on this computer");
        self.picture("volume-folder");
    }

    /// Work that runs is named before the window goes, and leaves nothing half-made when it goes with it.
    async fn is_left_over_work(&self, line: &UnixRecorder) {
        self.go(&format!("#/volume/{VOLUME}")).await;
        self.read("survey.dat", LAUNCHED).await;
        let down = tempfile::tempdir().expect("a folder of this computer");
        line.limit(Some(400_000));
        self.select_row("survey.dat", false).await;
        self.press("Download").await;
        self.choose_in_dialog("Download to", down.path()).await;
        self.press("1 task running").await;
        self.read("of 42 MB", LAUNCHED).await;
        self.ask_to_close();
        self.read("Closing Slipway stops it", LAUNCHED).await;
        self.named("button", "Stop and quit").await;
        // Pressed a moment later: the driver gets no answer from a window that is gone.
        self.evaluate("setTimeout(() => document.querySelector('[data-found]').click(), 50)")
            .await;
        self.ended().await;
        line.limit(None);
        let left = || std::fs::read_dir(down.path()).map_or(0, Iterator::count);
        process::wait_for(LAUNCHED, || (left() == 0).then_some(()))
            .expect("what had come is taken away");
    }
}

/// An engine whose processor Slipway has no program for: the real one, which says another word for its own.
const PROCESSOR: (&str, &str) = ("\"Architecture\":\"x86_64\"", "\"Architecture\":\"mips64\"");

#[tokio::test]
async fn where_the_program_cannot_run_a_volume_is_still_seen() {
    let turn = turn().await;
    let lab = Lab::start(&turn, VOLUME, "mkdir -p /shelf/data");
    lab.sh("cd /shelf && printf 'port,height\\nhamburg,4.2\\n' > data/tides.csv && echo 'tides of hamburg' > notes.txt");
    let line = UnixRecorder::disguised(&turn.bed.socket(), &[PROCESSOR]).expect("a line");
    let window = Window::open(Setting::over(line.docker_host())).await;
    window.read("Docker", SOON).await;
    window.go(&format!("#/volume/{VOLUME}")).await;
    window.read("Reading takes longer here", LAUNCHED).await;
    window.read("(mips64)", SOON).await;
    window.read("notes.txt", LAUNCHED).await;
    window.read("Nothing can be changed here", SOON).await;
    window.select_row("data", false).await;
    window.read("tides.csv", LAUNCHED).await;
    window.select_row("tides.csv", false).await;
    window.read("hamburg", LAUNCHED).await;
    window.read("Belongs to root, rw-r--r--", SOON).await;
    window.picture("volume-slower");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the slower way: {findings:#?}");
    window.fill("Search in here", "hamburg").await;
    window.press_radio("Contents").await;
    window.read("2 hits", LAUNCHED).await;
    let upload = "return [...document.querySelectorAll('button')].some((one) => one.textContent.trim() === 'Upload')";
    assert_eq!(
        window.evaluate(upload).await,
        false,
        "nothing is offered that cannot be done"
    );
    window.go("#/labs").await;
    turn.docker(&["rm", "--force", "ledger"]);
    window.close().await;
}
