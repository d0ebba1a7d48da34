//! The wizard's long way: a command that is pasted from a guide, and options that few need, one of them secret.

use serde_json::json;

use crate::access::{CONTROL, ENTER, TAB};
use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::launches::assert_signed_in;

/// As AI-Lab's guide writes it, with the options that people add to it.
pub const GUIDE: &str = r"docker run \
  --name ai-lab_${VERSION} \
  --interactive --tty \
  --volume ${VOLUME}:/home/jupyter/notebooks \
  --publish ${LISTEN_IP}:${PORT}:49494 \
  exasol/ai-lab:${VERSION}
";

const PASTE: &str = r"
const clipboard = new DataTransfer();
clipboard.setData('text/plain', arguments[0]);
document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
";

impl Window {
    /// Pastes a text where no field has the focus, as Ctrl V does.
    pub async fn paste(&self, text: &str) {
        self.client
            .execute(PASTE, vec![json!(text)])
            .await
            .expect("a text can be pasted");
    }
}

#[tokio::test]
async fn a_pasted_command_is_filled_in_and_launched() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.read("Ready:", SOON).await;
    window.paste(GUIDE).await;
    window.read("What it means", SOON).await;
    window.read("4 values to fill", SOON).await;
    window.fill("VERSION", "6.0.0").await;
    window.fill("VOLUME", "my-vol").await;
    window.fill("LISTEN_IP", "127.0.0.1").await;
    window.fill("PORT", "88888").await;
    window.keys(&TAB.to_string()).await;
    window.read("65535", SOON).await;
    window.fill("PORT", "8888").await;
    window.read("Opens the wizard with all this", SOON).await;
    window.picture("paste");
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the paste page: {findings:#?}");

    window.press("Use this").await;
    window.read("--publish 127.0.0.1:8888:49494", SOON).await;
    window.read("Port 8888 is free", SOON).await;
    window.picture("wizard-pasted");
    window.press("Launch").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert!(
        opened.url.starts_with("http://127.0.0.1:8888/"),
        "the address is the one that was filled in: {}",
        opened.url
    );
    assert_signed_in(&opened.url);

    let containers = turn.containers();
    assert_eq!(containers.len(), 1, "a launch makes one container");
    let ours = turn.inspect(&containers[0]);
    let theirs = turn.docker(&[
        "create",
        "--interactive",
        "--tty",
        "--volume",
        "my-vol:/home/jupyter/notebooks",
        "--publish",
        "127.0.0.1:8888:49494",
        "exasol/ai-lab:6.0.0",
    ]);
    let theirs = turn.inspect(theirs.trim());
    for path in [
        "/HostConfig/PortBindings",
        "/HostConfig/Binds",
        "/Config/Image",
        "/Config/Tty",
        "/Config/OpenStdin",
    ] {
        assert_eq!(
            ours.pointer(path),
            theirs.pointer(path),
            "{path} is that of the pasted command"
        );
    }
    assert_eq!(
        ours["Name"], "/ai-lab_6.0.0",
        "its name is the command's, filled in"
    );
    window.close().await;
}

#[tokio::test]
async fn a_secret_variable_is_set_by_keyboard_alone() {
    const SECRET: &str = "tide42harbour";
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.own_image("slipway/webapp:1").await;
    window.step_to("Advanced").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.step_to("Add a variable").await;
    window.assert_focus_shows().await;
    window.chord(&[ENTER]).await;
    window.step_to("Name of variable 1").await;
    window.type_text("db_password").await;
    window.chord(&[TAB]).await;
    assert_eq!(
        window.focused().await,
        "Secret value of db_password",
        "a name that looks secret locks its value before it is typed"
    );
    window.assert_focus_shows().await;
    window.type_text(SECRET).await;
    window.read("--env db_password", SOON).await;
    let page = window.text().await;
    assert!(!page.contains(SECRET), "the secret is nowhere on the page");
    window.picture("wizard-advanced-secret");
    window.step_to("Add a label").await;
    window.step_to("Add an option").await;
    window.assert_focus_shows().await;
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "Advanced: {findings:#?}");
    window.picture("wizard-advanced-end");
    window.chord(&[CONTROL, ENTER]).await;
    window.read("webapp is running", LAUNCHED).await;

    let containers = turn.containers();
    assert_eq!(containers.len(), 1, "a launch makes one container");
    let ours = turn.inspect(&containers[0]);
    let environment = ours["Config"]["Env"].to_string();
    assert!(
        environment.contains(&format!("db_password={SECRET}")),
        "the lab was given the secret"
    );
    assert!(
        !ours["Config"]["Labels"].to_string().contains(SECRET),
        "the secret is in no label"
    );
    let kept = window
        .evaluate("return JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href")
        .await;
    assert!(
        !kept.to_string().contains(SECRET),
        "the secret is not in the window's own storage"
    );
    window.close().await;
}
