//! Labs on an engine that is not the one they were made on, or does not tell everything.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::Labs;
use slipway_labs::card::{LabId, LabState};
use slipway_labs::form::{FormSeed, TypedSecrets};
use slipway_labs::labs::LabsHome;
use slipway_testbed::{FakeEngine, Piece, Reply};
use slipway_vault::Vault;

const LAB: &str = "tool-1";

fn fake() -> FakeEngine {
    let fake = FakeEngine::start().unwrap();
    fake.on("GET", "/containers/json", Reply::json(200, json!([])));
    fake.on("GET", "/images/json", Reply::json(200, json!([])));
    let volume =
        json!({ "Name": "tool-work", "Driver": "local", "Labels": { "io.slipway.lab": LAB } });
    fake.on(
        "GET",
        "/volumes/tool-work",
        Reply::json(200, volume.clone()),
    );
    fake.on(
        "GET",
        "/volumes",
        Reply::json(200, json!({ "Volumes": [volume] })),
    );
    fake.on("GET", "/networks", Reply::json(200, json!([])));
    fake.on("GET", "/events", Reply::stream(200, [Piece::StayOpen]));
    fake.on(
        "GET",
        "/version",
        Reply::json(200, json!({ "Version": "28.5.2", "ApiVersion": "1.41" })),
    );
    fake.on("GET", "/info", info("here"));
    fake
}

fn info(id: &str) -> Reply {
    Reply::json(
        200,
        json!({ "ID": id, "OSType": "linux", "Architecture": "x86_64" }),
    )
}

struct Scene {
    labs: Labs,
    inventory: Inventory,
    profiles: PathBuf,
    _folder: tempfile::TempDir,
}

/// Slipway with one lab that was made on another engine, or nobody knows where.
async fn scene(fake: &FakeEngine, engine: Option<&str>, more: &Value) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let profiles = folder.path().join("labs");
    std::fs::create_dir_all(&profiles).unwrap();
    let mut profile = json!({
        "version": 1, "id": LAB, "container": "c0ffee", "created": 1,
        "saved": { "version": 1, "riskAcceptedAt": null, "form": {
            "recipe": "web-app", "name": "Tool", "image": "me/tool", "version": "1",
            "listenIp": "127.0.0.1",
            "ports": [{ "host": "18080", "container": "8080", "protocol": "tcp", "purpose": "" }],
            "storage": { "kind": "volume", "volume": "tool-work", "folder": "", "target": "/data" },
            "dockerControl": false, "riskAccepted": false, "signIn": "fromImage",
            "user": { "mapped": false, "uid": "1000", "gid": "1000" },
        } },
    });
    for (key, value) in more.as_object().unwrap() {
        profile[key] = value.clone();
    }
    if let Some(id) = engine {
        profile["engine"] =
            json!({ "id": id, "address": fake.docker_host(), "name": "Docker Desktop" });
    }
    std::fs::write(profiles.join(format!("{LAB}.json")), profile.to_string()).unwrap();
    let inventory = Inventory::start(Surroundings {
        variables: [("DOCKER_HOST".to_owned(), fake.docker_host())].into(),
        home: None,
    });
    let labs = Labs::start(LabsHome {
        profiles: profiles.clone(),
        recipes: folder.path().join("recipes"),
        inventory: inventory.clone(),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    });
    let mut snapshots = inventory.watch();
    let ready = snapshots.wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready);
    tokio::time::timeout(Duration::from_secs(20), ready)
        .await
        .unwrap()
        .unwrap();
    let mut lists = labs.watch();
    let loaded = lists.wait_for(|list| list.loaded && list.keyring_known);
    tokio::time::timeout(Duration::from_secs(20), loaded)
        .await
        .unwrap()
        .unwrap();
    Scene {
        labs,
        inventory,
        profiles,
        _folder: folder,
    }
}

