//! Labs that use the socket, ports that are no pages, launches that were never finished.

use std::time::Duration;

use slipway_labs::form::StorageKind;
use slipway_labs::launch::{LaunchOutcome, StepKind, StepState};

use crate::{Room, docker};

/// An image whose port runs this line of shell for every caller.
fn answering(name: &str, line: &str) {
    let builder = format!("{}-builder", name.replace(['/', ':'], "-"));
    docker(&["create", "--name", &builder, "slipway/webapp:1"]);
    let command = serde_json::json!([
        "/bin/busybox",
        "nc",
        "-ll",
        "-p",
        "8080",
        "-e",
        "/bin/busybox",
        "sh",
        "-c",
        line
    ]);
    docker(&[
        "commit",
        "--change",
        &format!("CMD {command}"),
        &builder,
        name,
    ]);
    docker(&["rm", &builder]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_of_an_ordinary_user_can_use_the_socket() {
    let room = Room::new().await;
    let image = "quay.io/jupyter/all-spark-notebook:latest";
    docker(&["pull", image]);
    let mut form = room.small(image, "socket-lab").await;
    form.docker_control = true;
    form.risk_accepted = true;
    form.user.mapped = false;
    let lab = room.launched(&form, None).await;
    let speak = "import os,socket; s=socket.socket(socket.AF_UNIX); s.connect('/var/run/docker.sock'); s.sendall(b'GET /_ping HTTP/1.0\\r\\n\\r\\n'); print(os.getuid(), s.recv(200).split()[1].decode())";
    let said = docker(&["exec", "socket-lab", "python3", "-c", speak]);
    assert_eq!(said.trim(), "1000 200");
    let groups = docker(&[
        "inspect",
        "--format",
        "{{json .HostConfig.GroupAdd}}",
        "socket-lab",
    ]);
    assert_ne!(groups.trim(), "null");
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_speaks_another_language_is_ready_and_no_page() {
    answering(
        "slipway/greets:1",
        "printf 'SSH-2.0-test\\r\\n'; read reply",
    );
    let room = Room::new().await;
    let form = room.small("slipway/greets:1", "greets").await;
    let lab = room.launch(&form, None).await;
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { opened: false, .. }),
        "{progress:#?}"
    );
    let answer = progress
        .steps
        .iter()
        .find(|step| step.kind == StepKind::Answer)
        .unwrap();
    assert_eq!(
        answer.title,
        "It runs; its port answers, but not as a web page"
    );
    room.delete(&lab).await;
    docker(&["rmi", "slipway/greets:1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_wait_keeps_a_volume_in_which_somebody_may_have_worked() {
    answering(
        "slipway/unwell:1",
        "while read line; do [ ${#line} -le 1 ] && break; done; printf 'HTTP/1.0 503 Service Unavailable\\r\\nContent-Length: 0\\r\\n\\r\\n'",
    );
    let room = Room::new().await;
    let mut form = room.small("slipway/unwell:1", "unwell").await;
    form.storage.kind = StorageKind::Volume;
    form.storage.target = "/work".into();
    let lab = room.launch(&form, None).await;
    let mut progress = room.labs.watch_launch(&lab).unwrap();
    let waits = progress.wait_for(|progress| {
        progress.waiting.is_some()
            && progress
                .steps
                .iter()
                .any(|step| step.kind == StepKind::Answer && step.state == StepState::Now)
    });
    tokio::time::timeout(Duration::from_mins(1), waits)
        .await
        .unwrap()
        .unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let kept = room.labs.cancel_launch(&lab).await.unwrap();
    assert_eq!(
        kept.as_deref(),
        Some("The volume unwell-vol is kept, because somebody may have worked in it.")
    );
    assert_eq!(docker(&["ps", "-aq", "--filter", "name=^unwell$"]), "");
    assert_eq!(
        docker(&["volume", "ls", "-q", "--filter", "name=^unwell-vol$"]).trim(),
        "unwell-vol"
    );
    docker(&["volume", "rm", "unwell-vol"]);
    docker(&["rmi", "slipway/unwell:1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_unfinished_launch_left_is_cleared_up_and_nothing_else() {
    let room = Room::new().await;
    let folder = room.profiles.join("unfinished");
    std::fs::create_dir_all(&folder).unwrap();
    let label = |lab: &str| format!("io.slipway.lab={lab}");
    docker(&[
        "volume",
        "create",
        "--label",
        &label("left-1"),
        "left-empty",
    ]);
    docker(&["volume", "create", "--label", &label("left-2"), "left-full"]);
    docker(&["volume", "create", "left-foreign"]);
    docker(&[
        "volume",
        "create",
        "--label",
        &label("left-4"),
        "left-fresh",
    ]);
    docker(&[
        "run",
        "--rm",
        "-v",
        "left-full:/data",
        "--entrypoint",
        "/bin/busybox",
        "slipway/webapp:1",
        "sh",
        "-c",
        "echo work > /data/file",
    ]);
    for (lab, volume) in [
        ("left-1", "left-empty"),
        ("left-2", "left-full"),
        ("left-3", "left-foreign"),
        ("left-4", "left-fresh"),
    ] {
        let file = folder.join(format!("{lab}.json"));
        let text = serde_json::json!({ "lab": lab, "engine": null, "volumes": [volume] });
        std::fs::write(&file, text.to_string()).unwrap();
        // The last one may still be under way, in another window.
        if lab != "left-4" {
            let long_ago = std::time::SystemTime::now() - Duration::from_mins(10);
            let file = std::fs::File::options().write(true).open(&file).unwrap();
            file.set_modified(long_ago).unwrap();
        }
    }
    let room = room.restarted().await;
    let settled = async {
        while folder.read_dir().unwrap().count() > 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), settled)
        .await
        .expect("each is looked at");
    let left = docker(&["volume", "ls", "-q", "--filter", "name=left-"]);
    assert_eq!(
        left.split_whitespace().collect::<Vec<_>>(),
        ["left-foreign", "left-fresh", "left-full"]
    );
    drop(room);
    docker(&["volume", "rm", "left-foreign", "left-fresh", "left-full"]);
}
