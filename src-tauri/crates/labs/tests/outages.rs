//! Labs while their engine is killed and comes back. The bed is this program's own, because every
//! other test would notice.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::Labs;
use slipway_labs::card::{LabCard, LabId, LabState};
use slipway_labs::form::{FormSeed, LaunchForm, StorageKind, TypedSecrets, VariableRow};
use slipway_labs::labs::LabsHome;
use slipway_labs::launch::{LaunchOutcome, StepKind, StepState};
use slipway_labs::problem::ProblemKind;
use slipway_testbed::{Bed, EngineKind, UnixRecorder};
use slipway_vault::Vault;

async fn card(labs: &Labs, lab: &LabId, what: &str, wanted: impl Fn(&LabCard) -> bool) -> LabCard {
    let mut lists = labs.watch();
    let found = lists.wait_for(|list| list.labs.iter().any(|card| card.id == *lab && wanted(card)));
    let Ok(list) = tokio::time::timeout(Duration::from_mins(1), found).await else {
        panic!("the card never was {what}: {:#?}", labs.list())
    };
    list.unwrap()
        .labs
        .iter()
        .find(|card| card.id == *lab)
        .unwrap()
        .clone()
}

async fn form(labs: &Labs, image: &str, name: &str) -> LaunchForm {
    let seed = FormSeed {
        image: Some(image.to_owned()),
        ..FormSeed::default()
    };
    let mut form = labs.new_form(seed).await.unwrap();
    name.clone_into(&mut form.name);
    form
}

#[expect(
    clippy::too_many_lines,
    reason = "one story from the first click to the last"
)]
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_and_comes_back() {
    let kind =
        std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
    let bed = Arc::new(Bed::start(kind).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let surroundings = Surroundings {
        variables: [("DOCKER_HOST".to_owned(), bed.docker_host())].into(),
        home: None,
    };
    let inventory = Inventory::start(surroundings);
    let labs = Labs::start(LabsHome {
        recipes: std::path::PathBuf::new(),
        profiles: folder.path().join("labs"),
        inventory: inventory.clone(),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    });
    let mut snapshots = inventory.watch();
    snapshots
        .wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready)
        .await
        .unwrap();

    // One lab that runs, and one that is being launched.
    let mut web = form(&labs, "slipway/webapp:1", "steady").await;
    web.storage.kind = StorageKind::Nothing;
    let steady = labs.launch(web, TypedSecrets::default()).await.unwrap();
    card(&labs, &steady, "running", |card| {
        card.state == LabState::Running
    })
    .await;
    let mut slow = form(&labs, "slipway/slow:1", "halfway").await;
    slow.storage.kind = StorageKind::Volume;
    slow.storage.volume = "halfway-vol".into();
    slow.storage.target = "/work".into();
    let halfway = labs
        .launch(slow.clone(), TypedSecrets::default())
        .await
        .unwrap();
    let mut progress = labs.watch_launch(&halfway).unwrap();
    progress
        .wait_for(|progress| {
            progress
                .steps
                .iter()
                .any(|step| step.kind == StepKind::Answer && step.state == StepState::Now)
        })
        .await
        .unwrap();

    bed.kill_engine().unwrap();
    let old = card(&labs, &steady, "stale", |card| card.stale).await;
    assert_eq!(old.state, LabState::Running, "what was on screen stays");
    let failed =
        progress.wait_for(|progress| matches!(progress.outcome, LaunchOutcome::Failed { .. }));
    let failed = tokio::time::timeout(Duration::from_secs(30), failed)
        .await
        .unwrap()
        .unwrap()
        .clone();
    let LaunchOutcome::Failed { problem, .. } = &failed.outcome else {
        panic!("it has failed")
    };
    assert_eq!(problem.kind, ProblemKind::EngineAway, "{problem:#?}");
    assert_eq!(
        labs.start_lab(&steady).await.unwrap_err().kind,
        ProblemKind::EngineAway
    );

    // It is back: cards recover by themselves, and the failed launch leaves nothing.
    let engine = Arc::clone(&bed);
    tokio::task::spawn_blocking(move || engine.start_engine())
        .await
        .unwrap()
        .unwrap();
    let back = card(&labs, &steady, "back", |card| !card.stale).await;
    assert!(
        matches!(
            back.state,
            LabState::Stopped | LabState::Running | LabState::Starting
        ),
        "{back:#?}"
    );
    let gone = snapshots.wait_for(|snapshot| {
        snapshot.report.status == EngineStatus::Ready
            && snapshot
                .containers
                .values()
                .all(|row| row.name != "halfway")
            && snapshot
                .volumes
                .keys()
                .all(|name| name.as_str() != "halfway-vol")
    });
    tokio::time::timeout(Duration::from_secs(30), gone)
        .await
        .unwrap()
        .unwrap();
    labs.start_lab(&steady).await.unwrap();
    card(&labs, &steady, "running again", |card| {
        card.state == LabState::Running
    })
    .await;

    // And the failed launch can be tried again as it was.
    let again = labs.launch(slow, TypedSecrets::default()).await.unwrap();
    assert_eq!(again, halfway);
    let over = labs
        .watch_launch(&again)
        .unwrap()
        .wait_for(|progress| matches!(progress.outcome, LaunchOutcome::Ready { .. }))
        .await
        .is_ok();
    assert!(over);
}

