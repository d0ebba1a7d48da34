//! Containers of somebody else's as labs.

use slipway_labs::card::LabState;
use slipway_labs::form::{FormSeed, StorageKind};

use crate::{Room, browse, docker, is_signed_in};

const JUPYTER: &str = "quay.io/jupyter/all-spark-notebook:latest";

/// What must not change while Slipway has it: everything but its life.
fn made_with(container: &str) -> String {
    docker(&[
        "inspect",
        "--format",
        "{{.Id}} {{.Name}} {{.Created}} {{json .Config}} {{json .HostConfig}} {{json .Mounts}}",
        container,
    ])
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "one journey, told from its beginning to its end"
)]
async fn a_jupyter_of_somebody_else_s_becomes_a_lab_and_stays_what_it_is() {
    let room = Room::new().await;
    docker(&["pull", JUPYTER]);
    docker(&[
        "run",
        "-d",
        "--name",
        "adopt-me",
        "-p",
        "127.0.0.1::8888",
        "-v",
        "adopt-vol:/home/jovyan/work",
        "-e",
        "JUPYTER_TOKEN=adopted-and-secret",
        "-e",
        "GREETING=hello",
        "--memory",
        "1g",
        JUPYTER,
    ]);
    let before = made_with("adopt-me");
    let id = docker(&["inspect", "--format", "{{.Id}}", "adopt-me"]);
    let id = slipway_engine::ContainerId(id.trim().to_owned());

    let preview = room.labs.preview_adopt(&id).await.unwrap();
    assert_eq!(preview.name, "adopt-me");
    assert!(
        preview.keeps.iter().any(|line| line.contains("adopt-vol")),
        "{preview:#?}"
    );
    assert!(
        preview
            .limits
            .iter()
            .any(|line| line.contains("JUPYTER_TOKEN")),
        "{preview:#?}"
    );
    let listed = |room: &Room| {
        room.labs
            .list()
            .labs
            .iter()
            .any(|card| card.name == "adopt-me")
    };
    assert!(!listed(&room), "a look makes nothing");

    let lab = room.labs.adopt(&id).await.unwrap();
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert!(card.adopted);
    assert_eq!(
        (card.kept, card.kept_in.as_str()),
        (StorageKind::Volume, "adopt-vol")
    );
    let file = room.profiles.join(format!("{}.json", lab.0));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("GREETING") && text.contains("JUPYTER_TOKEN"));
    assert!(!text.contains("adopted-and-secret"), "{text}");
    assert_eq!(
        room.labs.adopt(&id).await.unwrap_err().title,
        "adopt-me is a lab already."
    );

    room.labs.open(&lab).await.unwrap();
    let page = browse(&room.last_opened()).await;
    assert!(is_signed_in(&page), "{} {}", page.status, page.text());

    let mut like = room
        .labs
        .new_form(FormSeed {
            like_lab: Some(lab.0.clone()),
            ..FormSeed::default()
        })
        .await
        .unwrap();
    assert_eq!(like.advanced.memory, "1g");
    assert_eq!(
        (like.listen_ip.as_str(), like.ports[0].host.as_str()),
        ("127.0.0.1", "")
    );
    like.advanced.environment.retain(|row| row.secret);
    assert_eq!(like.advanced.environment[0].name, "JUPYTER_TOKEN");

    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    room.labs.start_lab(&lab).await.unwrap();
    let room = room.restarted().await;
    room.card(&lab, "running again", |card| {
        card.state == LabState::Running
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    let page = browse(&room.last_opened()).await;
    assert!(is_signed_in(&page), "after a restart, on another port");

    assert!(room.labs.preview_delete(&lab).await.unwrap().adopted);
    room.labs.forget_lab(&lab).await.unwrap();
    assert!(!file.exists());
    assert_eq!(made_with("adopt-me"), before, "nothing of it was touched");
    assert_eq!(
        docker(&["inspect", "--format", "{{.State.Running}}", "adopt-me"]).trim(),
        "true"
    );
    let room = room.restarted().await;
    assert!(!listed(&room), "forgotten for good");
    docker(&["rm", "-f", "adopt-me"]);
    docker(&["volume", "rm", "adopt-vol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_of_slipway_s_own_is_not_just_forgotten() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "own-web").await;
    let lab = room.launched(&form, None).await;
    let problem = room.labs.forget_lab(&lab).await.unwrap_err();
    assert_eq!(problem.title, "own-web cannot just be forgotten.");
    room.delete(&lab).await;
}
