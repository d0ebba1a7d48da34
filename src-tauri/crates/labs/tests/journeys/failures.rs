//! Launches that do not get to the end: nothing is left behind, and everything is said.

use std::time::Duration;

use slipway_labs::card::LabState;
use slipway_labs::form::{PortRow, StorageKind};
use slipway_labs::launch::{LaunchFix, LaunchOutcome, LaunchProgress, StepKind, StepState};
use slipway_labs::problem::{Problem, ProblemKind};

use crate::{Room, bed, docker, free_port};

fn failure(progress: &LaunchProgress) -> (Problem, Vec<LaunchFix>) {
    match &progress.outcome {
        LaunchOutcome::Failed { problem, fixes } => (problem.clone(), fixes.clone()),
        other => panic!("the launch should have failed: {other:?}"),
    }
}

/// Tests that slow the registry down, or need an image not to be here, go one after the other.
static DOWNLOADS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A free port of this computer for a page on 8080.
fn web_port() -> PortRow {
    PortRow {
        listen_ip: String::new(),
        host: free_port(0).to_string(),
        container: "8080".into(),
        protocol: "tcp".into(),
        purpose: String::new(),
    }
}

fn leaves_nothing(name: &str) {
    assert_eq!(
        docker(&["ps", "-aq", "--filter", &format!("name=^{name}$")]).trim(),
        "",
        "no container"
    );
    assert_eq!(
        docker(&[
            "volume",
            "ls",
            "-q",
            "--filter",
            &format!("name=^{name}-vol$")
        ])
        .trim(),
        "",
        "no volume"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_exits_at_once_says_its_last_words() {
    let room = Room::new().await;
    let mut form = room.small("slipway/exits:1", "exits").await;
    form.storage.kind = StorageKind::Volume;
    form.storage.target = "/data".into();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    let (problem, fixes) = failure(&progress);
    assert_eq!(problem.kind, ProblemKind::ExitedAtOnce, "{problem:#?}");
    assert!(problem.message.contains("exit code 3"), "{problem:#?}");
    assert!(
        problem.message.contains("The lab cannot start without it."),
        "{problem:#?}"
    );
    assert!(
        problem
            .detail
            .as_deref()
            .unwrap()
            .contains("Traceback: the settings file"),
        "{problem:#?}"
    );
    assert!(
        fixes.iter().any(|fix| fix.form.is_none()),
        "the form can be changed"
    );
    assert_eq!(progress.form, form, "the form is as it was");
    leaves_nothing("exits");
    assert!(
        docker(&["images", "-q", "slipway/exits:1"]).trim() != "",
        "the image is kept"
    );

    let card = room
        .card(&lab, "a failed launch", |card| card.launch.is_some())
        .await;
    assert_eq!(card.state, LabState::Launching);
    assert!(
        !room.profiles.join(format!("{}.json", lab.0)).exists(),
        "no half-made lab"
    );
    room.labs.cancel_launch(&lab).await.unwrap();
    assert!(
        room.card_is_gone(&lab).await,
        "a discarded launch has no card"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_the_download_leaves_nothing() {
    let _alone = DOWNLOADS.lock().await;
    docker(&["rmi", "slipway/many-layers:1"]);
    let room = Room::new().await;
    let mut form = room.small("slipway/many-layers:1", "layers").await;
    form.storage.kind = StorageKind::Volume;
    form.storage.target = "/work".into();
    bed().registry().limit(Some(4 * 1024 * 1024));
    let lab = room.launch(&form, None).await;
    let mut progress = room.labs.watch_launch(&lab).unwrap();
    let downloads = progress.wait_for(|progress| {
        progress
            .pull
            .as_ref()
            .is_some_and(|pull| pull.done.0 > 1_000_000)
    });
    tokio::time::timeout(Duration::from_mins(1), downloads)
        .await
        .expect("bytes are counted")
        .unwrap();
    room.labs.cancel_launch(&lab).await.unwrap();
    bed().registry().limit(None);
    assert_eq!(progress.borrow().outcome, LaunchOutcome::Cancelled);
    assert!(room.card_is_gone(&lab).await);
    leaves_nothing("layers");
    assert_eq!(
        docker(&["images", "-q", "slipway/many-layers:1"]).trim(),
        ""
    );
}

impl Room {
    async fn card_is_gone(&self, lab: &slipway_labs::card::LabId) -> bool {
        let mut lists = self.labs.watch();
        let gone = lists.wait_for(|list| list.labs.iter().all(|card| card.id != *lab));
        tokio::time::timeout(Duration::from_secs(5), gone)
            .await
            .is_ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_the_wait_leaves_nothing() {
    let room = Room::new().await;
    let mut form = room.small("slipway/slow:1", "slow-cancel").await;
    form.storage.kind = StorageKind::Volume;
    form.storage.target = "/work".into();
    let lab = room.launch(&form, None).await;
    let mut progress = room.labs.watch_launch(&lab).unwrap();
    let waits = progress.wait_for(|progress| {
        progress
            .steps
            .iter()
            .any(|step| step.kind == StepKind::Answer && step.state == StepState::Now)
    });
    tokio::time::timeout(Duration::from_mins(1), waits)
        .await
        .unwrap()
        .unwrap();
    assert!(docker(&["ps", "-q", "--filter", "name=^slow-cancel$"]).trim() != "");
    room.labs.cancel_launch(&lab).await.unwrap();
    assert_eq!(progress.borrow().outcome, LaunchOutcome::Cancelled);
    leaves_nothing("slow-cancel");
    assert!(room.card_is_gone(&lab).await);
    assert!(room.opened.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_taken_in_the_last_moment_names_its_holder() {
    let _alone = DOWNLOADS.lock().await;
    let room = Room::new().await;
    let mut form = room.small("slipway/many-layers:1", "port-race").await;
    form.ports = vec![web_port()];
    form.advanced.command =
        "/bin/busybox sh -c 'echo here > /data/index.html; exec /bin/busybox httpd -f -p 8080 -h /data'".into();
    let port: u16 = form.ports[0].host.parse().unwrap();
    docker(&["rmi", "slipway/many-layers:1"]);
    // Slow enough that the port is taken long before the image is here.
    bed().registry().limit(Some(512 * 1024));
    let lab = room.launch(&form, None).await;
    // The form was right; while the image is on its way, this very program listens there.
    let held = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    bed().registry().limit(None);
    let progress = room.outcome(&lab).await;
    let (problem, fixes) = failure(&progress);
    assert_eq!(problem.kind, ProblemKind::PortTaken, "{problem:#?}");
    assert!(problem.title.contains(&port.to_string()), "{problem:#?}");
    let other_port = fixes[0].form.clone().unwrap();
    assert_ne!(other_port.ports[0].host, port.to_string());
    leaves_nothing("port-race");
    let again = room.launched(&other_port, None).await;
    assert_eq!(again, lab, "the same lab, on another port");
    room.delete(&again).await;
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_takes_the_port_during_the_launch_is_named() {
    let _alone = DOWNLOADS.lock().await;
    let room = Room::new().await;
    docker(&["pull", "slipway/webapp:1"]);
    let mut form = room.small("slipway/many-layers:1", "late-port").await;
    form.ports = vec![web_port()];
    let port = form.ports[0].host.clone();
    docker(&["rmi", "slipway/many-layers:1"]);
    // Slow enough that the port is taken long before the image is here.
    bed().registry().limit(Some(512 * 1024));
    let lab = room.launch(&form, None).await;
    docker(&[
        "run",
        "-d",
        "--name",
        "port-thief",
        "-p",
        &format!("127.0.0.1:{port}:8080"),
        "slipway/webapp:1",
    ]);
    bed().registry().limit(None);
    let progress = room.outcome(&lab).await;
    let (problem, fixes) = failure(&progress);
    docker(&["rm", "-f", "port-thief"]);
    assert_eq!(problem.kind, ProblemKind::PortTaken, "{problem:#?}");
    assert!(problem.title.contains("port-thief"), "{problem:#?}");
    assert!(
        problem.message.contains("was free when you pressed Launch"),
        "{problem:#?}"
    );
    assert!(fixes[0].label.starts_with("Use port "), "{fixes:#?}");
    leaves_nothing("late-port");
    room.labs.cancel_launch(&lab).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_are_not_there_are_told_apart() {
    let room = Room::new().await;
    let form = room
        .small("slipway/webapp:no-such-version", "no-image")
        .await;
    let lab = room.launch(&form, None).await;
    let (problem, fixes) = failure(&*room.outcome(&lab).await);
    assert!(
        matches!(
            problem.kind,
            ProblemKind::ImageNotFound | ProblemKind::RegistryDenied
        ),
        "{problem:#?}"
    );
    assert!(
        fixes.iter().any(|fix| fix.label == "Choose another image"),
        "{fixes:#?}"
    );
    room.labs.cancel_launch(&lab).await.unwrap();

    let form = room.small("slipway/arm:1", "wrong-cpu").await;
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    let (problem, _) = failure(&progress);
    assert_eq!(problem.kind, ProblemKind::WrongPlatform, "{problem:#?}");
    leaves_nothing("wrong-cpu");
    room.labs.cancel_launch(&lab).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_errors_is_refused_at_its_field() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "bad-form").await;
    form.ports[0].host = "65536".into();
    let problem = room
        .labs
        .launch(form, slipway_labs::form::TypedSecrets::default())
        .await
        .unwrap_err();
    assert_eq!(problem.kind, ProblemKind::InvalidForm);
    assert_eq!(problem.field.as_deref(), Some("ports.0.host"));
}