fn saved(scene: &Scene) -> Value {
    let text = std::fs::read_to_string(scene.profiles.join(format!("{LAB}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_of_another_engine_is_left_alone() {
    let fake = fake();
    let scene = scene(&fake, Some("elsewhere"), &json!({})).await;
    let lab = LabId(LAB.to_owned());
    let list = scene.labs.list();
    assert!(list.labs.is_empty(), "{list:#?}");
    assert_eq!(
        list.elsewhere[0].sentence,
        "1 lab is on Docker Desktop: Tool."
    );

    for problem in [
        scene
            .labs
            .delete_lab(&lab, &["tool-work".to_owned()])
            .await
            .unwrap_err(),
        scene.labs.preview_delete(&lab).await.unwrap_err(),
        scene.labs.start_lab(&lab).await.unwrap_err(),
        scene.labs.open(&lab).await.unwrap_err(),
    ] {
        assert_eq!(problem.title, "Tool is on Docker Desktop.", "{problem:#?}");
    }
    assert_eq!(
        fake.count("DELETE", "/volumes/tool-work"),
        0,
        "a volume of the same name is another one"
    );

    // A launch under its name makes another lab and does not take its place.
    fake.on(
        "GET",
        "/images/me/tool:1/json",
        Reply::error(404, "No such image: me/tool:1"),
    );
    fake.on(
        "POST",
        "/images/create",
        Reply::stream(200, [Piece::StayOpen]),
    );
    let seed = FormSeed {
        image: Some("me/tool:1".to_owned()),
        ..FormSeed::default()
    };
    let mut form = scene.labs.new_form(seed).await.unwrap();
    "Tool".clone_into(&mut form.name);
    "other-work".clone_into(&mut form.storage.volume);
    let other = scene
        .labs
        .launch(form, TypedSecrets::default())
        .await
        .unwrap();
    assert_ne!(other, lab);
    scene.labs.cancel_launch(&other).await.unwrap();
    assert_eq!(saved(&scene)["engine"]["id"], "elsewhere");

    scene.labs.forget_lab(&lab).await.unwrap();
    assert!(!scene.profiles.join(format!("{LAB}.json")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_of_this_engine_is_gone_and_an_older_one_learns_where_it_is() {
    let fake = fake();
    let gone = scene(&fake, Some("here"), &json!({})).await;
    assert_eq!(gone.labs.list().labs[0].state, LabState::Missing);
    drop(gone);

    let row = json!({ "Id": "c0ffee", "Names": ["/tool"], "State": "exited", "Status": "Exited (0) 2 days ago" });
    fake.on("GET", "/containers/json", Reply::json(200, json!([row])));
    let whole = json!({
        "Id": "c0ffee", "Name": "/tool",
        "State": { "Status": "exited", "ExitCode": 0, "FinishedAt": "2026-01-02T03:04:05Z" },
    });
    fake.on("GET", "/containers/c0ffee/json", Reply::json(200, whole));
    let found = scene(&fake, None, &json!({})).await;
    let learned = async {
        while saved(&found)["engine"]["id"] != "here" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), learned)
        .await
        .unwrap();
    assert_eq!(found.labs.list().labs[0].state, LabState::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_was_stopped_here_is_never_a_problem_while_the_list_comes() {
    let fake = fake();
    let row = json!({ "Id": "c0ffee", "Names": ["/tool"], "State": "exited", "Status": "Exited (3) 2 days ago" });
    fake.on("GET", "/containers/json", Reply::json(200, json!([row])));
    let whole = json!({
        "Id": "c0ffee", "Name": "/tool",
        "State": { "Status": "exited", "ExitCode": 3, "FinishedAt": "2026-01-02T03:04:05Z" },
    });
    let slow = Reply::stream(
        200,
        [
            Piece::Pause(Duration::from_millis(700)),
            Piece::text(whole.to_string()),
        ],
    );
    fake.on("GET", "/containers/c0ffee/json", slow);
    let scene = scene(
        &fake,
        Some("here"),
        &json!({ "stopped": 1_767_323_045_000_u64 }),
    )
    .await;
    let mut lists = scene.labs.watch();
    let mut seen = Vec::new();
    let watching = async {
        loop {
            let state = lists.borrow_and_update().labs[0].state;
            seen.push(state);
            if scene.labs.list().labs[0].stopped.is_some() {
                return;
            }
            lists.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), watching)
        .await
        .unwrap();
    assert!(
        seen.iter().all(|state| *state == LabState::Stopped),
        "{seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_does_not_tell_is_not_said_to_be_nothing() {
    let fake = fake();
    let row = json!({ "Id": "c0ffee", "Names": ["/tool"], "State": "created" });
    fake.on("GET", "/containers/json", Reply::json(200, json!([row])));
    let volume = "0f".repeat(32);
    let whole = json!({
        "Id": "c0ffee", "Name": "/tool", "State": { "Status": "created" }, "SizeRw": 12,
        "Mounts": [
            { "Type": "volume", "Name": volume, "Source": "/x", "Destination": "/cache", "RW": true },
            { "Type": "volume", "Name": "tool-work", "Source": "/y", "Destination": "/data", "RW": true },
        ],
    });
    fake.on("GET", "/containers/c0ffee/json", Reply::json(200, whole));
    fake.on(
        "GET",
        "/containers/c0ffee/changes",
        Reply::error(500, "the layer is busy"),
    );
    let scene = scene(&fake, Some("here"), &json!({})).await;
    let mut snapshots = scene.inventory.watch();
    snapshots
        .wait_for(|snapshot| {
            snapshot
                .containers
                .values()
                .any(|row| row.mounts.len() == 2)
        })
        .await
        .unwrap();
    let lab = LabId(LAB.to_owned());
    let preview = scene.labs.preview_delete(&lab).await.unwrap();
    assert!(!preview.changes_known);
    assert_eq!((preview.changes_count, preview.changes.len()), (0, 0));
    assert_eq!(preview.nameless_volumes, ["/cache"], "volumes are no files");
    assert_eq!(preview.volumes[0].name, "tool-work");
    fake.on(
        "GET",
        "/containers/c0ffee/changes",
        Reply::json(200, json!([{ "Path": "/etc/x", "Kind": 1 }])),
    );
    let preview = scene.labs.preview_delete(&lab).await.unwrap();
    assert!(preview.changes_known);
    assert_eq!(preview.changes_count, 1);
}
