//! The window serves people who see it otherwise, or use no mouse: axe-core finds nothing serious on any main
//! screen, and a lab lives its whole life by keyboard.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::json;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};

pub const CONTROL: char = '\u{e009}';
const SHIFT: char = '\u{e008}';
pub const ENTER: char = '\u{e007}';
pub const TAB: char = '\u{e004}';
const ESCAPE: char = '\u{e00c}';
const DELETE: char = '\u{e017}';
/// More steps than any screen has.
const ALL_STEPS: usize = 60;

impl Window {
    /// Presses these keys together, as on a keyboard.
    pub async fn chord(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.client
            .perform_actions(actions)
            .await
            .expect("keys can be pressed");
    }

    /// Types a text, key by key.
    pub async fn type_text(&self, text: &str) {
        for key in text.chars() {
            self.chord(&[key]).await;
        }
    }

    /// What has the focus, by the name that a screen reader would say.
    pub async fn focused(&self) -> String {
        self.client
            .execute(FOCUSED, vec![])
            .await
            .expect("the focus can be asked for")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Steps on until something whose name begins like this has the focus.
    pub async fn step_to(&self, name: &str) {
        let mut met = Vec::new();
        for _ in 0..ALL_STEPS {
            let now = self.focused().await;
            if now.starts_with(name) {
                return;
            }
            met.push(now);
            self.chord(&[TAB]).await;
        }
        self.fail(&format!("no step leads to “{name}”; met {met:?}"))
            .await;
    }

    /// The same, backwards.
    async fn step_back_to(&self, name: &str) {
        for _ in 0..ALL_STEPS {
            if self.focused().await.starts_with(name) {
                return;
            }
            self.chord(&[SHIFT, TAB]).await;
        }
        self.fail(&format!("no step back leads to “{name}”")).await;
    }

    /// Asserts that the focus can be seen: it is drawn, and lies within the window.
    pub async fn assert_focus_shows(&self) {
        let why = self
            .client
            .execute(SHOWN, vec![])
            .await
            .expect("the focus can be looked at");
        assert_eq!(
            why,
            json!(null),
            "the focus on “{}” shows",
            self.focused().await
        );
    }

    /// Asserts that axe-core has no serious finding, in light and in dark.
    async fn assert_accessible(&self, screen: &str) {
        for theme in ["light", "dark"] {
            self.wear(theme).await;
            let findings = self.accessibility_findings().await;
            assert!(findings.is_empty(), "{screen}, {theme}: {findings:#?}");
        }
    }
}

const FOCUSED: &str = r"
const e = document.activeElement;
const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
if (!e || e === document.body) return '(nothing)';
if (e.hasAttribute('aria-labelledby')) return e.getAttribute('aria-labelledby').split(/\s+/).map((id) => words(document.getElementById(id)?.textContent)).join(' ');
if (e.hasAttribute('aria-label')) return words(e.getAttribute('aria-label'));
if (e.labels?.length) return words(e.labels[0].textContent);
return words(e.textContent);
";

const SHOWN: &str = r"
const e = document.activeElement;
if (!e.matches(':focus-visible')) return 'it is not marked';
const box = e.getBoundingClientRect();
if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return 'it is out of sight';
return null;
";

#[tokio::test]
async fn axe_finds_nothing_serious() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Ready:", SOON).await;
    window.assert_accessible("first run").await;
    for (address, says) in [
        ("#/new", "Web application"),
        ("#/engine", "Everything is fine"),
        ("#/images", "Images"),
        ("#/volumes", "No volumes yet"),
        ("#/containers", "No containers yet"),
        ("#/settings", "Theme"),
    ] {
        window.go(address).await;
        window.read(says, SOON).await;
        window.assert_accessible(address).await;
    }
    window.go("#/wizard?recipe=exasol-ai-lab").await;
    window.read("is free", SOON).await;
    window.assert_accessible("wizard").await;
    window.press_radio("Everyone on the network").await;
    window.press_radio("In a folder").await;
    window.press("Add a port").await;
    window.press_radio("Let the lab control Docker").await;
    window.read("I understand", SOON).await;
    window
        .assert_accessible("wizard with everything open")
        .await;

