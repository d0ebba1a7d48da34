//! What comes from elsewhere: commands from guides, and recipes in files.

use serde_json::json;

use crate::beds::turn;
use crate::home::{Home, free_port};
use crate::shape::shape;

/// As the guide of the sandbox has it.
const GUIDE: &str = "docker run --detach --volume ${VOLUME}:/root/notebooks \\\n  --volume /var/run/docker.sock:/var/run/docker.sock \\\n  --publish ${LISTEN_IP}:${PORT}:8888 \\\n  exasol/data-science-sandbox:${VERSION}";

#[tokio::test]
async fn a_command_from_a_guide_is_explained_and_launched_as_it_stands() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let port = format!("PORT={}", free_port());
    let set = [
        "--set",
        "VERSION=0.1.0",
        "--set",
        "VOLUME=guide-vol",
        "--set",
        "LISTEN_IP=127.0.0.1",
        "--set",
        &port,
    ];
    let import = |more: &[&str]| {
        let arguments = [&["import-run", GUIDE][..], &set, more].concat();
        home.slipway(&arguments)
    };
    let mut understood = import(&["--json"]).value();
    assert_eq!(
        understood["form"]["storage"]["volume"], "guide-vol",
        "{understood}"
    );
    assert_eq!(understood["notTaken"], json!([]), "all of it is taken");
    // The form is the window's own, and grows with it.
    understood["form"] = json!("form");
    insta::assert_json_snapshot!("understood", shape(&understood));
    assert!(turn.containers().is_empty(), "reading runs nothing");

    let risky = import(&["--launch", "--json"]).ended_with(4).failure();
    assert!(
        risky["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--accept-risk")),
        "the socket is no small thing, wherever it comes from: {risky}"
    );
    let launched = import(&["--launch", "--accept-risk", "--json"]).value();
    assert_eq!(launched["launched"]["outcome"], "ready", "{launched}");
    let ours = turn.inspect(&turn.containers()[0]);
    let binds: Vec<&str> = ours["HostConfig"]["Binds"]
        .as_array()
        .expect("binds")
        .iter()
        .filter_map(|bind| bind.as_str())
        .collect();
    assert!(
        binds.len() == 2
            && binds.contains(&"guide-vol:/root/notebooks")
            && binds
                .iter()
                .any(|bind| bind.ends_with(":/var/run/docker.sock")),
        "{binds:?}"
    );
    assert_eq!(
        ours["HostConfig"]["PortBindings"]["8888/tcp"][0],
        json!({ "HostIp": "127.0.0.1", "HostPort": port.trim_start_matches("PORT=") })
    );
}

#[tokio::test]
async fn what_a_command_leaves_open_or_cannot_be_is_said() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let text = "docker run --hostname ${WHO} --publish 127.0.0.1:${DOOR}:8080 slipway/webapp:1\n";
    let arguments = ["import-run", "-", "--json"];
    let failure = home
        .slipway_reading(&arguments, text)
        .ended_with(4)
        .failure();
    assert!(
        failure["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--set WHO=") && !hint.contains("DOOR")),
        "what has no proposal is asked for, and the port has one: {failure}"
    );
    let wrong = [
        "import-run",
        "-",
        "--set",
        "WHO=me",
        "--set",
        "DOOR=front",
        "--json",
    ];
    let failure = home.slipway_reading(&wrong, text).ended_with(4).failure();
    assert_eq!(failure["remarks"][0]["field"], "DOOR", "{failure}");
    let words = home.slipway_reading(&["import-run", "-", "--set", "WHO=me"], text);
    let words = words.ended_with(0).out;
    assert!(
        words.contains("DOOR is ") && words.contains("--set DOOR="),
        "a proposal is shown, and how to change it: {words}"
    );
    for nonsense in ["rm -rf /", "docker run", "", "docker run 'unbalanced"] {
        let failure = home
            .slipway(&["import-run", nonsense, "--launch", "--json"])
            .ended_with(4)
            .failure();
        assert!(
            failure["title"]
                .as_str()
                .is_some_and(|title| title.len() > 10),
            "{nonsense:?} is answered with a sentence: {failure}"
        );
    }
    assert!(turn.containers().is_empty(), "nothing was run");
}

#[tokio::test]
async fn a_recipe_from_elsewhere_is_shown_before_it_may_do_anything() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let file = home.service.home().join("shared.toml");
    let recipe = r#"
id = "shared-web"
name = "Shared web"
summary = "A page that somebody shared"
category = "apps"
icon = "globe"
tint = 3
images = ["slipway/webapp"]
default-version = "1"

[[generations]]
port = 8080
answers = "The app"

[generations.ready]
http-path = "/"
"#;
    std::fs::write(&file, recipe).expect("a file");
    let path = file.to_str().expect("text");
    let port = free_port();
    let launch = ["launch", path, "--port", &port, "--no-storage", "--json"];
    let failure = home.slipway(&launch).ended_with(4).failure();
    assert!(
        failure["remarks"]
            .as_array()
            .is_some_and(|deeds| !deeds.is_empty()),
        "what it will do is said: {failure}"
    );
    let words = home.slipway(&launch[..5]).ended_with(4);
    assert!(
        words.err.contains("Shared web") && words.err.contains("--yes"),
        "{}",
        words.err
    );
    let recipes = home.slipway(&["recipes", "--json"]).out;
    assert!(!recipes.contains("shared-web"), "nobody agreed");

    let launched = home.slipway(&[&launch[..], &["--yes"]].concat()).value();
    assert_eq!(launched["outcome"], "ready", "{launched}");
    let recipes = home.slipway(&["recipes", "--json"]).out;
    assert!(recipes.contains("shared-web"), "it is the person's own now");

    std::fs::write(&file, "id = 7\nthis is no recipe").expect("a file");
    let failure = home.slipway(&launch).failure();
    assert!(
        failure["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty()),
        "{failure}"
    );
}
