//! What goes wrong, and how the person gets out of it.

use std::time::Duration;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};

#[tokio::test]
async fn docker_control_gates_the_launch() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Exasol AI-Lab").await;
    window.read("Let the lab control Docker", SOON).await;
    window.press_radio("Let the lab control Docker").await;
    window.read("I understand", SOON).await;
    window.read("root", SOON).await;
    let shown = window
        .evaluate("const panel = document.getElementById('wiz-risk').getBoundingClientRect(); return panel.top >= 0 && panel.top < innerHeight - 200")
        .await;
    assert_eq!(shown, true, "the risks are in view when they are turned on");
    let launch = window.named("button", "Launch").await;
    assert_eq!(
        launch
            .attr("aria-disabled")
            .await
            .expect("an attribute")
            .as_deref(),
        Some("true"),
        "Launch waits for the tick"
    );
    launch.click().await.expect("it can be clicked");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(turn.containers().is_empty(), "a gated Launch does nothing");
    window.picture("wizard-risk");
    window.press_radio("I understand").await;
    window.read("docker.sock:/var/run/docker.sock", SOON).await;
    window.press("Launch").await;
    let Some(_) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    window.press("Labs").await;
    window.read("Can control Docker", SOON).await;
    window.close().await;
}

#[tokio::test]
async fn a_taken_port_names_its_holder_and_the_way_out() {
    let turn = turn().await;
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--publish",
        "127.0.0.1:8888:80",
        "slipway/webapp:1",
    ]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.press("Data Science Sandbox").await;
    window.read("Port on this computer", SOON).await;
    window.fill("Port on this computer", "8888").await;
    window.read("ledger", SOON).await;
    window.picture("wizard-port-taken");
    window.press("Use port").await;
    window.read("is free", SOON).await;
    turn.docker(&["stop", "--time", "0", "ledger"]);
    window.fill("Port on this computer", "8888").await;
    window.read("ledger", SOON).await;
    for (typed, says) in [
        ("0", "1 to 65535"),
        ("65536", "1 to 65535"),
        ("eight", "1 to 65535"),
    ] {
        window.fill("Port on this computer", typed).await;
        window.read(says, SOON).await;
        let field = window.named("input", "Port on this computer").await;
        assert_eq!(
            field.prop("value").await.expect("a value").as_deref(),
            Some(typed),
            "what was typed stays"
        );
    }
    window.close().await;
}

#[tokio::test]
async fn a_cancelled_download_leaves_nothing_behind() {
    let turn = turn().await;
    turn.bed.registry().limit(Some(600_000));
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.press("Web application").await;
    window.fill("Which image?", "slipway/many-layers:1").await;
    window.press("Fill in the settings").await;
    window.read("Port on this computer", SOON).await;
    window.press("Launch").await;
    window.read("kB/s", Duration::from_mins(1)).await;
    window.picture("launch-download");
    window.press("Cancel").await;
    window.read("Cancelled", Duration::from_mins(1)).await;
    turn.bed.registry().limit(None);
    assert!(turn.containers().is_empty(), "no container is left");
    assert!(turn.volumes().is_empty(), "no empty volume is left");
    window.press("Labs").await;
    window.read("Launch your first lab", SOON).await;
    window.close().await;
}

#[tokio::test]
async fn an_engine_that_goes_away_comes_back_by_itself() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.press("Data Science Sandbox").await;
    window.read("Port on this computer", SOON).await;
    window.press("Launch").await;
    let Some(_) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    window.press("Labs").await;
    window.read("Running", SOON).await;
    turn.bed.kill_engine().expect("the engine is killed");
    window.read("Docker", SOON).await;
    window.read("Sandbox", SOON).await;
    window.see("[data-stale], .stale, [class*=stale]").await;
    window.picture("labs-stale");
    turn.bed.start_engine().expect("the engine starts again");
    // The engine tells a lab that it killed and one that stopped by itself apart only sometimes.
    window.read("0 running", Duration::from_mins(1)).await;
    window.press("tart").await;
    window.read("Running", LAUNCHED).await;
    window.close().await;
}

#[tokio::test]
async fn what_exits_at_once_says_why() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.press("Web application").await;
    window.fill("Which image?", "slipway/exits:1").await;
    window.press("Fill in the settings").await;
    window.read("Port on this computer", SOON).await;
    window.press("Launch").await;
    window.read("Needs you", Duration::from_mins(1)).await;
    window.picture("launch-exited");
    assert!(
        turn.containers().is_empty(),
        "the container that could not run is gone"
    );
    window.press("Discard this launch").await;
    window.read("Launch your first lab", SOON).await;
    window.close().await;
}
