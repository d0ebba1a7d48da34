//! What is folded away, on a real engine: the same container as `docker run` makes, secrets that
//! stay secret, and programs that do their work and end.

use serde_json::Value;
use slipway_labs::card::LabState;
use slipway_labs::form::{
    FormSeed, LaunchForm, MountKind, MountRow, NetworkJoin, RestartChoice, RestartRow,
    TypedSecrets, VariableRow,
};
use slipway_labs::launch::{LaunchOutcome, StepKind};
use slipway_labs::problem::ProblemKind;

use crate::{Room, docker};

const SECRET: &str = "sesame-4711-open";

fn variable(name: &str, value: &str, secret: bool) -> VariableRow {
    VariableRow {
        name: name.into(),
        value: value.into(),
        secret,
    }
}

fn typed(secret: &str) -> TypedSecrets {
    TypedSecrets {
        variables: [("API_TOKEN".to_owned(), secret.to_owned())].into(),
        ..TypedSecrets::default()
    }
}

/// What `docker inspect` shows of a container, without what is its own: name, times, our labels.
fn inspected(name: &str) -> Value {
    let mut shown: Vec<Value> = serde_json::from_str(&docker(&["inspect", name])).unwrap();
    let mut shown = shown.remove(0);
    if let Some(labels) = shown["Config"]["Labels"].as_object_mut() {
        labels.retain(|label, _| !label.starts_with("io.slipway."));
    }
    for (part, own) in [("Config", "Hostname"), ("HostConfig", "ConsoleSize")] {
        if let Some(part) = shown[part].as_object_mut() {
            part.remove(own);
        }
    }
    if let Some(environment) = shown["Config"]["Env"].as_array_mut() {
        environment.sort_by_key(ToString::to_string);
    }
    let ports = shown["HostConfig"]["PortBindings"].as_object_mut();
    for binding in ports.into_iter().flat_map(|ports| ports.values_mut()) {
        binding[0]["HostPort"] = Value::Null;
    }
    let mut compared = serde_json::json!({
        "Config": shown["Config"],
        "HostConfig": shown["HostConfig"],
        "Path": shown["Path"],
        "Args": shown["Args"],
        "Mounts": shown["Mounts"],
        "Networks": shown["NetworkSettings"]["Networks"].as_object().unwrap().keys().collect::<Vec<_>>(),
    });
    drop_empty(&mut compared);
    compared
}

/// Absent, null, empty, false and zero mean the same; -1 is the client's word for "not set".
fn drop_empty(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("MemorySwappiness");
            object.values_mut().for_each(drop_empty);
            object.retain(|_, inner| match inner {
                Value::Null | Value::Bool(false) => false,
                Value::Number(number) => number.as_i64() != Some(0),
                Value::String(text) => !text.is_empty(),
                Value::Array(list) => !list.is_empty(),
                _ => true,
            });
        }
        Value::Array(list) => list.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

