//! A running lab is changed from its page: another port, and a port that is not to be had.

use slipway_testbed::http_get;

use crate::beds::{Turn, turn};
use crate::driver::{LAUNCHED, SOON, Setting, Window};

/// A port that nobody listens on at this moment.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it has an address").port();
    port.to_string()
}

fn answers(port: &str) {
    let page = http_get(&format!("http://127.0.0.1:{port}/")).expect("the lab answers");
    assert_eq!(page.status, 200, "on port {port}");
}

/// A web application in the window, on its own page.
async fn launched(turn: &Turn, port: &str) -> (Window, String) {
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.own_image("slipway/webapp:1").await;
    window.read("Who can reach it", SOON).await;
    window.fill("Name", "Harbour").await;
    window.fill("Port on this computer", port).await;
    window.read(&format!("Port {port} is free"), SOON).await;
    window.press("Launch").await;
    window.read("Show the lab", LAUNCHED).await;
    window.press("Show the lab").await;
    window.read("What it is made of", SOON).await;
    let hash = window.evaluate("return location.hash").await;
    let page = hash.as_str().unwrap_or_default().to_owned();
    (window, page)
}

#[tokio::test]
async fn a_running_lab_gets_another_port_and_keeps_its_own_where_that_fails() {
    let turn = turn().await;
    let first = free_port();
    let (window, page) = launched(&turn, &first).await;
    let before = turn.containers();
    let settings = format!("{page}?tab=settings");
    window.go(&settings).await;
    window.read("Nothing is changed yet", SOON).await;
    let findings = window.accessibility_findings().await;
    assert!(findings.is_empty(), "the settings: {findings:#?}");
    window.picture("lab-settings");

    // Another port: the new container answers before the old one goes.
    let second = free_port();
    window.fill("Port on this computer", &second).await;
    window
        .read(&format!("Port {first} becomes {second}."), SOON)
        .await;
    window.read("Only then the old one is removed", SOON).await;
    window.picture("lab-settings-plan");
    window.press("Change Harbour").await;
    window.read("Harbour is changed", LAUNCHED).await;
    window.picture("lab-changed");
    answers(&second);
    let after = turn.containers();
    assert!(
        after.len() == 1 && after != before,
        "one container, a new one"
    );
    assert_eq!(turn.inspect(&after[0])["Name"], "/harbour");
    window.press("Show the lab").await;
    window.read(&format!("127.0.0.1:{second}"), SOON).await;

    // What a container takes as it is needs no new one.
    window.go(&settings).await;
    window.read("Nothing is changed yet", SOON).await;
    window.fill("Name", "Quay").await;
    window.read("Harbour is called Quay.", SOON).await;
    window.read("At once, without a restart", SOON).await;
    window.press("Change Harbour").await;
    window.read("Quay is changed", SOON).await;
    assert_eq!(turn.containers(), after, "the same container");
    assert_eq!(turn.inspect(&after[0])["Name"], "/quay");

    // An image that is not to be had: the lab goes on as it was, and the form is as it was left.
    window.fill("Version", "99").await;
    window.read("becomes slipway/webapp:99", SOON).await;
    window.press("Change Quay").await;
    window.read("Quay runs as before.", LAUNCHED).await;
    window.picture("lab-change-failed");
    answers(&second);
    assert_eq!(turn.containers(), after, "nothing else is there");
    window.press("Change the settings").await;
    window.read("becomes slipway/webapp:99", SOON).await;
    window.press("Discard").await;
    window.read("Nothing is changed yet", SOON).await;
}
