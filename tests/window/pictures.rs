//! Every screen and state of the window, in light and dark, photographed from the real thing.
//!
//! `cargo xtask pictures` runs this; an ordinary test run leaves it out. The pictures are for people: to be looked
//! at beside the design after a change, and three of them stand in the README. They lie in `target/pictures`, called
//! after what they show.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use slipway_testbed::process;

use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::wizard::GUIDE;

/// The smallest window that is supported.
const SMALLEST: (u32, u32) = (900, 600);
const USUAL: (u32, u32) = (1280, 800);

impl Window {
    /// What is on screen, in light and dark.
    pub async fn portrait(&self, name: &str) {
        for theme in ["light", "dark"] {
            self.wear(theme).await;
            self.picture(&format!("{name}-{theme}"));
        }
        self.wear("light").await;
    }

    /// The same, and once more in the smallest window.
    pub async fn portraits(&self, name: &str) {
        self.portrait(name).await;
        let (width, height) = SMALLEST;
        self.client
            .set_window_rect(0, 0, width, height)
            .await
            .expect("the window becomes small");
        self.settle().await;
        for theme in ["light", "dark"] {
            self.wear(theme).await;
            let path = self.picture(&format!("{name}-{theme}-{width}x{height}"));
            crop(&path, SMALLEST);
        }
        self.wear("light").await;
        self.client
            .set_window_rect(0, 0, USUAL.0, USUAL.1)
            .await
            .expect("the window becomes large again");
        self.settle().await;
    }

    /// Chooses a theme as Settings does, without leaving the page.
    pub async fn wear(&self, theme: &str) {
        self.client
            .execute(
                "document.documentElement.dataset.theme = arguments[0]; localStorage.setItem('slipway.theme', arguments[0])",
                vec![json!(theme)],
            )
            .await
            .expect("the theme can be chosen");
        self.settle().await;
    }

    /// Gives what moves the time to arrive, and the display the time to show it.
    async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(450)).await;
    }

    /// Fills the wizard for an image of one's own.
    pub async fn own_image(&self, image: &str) {
        self.press("Labs").await;
        self.go("#/wizard?recipe=web-app").await;
        self.fill("Which image?", image).await;
        self.press("Fill in the settings").await;
        self.read("Port on this computer", SOON).await;
        self.read("is free", SOON).await;
    }

    /// Chooses a volume for an image that does not say where it keeps anything.
    async fn keep_in_a_volume(&self) {
        self.press_radio("In a volume").await;
        self.fill("Folder in the lab", "/data").await;
        self.read("--volume", SOON).await;
    }

    /// Opens a page by its address.
    pub async fn go(&self, address: &str) {
        self.client
            .execute("location.hash = arguments[0]", vec![json!(address)])
            .await
            .expect("the page opens");
        self.settle().await;
    }

    /// Brings the section of this heading to the top of its pane.
    async fn scroll_to(&self, css: &str) {
        self.see(css).await;
        self.client
            .execute(
                "document.querySelector(arguments[0]).scrollIntoView({ block: 'start' })",
                vec![json!(css)],
            )
            .await
            .expect("it can be scrolled to");
        self.settle().await;
    }
}

fn crop(path: &Path, (width, height): (u32, u32)) {
    let done = process::command("mogrify")
        .args(["-crop", &format!("{width}x{height}+0+0"), "+repage"])
        .arg(path)
        .status()
        .expect("mogrify starts; it is in the package imagemagick");
    assert!(done.success(), "{} can be cropped", path.display());
}

