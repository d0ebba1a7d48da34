//! Labs over time: stopped, started, lost, damaged, gone.

use std::time::Duration;

use slipway_labs::card::{Intent, LabState};
use slipway_labs::form::FormSeed;
use slipway_labs::problem::ProblemKind;

use crate::{Room, docker};

#[tokio::test(flavor = "multi_thread")]
async fn stop_and_start_keep_the_container() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "keep-web").await;
    let lab = room.launched(&form, None).await;
    let running = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    let container = running.container.clone().unwrap();

    let mut lists = room.labs.watch();
    let stop = room.labs.stop_lab(&lab);
    let sees_intent = lists.wait_for(|list| {
        list.labs
            .iter()
            .any(|card| card.id == lab && card.intent == Some(Intent::Stop))
    });
    let (stopped, seen) = tokio::join!(stop, async {
        tokio::time::timeout(Duration::from_secs(5), sees_intent)
            .await
            .is_ok()
    });
    stopped.unwrap();
    assert!(seen, "the intent is shown at once");
    let card = room
        .card(&lab, "stopped", |card| {
            card.state == LabState::Stopped && card.intent.is_none()
        })
        .await;
    assert!(card.stopped.is_some() && card.started.is_none());
    let problem = room.labs.open(&lab).await.unwrap_err();
    assert!(problem.title.contains("not running"), "{problem:#?}");

    room.labs.start_lab(&lab).await.unwrap();
    let card = room
        .card(&lab, "running", |card| {
            card.state == LabState::Running && card.intent.is_none()
        })
        .await;
    assert_eq!(
        card.container,
        Some(container),
        "its own container, never a new one"
    );
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_stands_on_the_card() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "port-card").await;
    let port = form.ports[0].host.clone();
    let lab = room.launched(&form, None).await;
    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    docker(&[
        "run",
        "-d",
        "--name",
        "port-card-thief",
        "-p",
        &format!("127.0.0.1:{port}:8080"),
        "slipway/webapp:1",
    ]);
    let problem = room.labs.start_lab(&lab).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::PortTaken, "{problem:#?}");
    assert!(problem.message.contains("port-card-thief"), "{problem:#?}");
    let card = room
        .card(&lab, "a problem", |card| card.state == LabState::Problem)
        .await;
    assert_eq!(card.problem, Some(problem));
    assert_eq!(card.intent, None);
    docker(&["rm", "-f", "port-card-thief"]);
    room.labs.start_lab(&lab).await.unwrap();
    room.card(&lab, "running", |card| {
        card.state == LabState::Running && card.problem.is_none()
    })
    .await;
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_profile_is_rebuilt_and_a_damaged_one_is_left_alone() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "lost-profile").await;
    let lab = room.launched(&form, None).await;
    let file = room.profiles.join(format!("{}.json", lab.0));
    let before: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let room = room.restarted().await;
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(card.name, "lost-profile");
    let after: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(before["saved"], after["saved"], "rebuilt from the labels");

    // Half a file: reported, never overwritten, and the lab works from its labels.
    let half = "{ \"version\": 1, \"id\": \"lost";
    std::fs::write(&file, half).unwrap();
    let room = room.restarted().await;
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(card.name, "lost-profile");
    let unreadable = room.labs.list().unreadable.clone();
    assert_eq!(unreadable.len(), 1);
    assert_eq!(unreadable[0].kind, ProblemKind::ProfileUnreadable);
    room.labs.stop_lab(&lab).await.unwrap();
    room.delete(&lab).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), half);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_container_leaves_a_lab_that_can_be_launched_again() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "missing-web").await;
    let lab = room.launched(&form, None).await;
    docker(&["rm", "-f", "missing-web"]);
    room.card(&lab, "missing", |card| card.state == LabState::Missing)
        .await;
    let problem = room.labs.start_lab(&lab).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Gone);

    let seed = FormSeed {
        like_lab: Some(lab.0.clone()),
        ..FormSeed::default()
    };
    let again = room.labs.new_form(seed).await.unwrap();
    assert_eq!(again.name, "missing-web", "the same lab again");
    assert_eq!(room.launched(&again, None).await, lab);
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(
        room.labs
            .list()
            .labs
            .iter()
            .filter(|card| card.name == "missing-web")
            .count(),
        1
    );

    // Another like a lab that is there gets a name and a port of its own.
    let seed = FormSeed {
        like_lab: Some(lab.0.clone()),
        ..FormSeed::default()
    };
    let other = room.labs.new_form(seed).await.unwrap();
    assert_ne!(other.name, again.name);
    assert_ne!(other.ports[0].host, again.ports[0].host);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_try_out_shows_what_hello_world_says() {
    let room = Room::new().await;
    let said = room
        .labs
        .try_engine()
        .await
        .unwrap_or_else(|problem| panic!("{problem:#?}"));
    assert!(said.to_lowercase().contains("hello"), "{said}");
    assert_eq!(
        docker(&["ps", "-aq", "--filter", "label=io.slipway.try"]).trim(),
        "",
        "nothing is left behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_stopped_with_another_program_is_just_stopped() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "killed-web").await;
    let lab = room.launched(&form, None).await;
    docker(&["kill", "killed-web"]);
    let card = room
        .card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    assert!(card.started.is_none() && card.problem.is_none());
    room.delete(&lab).await;
}
