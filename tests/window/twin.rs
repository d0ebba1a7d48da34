//! The window and the same program without one, side by side in one home: what one does, the other
//! shows, and both make the same lab of the same choices.

use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use slipway_testbed::process;

use crate::beds::turn;
use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::launches::assert_signed_in;

/// Runs the program in the window's home. Only a shortcut is given the display.
fn slipway(window: &Window, docker_host: &str, arguments: &[&str]) -> Output {
    let mut command = process::command(env!("CARGO_BIN_EXE_slipway"));
    command
        .args(arguments)
        .envs(window.service.environment())
        .env("PATH", window.browser.path_variable())
        .env("DOCKER_HOST", docker_host)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null());
    if arguments.first() == Some(&"--lab") {
        command
            .env("DISPLAY", window.display.name())
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NO_AT_BRIDGE", "1");
    }
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn free_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    address.port().to_string()
}

/// The one profile in the window's home.
fn profile(window: &Window) -> Value {
    let folder = window.service.home().join("data/slipway/labs");
    let entries = std::fs::read_dir(folder).expect("there are profiles");
    let mut files = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file());
    let file = files.next().expect("one profile");
    assert!(files.next().is_none(), "there is only one lab");
    let text = std::fs::read_to_string(file).expect("a text");
    serde_json::from_str(&text).expect("JSON")
}

/// What is each lab's own: ids and times.
fn without_own(mut value: Value, own: &[&str]) -> Value {
    for pointer in own {
        if let Some(field) = value.pointer_mut(pointer) {
            *field = json!("own");
        }
    }
    value
}

#[tokio::test]
async fn window_and_twin_make_the_same_lab_and_see_each_other() {
    let turn = turn().await;
    let docker_host = turn.bed.docker_host();
    let window = Window::open(Setting::over(docker_host.clone())).await;
    window.press("Browse all recipes").await;
    window.press("Data Science Sandbox").await;
    window.read("Who can reach it", SOON).await;
    window.fill("Volume", "my-vol").await;
    window.press_radio("Everyone on the network").await;
    let port = free_port();
    window.fill("Port on this computer", &port).await;
    let free = format!("Port {port} is free");
    window.read(&free, SOON).await;
    window.press("Launch").await;
    let opened = window.browser.wait_for_url(LAUNCHED);
    assert!(opened.is_some(), "the window launches it");
    window.read("Open again", SOON).await;
    let by_window = (profile(&window), turn.inspect(&turn.containers()[0]));
    window.press("Labs").await;
    window.read("Running", SOON).await;

    // What is deleted on the terminal goes from the window.
    slipway(&window, &docker_host, &["delete", "Sandbox", "--yes"]);
    window.read("Launch your first lab", SOON).await;

    // What is launched on the terminal comes up in the window.
    let launch = [
        "launch",
        "data-science-sandbox",
        "--volume",
        "my-vol",
        "--listen",
        "0.0.0.0",
        "--port",
        &port,
        "--json",
    ];
    slipway(&window, &docker_host, &launch);
    window.read("Sandbox", SOON).await;
    window.read("Running", SOON).await;
    let by_twin = (profile(&window), turn.inspect(&turn.containers()[0]));

    let own = ["/id", "/container", "/created"];
    assert_eq!(
        without_own(by_twin.0, &own),
        without_own(by_window.0, &own),
        "the same choices make the same profile"
    );
    let own = ["/Config/Hostname", "/Config/Labels/io.slipway.lab"];
    for part in [
        "Config",
        "HostConfig",
        "Mounts",
        "Name",
        "Image",
        "Args",
        "Path",
    ] {
        let of = |container: &Value| {
            let only = json!({ part: container[part] });
            without_own(only, &own)
        };
        assert_eq!(of(&by_twin.1), of(&by_window.1), "{part} is the same");
    }

    // What is stopped on the terminal is stopped, and no problem, in the window.
    slipway(&window, &docker_host, &["stop", "Sandbox"]);
    window.read("Stopped", SOON).await;

    // A shortcut leads the window that is open to the lab, starts it and opens it.
    let labs = slipway(&window, &docker_host, &["labs", "--json"]);
    let labs: Value = serde_json::from_slice(&labs.stdout).expect("JSON");
    let id = labs[0]["id"].as_str().expect("an id").to_owned();
    let before = window.browser.opened().len();
    slipway(&window, &docker_host, &["--lab", &id]);
    let opened = window
        .browser
        .wait_for_next(before, Duration::from_mins(1))
        .expect("the shortcut opens the lab");
    assert_signed_in(&opened.url);
    let address = window.evaluate("return location.hash").await;
    assert_eq!(address, format!("#/lab/{id}"), "the window is on the lab");
    window.picture("shortcut");
    window.close().await;
}