async fn opened(turn: &Turn) -> Window {
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Docker", SOON).await;
    window
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn the_beginning() {
    let turn = turn().await;
    let window = opened(&turn).await;
    window.read("Launch your first lab", SOON).await;
    window.read("Ready:", SOON).await;
    window.portraits("first-run").await;
    window.go("#/new").await;
    window.read("Web application", SOON).await;
    window.portraits("recipes").await;
    for empty in ["volumes", "containers"] {
        window.go(&format!("#/{empty}")).await;
        window.portrait(&format!("{empty}-empty")).await;
    }
    window.go("#/engine").await;
    window.read("Everything is fine", SOON).await;
    window.portraits("engine").await;
    window.go("#/settings").await;
    for theme in ["Dark", "Light"] {
        window.press_radio(theme).await;
        window.settle().await;
        window.picture(&format!("settings-{}", theme.to_lowercase()));
    }
    window.close().await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn without_an_engine() {
    let _turn = turn().await;
    let socket = "unix:///tmp/slipway-no-engine/docker.sock".to_owned();
    let window = Window::open(Setting::over(socket)).await;
    window.read("Docker is not running", SOON).await;
    window.portraits("first-run-no-engine").await;
    window.go("#/engine").await;
    window.portraits("engine-not-running").await;
    window.go("#/images").await;
    window.portrait("images-no-engine").await;
    window.go("#/wizard?recipe=exasol-ai-lab").await;
    window.portrait("wizard-no-engine").await;
    window.close().await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn the_wizard() {
    let turn = turn().await;
    let window = opened(&turn).await;
    let ai_lab = "#/wizard?recipe=exasol-ai-lab";
    window.press("Exasol AI-Lab").await;
    window.read("is free", SOON).await;
    window.read("docker run", SOON).await;
    window.portraits("wizard").await;

    window.press_radio("Everyone on the network").await;
    window.read("--publish 0.0.0.0", SOON).await;
    window.portrait("wizard-network").await;
    window.press_radio("One network address").await;
    window.read("Network address", SOON).await;
    window.settle().await;
    window.portrait("wizard-address").await;
    window.press("Start over").await;

    window.press_radio("In a folder").await;
    window
        .fill("Folder on this computer", "/srv/not there")
        .await;
    window.read("marked in red", SOON).await;
    window.portrait("wizard-folder-missing").await;
    window.fill("Folder on this computer", "/").await;
    window.read("I understand", SOON).await;
    window.portrait("wizard-folder-risk").await;
    window.press_radio("Nowhere").await;
    window.read("Nothing is kept", SOON).await;
    window.portrait("wizard-nowhere").await;
    window.press("Start over").await;

    window.press_radio("My own").await;
    window.fill("Your password", "tide & slip 42").await;
    window.read("--env JUPYTER_PASSWORD", SOON).await;
    window.portrait("wizard-password").await;
    window.press("Start over").await;

    window.press_radio("Let the lab control Docker").await;
    window.read("I understand", SOON).await;
    window.settle().await;
    window.portrait("wizard-risk-opened").await;
    window.scroll_to("#wiz-docker").await;
    window.portraits("wizard-risk").await;
    window.press("Start over").await;

    window
        .fill(
            "Name",
            "A lab with a name that is much longer than anybody would ever type",
        )
        .await;
    window.press("Add a port").await;
    window.settle().await;
    window.portrait("wizard-long").await;
    window.press("Start over").await;

    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--publish",
        "127.0.0.1:49494:80",
        "slipway/webapp:1",
    ]);
    window.go("#/labs").await;
    window.go(ai_lab).await;
    window.fill("Port on this computer", "49494").await;
    window.read("ledger", SOON).await;
    window.portraits("wizard-port-taken").await;
    window.go("#/wizard?recipe=web-app").await;
    window.read("Which image?", SOON).await;
    window.portrait("wizard-ask-image").await;
    window.close().await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn the_wizard_s_long_way() {
    let turn = turn().await;
    let window = opened(&turn).await;
    window.press("Exasol AI-Lab").await;
    window.read("is free", SOON).await;
    window.scroll_to("#wiz-advanced").await;
    window.portraits("wizard-folded").await;
    window.press("Advanced").await;
    window.read("Add a variable", SOON).await;
    window.scroll_to("#wiz-advanced").await;
    window.portraits("wizard-unfolded").await;
    window.press("Add a variable").await;
    window.fill("Name of variable 1", "db password").await;
    window.press("Add a folder or volume").await;
    window.fill("Memory", "lots").await;
    window.read("marked in red", SOON).await;
    window.portraits("wizard-unfolded-errors").await;
    window.scroll_to("[id^=adv-ports]").await;
    window.portrait("wizard-unfolded-limits").await;

    window.go("#/labs").await;
    window.paste(GUIDE).await;
    window.read("4 values to fill", SOON).await;
    window.portraits("pasted").await;
    window.fill("VERSION", "6.0.0").await;
    window.fill("VOLUME", "my-vol").await;
    window.fill("LISTEN_IP", "127.0.0.1").await;
    window.fill("PORT", "8890").await;
    window.read("Opens the wizard with all this", SOON).await;
    window.portrait("pasted-filled").await;
    window.press("Use this").await;
    window.read("Port 8890 is free", SOON).await;
    window.portraits("wizard-from-pasted").await;
    window.go("#/labs").await;
    window
        .paste("docker run --gpus all --flux 3 -p 80:8888 'jupyter && rm -rf x | tee")
        .await;
    window.read("never closed", SOON).await;
    window.portrait("pasted-wrong").await;
    window.close().await;
}

#[tokio::test]
#[ignore = "run by `cargo xtask pictures`"]
async fn launches_and_labs() {
    let turn = turn().await;
    for image in ["slipway/webapp:1", "slipway/many-layers:1"] {
        // Kept by an earlier test, perhaps; these launches are to download.
        let _ = turn.bed.docker(&["rmi", "--force", image]);
    }
    let window = opened(&turn).await;

    // Running: the real thing.
    window.go("#/wizard?recipe=exasol-ai-lab").await;
    window.read("is free", SOON).await;
    window.press("Launch").await;
    let Some(_) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    window.read("is running", SOON).await;
    window.portraits("launch-done").await;

    // Waiting.
    window.own_image("slipway/slow:1").await;
    window.press("Launch").await;
    window.see_within(".waiting", LAUNCHED).await;
    window.portrait("launch-waiting").await;
    window.press("Cancel").await;
    window.read("This launch was cancelled", LAUNCHED).await;
    window.portrait("launch-cancelled").await;

    // Stopped.
    window.own_image("slipway/webapp:1").await;
    window
        .fill("Name", "Survey of the northern harbours, second edition")
        .await;
    window.keep_in_a_volume().await;
    window.press("Launch").await;
    window.read("second edition is running", LAUNCHED).await;
    window.press("Labs").await;
    window.press("Stop Survey").await;
    window.read("Stopped", LAUNCHED).await;

    // Failed.
    window.own_image("slipway/exits:1").await;
    window.fill("Name", "Forecast").await;
    window.keep_in_a_volume().await;
    window.press("Launch").await;
    window.read("Needs you", LAUNCHED).await;
    window.portraits("launch-failed").await;

    // Downloading.
    turn.bed.registry().limit(Some(400_000));
    window.own_image("slipway/many-layers:1").await;
    window.fill("Name", "Climate models").await;
    window.keep_in_a_volume().await;
    window.press("Launch").await;
    window.read("kB/s", LAUNCHED).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    window.portraits("launch-download").await;

    window.press("Labs").await;
    window.read("Processor", SOON).await;
    tokio::time::sleep(Duration::from_secs(12)).await;
    window.portraits("labs").await;
    window.press("More actions for AI-Lab").await;
    window.settle().await;
    window.portrait("labs-menu").await;
    window.press("Delete lab").await;
    window.read("This stays", SOON).await;
    window.settle().await;
    window.portraits("delete").await;
    window.press("Keep it").await;
    for list in ["images", "volumes", "containers"] {
        window.go(&format!("#/{list}")).await;
        window.portraits(list).await;
    }
    window.go("#/labs").await;
    window.press("More actions for AI-Lab").await;
    window.press("Show the log").await;
    window.see("[role=log]").await;
    window.settle().await;
    window.portraits("log").await;

    // The engine goes away, and everything is as it was.
    window.press("Labs").await;
    window.read("Processor", SOON).await;
    turn.bed.kill_engine().expect("the engine is killed");
    window.see("[data-stale], .stale, [class*=stale]").await;
    window.portraits("labs-stale").await;
    window.go("#/engine").await;
    window.portrait("engine-away").await;
    turn.bed.registry().limit(None);
    turn.bed.start_engine().expect("the engine starts again");
    window.go("#/labs").await;
    window.read("0 running", Duration::from_mins(1)).await;
    window.portrait("labs-after").await;
    window.close().await;
}
