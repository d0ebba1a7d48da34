//! Labs of the whole catalogue.
//!
//! Each is a real server, and each test ends at what a person would see: the opened page as it is
//! signed in, or the page that asks for the password. The images are built when the first test asks
//! for them.

use slipway_labs::form::{LaunchForm, StorageKind};
use slipway_labs::launch::{LaunchOutcome, StepKind, StepState};
use slipway_testbed::images;

use crate::{Room, bed, browse, docker};

/// Builds images of the bed that no other test needs.
pub async fn images_of(names: &'static [&'static str]) {
    tokio::task::spawn_blocking(move || {
        bed();
        images::prepare_more(names).unwrap();
    })
    .await
    .unwrap();
}

pub async fn form(room: &Room, image: &str, recipe: &str, name: &str) -> LaunchForm {
    let form = room.form(None, Some(image), name).await;
    assert_eq!(form.recipe.0, recipe, "{image} is known");
    form
}

pub async fn ends(room: &Room, lab: &slipway_labs::card::LabId, name: &str) {
    room.labs
        .delete_lab(lab, &[format!("{name}-vol")])
        .await
        .unwrap_or_else(|problem| panic!("{problem:#?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn marimo_opens_with_a_token_that_slipway_made() {
    images_of(&["marimo-team/marimo:latest"]).await;
    let room = Room::new().await;
    let form = form(&room, "marimo-team/marimo:latest", "marimo", "marimo").await;
    let lab = room.launched(&form, None).await;
    let opened = room.last_opened();
    let (plain, token) = opened
        .split_once("?access_token=")
        .expect("marimo's own name for it");
    let page = browse(&opened).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("<marimo"),
        "marimo itself: {}",
        page.text()
    );
    let asked = browse(plain).await;
    assert!(
        !asked.text().contains("<marimo-"),
        "without the token it asks for it"
    );
    assert_eq!(room.labs.password(&lab).await.unwrap().reveal(), token);
    assert!(
        room.labs
            .masked_texts(&lab)
            .await
            .contains(&token.to_owned())
    );
    let profile = std::fs::read_to_string(room.profiles.join(format!("{}.json", lab.0))).unwrap();
    assert!(!profile.contains(token));

    // The lab keeps its token over a restart of itself and of Slipway.
    room.labs.restart_lab(&lab).await.unwrap();
    let room = room.restarted().await;
    room.card(&lab, "running", |card| {
        card.state == slipway_labs::card::LabState::Running
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    assert_eq!(browse(&room.last_opened()).await.status, 200);
    assert!(room.last_opened().ends_with(token));
    ends(&room, &lab, "marimo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mlflow_gets_the_command_that_its_image_has_not() {
    images_of(&["mlflow/mlflow:latest"]).await;
    let room = Room::new().await;
    let form = form(&room, "mlflow/mlflow:latest", "mlflow", "mlflow").await;
    let lab = room.launched(&form, None).await;
    let page = browse(&room.last_opened()).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("MLflow"), "{}", page.text());
    let kept = docker(&["exec", "mlflow", "ls", "/mlflow"]);
    assert!(
        kept.contains("mlflow.db"),
        "its database is in the kept folder: {kept}"
    );
    ends(&room, &lab, "mlflow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_of_one_s_own_are_known_by_what_they_start_or_expose() {
    images_of(&[
        "slipway/own-streamlit:1",
        "slipway/own-gradio:1",
        "slipway/flask:1",
    ])
    .await;
    let room = Room::new().await;
    // Before the download only the name tells; after it, the Config does.
    let streamlit = form(
        &room,
        "slipway/own-streamlit:1",
        "streamlit",
        "streamlit-app",
    )
    .await;
    let flask = form(&room, "slipway/flask:1", "web-app", "flask-app").await;
    let gradio = form(&room, "slipway/own-gradio:1", "gradio", "gradio-app").await;
    for (mut form, says) in [
        (streamlit, "Streamlit"),
        (gradio, "Gradio answers"),
        (flask, "Flask answers"),
    ] {
        form.storage.kind = StorageKind::Nothing;
        let lab = room.launched(&form, None).await;
        let page = browse(&room.last_opened()).await;
        assert_eq!(page.status, 200, "{says}");
        assert!(page.text().contains(says), "{}", page.text());
        room.delete(&lab).await;
    }
    let again = room
        .form(Some("web-app"), Some("slipway/own-streamlit:1"), "again")
        .await;
    assert_eq!(
        (again.recipe.0.as_str(), again.ports[0].container.as_str()),
        ("streamlit", "8501"),
        "the Config alone tells"
    );
    let again = room
        .form(Some("web-app"), Some("slipway/own-gradio:1"), "again")
        .await;
    assert_eq!(
        (again.recipe.0.as_str(), again.ports[0].container.as_str()),
        ("gradio", "7860"),
        "the Config alone tells"
    );
    let flask = room.form(None, Some("slipway/flask:1"), "again").await;
    assert_eq!(flask.ports[0].container, "8787", "the exposed port");
}

/// A recipe of one's own that does something inside once.
const PREPARED: &str = r#"
id = "prepared"
name = "Prepared"
summary = "A page that is prepared inside"
category = "apps"
icon = "globe"
tint = 1
images = ["slipway/webapp"]
default-version = "1"

[[generations]]
port = 8080
answers = "The app"
path = "/"

[generations.sign-in]
kind = "password"
password-needed = true
made-secrets = ["APP_KEY"]

[generations.ready]
http-path = "/"

[[generations.prepare]]
title = "Write the account down"
command = ["/bin/busybox", "sh", "-c", "echo \"$SLIPWAY_PASSWORD\" >> /account; echo \"$APP_KEY\" >> /account"]

[[generations.prepare]]
title = "Open the doors"
command = ["/bin/busybox", "sh", "-c", "STEP"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_recipe_does_inside_is_done_once() {
    let room = Room::new().await;
    room.labs
        .add_recipe(&PREPARED.replace("STEP", "echo open >> /doors"))
        .await
        .unwrap();
    let form = room.form(Some("prepared"), None, "prepared").await;
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { .. }),
        "{progress:#?}"
    );
    let step = progress
        .steps
        .iter()
        .find(|step| step.kind == StepKind::Prepare);
    assert!(
        step.is_some_and(|step| step.state == StepState::Done),
        "{progress:#?}"
    );
    let password = room.labs.password(&lab).await.unwrap();
    let inside = |file: &str| docker(&["exec", "prepared", "/bin/busybox", "cat", file]);
    let account = inside("/account");
    let lines: Vec<&str> = account.lines().collect();
    assert_eq!(lines.first(), Some(&password.reveal()));
    let key = lines.get(1).copied().unwrap_or_default();
    assert!(key.len() >= 32, "the key that was made: {account}");
    assert!(room.labs.masked_texts(&lab).await.contains(&key.to_owned()));
    let profile = std::fs::read_to_string(room.profiles.join(format!("{}.json", lab.0))).unwrap();
    assert!(!profile.contains(key) && !profile.contains(password.reveal()));

    room.labs.restart_lab(&lab).await.unwrap();
    let room = room.restarted().await;
    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| {
        card.state == slipway_labs::card::LabState::Stopped
    })
    .await;
    room.labs.start_lab(&lab).await.unwrap();
    room.card(&lab, "running", |card| {
        card.state == slipway_labs::card::LabState::Running
    })
    .await;
    assert_eq!(
        inside("/doors").lines().count(),
        1,
        "no start does it again"
    );
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_inside_that_fails_says_which_and_what_it_said() {
    let room = Room::new().await;
    let broken = PREPARED.replace("STEP", "echo no doors here for $SLIPWAY_PASSWORD; exit 3");
    room.labs.add_recipe(&broken).await.unwrap();
    let form = room.form(Some("prepared"), None, "unprepared").await;
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    let LaunchOutcome::Failed { problem, fixes } = &progress.outcome else {
        panic!("{progress:#?}");
    };
    assert_eq!(
        problem.title,
        "“Open the doors” did not work, so the lab cannot be used yet."
    );
    let said = problem.detail.as_deref().unwrap_or_default();
    assert!(
        said.starts_with("no doors here for ") && said.len() < 40,
        "masked: {said}"
    );
    assert_eq!(
        fixes.first().map(|fix| fix.label.as_str()),
        Some("Try again")
    );
    let step = progress
        .steps
        .iter()
        .find(|step| step.kind == StepKind::Prepare);
    assert!(step.is_some_and(|step| step.state == StepState::Bad));
    assert_eq!(
        docker(&["ps", "-aq", "--filter", "name=^unprepared$"]).trim(),
        "",
        "nothing is left"
    );
    room.labs.cancel_launch(&lab).await.unwrap();
}
