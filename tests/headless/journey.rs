//! Labs from their launch to their end.

use std::time::Duration;

use slipway_testbed::{http_get, process};

use crate::beds::turn;
use crate::home::{Home, Said, free_port};
use crate::shape::shape;

/// The page behind an address, redirects followed by hand where there are any.
fn is_signed_in(address: &str) -> bool {
    let answer = http_get(address).expect("the lab answers");
    answer.status == 200 && answer.text().contains("jupyter-config-data")
}

#[tokio::test]
async fn the_sandbox_from_launch_to_deletion() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let port = free_port();

    let launched = home.slipway(&[
        "launch",
        "data-science-sandbox",
        "--version",
        "0.1.0",
        "--port",
        &port,
        "--volume",
        "twin-vol",
        "--json",
    ]);
    let mut launched = launched.value();
    // Whether a registry can be asked is the machine's affair.
    let size = launched
        .as_object_mut()
        .and_then(|launched| launched.remove("downloadSize"))
        .expect("it says how much there was to download");
    assert!(size.is_null() || size.is_u64(), "{size}");
    insta::assert_json_snapshot!("launched", shape(&launched));
    assert_eq!(launched["outcome"], "ready", "it answers: {launched}");
    let address = format!("http://127.0.0.1:{port}");
    assert_eq!(launched["lab"]["addresses"][0]["text"], address);
    assert_eq!(launched["lab"]["keptIn"], "twin-vol");
    assert!(
        !launched["opened"].as_bool().unwrap_or(true) && home.browser.opened().is_empty(),
        "a script opens no browser unless it says so"
    );
    let id = launched["lab"]["id"].as_str().expect("an id").to_owned();
    let name = launched["lab"]["name"].as_str().expect("a name").to_owned();
    assert_eq!(home.profiles(), [format!("{id}.json")]);

    let labs = home.slipway(&["labs", "--json"]).value();
    insta::assert_json_snapshot!("labs", shape(&labs));
    assert_eq!(labs[0]["state"], "running", "another process knows, too");
    let table = home.slipway(&["labs"]).ended_with(0).out;
    assert!(
        table.contains(&name) && table.contains("running") && table.contains(&address),
        "{table}"
    );

    opened_and_read(&home, &name);
    stopped_and_started(&home, &id, &address);
    deleted(&home, &turn, &name);
}

/// Its page and its log.
fn opened_and_read(home: &Home, name: &str) {
    home.slipway(&["open", &name.to_lowercase()]).ended_with(0);
    let opened = home
        .browser
        .wait_for_url(Duration::from_secs(10))
        .expect("the browser was called");
    assert!(
        is_signed_in(&opened.url),
        "{} opens without a password: the token is in the keyring",
        opened.url
    );
    let printed = home
        .slipway(&["open", name, "--print-address", "--json"])
        .value();
    insta::assert_json_snapshot!("opened", shape(&printed));
    assert_eq!(printed["address"], opened.url);
    assert_eq!(home.browser.opened().len(), 1, "printing opens nothing");

    let token = opened
        .url
        .split("token=")
        .nth(1)
        .expect("it opens with a token");
    let log = home.slipway(&["logs", name, "--tail", "500", "--json"]);
    assert!(!log.out.contains(token), "the log shows no token");
    let log = log.value();
    insta::assert_json_snapshot!("log", shape(&log));
    let two = home.slipway(&["logs", name, "--tail", "2"]).ended_with(0);
    assert_eq!(two.out.lines().count(), 2, "{}", two.out);
}

/// Stopped, started and restarted; and what cannot be done meanwhile.
fn stopped_and_started(home: &Home, id: &str, address: &str) {
    // Whoever follows the log sees it end with the lab.
    let follows = home.begin(&["logs", id, "--follow", "--json"]);
    let stopped = home.slipway(&["stop", id, "--json"]).value();
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    assert_eq!(stopped["problem"], serde_json::Value::Null);
    let read = Said::of(follows.wait_with_output().expect("it ends")).ended_with(0);
    let lines = read.out.lines();
    assert!(
        lines
            .clone()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "a value on each line"
    );
    assert!(lines.count() > 2, "{}", read.out);

    let failure = home
        .slipway(&["open", id, "--json"])
        .ended_with(1)
        .failure();
    insta::assert_json_snapshot!("failure", shape(&failure));
    assert_eq!(failure["exitCode"], 1, "{failure}");
    let labs = home.slipway(&["labs", "--json"]).value();
    assert_eq!(labs[0]["state"], "stopped", "it was stopped on purpose");

    let started = home.slipway(&["start", id, "--json"]).value();
    assert_eq!(started["lab"]["state"], "running", "{started}");
    let said = home.slipway(&["restart", id]).ended_with(0);
    assert!(
        said.out.contains("is ready") && said.out.contains(address),
        "{}",
        said.out
    );
}

