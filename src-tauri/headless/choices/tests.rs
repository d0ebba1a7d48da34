use clap::Parser as _;
use slipway_labs::form::{
    Advanced, GpuChoice, LaunchForm, PortRow, RestartChoice, SignInChoice, StorageKind, StorageRow,
    UserRow,
};
use slipway_labs::recipe::RecipeId;

use super::apply;
use crate::headless::arguments::{Arguments, Choices, Command};
use crate::headless::failure::Exit;

fn choices(arguments: &[&str]) -> Choices {
    let all = ["slipway", "launch", "jupyter"].iter().chain(arguments);
    match Arguments::try_parse_from(all)
        .expect("it can be typed so")
        .command
    {
        Some(Command::Launch(launch)) => launch.choices,
        other => panic!("{other:?} is no launch"),
    }
}

fn form() -> LaunchForm {
    let row = |host: &str, container: &str| PortRow {
        host: host.to_owned(),
        container: container.to_owned(),
        listen_ip: String::new(),
        protocol: "tcp".to_owned(),
        purpose: String::new(),
    };
    LaunchForm {
        recipe: RecipeId("jupyter".to_owned()),
        name: "Notebooks".to_owned(),
        image: "jupyter/scipy-notebook".to_owned(),
        version: "latest".to_owned(),
        listen_ip: "127.0.0.1".to_owned(),
        ports: vec![row("8888", "8888"), row("4040", "4040")],
        storage: StorageRow {
            kind: StorageKind::Volume,
            volume: "notebooks-work".to_owned(),
            folder: String::new(),
            target: "/home/jovyan".to_owned(),
        },
        docker_control: false,
        risk_accepted: false,
        sign_in: SignInChoice::FromImage,
        user: UserRow {
            mapped: false,
            uid: "1000".to_owned(),
            gid: "1000".to_owned(),
        },
        advanced: Advanced::default(),
    }
}

fn applied(arguments: &[&str], generic: bool) -> LaunchForm {
    let outcome = apply(&choices(arguments), form(), generic, |_| None);
    outcome.expect("these choices have a place").0
}

fn port_rows(form: &LaunchForm) -> Vec<String> {
    let row = |row: &PortRow| {
        format!(
            "{}|{}:{}/{}",
            row.listen_ip, row.host, row.container, row.protocol
        )
    };
    form.ports.iter().map(row).collect()
}

#[test]
fn without_choices_the_form_stays_as_it_was() {
    assert_eq!(applied(&[], false), form());
}

#[test]
fn ports_find_their_row() {
    let rows = |arguments: &[&str], generic| port_rows(&applied(arguments, generic));
    assert_eq!(
        rows(&["--port", "9000"], false),
        ["|9000:8888/tcp", "|4040:4040/tcp"],
        "a number alone is the page's"
    );
    assert_eq!(
        rows(&["--port", "9000", "--port", "9001"], false),
        ["|9000:8888/tcp", "|9001:4040/tcp"],
        "the second number is the second port's"
    );
    assert_eq!(
        rows(&["--port", "9001:4040"], false),
        ["|8888:8888/tcp", "|9001:4040/tcp"]
    );
    assert_eq!(
        rows(
            &["--port", "0.0.0.0:53:53/udp", "--port", "[::1]:9000:8888"],
            false
        ),
        ["::1|9000:8888/tcp", "|4040:4040/tcp", "0.0.0.0|53:53/udp"]
    );
    assert_eq!(
        rows(&["--port", "8080:80"], true),
        ["|8080:80/tcp", "|4040:4040/tcp"],
        "where the page's port was a guess, the person knows better"
    );
    assert_eq!(
        rows(&["--port", "4041-4043:4041-4043"], false)[2],
        "|4041-4043:4041-4043/tcp"
    );
}

