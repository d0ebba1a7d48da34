//! Apps that show data to others: Superset, which is empty until it was prepared.

use slipway_labs::card::LabState;
use slipway_labs::form::SignInChoice;
use slipway_labs::launch::{StepKind, StepState};
use slipway_labs::recipe::SignInKind;
use slipway_testbed::{Answer, http_request};

use crate::recipes::{ends, form, images_of};
use crate::{Room, browse, docker};

#[tokio::test(flavor = "multi_thread")]
async fn superset_takes_the_password_that_was_typed() {
    let image = "apache/superset:latest";
    images_of(&["apache/superset:latest"]).await;
    let room = Room::new().await;
    let mut form = form(&room, image, "superset", "superset").await;
    form.sign_in = SignInChoice::Own;
    let lab = room.launch(&form, Some("tide & slip 42")).await;
    let progress = room.outcome(&lab).await;
    let prepared = progress
        .steps
        .iter()
        .find(|step| step.kind == StepKind::Prepare);
    assert!(
        prepared.is_some_and(|step| step.state == StepState::Done),
        "{progress:#?}"
    );
    let opened = room.last_opened();
    let page = browse(&opened).await;
    assert_eq!(page.status, 200, "{opened}");
    assert!(page.text().contains("Superset"), "{}", page.text());

    let (origin, _) = opened.split_once("/login/").expect("its own page");
    assert_eq!(signed_in(origin, "tide & slip 42").await.status, 200);
    assert_eq!(signed_in(origin, "admin").await.status, 401);
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(card.sign_in, SignInKind::Password);
    assert_eq!(card.user.as_deref(), Some("admin"));
    let kept = docker(&["exec", "superset", "ls", "/app/superset_home"]);
    assert!(
        kept.contains("superset.db"),
        "its database is in the kept folder: {kept}"
    );
    ends(&room, &lab, "superset").await;
}

/// Asks Superset for a token as its admin.
async fn signed_in(origin: &str, password: &str) -> Answer {
    let address = format!("{origin}/api/v1/security/login");
    let body = serde_json::json!({
        "username": "admin",
        "password": password,
        "provider": "db",
        "refresh": false,
    });
    tokio::task::spawn_blocking(move || {
        let headers = [("content-type", "application/json")];
        http_request("POST", &address, &headers, body.to_string().as_bytes()).unwrap()
    })
    .await
    .unwrap()
}
