//! A launch whose Slipway is gone in the midst of what the recipe does inside.

use std::time::Duration;

use slipway_labs::card::{LabId, LabState};

use crate::{Room, docker};

/// The second step waits the first time, and only then: whoever is killed there leaves it half done.
const RECIPE: &str = r#"
id = "half-done"
name = "Half done"
summary = "A page whose preparation takes its time"
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

[generations.ready]
http-path = "/"

[[generations.prepare]]
title = "Write the account down"
command = ["/bin/busybox", "sh", "-c", "echo \"$SLIPWAY_PASSWORD\" > /account"]

[[generations.prepare]]
title = "Open the doors"
command = ["/bin/busybox", "sh", "-c", "echo try >> /tries; [ -e /go ] || exec /bin/busybox sleep 3600; echo open >> /doors"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_left_half_done_is_done_at_the_next_start() {
    // All of the first Slipway runs on threads of its own, which end as those of a killed process do.
    let first = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (room, lab) = first
        .spawn(async {
            let room = Room::new().await;
            room.labs.add_recipe(RECIPE).await.unwrap();
            let form = room.form(Some("half-done"), None, "half-done").await;
            let lab = room.launch(&form, None).await;
            until_inside("/tries", "try").await;
            (room, lab)
        })
        .await
        .unwrap();
    first.shutdown_background();
    docker(&["exec", "half-done", "/bin/busybox", "touch", "/go"]);

    let room = room.restarted().await;
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    assert_eq!(
        (lines("/tries"), lines("/doors")),
        (1, 0),
        "a lab that runs may be somebody else's launch, and is left alone"
    );
    assert!(!profile(&room, &lab).contains("\"prepared\""));

    started_again(&room, &lab).await;
    assert_eq!((lines("/tries"), lines("/doors")), (2, 1), "now it is done");
    let account = docker(&["exec", "half-done", "/bin/busybox", "cat", "/account"]);
    let password = room.labs.password(&lab).await.unwrap();
    assert_eq!(account.trim(), password.reveal(), "with the lab's password");
    assert!(profile(&room, &lab).contains("\"prepared\""));

    started_again(&room, &lab).await;
    assert_eq!((lines("/tries"), lines("/doors")), (2, 1), "and only once");
    room.labs
        .delete_lab(&lab, &["half-done-vol".to_owned()])
        .await
        .unwrap();
}

async fn started_again(room: &Room, lab: &LabId) {
    room.labs.stop_lab(lab).await.unwrap();
    room.card(lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    room.labs.start_lab(lab).await.unwrap();
    room.card(lab, "running", |card| card.state == LabState::Running)
        .await;
}

fn profile(room: &Room, lab: &LabId) -> String {
    std::fs::read_to_string(room.profiles.join(format!("{}.json", lab.0))).unwrap()
}

fn lines(file: &str) -> usize {
    docker(&["exec", "half-done", "/bin/busybox", "cat", file])
        .lines()
        .count()
}

async fn until_inside(file: &str, text: &str) {
    let seen = async {
        while !docker(&["exec", "half-done", "/bin/busybox", "cat", file]).contains(text) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), seen)
        .await
        .expect("the second step begins");
}