#[test]
fn a_port_that_leads_nowhere_is_refused() {
    let typed = choices(&["--port", "1", "--port", "2", "--port", "3"]);
    let failure = apply(&typed, form(), false, |_| None)
        .err()
        .expect("there are two ports");
    assert_eq!(failure.exit, Exit::Usage);
    assert!(
        failure
            .problem
            .hint
            .is_some_and(|hint| hint.contains("3:8080")),
        "it says how to write it"
    );
}

#[test]
fn every_choice_reaches_its_field() {
    let form = applied(
        &[
            "--name",
            "Mine",
            "--listen",
            "0.0.0.0",
            "--volume",
            "my-vol",
            "--target",
            "/work",
            "--socket",
            "--accept-risk",
            "--password-stdin",
            "--memory",
            "2g",
            "--cpus",
            "1.5",
            "--gpus",
            "device=0,2",
            "--network",
            "lab-net",
            "--restart",
            "on-failure:3",
            "--rm",
            "--platform",
            "linux/amd64",
            "--workdir",
            "/srv",
            "--command",
            "-c 'sleep 1'",
        ],
        false,
    );
    assert_eq!(
        (form.name.as_str(), form.listen_ip.as_str()),
        ("Mine", "0.0.0.0")
    );
    assert_eq!(form.storage.kind, StorageKind::Volume);
    assert_eq!(
        (form.storage.volume.as_str(), form.storage.target.as_str()),
        ("my-vol", "/work")
    );
    assert!(form.docker_control && form.risk_accepted);
    assert_eq!(form.sign_in, SignInChoice::Own);
    let advanced = &form.advanced;
    assert_eq!(
        (advanced.memory.as_str(), advanced.cpus.as_str()),
        ("2g", "1.5")
    );
    assert_eq!(advanced.gpu.choice, GpuChoice::Chosen);
    assert_eq!(advanced.gpu.devices, "0,2");
    assert_eq!(advanced.network.name, "lab-net");
    assert_eq!(advanced.restart.choice, RestartChoice::OnFailure);
    assert_eq!(advanced.restart.retries, "3");
    assert!(advanced.remove_when_stopped);
    assert_eq!(advanced.platform, "linux/amd64");
    assert_eq!(advanced.working_folder, "/srv");
    assert_eq!(advanced.command, "-c 'sleep 1'");
}

#[test]
fn folders_are_taken_from_here() {
    let form = applied(&["--folder", "work"], false);
    assert_eq!(form.storage.kind, StorageKind::Folder);
    let here = std::env::current_dir().expect("tests run in a folder");
    assert_eq!(form.storage.folder, here.join("work").to_string_lossy());
    let form = applied(&["--no-storage"], false);
    assert_eq!(form.storage.kind, StorageKind::Nothing);
    assert!(
        Arguments::try_parse_from(["slipway", "launch", "x", "--no-storage", "--volume", "v"])
            .is_err(),
        "work is kept in one place"
    );
}

#[test]
fn variables_come_from_here_and_secrets_stay_beside_the_form() {
    let here = |name: &str| (name == "TOKEN").then(|| "from here".to_owned());
    let typed = choices(&["--env", "A=b=c", "--env", "TOKEN", "--secret-env", "TOKEN"]);
    let (form, secrets) = apply(&typed, form(), false, here).expect("both are set");
    let rows: Vec<(&str, &str, bool)> = form
        .advanced
        .environment
        .iter()
        .map(|row| (row.name.as_str(), row.value.as_str(), row.secret))
        .collect();
    assert_eq!(
        rows,
        [("A", "b=c", false), ("TOKEN", "", true)],
        "the last one of a name stays, and a secret's value is not in the form"
    );
    assert_eq!(secrets.variables["TOKEN"], "from here");

    let typed = choices(&["--env", "NOWHERE"]);
    let failure = apply(&typed, super::tests::form(), false, here)
        .err()
        .expect("it is not set");
    assert_eq!(failure.exit, Exit::Refused);
    let typed = choices(&["--secret-env", "TOKEN=shown"]);
    let failure = apply(&typed, super::tests::form(), false, here)
        .err()
        .expect("it would be seen");
    assert_eq!(failure.exit, Exit::Usage);
}
