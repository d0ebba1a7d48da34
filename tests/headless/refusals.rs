//! What is refused, with the exit code and the sentence for it; and health.

use crate::beds::turn;
use crate::home::Home;
use crate::shape::shape;

#[tokio::test]
async fn health_is_told_with_its_exit_code() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let well = home.slipway(&["doctor", "--json"]).value();
    assert_eq!(well["healthy"], true, "{well}");
    assert!(well["facts"]["version"].is_string(), "{well}");
    let words = home.slipway(&["doctor", "--try"]).ended_with(0).out;
    assert!(
        words.contains("Docker Engine") && words.contains("Labs can run."),
        "{words}"
    );
    assert!(words.contains("Hello"), "what the container said: {words}");

    let away = Home::over("unix:///nowhere/docker.sock".to_owned());
    let ill = away.slipway(&["doctor", "--json"]).ended_with(3);
    let health = ill.printed();
    insta::assert_json_snapshot!("health", shape(&health));
    assert_eq!(health["healthy"], false);
    assert_eq!(ill.failure()["exitCode"], 3);
    let words = away.slipway(&["doctor"]).ended_with(3);
    assert!(words.out.contains("Next step: "), "{}", words.out);
}

#[test]
fn without_an_engine_labs_are_listed_and_nothing_is_launched() {
    let home = Home::over("unix:///nowhere/docker.sock".to_owned());
    let labs = home.slipway(&["labs", "--json"]).ended_with(3);
    assert_eq!(labs.printed(), serde_json::json!([]), "known labs are data");
    assert_eq!(labs.failure()["kind"], "engineAway");
    for command in [
        &["launch", "jupyter"][..],
        &["stop", "anything"],
        &["logs", "anything"],
        &["command", "jupyter"],
    ] {
        let said = home.slipway(command).ended_with(3);
        assert_eq!(said.out, "", "{command:?} has no result");
        assert!(!said.err.is_empty(), "{command:?} says why");
    }
    let recipes = home.slipway(&["recipes", "--json"]).value();
    insta::assert_json_snapshot!("recipes", shape(&recipes));
    let ids: Vec<&str> = recipes
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|recipe| recipe["id"].as_str())
        .collect();
    assert!(
        ids.contains(&"exasol-ai-lab") && ids.contains(&"data-science-sandbox"),
        "the catalogue is in the program: {ids:?}"
    );
}

#[test]
fn a_command_that_is_typed_wrongly_is_code_two() {
    let home = Home::over("unix:///nowhere/docker.sock".to_owned());
    for wrong in [
        &["launch"][..],
        &["frobnicate"],
        &["launch", "jupyter", "--no-such-option"],
        &["launch", "jupyter", "--volume", "v", "--no-storage"],
        &["launch", "jupyter", "--open", "--no-open"],
        &["import-run", "docker run x", "--set", "VERSION"],
    ] {
        let said = home.slipway(wrong).ended_with(2);
        assert_eq!(said.out, "", "{wrong:?} has no result");
    }
    let failure = home.slipway(&["launch", "--json"]).ended_with(2).failure();
    assert_eq!(failure["exitCode"], 2, "{failure}");
    let help = home.slipway(&["--help"]).ended_with(0).out;
    insta::assert_snapshot!("help", help);
    let help = home.slipway(&["launch", "--help"]).ended_with(0).out;
    insta::assert_snapshot!("help-launch", help);
}

#[tokio::test]
async fn impossible_choices_and_risks_are_code_four() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let refused = |arguments: &[&str]| {
        let all = [&["launch", "slipway/webapp:1"][..], arguments, &["--json"]].concat();
        home.slipway(&all).ended_with(4).failure()
    };
    let failure = refused(&["--port", "99999:8080", "--name", "", "--no-storage"]);
    insta::assert_json_snapshot!("refused", shape(&failure));
    let fields: Vec<&str> = failure["remarks"]
        .as_array()
        .expect("each field")
        .iter()
        .filter_map(|remark| remark["field"].as_str())
        .collect();
    assert!(
        fields.contains(&"name") && fields.contains(&"ports.0.host"),
        "every wrong field is named: {failure}"
    );
    let risky = refused(&["--socket", "--no-storage"]);
    assert!(
        risky["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--accept-risk")),
        "it says how to agree: {risky}"
    );
    let unset = refused(&["--env", "NOBODY_SETS_THIS"]);
    assert_eq!(unset["field"], "advanced.environment", "{unset}");
    assert!(turn.containers().is_empty(), "nothing was made");
    assert!(home.profiles().is_empty(), "nothing was kept");
}

