//! Launches over an engine that breaks off or hangs at just the wrong moment, from a fake one.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use slipway_engine::UnixMillis;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::Labs;
use slipway_labs::form::{FormSeed, LaunchForm, StorageKind, TypedSecrets};
use slipway_labs::labs::{LabsHome, Sources};
use slipway_labs::launch::LaunchOutcome;
use slipway_testbed::{FakeEngine, Piece, Reply};
use slipway_vault::Vault;

const IMAGE: &str = "me/tool:1";

struct Scene {
    fake: FakeEngine,
    labs: Labs,
    form: LaunchForm,
    _folder: tempfile::TempDir,
}

/// An engine without anything, and a form for a lab named "tool" with the id `tool-00000000`.
async fn scene() -> Scene {
    let fake = FakeEngine::start().unwrap();
    fake.on("GET", "/images/json", Reply::json(200, json!([])));
    scene_over(fake).await
}

/// The same over an engine that has these images.
async fn scene_over(fake: FakeEngine) -> Scene {
    fake.on("GET", "/containers/json", Reply::json(200, json!([])));
    fake.on(
        "GET",
        "/volumes",
        Reply::json(200, json!({ "Volumes": null })),
    );
    fake.on("GET", "/networks", Reply::json(200, json!([])));
    fake.on("GET", "/events", Reply::stream(200, [Piece::StayOpen]));
    let folder = tempfile::tempdir().unwrap();
    let inventory = Inventory::start(Surroundings {
        variables: [("DOCKER_HOST".to_owned(), fake.docker_host())].into(),
        home: None,
    });
    let home = LabsHome {
        recipes: std::path::PathBuf::new(),
        profiles: folder.path().join("labs"),
        inventory: inventory.clone(),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    };
    let sources = Sources {
        now: Arc::new(|| UnixMillis(1)),
        random: Arc::new(|bytes| bytes.fill(0)),
    };
    let labs = Labs::start_with(home, sources);
    let mut snapshots = inventory.watch();
    snapshots
        .wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready)
        .await
        .unwrap();
    let seed = FormSeed {
        image: Some(IMAGE.to_owned()),
        ..FormSeed::default()
    };
    let mut form = labs.new_form(seed).await.unwrap();
    "tool".clone_into(&mut form.name);
    form.storage.kind = StorageKind::Volume;
    "tool-work".clone_into(&mut form.storage.volume);
    "/data".clone_into(&mut form.storage.target);
    Scene {
        fake,
        labs,
        form,
        _folder: folder,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_behind_a_broken_connection_is_taken_back() {
    let scene = scene().await;
    let (fake, labels) = (&scene.fake, json!({ "io.slipway.lab": "tool-00000000" }));
    let image = json!({ "Id": "sha256:1", "RepoTags": [IMAGE], "Architecture": "", "Os": "linux" });
    fake.on("GET", "/images/me/tool:1/json", Reply::json(200, image));
    // Somebody else makes the volume in the same moment, and the engine gives it to both.
    let theirs = json!({
        "Name": "tool-work", "Driver": "local", "Mountpoint": "/x", "Scope": "local", "Labels": {}, "Options": {},
    });
    fake.on_each(
        "GET",
        "/volumes/tool-work",
        vec![
            Reply::error(404, "get tool-work: no such volume"),
            Reply::json(200, theirs.clone()),
        ],
    );
    fake.on("POST", "/volumes/create", Reply::json(201, theirs));
    fake.on("POST", "/containers/create", Reply::cut());
    let made = json!({
        "Id": "abc", "Name": "/tool", "State": { "Status": "created" }, "Config": { "Labels": labels },
    });
    fake.on("GET", "/containers/tool/json", Reply::json(200, made));
    fake.on("DELETE", "/containers/abc", Reply::empty(204));

    let lab = scene
        .labs
        .launch(scene.form.clone(), TypedSecrets::default())
        .await
        .unwrap();
    assert_eq!(lab.0, "tool-00000000");
    let mut progress = scene.labs.watch_launch(&lab).unwrap();
    let failed =
        progress.wait_for(|progress| matches!(progress.outcome, LaunchOutcome::Failed { .. }));
    tokio::time::timeout(Duration::from_secs(20), failed)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        fake.count("DELETE", "/containers/abc"),
        1,
        "it is this lab's"
    );
    assert_eq!(
        fake.count("DELETE", "/volumes/tool-work"),
        0,
        "the other one's volume stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_make_one_lab() {
    let scene = scene().await;
    let hanging = Reply::stream(200, [Piece::StayOpen]);
    scene.fake.on("POST", "/images/create", hanging);
    let missing = Reply::error(404, "No such image: me/tool:1");
    scene.fake.on("GET", "/images/me/tool:1/json", missing);
    let (one, other) = tokio::join!(
        scene
            .labs
            .launch(scene.form.clone(), TypedSecrets::default()),
        scene
            .labs
            .launch(scene.form.clone(), TypedSecrets::default())
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let lab = one.or(other).unwrap();
    scene.labs.cancel_launch(&lab).await.unwrap();
    assert!(scene.labs.watch_launch(&lab).is_none(), "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_checked_while_the_engine_says_nothing() {
    let fake = FakeEngine::start().unwrap();
    let images = json!([{
        "Id": "sha256:1", "ParentId": "", "RepoTags": [IMAGE], "RepoDigests": [], "Created": 1,
        "Size": 1, "SharedSize": -1, "Labels": {}, "Containers": -1,
    }]);
    fake.on("GET", "/images/json", Reply::json(200, images));
    let scene = scene_over(fake).await;
    // From here on the engine takes every question and never answers.
    for path in ["/images/sha256:1/json", "/images/me/tool:1/json"] {
        scene
            .fake
            .on("GET", path, Reply::stream(200, [Piece::StayOpen]));
    }
    for name in ["to", "too", "tool"] {
        let mut form = scene.form.clone();
        name.clone_into(&mut form.name);
        let typed = TypedSecrets::default();
        let check = scene.labs.check(&form, &typed);
        let check = tokio::time::timeout(Duration::from_mins(1), check).await;
        let check = check.expect("a check never waits for an engine without end");
        assert!(check.command.is_some(), "{name}: {check:#?}");
    }
    let asked = scene.fake.count("GET", "/images/sha256:1/json");
    assert!(
        asked >= 3,
        "each check has asked, and gone on without an answer"
    );
}
