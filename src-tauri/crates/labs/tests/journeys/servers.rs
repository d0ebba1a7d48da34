//! Jupyter servers of every generation, set up in ways that no Config shows: each ends at the
//! address that opens it, or where its password is typed.

use slipway_labs::card::{LabId, LabState};
use slipway_labs::form::LaunchForm;
use slipway_labs::recipe::SignInKind;
use slipway_testbed::Answer;

use crate::recipes::images_of;
use crate::{Room, browse, docker, is_signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn jupyterlab_3_and_4_open_at_the_right_address() {
    let room = room_with(&[
        "slipway/lab:base-url",
        "slipway/lab:hidden",
        "slipway/lab3:base-url",
    ])
    .await;
    opens_with_its_token(&room, "slipway/lab:base-url", "/team/one/").await;
    opens_with_its_token(&room, "slipway/lab:hidden", "/pre/fix/").await;
    opens_with_its_token(&room, "slipway/lab3:base-url", "/pre/fix/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jupyterlab_1_and_2_open_at_the_right_address() {
    let room = room_with(&["slipway/lab1:hidden", "slipway/lab2:hidden"]).await;
    opens_with_its_token(&room, "slipway/lab1:hidden", "/pre/fix/").await;
    opens_with_its_token(&room, "slipway/lab2:hidden", "/pre/fix/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notebook_5_6_and_7_open_at_the_right_address() {
    let room = room_with(&[
        "slipway/notebook5:hidden",
        "slipway/notebook:hidden",
        "slipway/notebook7:hidden",
    ])
    .await;
    opens_with_its_token(&room, "slipway/notebook5:hidden", "/pre/fix/").await;
    opens_with_its_token(&room, "slipway/notebook:hidden", "/pre/fix/").await;
    opens_with_its_token(&room, "slipway/notebook7:hidden", "/pre/fix/").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_with_a_certificate_of_their_own_making_open_over_https() {
    let room = room_with(&["slipway/lab:https", "slipway/lab1:https"]).await;
    opens_over_https(&room, "slipway/lab:https").await;
    opens_over_https(&room, "slipway/lab1:https").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn open_servers_open_and_are_known_to_be_open() {
    let room = room_with(&["slipway/lab:open", "slipway/notebook5:open"]).await;
    for image in ["slipway/lab:open", "slipway/notebook5:open"] {
        let (_, lab) = launched(&room, image).await;
        let page = browse(&room.last_opened()).await;
        assert!(
            is_signed_in(&page) || is_classic(&page),
            "{image}: it needs nothing"
        );
        let card = room
            .card(&lab, "running", |card| card.state == LabState::Running)
            .await;
        assert_eq!(card.sign_in, SignInKind::Open, "{image}: and that is known");
        room.delete(&lab).await;
    }
}

/// A room whose engine has these images: what they are stands in their Config alone.
pub async fn room_with(images: &'static [&'static str]) -> Room {
    images_of(images).await;
    for image in images {
        docker(&["pull", "--quiet", image]);
    }
    Room::new().await
}

/// Launched by its name, which says nothing.
pub async fn launched(room: &Room, image: &str) -> (LaunchForm, LabId) {
    let name = image.trim_start_matches("slipway/").replace(':', "-");
    let form = room.small(image, &name).await;
    assert_eq!(
        form.recipe.0, "any-jupyter",
        "{image} is known as a Jupyter"
    );
    let lab = room.launched(&form, None).await;
    (form, lab)
}

/// Servers that ask are not taken for open ones.
async fn is_not_open(room: &Room, lab: &LabId, image: &str) {
    let card = room
        .card(lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_ne!(card.sign_in, SignInKind::Open, "{image}");
}

/// The address has the server's base URL and its token, and the server lets nobody in without it.
async fn opens_with_its_token(room: &Room, image: &str, path: &str) {
    let (_, lab) = launched(room, image).await;
    let opened = room.last_opened();
    assert!(opened.contains(path), "{image}: {opened}");
    assert!(opened.contains("token="), "{image}: {opened}");
    let page = browse(&opened).await;
    assert!(
        is_signed_in(&page) || is_classic(&page),
        "{image}: {opened} {}",
        page.status
    );
    let plain = opened.split('?').next().unwrap_or_default();
    let asked = browse(plain).await;
    assert!(
        asked.text().contains("password_input"),
        "{image}: without its token it asks"
    );
    is_not_open(room, &lab, image).await;
    room.delete(&lab).await;
}

async fn opens_over_https(room: &Room, image: &str) {
    let (form, lab) = launched(room, image).await;
    let opened = room.last_opened();
    let port = &form.ports[0].host;
    assert!(
        opened.starts_with(&format!("https://127.0.0.1:{port}/")),
        "{image}: {opened}"
    );
    let page = docker(&[
        "exec",
        &form.name,
        "wget",
        "--no-check-certificate",
        "--quiet",
        "--output-document=-",
        &opened.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:8888"),
    ]);
    assert!(
        page.contains("jupyter-config-data"),
        "{image}: signed in over https: {page}"
    );
    is_not_open(room, &lab, image).await;
    room.delete(&lab).await;
}

/// The classic Notebook has a list of files in the place of JupyterLab's settings.
fn is_classic(page: &Answer) -> bool {
    page.status == 200 && page.text().contains("notebook_list")
}