/// Every file of a folder and of those in it.
fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn with_everything(form: &mut LaunchForm) {
    let advanced = &mut form.advanced;
    advanced.environment = vec![
        variable("MODE", "fast", false),
        variable("API_TOKEN", "", true),
    ];
    advanced.mounts = vec![
        MountRow {
            source: "options-data".into(),
            target: "/extra".into(),
            ..MountRow::default()
        },
        MountRow {
            kind: MountKind::Memory,
            target: "/scratch".into(),
            size: "64m".into(),
            ..MountRow::default()
        },
    ];
    advanced.working_folder = "/extra".into();
    advanced.command = "/webapp".into();
    advanced.memory = "256m".into();
    advanced.cpus = "0.5".into();
    advanced.shared_memory = "128m".into();
    advanced.restart = RestartRow {
        choice: RestartChoice::OnFailure,
        retries: "3".into(),
    };
    advanced.network = NetworkJoin {
        name: "options-net".into(),
        create: true,
        aliases: vec!["api".into()],
    };
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "one journey, told from its beginning to its end"
)]
async fn a_lab_with_everything_is_the_container_that_docker_run_makes() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "options-all").await;
    with_everything(&mut form);
    let launched = room.labs.launch(form.clone(), typed(SECRET)).await;
    let lab = launched.unwrap_or_else(|problem| panic!("{problem:#?}"));
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { .. }),
        "{progress:#?}"
    );
    docker(&[
        "run",
        "--detach",
        "--name",
        "options-theirs",
        "--publish",
        "127.0.0.1::8080",
        "--env",
        "MODE=fast",
        "--env",
        &format!("API_TOKEN={SECRET}"),
        "--volume",
        "options-data:/extra",
        "--tmpfs",
        "/scratch:size=67108864",
        "--workdir",
        "/extra",
        "--memory",
        "256m",
        "--cpus",
        "0.5",
        "--shm-size",
        "128m",
        "--restart",
        "on-failure:3",
        "--network",
        "options-net",
        "--network-alias",
        "api",
        "slipway/webapp:1",
        "/webapp",
    ]);
    let show = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let (mine, theirs) = (inspected("options-all"), inspected("options-theirs"));
    docker(&["rm", "--force", "options-theirs"]);
    assert_eq!(show(&mine), show(&theirs));

    // The secret is in the container's environment, in the vault, and nowhere else.
    let labels = docker(&[
        "inspect",
        "--format",
        "{{json .Config.Labels}}",
        "options-all",
    ]);
    assert!(labels.contains("API_TOKEN") && !labels.contains(SECRET));
    for file in files_below(&room.profiles) {
        let text = std::fs::read(&file).unwrap();
        assert!(
            !String::from_utf8_lossy(&text).contains(SECRET),
            "{}",
            file.display()
        );
    }
    let progress = room.labs.watch_launch(&lab).unwrap().borrow().clone();
    assert!(!serde_json::to_string(&*progress).unwrap().contains(SECRET));
    assert!(
        !serde_json::to_string(&*room.labs.list())
            .unwrap()
            .contains(SECRET)
    );
    assert!(
        room.labs
            .masked_texts(&lab)
            .await
            .contains(&SECRET.to_owned())
    );

    // Another like it need not be told the secret again.
    let seed = FormSeed {
        like_lab: Some(lab.0.clone()),
        ..FormSeed::default()
    };
    let like = room.labs.new_form(seed).await.unwrap();
    let checked = room.labs.check(&like, &TypedSecrets::default()).await;
    assert_eq!(checked.gate, None, "{:#?}", checked.notes);
    assert!(!serde_json::to_string(&checked).unwrap().contains(SECRET));
    let second = room.launched(&like, None).await;
    let card = room
        .card(&second, "there", |card| card.container.is_some())
        .await;
    let environment = docker(&[
        "inspect",
        "--format",
        "{{json .Config.Env}}",
        &card.container.unwrap().0,
    ]);
    assert!(environment.contains(&format!("API_TOKEN={SECRET}")));

    room.delete(&second).await;
    assert!(
        docker(&["network", "ls", "-q", "--filter", "name=options-net"]).trim() != "",
        "the first lab is still on the network"
    );
    room.delete(&lab).await;
    assert_eq!(
        docker(&["network", "ls", "-q", "--filter", "name=options-net"]).trim(),
        ""
    );
    let entry = format!("lab/{}/variable/API_TOKEN", lab.0);
    assert!(
        room.vault.find(&entry).await.is_none(),
        "secrets go with the lab"
    );
    docker(&["volume", "rm", "options-data"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_launch_leaves_no_network_and_asks_for_no_secret_again() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "options-fails").await;
    form.advanced.environment = vec![variable("API_TOKEN", "", true)];
    form.advanced.command = "/bin/busybox sh -c 'echo my $API_TOKEN; exit 3'".into();
    form.advanced.network = NetworkJoin {
        name: "options-lost".into(),
        create: true,
        aliases: Vec::new(),
    };
    let lab = room.labs.launch(form.clone(), typed(SECRET)).await.unwrap();
    let progress = room.outcome(&lab).await;
    let LaunchOutcome::Failed { problem, .. } = &progress.outcome else {
        panic!("{progress:#?}");
    };
    assert_eq!(problem.kind, ProblemKind::ExitedAtOnce);
    assert!(!format!("{problem:?}").contains(SECRET), "{problem:#?}");
    assert_eq!(
        docker(&["network", "ls", "-q", "--filter", "name=options-lost"]).trim(),
        ""
    );
    let checked = room.labs.check(&form, &TypedSecrets::default()).await;
    assert_eq!(checked.gate, None, "{:#?}", checked.notes);
    room.labs.cancel_launch(&lab).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_needs_more_memory_than_its_limit_says_so() {
    let room = Room::new().await;
    let mut form = room.small("slipway/hungry:1", "options-hungry").await;
    form.advanced.memory = "32m".into();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    let LaunchOutcome::Failed { problem, fixes } = &progress.outcome else {
        panic!("{progress:#?}");
    };
    assert_eq!(problem.kind, ProblemKind::OutOfMemory, "{problem:#?}");
    assert!(
        problem.message.starts_with("It may use 33.5 MB"),
        "{problem:#?}"
    );
    let free = fixes[0].form.as_ref().unwrap();
    assert!(free.advanced.memory.is_empty(), "{fixes:#?}");
    room.labs.cancel_launch(&lab).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_page_does_its_work_and_ends() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "options-once").await;
    form.ports.clear();
    form.advanced.command = "/bin/busybox echo 42 rows written".into();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert_eq!(
        progress.outcome,
        LaunchOutcome::Finished {
            output: vec!["42 rows written".to_owned()]
        }
    );
    assert!(
        progress
            .steps
            .iter()
            .all(|step| step.kind != StepKind::Open)
    );
    let card = room
        .card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    assert!(
        card.problem.is_none() && card.addresses.is_empty(),
        "{card:#?}"
    );
    let before = card.stopped;
    room.labs.start_lab(&lab).await.unwrap();
    let card = room
        .card(&lab, "stopped again", |card| {
            card.state == LabState::Stopped && card.intent.is_none() && card.stopped > before
        })
        .await;
    assert!(card.problem.is_none(), "{card:#?}");
    room.delete(&lab).await;

    // One that removes itself is gone, and can be launched again as it was.
    form.advanced.remove_when_stopped = true;
    form.advanced.command = "/bin/busybox sh -c 'echo 43 rows; sleep 1'".into();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Finished { .. }),
        "{progress:#?}"
    );
    room.card(&lab, "gone", |card| card.state == LabState::Missing)
        .await;
    let again = room.launch(&form, None).await;
    assert_eq!(again, lab, "it is the same lab");
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Finished { .. }),
        "{progress:#?}"
    );
    room.card(&lab, "gone again", |card| card.state == LabState::Missing)
        .await;
    room.delete(&lab).await;

    // And one that goes on is simply running.
    form.advanced.remove_when_stopped = false;
    form.advanced.command = "/bin/busybox sleep 600".into();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(
            progress.outcome,
            LaunchOutcome::Ready {
                shown: None,
                opened: false,
                open_problem: None
            }
        ),
        "{progress:#?}"
    );
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_without_graphics_cards_says_what_to_do() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "options-gpu").await;
    form.advanced.gpu.choice = slipway_labs::form::GpuChoice::All;
    let refused = room.labs.check_gpu(&form).await.unwrap_err();
    assert_eq!(
        refused.title,
        "This engine cannot give graphics cards to labs."
    );
    assert!(refused.hint.unwrap().contains("NVIDIA Container Toolkit"));
    assert!(
        refused
            .detail
            .unwrap()
            .contains("could not select device driver")
    );
    let left = docker(&["ps", "-aq", "--filter", "label=io.slipway.try"]);
    assert_eq!(left.trim(), "", "the look leaves nothing behind");
    let refused = room
        .labs
        .launch(form, TypedSecrets::default())
        .await
        .unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("advanced.gpu"));
}
