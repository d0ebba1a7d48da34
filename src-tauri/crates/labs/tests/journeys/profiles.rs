//! Profiles by themselves: saved, renamed, exported, imported.

use std::time::Duration;

use slipway_labs::card::LabState;
use slipway_labs::form::TypedSecrets;
use slipway_labs::launch::LaunchOutcome;
use slipway_labs::problem::ProblemKind;

use crate::{Room, docker};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_lab_waits_and_is_launched_by_its_start() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "saved-web").await;
    let mut nameless = form.clone();
    nameless.name.clear();
    let problem = room
        .labs
        .save_lab(nameless, TypedSecrets::default())
        .await
        .unwrap_err();
    assert_eq!(
        (problem.kind, problem.field.as_deref()),
        (ProblemKind::InvalidForm, Some("name"))
    );
    let lab = room
        .labs
        .save_lab(form.clone(), TypedSecrets::default())
        .await
        .unwrap();
    assert_eq!(docker(&["ps", "-aq", "--filter", "name=^saved-web$"]), "");

    let room = room.restarted().await;
    let card = room
        .card(&lab, "saved", |card| card.state == LabState::Saved)
        .await;
    assert_eq!(card.name, "saved-web");
    let problem = room.labs.open(&lab).await.unwrap_err();
    assert_eq!(problem.title, "saved-web has not been launched yet.");

    room.labs.start_lab(&lab).await.unwrap();
    let progress = room.outcome(&lab).await;
    assert!(
        matches!(progress.outcome, LaunchOutcome::Ready { .. }),
        "{progress:#?}"
    );
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    room.delete(&lab).await;

    // Deleting one that was never launched takes away the profile, and that is all there is.
    let lab = room
        .labs
        .save_lab(form, TypedSecrets::default())
        .await
        .unwrap();
    let file = room.profiles.join(format!("{}.json", lab.0));
    assert!(file.exists());
    room.delete(&lab).await;
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_is_renamed_with_its_container() {
    let room = Room::new().await;
    let form = room.small("slipway/webapp:1", "name-before").await;
    let lab = room.launch(&form, None).await;
    let refused = room.labs.rename_lab(&lab, "too early").await;
    if room
        .labs
        .watch_launch(&lab)
        .is_some_and(|launch| matches!(launch.borrow().outcome, LaunchOutcome::Running))
    {
        assert_eq!(refused.unwrap_err().title, "The lab is being launched.");
    }
    room.outcome(&lab).await;
    docker(&["create", "--name", "name-taken", "slipway/webapp:1"]);
    let taken = |name: &'static str| {
        let room = &room;
        async move {
            let snapshot = async {
                loop {
                    match room.labs.rename_lab(&lab_of(room), name).await {
                        Err(problem) => return problem,
                        Ok(()) => tokio::time::sleep(Duration::from_millis(50)).await,
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(5), snapshot)
                .await
                .unwrap()
        }
    };
    for name in ["", "x", "name-taken"] {
        let problem = taken(name).await;
        assert_eq!(
            problem.field.as_deref(),
            Some("name"),
            "{name}: {problem:#?}"
        );
    }
    room.labs.rename_lab(&lab, "Name After").await.unwrap();
    room.card(&lab, "renamed", |card| card.name == "Name After")
        .await;
    assert_eq!(
        docker(&["ps", "-q", "--filter", "name=^name-after$"])
            .lines()
            .count(),
        1,
        "it runs on under its new name"
    );
    room.labs.rename_lab(&lab, "name after").await.unwrap();

    room.labs.stop_lab(&lab).await.unwrap();
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    room.labs.rename_lab(&lab, "Name 3").await.unwrap();
    let room = room.restarted().await;
    let card = room
        .card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    assert_eq!(card.name, "Name 3", "the profile has it, too");
    room.delete(&lab).await;
    docker(&["rm", "name-taken"]);
}

fn lab_of(room: &Room) -> slipway_labs::card::LabId {
    room.labs.list().labs[0].id.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_lab_comes_back_without_its_secrets() {
    let room = Room::new().await;
    let mut form = room.small("slipway/webapp:1", "to-export").await;
    form.advanced.environment = vec![
        slipway_labs::form::VariableRow {
            name: "MODE".into(),
            value: "fast".into(),
            secret: false,
        },
        slipway_labs::form::VariableRow {
            name: "API_TOKEN".into(),
            value: "hush-hush".into(),
            secret: true,
        },
    ];
    let lab = room
        .labs
        .save_lab(form.clone(), TypedSecrets::default())
        .await
        .unwrap();
    let (file, text) = room.labs.exported_profile(&lab).unwrap();
    assert_eq!(file, "lab-to-export.json");
    assert!(text.contains("MODE") && !text.contains("hush-hush"));
    let on_disk = std::fs::read_to_string(room.profiles.join(format!("{}.json", lab.0))).unwrap();
    assert!(!on_disk.contains("hush-hush"), "nor is it in the profile");

    room.delete(&lab).await;
    let imported = room.labs.import_profile(&text).await.unwrap();
    assert_eq!(imported.form.name, "to-export");
    assert_eq!(
        imported.form.advanced.environment[0],
        form.advanced.environment[0]
    );
    assert_eq!(
        imported.notes,
        ["Secret values are not in the file; type API_TOKEN before you launch."]
    );
    assert!(room.labs.list().labs.iter().all(|card| card.id != lab));
}
