//! Every recipe to its signed-in page.

use std::time::Duration;

use slipway_labs::card::{LabState, WarningKind};
use slipway_labs::form::{SignInChoice, StorageKind};
use slipway_labs::launch::{LaunchOutcome, StepKind, StepState};
use slipway_testbed::http_request;

use crate::{Room, browse, docker, is_signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn data_science_sandbox_opens_signed_in() {
    let room = Room::new().await;
    let mut form = room
        .form(Some("data-science-sandbox"), None, "sandbox")
        .await;
    form.version = "0.1.0".into();
    form.listen_ip = "0.0.0.0".into();
    let port = form.ports[0].host.clone();
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { opened: true, .. }),
        "{progress:#?}"
    );
    assert!(
        progress
            .steps
            .iter()
            .all(|step| matches!(step.state, StepState::Done | StepState::Skipped)),
        "{progress:#?}"
    );

    let opened = room.last_opened();
    assert!(
        opened.starts_with(&format!("http://127.0.0.1:{port}/")),
        "host and port of the binding"
    );
    let page = browse(&opened).await;
    assert!(is_signed_in(&page), "{} {}", page.status, page.text());
    let plain = browse(&format!("http://127.0.0.1:{port}/lab")).await;
    assert!(
        !is_signed_in(&plain),
        "without the token the lab asks for its password"
    );

    let ports = docker(&[
        "inspect",
        "--format",
        "{{json .HostConfig.PortBindings}} {{json .HostConfig.Binds}} {{.Config.Image}}",
        "sandbox",
    ]);
    let expected = format!(
        "{{\"8888/tcp\":[{{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"{port}\"}}]}} [\"sandbox-vol:/root/notebooks\"] exasol/data-science-sandbox:0.1.0"
    );
    assert_eq!(
        ports.trim(),
        expected,
        "as the equivalent docker run has it"
    );

    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert!(
        card.warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::OpenToNetwork)
    );
    assert_eq!(card.addresses[0].text, format!("http://127.0.0.1:{port}"));
    assert!(
        !format!("{card:?}").contains("token="),
        "no token on a card"
    );

    // The label carries no secret, and neither does the profile.
    let token = opened.split("token=").nth(1).unwrap();
    assert!(!docker(&["inspect", "sandbox"]).contains(token));
    let profile = std::fs::read_to_string(room.profiles.join(format!("{}.json", lab.0))).unwrap();
    assert!(!profile.contains(token));
    assert!(
        room.labs
            .masked_texts(&lab)
            .await
            .contains(&token.to_owned())
    );

    // Opening again needs no look-up, and after a restart of Slipway the token is still known.
    let room = room.restarted().await;
    room.card(&lab, "running after a restart", |card| {
        card.state == LabState::Running
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    assert!(is_signed_in(&browse(&room.last_opened()).await));

    let preview = room.labs.preview_delete(&lab).await.unwrap();
    assert_eq!(preview.volumes.len(), 1);
    assert!(preview.volumes[0].used_by.is_empty());
    room.labs
        .delete_lab(&lab, &["sandbox-vol".to_owned()])
        .await
        .unwrap();
    assert!(room.labs.list().labs.iter().all(|card| card.id != lab));
    assert_eq!(
        docker(&["ps", "-aq", "--filter", "name=^sandbox$"]).trim(),
        ""
    );
    assert_eq!(
        docker(&["volume", "ls", "-q", "--filter", "name=sandbox-vol"]).trim(),
        ""
    );
    assert!(!room.profiles.join(format!("{}.json", lab.0)).exists());
    assert!(
        room.labs.masked_texts(&lab).await.is_empty(),
        "secrets go with the lab"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ai_lab_takes_an_own_password() {
    let room = Room::new().await;
    let mut form = room.form(Some("exasol-ai-lab"), None, "ai-lab-own").await;
    form.version = "6.0.0".into();
    form.sign_in = SignInChoice::Own;
    let port = form.ports[0].host.clone();
    let lab = room.launched(&form, Some("correct horse 7")).await;
    assert!(
        is_signed_in(&browse(&room.last_opened()).await),
        "{}",
        browse(&room.last_opened()).await.text()
    );
    assert_eq!(
        room.labs.password(&lab).await.unwrap().reveal(),
        "correct horse 7"
    );

    // A person who types the password is let in, and the old one does not work.
    assert_eq!(log_in(&port, "correct horse 7"), 302);
    assert_ne!(log_in(&port, "ailab"), 302);

    // A volume and a container that keep nothing of the password but the variable.
    let environment = docker(&["inspect", "--format", "{{json .Config.Env}}", "ai-lab-own"]);
    assert!(environment.contains("JUPYTER_PASSWORD=correct horse 7"));
    assert!(
        !docker(&[
            "inspect",
            "--format",
            "{{json .Config.Labels}}",
            "ai-lab-own"
        ])
        .contains("correct horse")
    );
    room.delete(&lab).await;
}

/// The status of a login by form, as a browser sends it.
fn log_in(port: &str, password: &str) -> u16 {
    let address = format!("http://127.0.0.1:{port}/login");
    let form = http_request("GET", &address, &[], b"").unwrap();
    let cookie = form
        .headers
        .iter()
        .find(|(name, value)| name == "set-cookie" && value.starts_with("_xsrf="))
        .unwrap();
    let cookie = cookie.1.split(';').next().unwrap().to_owned();
    let xsrf = cookie.trim_start_matches("_xsrf=").to_owned();
    let body = format!(
        "_xsrf={}&password={}",
        xsrf.replace('|', "%7C"),
        password.replace(' ', "+")
    );
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    http_request("POST", &address, &headers, body.as_bytes())
        .unwrap()
        .status
}

#[tokio::test(flavor = "multi_thread")]
async fn all_spark_with_two_ports_and_a_folder() {
    let room = Room::new().await;
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let mut form = room
        .form(
            None,
            Some("quay.io/jupyter/all-spark-notebook:latest"),
            "all-spark",
        )
        .await;
    form.storage.kind = StorageKind::Folder;
    form.storage.folder = folder.path().to_str().unwrap().to_owned();
    form.user.mapped = false;
    assert_eq!(
        form.ports.len(),
        2,
        "8888 and the Spark UI: {:?}",
        form.ports
    );
    let lab = room.launched(&form, None).await;
    let opened = room.last_opened();
    assert!(opened.contains("token="), "the token is read from the log");
    assert!(is_signed_in(&browse(&opened).await));
    let card = room
        .card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(card.addresses.len(), 2);
    assert_eq!(card.addresses[1].purpose, "Spark UI");
    assert!(card.has_password, "a token can be shown and copied");
    assert_eq!(
        room.labs.password(&lab).await.unwrap().reveal(),
        opened.split("token=").nth(1).unwrap()
    );

    // A new start makes a new token, and it is found again.
    room.labs.restart_lab(&lab).await.unwrap();
    room.card(&lab, "starting again", |card| {
        card.state == LabState::Starting
    })
    .await;
    room.card(&lab, "running again", |card| {
        card.state == LabState::Running
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    assert_ne!(room.last_opened(), opened);
    assert!(is_signed_in(&browse(&room.last_opened()).await));
    let preview = room.labs.preview_delete(&lab).await.unwrap();
    assert!(
        preview
            .stays
            .iter()
            .any(|line| line.contains(&form.storage.folder)),
        "{:?}",
        preview.stays
    );
    room.delete(&lab).await;
    assert!(folder.path().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_token_is_found_inside() {
    let room = Room::new().await;
    let mut form = room
        .form(
            None,
            Some("quay.io/jupyter/all-spark-notebook:latest"),
            "own-token",
        )
        .await;
    form.storage.kind = StorageKind::Nothing;
    form.sign_in = SignInChoice::Own;
    let lab = room.launched(&form, Some("my-own-token-1234")).await;
    assert!(room.last_opened().ends_with("token=my-own-token-1234"));
    // Slipway forgot it (no keyring, restarted): the server's own file still has it.
    room.vault.forget(&format!("lab/{}/password", lab.0)).await;
    let room = room.restarted().await;
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    room.labs.open(&lab).await.unwrap();
    assert!(
        is_signed_in(&browse(&room.last_opened()).await),
        "{}",
        room.last_opened()
    );
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_notebook_opens_signed_in() {
    let room = Room::new().await;
    let mut form = room
        .form(
            None,
            Some("jupyter/minimal-notebook:notebook-6.5.7"),
            "old-notebook",
        )
        .await;
    form.storage.kind = StorageKind::Nothing;
    let lab = room.launched(&form, None).await;
    let page = browse(&room.last_opened()).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("password_input"), "{}", page.text());
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eskapade_serves_for_the_person() {
    let room = Room::new().await;
    let mut form = room
        .form(None, Some("kave/eskapade-usr:0.7"), "eskapade")
        .await;
    form.user.mapped = true;
    form.user.uid = "4321".into();
    form.user.gid = "4321".into();
    let lab = room.launched(&form, None).await;
    let first = room.last_opened();
    let page = browse(&first).await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text().contains("password_input"),
        "signed in: {}",
        page.text()
    );
    let owner = docker(&[
        "exec",
        "eskapade",
        "sh",
        "-c",
        "stat -c %u /proc/$(pgrep -f jupyter-notebook | head -1)",
    ]);
    assert_eq!(owner.trim(), "4321", "the server runs as the person");

    // The image starts no server, so each start of the lab does.
    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    room.labs.start_lab(&lab).await.unwrap();
    room.card(&lab, "running again", |card| {
        card.state == LabState::Running
    })
    .await;
    room.labs.open(&lab).await.unwrap();
    assert_eq!(browse(&room.last_opened()).await.status, 200);
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_lab_is_still_starting_and_opens_once_it_answers() {
    let room = Room::new().await;
    let form = room.small("slipway/slow:1", "slow").await;
    let lab = room.launch(&form, None).await;
    let mut progress = room.labs.watch_launch(&lab).unwrap();
    let waits = progress.wait_for(|progress| {
        progress
            .waiting
            .as_ref()
            .is_some_and(|waiting| !waiting.log.is_empty())
    });
    let waiting = tokio::time::timeout(Duration::from_secs(30), waits)
        .await
        .unwrap()
        .unwrap()
        .waiting
        .clone()
        .unwrap();
    assert!(
        waiting.log.iter().any(|line| line.contains("warming up")),
        "{waiting:?}"
    );
    assert!(!waiting.slow, "eight seconds are not slow");

    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { .. }),
        "{progress:#?}"
    );
    let answered = progress
        .steps
        .iter()
        .find(|step| step.kind == StepKind::Answer)
        .unwrap();
    assert!(answered.aside.ends_with(" s"), "{answered:?}");
    let page = browse(&room.last_opened()).await;
    assert_eq!(page.status, 200, "what is opened answers already");
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_on_an_ipv6_address_opens_there() {
    let room = Room::new().await;
    for (index, (listen_ip, host)) in [("::1", "[::1]"), ("127.0.0.2", "127.0.0.2")]
        .into_iter()
        .enumerate()
    {
        let mut form = room
            .small("slipway/webapp:1", &format!("address-{index}"))
            .await;
        form.listen_ip = listen_ip.to_owned();
        let port = form.ports[0].host.clone();
        let lab = room.launched(&form, None).await;
        assert_eq!(room.last_opened(), format!("http://{host}:{port}/"));
        room.delete(&lab).await;
    }
}
