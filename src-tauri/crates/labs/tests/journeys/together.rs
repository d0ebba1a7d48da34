//! Two Slipways on one computer, as the window and a command on a terminal are.

use std::time::Duration;

use slipway_labs::card::{LabId, LabState};
use slipway_labs::form::FormSeed;

use crate::{Room, docker};

/// Waits until this Slipway shows nothing of the lab.
async fn gone(room: &Room, lab: &LabId) {
    let mut lists = room.labs.watch();
    let gone = lists.wait_for(|list| list.labs.iter().all(|card| card.id != *lab));
    let gone = tokio::time::timeout(Duration::from_secs(20), gone).await;
    assert!(gone.is_ok(), "still there: {:#?}", room.labs.list());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_the_other_does() {
    let window = Room::new().await;
    let terminal = window.beside().await;
    let form = terminal.small("slipway/webapp:1", "together-web").await;
    let lab = terminal.launched(&form, None).await;
    let running = |card: &slipway_labs::card::LabCard| card.state == LabState::Running;
    window.card(&lab, "running in the window", running).await;
    let file = window.profiles.join(format!("{}.json", lab.0));
    let launched = std::fs::read_to_string(&file).unwrap();

    // A lab that was stopped on purpose is no problem for the other one either.
    terminal.labs.stop_lab(&lab).await.unwrap();
    let stopped = |card: &slipway_labs::card::LabCard| {
        card.state == LabState::Stopped && card.intent.is_none()
    };
    terminal.card(&lab, "stopped", stopped).await;
    window.card(&lab, "stopped in the window", stopped).await;

    window.labs.start_lab(&lab).await.unwrap();
    terminal
        .card(&lab, "running on the terminal", running)
        .await;
    window.labs.open(&lab).await.unwrap();
    let now = std::fs::read_to_string(&file).unwrap();
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for field in ["id", "container", "created", "saved"] {
        assert_eq!(parse(&launched)[field], parse(&now)[field], "{field} stays");
    }

    terminal.delete(&lab).await;
    gone(&window, &lab).await;
    assert!(!file.exists(), "nobody writes the profile again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_that_is_cancelled_by_one_leaves_nothing_with_the_other() {
    let window = Room::new().await;
    let terminal = window.beside().await;
    let form = terminal.small("slipway/slow:1", "together-slow").await;
    let lab = terminal.launch(&form, None).await;
    // It waits for its answer, and the window shows it meanwhile.
    window
        .card(&lab, "seen in the window", |card| card.container.is_some())
        .await;
    terminal.labs.cancel_launch(&lab).await.unwrap();
    gone(&window, &lab).await;
    gone(&terminal, &lab).await;
    assert_eq!(
        docker(&["ps", "-aq", "--filter", "name=together-slow"]).trim(),
        ""
    );
    assert!(
        !window.profiles.join(format!("{}.json", lab.0)).exists(),
        "no profile of a launch that never was a lab"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_is_launched_again_elsewhere_keeps_its_new_choices() {
    let window = Room::new().await;
    let form = window.small("slipway/webapp:1", "together-again").await;
    let lab = window.launched(&form, None).await;
    docker(&["rm", "-f", "together-again"]);
    window
        .card(&lab, "missing", |card| card.state == LabState::Missing)
        .await;
    let terminal = window.beside().await;
    let seed = FormSeed {
        like_lab: Some(lab.0.clone()),
        ..FormSeed::default()
    };
    let mut again = terminal.labs.new_form(seed).await.unwrap();
    again.ports[0].host = crate::free_port(0).to_string();
    let same = terminal.launched(&again, None).await;
    assert_eq!(same, lab, "it is the same lab");
    let address = format!("http://127.0.0.1:{}", again.ports[0].host);
    window
        .card(&lab, "running at its new address", |card| {
            card.state == LabState::Running && card.addresses[0].text == address
        })
        .await;
    let file = window.profiles.join(format!("{}.json", lab.0));
    let saved: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(
        saved["saved"]["form"]["ports"][0]["host"], again.ports[0].host,
        "the window did not put the old choices back"
    );
    window.delete(&lab).await;
}