    window.own_image("slipway/exits:1").await;
    window.press("Launch").await;
    window.read("Needs you", LAUNCHED).await;
    window.assert_accessible("failed launch").await;
    window.own_image("slipway/webapp:1").await;
    window.press("Launch").await;
    window.read("webapp is running", LAUNCHED).await;
    window.assert_accessible("launched").await;
    window.go("#/labs").await;
    window.read("Processor", SOON).await;
    window.assert_accessible("labs").await;
    for list in ["#/images", "#/volumes", "#/containers"] {
        window.go(list).await;
        window.assert_accessible(list).await;
    }
    window.go("#/labs").await;
    window.press("More actions for webapp").await;
    window.assert_accessible("menu").await;
    window.press("Show the log").await;
    window.see("[role=log]").await;
    window.assert_accessible("log").await;
    window.go("#/labs").await;
    window.press("More actions for webapp").await;
    window.press("Delete lab").await;
    window.read("This goes", SOON).await;
    window.assert_accessible("delete").await;
    window.close().await;
}

#[tokio::test]
async fn a_lab_lives_by_keyboard_alone() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Launch your first lab", SOON).await;
    window.step_to("Browse all recipes").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.read("Web application", SOON).await;
    window.step_to("Web application").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.read("Which image?", SOON).await;
    window.step_to("Which image?").await;
    window.type_text("slipway/webapp:1").await;
    window.chord(&[ENTER]).await;
    window.read("is free", SOON).await;
    window.step_to("Name").await;
    window.assert_focus_shows().await;
    window.chord(&[CONTROL, 'a']).await;
    window.type_text("Harbour").await;
    window.read("--name harbour", SOON).await;
    window.chord(&[CONTROL, ENTER]).await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert!(
        opened.url.starts_with("http://127.0.0.1:"),
        "{} is ours",
        opened.url
    );
    window.read("Harbour is running", SOON).await;

    window.chord(&[CONTROL, '1']).await;
    window.read("Processor", SOON).await;
    window.step_to("Stop Harbour").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.read("Stopped", LAUNCHED).await;
    window.read("0 running", LAUNCHED).await;
    let focused = window.focused().await;
    assert_ne!(
        focused, "(nothing)",
        "the focus is not lost when its button goes"
    );

    window.step_back_to("Harbour").await;
    window.chord(&[DELETE]).await;
    window.read("Delete Harbour?", SOON).await;
    assert_eq!(
        window.focused().await,
        "Keep it",
        "the safe button has the focus"
    );
    window.chord(&[ESCAPE]).await;
    window.step_to("Harbour").await;
    window.chord(&[DELETE]).await;
    window.read("This stays", SOON).await;
    window.step_to("Delete lab").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.read("Launch your first lab", LAUNCHED).await;
    assert!(turn.containers().is_empty(), "the lab's container is gone");
    window.close().await;
}

#[tokio::test]
async fn axe_finds_nothing_serious_while_something_is_under_way() {
    let turn = turn().await;
    // Kept by an earlier journey, perhaps; this one is to download it.
    let _ = turn
        .bed
        .docker(&["rmi", "--force", "slipway/many-layers:1"]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.own_image("slipway/slow:1").await;
    window.press("Launch").await;
    window.see_within(".waiting", LAUNCHED).await;
    window.assert_accessible("waiting").await;
    window.press("Cancel").await;
    window.read("This launch was cancelled", LAUNCHED).await;
    window.assert_accessible("cancelled").await;

    turn.bed.registry().limit(Some(400_000));
    window.own_image("slipway/many-layers:1").await;
    window.press("Launch").await;
    window.read("kB/s", LAUNCHED).await;
    window.assert_accessible("download").await;
    window.go("#/labs").await;
    window.read("Downloading", SOON).await;
    window.assert_accessible("labs with a download").await;

    turn.bed.kill_engine().expect("the engine is killed");
    window.see_within("[class*=stale]", LAUNCHED).await;
    for address in ["#/labs", "#/new", "#/images", "#/engine"] {
        window.go(address).await;
        window
            .assert_accessible(&format!("{address} without its engine"))
            .await;
    }
    turn.bed.registry().limit(None);
    turn.bed.start_engine().expect("the engine starts again");
    window.close().await;

    let nowhere = "unix:///tmp/slipway-no-engine/docker.sock".to_owned();
    let window = Window::open(Setting::over(nowhere)).await;
    window.read("Docker is not running", SOON).await;
    for address in ["#/labs", "#/new", "#/engine", "#/containers"] {
        window.go(address).await;
        window
            .assert_accessible(&format!("{address} without any engine"))
            .await;
    }
    window.close().await;
}