#[expect(clippy::too_many_lines, reason = "one story, told again for each step")]
#[tokio::test(flavor = "multi_thread")]
async fn a_change_survives_an_engine_that_is_killed_at_any_step() {
    let kind =
        std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap());
    let bed = Bed::start(kind).unwrap();
    let recorder = UnixRecorder::start(&bed.socket()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let inventory = Inventory::start(Surroundings {
        variables: [("DOCKER_HOST".to_owned(), recorder.docker_host())].into(),
        home: None,
    });
    let profiles = folder.path().join("labs");
    let labs = Labs::start(LabsHome {
        recipes: std::path::PathBuf::new(),
        profiles: profiles.clone(),
        inventory: inventory.clone(),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    });
    let mut snapshots = inventory.watch();
    snapshots
        .wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready)
        .await
        .unwrap();
    let mut web = form(&labs, "slipway/webapp:1", "enduring").await;
    web.storage.kind = StorageKind::Nothing;
    let lab = labs.launch(web, TypedSecrets::default()).await.unwrap();
    let runs = |card: &LabCard| card.state == LabState::Running && !card.stale;
    card(&labs, &lab, "running", runs).await;

    let label = format!("label=io.slipway.lab={}", lab.0);
    let containers = || {
        let all = [
            "ps",
            "--all",
            "--no-trunc",
            "--format",
            "{{.ID}} {{.Names}}",
            "--filter",
        ];
        let shown = bed.docker(&[&all[..], &[&label]].concat()).unwrap();
        shown.trim().to_owned()
    };
    let mut steps = 0;
    for step in 0.. {
        let before = containers();
        let mut form = labs.change_form(&lab).unwrap();
        form.advanced.environment = vec![VariableRow {
            name: "TURN".into(),
            value: step.to_string(),
            secret: false,
        }];
        recorder.hold_after(step);
        labs.change_lab(&lab, form, TypedSecrets::default(), true)
            .await
            .unwrap();
        let mut progress = labs.watch_launch(&lab).unwrap();
        let held = async {
            loop {
                if let Some(held) = recorder.held() {
                    return held.target;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let over = progress.wait_for(|progress| progress.outcome != LaunchOutcome::Running);
        let target = tokio::select! {
            target = held => Some(target),
            over = over => {
                let outcome = over.unwrap().outcome.clone();
                assert!(matches!(outcome, LaunchOutcome::Changed { .. }), "{outcome:#?}");
                None
            }
        };
        let Some(target) = target else { break };
        bed.kill_engine().unwrap();
        recorder.forget_held();
        bed.start_engine().unwrap();
        let journal = profiles.join("changing").join(format!("{}.json", lab.0));
        let settled = async {
            while journal.exists() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let settled = tokio::time::timeout(Duration::from_mins(2), settled).await;
        assert!(settled.is_ok(), "{target}: {:#?}", labs.list());
        card(&labs, &lab, "running again", runs).await;
        let after = containers();
        assert!(
            after.ends_with(" enduring") && after.lines().count() == 1,
            "{target}: {after}"
        );
        let unproven = ["/create", "/stop", "/start"];
        let proven = !unproven.iter().any(|part| target.contains(part));
        assert_eq!(
            after != before,
            proven,
            "{target}: the new one once it was proven"
        );
        steps += 1;
    }
    recorder.let_go();
    assert!(steps >= 5, "each step was reached");
}
