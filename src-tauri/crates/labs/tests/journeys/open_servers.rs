//! Servers that a file inside their image opens to everyone. Neither the Config nor the log says so;
//! the server does when it is asked, and its card says it for as long as it runs.

use std::os::unix::fs::PermissionsExt as _;

use slipway_labs::card::{LabCard, LabId, LabState, WarningKind};
use slipway_labs::recipe::SignInKind;

use crate::servers::room_with;
use crate::{Room, browse, docker};

#[tokio::test(flavor = "multi_thread")]
async fn jupyterlab_1_to_4_say_that_a_file_has_opened_them() {
    let images = &[
        "slipway/lab:open-file",
        "slipway/lab3:open-file",
        "slipway/lab2:open-file",
        "slipway/lab1:open-file",
    ];
    let room = room_with(images).await;
    for image in images {
        is_found_open(&room, image).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notebook_5_to_7_say_that_a_file_has_opened_them() {
    let images = &[
        "slipway/notebook5:open-file",
        "slipway/notebook:open-file",
        "slipway/notebook7:open-file",
    ];
    let room = room_with(images).await;
    for image in images {
        is_found_open(&room, image).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_server_says_so_behind_a_certificate_of_its_own_making() {
    let room = room_with(&["slipway/lab:open-https"]).await;
    let lab = launched_for(&room, "slipway/lab:open-https", "0.0.0.0").await;
    assert!(room.last_opened().starts_with("https://"));
    let card = open(&room, &lab).await;
    assert_eq!(warned_of(&card), [WarningKind::OpenWithoutPassword]);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_this_computer_reaches_is_open_and_no_danger() {
    let room = room_with(&["slipway/lab:open-file"]).await;
    let lab = launched_for(&room, "slipway/lab:open-file", "127.0.0.1").await;
    let card = open(&room, &lab).await;
    assert_eq!(warned_of(&card), []);
    assert!(!card.has_password, "there is none to show");

    // What was found belongs to this start: nobody knows what the next one will be.
    room.labs.stop_lab(&lab).await.unwrap();
    let card = room
        .card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    assert_eq!(card.sign_in, SignInKind::Token);
    room.labs.start_lab(&lab).await.unwrap();
    open(&room, &lab).await;
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_runs_before_slipway_does_is_asked_as_well() {
    let room = room_with(&["slipway/lab3:open-file"]).await;
    let lab = launched_for(&room, "slipway/lab3:open-file", "0.0.0.0").await;
    let room = room.restarted().await;
    let card = open(&room, &lab).await;
    assert_eq!(warned_of(&card), [WarningKind::OpenWithoutPassword]);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_somebody_else_s_is_asked_when_it_becomes_a_lab() {
    let room = room_with(&["slipway/lab:hidden"]).await;
    docker(&[
        "create",
        "--name",
        "open-by-json",
        "--publish",
        "0.0.0.0::8888",
        "slipway/lab:hidden",
    ]);
    // The other form of such a file, where it counts more than the one of the image.
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join(".jupyter");
    let file = settings.join("jupyter_server_config.json");
    std::fs::create_dir(&settings).unwrap();
    std::fs::write(
        &file,
        r#"{"IdentityProvider": {"token": ""}, "ServerApp": {"password": ""}}"#,
    )
    .unwrap();
    for (path, mode) in [(&settings, 0o755), (&file, 0o644)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    docker(&[
        "cp",
        &settings.to_string_lossy(),
        "open-by-json:/home/worker/",
    ]);
    docker(&["start", "open-by-json"]);
    let id = docker(&["inspect", "--format", "{{.Id}}", "open-by-json"]);
    let id = slipway_engine::ContainerId(id.trim().to_owned());
    let lab = room.labs.adopt(&id).await.unwrap();
    let card = open(&room, &lab).await;
    assert!(card.adopted);
    assert_eq!(warned_of(&card), [WarningKind::OpenWithoutPassword]);
    docker(&["rm", "--force", "open-by-json"]);
}

/// Launched with everyone on the network let near: it opens, and its card says who is let in.
async fn is_found_open(room: &Room, image: &str) {
    let lab = launched_for(room, image, "0.0.0.0").await;
    let opened = room.last_opened();
    assert!(!opened.contains("token="), "{image}: {opened}");
    let page = browse(&opened).await;
    assert_eq!(page.status, 200, "{image}: {opened}");
    assert!(!page.text().contains("password_input"), "{image}");
    let card = open(room, &lab).await;
    assert_eq!(
        warned_of(&card),
        [WarningKind::OpenWithoutPassword],
        "{image}"
    );
    room.delete(&lab).await;
}

async fn launched_for(room: &Room, image: &str, listen_ip: &str) -> LabId {
    let name = image.trim_start_matches("slipway/").replace(':', "-");
    let mut form = room.small(image, &name).await;
    listen_ip.clone_into(&mut form.listen_ip);
    form.risk_accepted = true;
    room.launched(&form, None).await
}

/// Waits until its card says that it asks nobody.
async fn open(room: &Room, lab: &LabId) -> LabCard {
    room.card(lab, "known to be open", |card| {
        card.state == LabState::Running && card.sign_in == SignInKind::Open
    })
    .await
}

/// What the card warns of, without what is not kept.
fn warned_of(card: &LabCard) -> Vec<WarningKind> {
    let kinds = card.warnings.iter().map(|warning| warning.kind);
    kinds
        .filter(|kind| *kind != WarningKind::WorkNotKept)
        .collect()
}