/// Only after a yes, and only what was named.
fn deleted(home: &Home, turn: &crate::beds::Turn, name: &str) {
    let asked = home.slipway(&["delete", name, "--with-volume", "twin-vol"]);
    let asked = asked.ended_with(4);
    assert!(
        asked
            .err
            .contains("The volume twin-vol, with all that is in it")
            && asked.err.contains("Nothing was deleted."),
        "{}",
        asked.err
    );
    assert_eq!(turn.containers().len(), 1, "nobody agreed");
    let failure = home.slipway(&[
        "delete",
        name,
        "--with-volume",
        "nobodys",
        "--yes",
        "--json",
    ]);
    assert_eq!(failure.ended_with(5).failure()["exitCode"], 5);
    let gone = home.slipway(&[
        "delete",
        name,
        "--with-volume",
        "twin-vol",
        "--yes",
        "--json",
    ]);
    let gone = gone.value();
    insta::assert_json_snapshot!("deleted", shape(&gone));
    assert!(turn.containers().is_empty(), "the container is gone");
    assert!(!turn.volumes().contains("twin-vol"), "and the volume");
    assert!(home.profiles().is_empty(), "and the profile");
    let failure = home.slipway(&["logs", name, "--json"]).ended_with(5);
    assert_eq!(failure.failure()["kind"], "gone");
}

#[tokio::test]
async fn a_person_reads_each_step_and_gets_the_choices() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let port = free_port();
    let launched = home
        .slipway(&[
            "launch",
            "slipway/webapp:1",
            "--name",
            "Plain",
            "--port",
            &format!("{port}:8080"),
            "--no-storage",
            "--open",
        ])
        .ended_with(0);
    let steps = launched.err.replace(&port, "[port]");
    let steps: String = steps
        .lines()
        .filter(|line| !line.starts_with("Downloads "))
        .map(|line| match line.find(" (") {
            Some(at) if line.contains(" s)") => format!("{} ([time])\n", &line[..at]),
            _ => format!("{line}\n"),
        })
        .collect();
    insta::assert_snapshot!("steps", steps);
    assert_eq!(
        launched.out.replace(&port, "[port]"),
        "Plain is ready: http://127.0.0.1:[port]\n"
    );
    let opened = home.browser.wait_for_url(Duration::from_secs(10));
    assert!(opened.is_some(), "it was asked to open the page");
    let container = turn.inspect("plain");
    assert_eq!(
        container["HostConfig"]["PortBindings"]["8080/tcp"][0],
        serde_json::json!({ "HostIp": "127.0.0.1", "HostPort": port })
    );

    // Another like it gets a name and a port of its own, and runs without being waited for.
    let another = home
        .slipway(&["launch", "plain", "--no-wait", "--json"])
        .value();
    // A page that answers at once is ready before the command looks; it may say so.
    let outcome = another["outcome"].as_str().unwrap_or_default();
    assert!(["started", "ready"].contains(&outcome), "{another}");
    assert_eq!(another["opened"], false, "{another}");
    assert_eq!(another["lab"]["name"], "Plain 2");
    assert_eq!(turn.containers().len(), 2);
    let of_image = home
        .slipway(&["command", "slipway/webapp:1", "--json"])
        .value();
    let of_lab = home.slipway(&["command", "Plain", "--json"]).value();
    for spelled in [&of_image, &of_lab] {
        let commands = spelled["commands"].as_object().expect("by shell");
        let shells: Vec<&str> = commands.keys().map(String::as_str).collect();
        assert_eq!(shells, ["bash", "cmd", "compose", "function", "powershell"]);
        assert!(
            spelled["commands"]["bash"]
                .as_str()
                .is_some_and(|text| text.starts_with("docker run --detach")),
            "{spelled}"
        );
    }
    let compose = home.slipway(&["command", "plain", "--shell", "compose"]);
    let compose = compose.ended_with(0).out;
    assert!(compose.contains("services:"), "{compose}");

    // A lab whose container is gone is launched again, under its own id.
    turn.docker(&["rm", "--force", "plain"]);
    let again = home.slipway(&["start", "Plain", "--json"]).value();
    assert_eq!(again["lab"]["state"], "running", "{again}");
    assert_eq!(home.profiles().len(), 2, "no third lab");
}

#[tokio::test]
async fn control_c_takes_back_what_was_made() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let child = home.begin(&[
        "launch",
        "slipway/slow:1",
        "--name",
        "slow",
        "--volume",
        "slow-vol",
        "--target",
        "/data",
    ]);
    let made = process::wait_for(Duration::from_mins(2), || {
        (turn.containers().len() == 1 && turn.volumes().contains("slow-vol")).then_some(())
    });
    assert!(made.is_some(), "the launch gets as far as its container");
    let pid = child.id().to_string();
    let sent = process::command("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("kill starts").success());
    let said = Said::of(child.wait_with_output().expect("it ends")).ended_with(130);
    assert!(said.err.contains("was cancelled"), "{}", said.err);
    assert!(turn.containers().is_empty(), "no container is left");
    assert!(turn.volumes().is_empty(), "no volume is left");
    assert!(home.profiles().is_empty(), "no profile is left");
}
