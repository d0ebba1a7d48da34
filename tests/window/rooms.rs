//! The rooms around a launch: the catalogue, what can be made of a lab, and containers that become labs. Files that
//! are chosen in the system's own dialogs cannot be driven from here; `tests/ipc.rs` covers those.

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::launches::assert_signed_in;

#[tokio::test]
async fn the_catalogue_is_searched_and_a_lab_becomes_a_recipe() {
    let turn = turn().await;
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Browse all recipes").await;
    window.read("Machine learning", SOON).await;

    // The catalogue is searched by what one wants to do; a category narrows it further.
    window.fill("Search recipes", "postgres").await;
    window.read("PostgreSQL", SOON).await;
    assert!(
        !window.text().await.contains("Data Science Sandbox"),
        "what does not match is not shown"
    );
    window.press("Statistics").await;
    window.press("Look in all of them").await;
    window.read("PostgreSQL", SOON).await;
    window.fill("Search recipes", "exasol sandbox").await;
    window.read("Data Science Sandbox", SOON).await;
    window.picture("catalogue-search");
    window.press("Launch Data Science Sandbox").await;
    window.read("is free", SOON).await;
    window.press("Launch").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert_signed_in(&opened.url);
    window.read("Open again", SOON).await;
    let lab = turn.containers().remove(0);

    // As a recipe it stands among one's own, and fills the form with the lab's image.
    window.press("Labs").await;
    window.read("Running", SOON).await;
    window.press("More actions for Sandbox").await;
    window.press("Save as a recipe").await;
    window.fill("Name", "Harbour survey").await;
    window
        .fill("What is it for?", "Counts the ships of the harbour")
        .await;
    window.press("Save recipe").await;
    window
        .read("Harbour survey is among your recipes", SOON)
        .await;
    window.go("#/new").await;
    window.read("Your recipes", SOON).await;
    window.read("Counts the ships of the harbour", SOON).await;
    window.picture("catalogue-own");
    window.press("Launch Harbour survey").await;
    window.read("is free", SOON).await;
    window.read("exasol/data-science-sandbox", SOON).await;

    // It goes when asked, and the lab stays.
    window.go("#/new").await;
    window
        .press("More actions for the recipe Harbour survey")
        .await;
    window.press("Remove").await;
    window.press("Remove recipe").await;
    window
        .read("The recipe Harbour survey is removed", SOON)
        .await;
    assert_eq!(
        turn.inspect(&lab)["State"]["Running"],
        true,
        "the lab that the recipe came from runs on"
    );
    window.close().await;
}

#[tokio::test]
async fn a_lab_is_renamed_and_shown_as_a_command() {
    let turn = turn().await;
    turn.docker(&["create", "--name", "ledger", "slipway/webapp:1"]);
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.go("#/wizard?recipe=data-science-sandbox").await;
    window.read("is free", SOON).await;
    window.press("Launch").await;
    let Some(_) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    let lab = turn
        .containers()
        .into_iter()
        .find(|id| turn.inspect(id)["Name"] != "/ledger")
        .expect("the lab has a container");

    // A name that a container has already is refused at its field; another is the container's, too.
    window.press("Labs").await;
    window.read("Running", SOON).await;
    window.press("More actions for Sandbox").await;
    window.press("Rename").await;
    window.fill("New name", "ledger").await;
    window.press("Rename").await;
    window.see("dialog [aria-invalid=true]").await;
    window.picture("rename-taken");
    window.fill("New name", "Harbour").await;
    window.press("Rename").await;
    window.read("Harbour", SOON).await;
    assert_eq!(
        turn.inspect(&lab)["Name"],
        "/harbour",
        "the container has the new name, and is the same one"
    );

    // The command stands in every form.
    window.press("More actions for Harbour").await;
    window.press("Show as a command").await;
    window.read("docker run --detach", SOON).await;
    window.read("exasol/data-science-sandbox:0.1.0", SOON).await;
    for (form, says) in [
        ("PowerShell", "docker run --detach `"),
        ("cmd", "docker run --detach ^"),
        ("Shell function", "() {"),
        ("compose", "services:"),
    ] {
        window.press(form).await;
        window.read(says, SOON).await;
    }
    window.picture("commands");
    window.press("Close").await;
    window.close().await;
}

#[tokio::test]
async fn a_container_of_the_command_line_becomes_a_lab() {
    let turn = turn().await;
    turn.docker(&[
        "run",
        "--detach",
        "--name",
        "ledger",
        "--publish",
        "127.0.0.1:8888:8080",
        "slipway/webapp:1",
    ]);
    let before = turn.inspect("ledger");
    let window = Window::open(Setting::over(turn.bed.docker_host())).await;
    window.press("Containers").await;
    window.press("Make ledger a lab").await;
    window.read("It stays as it is", SOON).await;
    window.picture("adopt");
    assert!(
        window.accessibility_findings().await.is_empty(),
        "the question can be read by everyone"
    );
    window.press("Make this a lab").await;
    window.read("ledger is one of your labs now", SOON).await;
    window.press("Open in browser").await;
    let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
        window.fail("the browser was never called").await
    };
    assert!(
        opened.url.starts_with("http://127.0.0.1:8888"),
        "its page is where it was: {}",
        opened.url
    );
    let after = turn.inspect("ledger");
    for path in ["/Id", "/Config", "/HostConfig", "/State/StartedAt"] {
        assert_eq!(
            before.pointer(path),
            after.pointer(path),
            "{path} stays as it was"
        );
    }
    window.press("Labs").await;
    window.press("Stop ledger").await;
    window.read("Stopped", LAUNCHED).await;
    window.press("Start ledger").await;
    window.read("Running", LAUNCHED).await;
    assert_eq!(turn.containers().len(), 1, "it is the same container");
    window.close().await;
}