#[tokio::test]
async fn what_is_not_there_is_code_five() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    for missing in [
        &["stop", "nobody"][..],
        &["open", "nobody"],
        &["delete", "nobody", "--yes"],
        &["launch", "jupiter"],
        &["launch", "gone.json"],
        &["command", "gone.toml"],
    ] {
        let said = home.slipway(missing).ended_with(5);
        assert!(!said.err.is_empty(), "{missing:?} says what is missing");
    }
    let near = home.slipway(&["launch", "jupiter"]);
    assert!(near.err.contains("Did you mean jupyter?"), "{}", near.err);
    let arguments = [
        "launch",
        "slipway/nobody-has-this:1",
        "--no-storage",
        "--json",
    ];
    let failure = home.slipway(&arguments).ended_with(5).failure();
    assert_eq!(failure["kind"], "imageNotFound", "{failure}");
    assert!(turn.containers().is_empty(), "nothing is left");
}

#[tokio::test]
async fn an_own_password_comes_from_the_input_and_from_nowhere_else() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let launched = home.slipway_reading(
        &[
            "launch",
            "exasol-ai-lab",
            "--version",
            "6.0.0",
            "--name",
            "own",
            "--port",
            &crate::home::free_port(),
            "--password-stdin",
            "--json",
        ],
        "tide & slip 42\n",
    );
    let lab = launched.value();
    let profile = std::fs::read_to_string(
        home.service
            .home()
            .join("data/slipway/labs")
            .join(&home.profiles()[0]),
    )
    .expect("the profile");
    assert!(!profile.contains("tide"), "no secret in a file");
    assert!(!lab.to_string().contains("tide"), "nor in the answer");
    let environment = turn.inspect("own")["Config"]["Env"].to_string();
    assert!(
        environment.contains("JUPYTER_PASSWORD=tide & slip 42"),
        "the lab has it, without the line break: {environment}"
    );
    let empty = home.slipway(&["launch", "exasol-ai-lab", "--password-stdin"]);
    empty.ended_with(2);
}

#[tokio::test]
async fn a_secret_variable_reaches_the_lab_and_no_file() {
    let turn = turn().await;
    let home = Home::over(turn.bed.docker_host());
    let port = crate::home::free_port();
    let arguments = [
        "launch",
        "slipway/webapp:1",
        "--name",
        "sworn",
        "--no-storage",
        "--port",
        &format!("{port}:8080"),
        "--secret-env",
        "SWORN",
        "--env",
        "OPEN=seen",
        "--json",
    ];
    let mut command = home.command(&arguments);
    let output = command.env("SWORN", "to secrecy 42").output();
    let launched = crate::home::Said::of(output.expect("the program starts"));
    assert_eq!(launched.value()["outcome"], "ready");
    let container = turn.inspect("sworn");
    let environment = container["Config"]["Env"].to_string();
    assert!(
        environment.contains("SWORN=to secrecy 42") && environment.contains("OPEN=seen"),
        "{environment}"
    );
    assert!(
        !container["Config"]["Labels"]
            .to_string()
            .contains("secrecy"),
        "no secret in a label"
    );
    let folder = home.service.home().join("data/slipway/labs");
    let profile = std::fs::read_to_string(folder.join(&home.profiles()[0])).expect("the profile");
    assert!(
        profile.contains("SWORN") && !profile.contains("secrecy"),
        "the profile knows its name and not its value"
    );
}
