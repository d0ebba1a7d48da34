//! The inventory against a real engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use slipway_engine::containers::PlacedFile;
use slipway_engine::inventory::{ContainerRow, ContainerState, EngineStatus, Health, Inventory};
use slipway_engine::{ContainerId, Engine, VolumeName};
use slipway_testbed::{Bed, UnixRecorder};

use crate::{Gone, bed, docker, engine, engine_at, kind, running, surroundings, until};

#[tokio::test]
async fn it_lists_what_is_there_and_knows_the_engine() {
    engine().await;
    let inventory = Inventory::start(surroundings(&bed().docker_host()));
    let ready = until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    assert!(
        ready
            .images
            .values()
            .any(|image| image.tags.contains(&"slipway/webapp:1".to_owned())),
        "images are listed"
    );
    assert!(
        ready
            .networks
            .values()
            .any(|network| network.name == "bridge"),
        "networks are listed"
    );
    let facts = until(&inventory, "facts", |seen| seen.report.facts.is_some())
        .await
        .report
        .facts
        .clone()
        .unwrap();
    assert_eq!(
        (
            facts.os_type.as_str(),
            facts.this_computer,
            facts.product_name.as_str()
        ),
        ("linux", true, "Docker Engine"),
        "{facts:?}"
    );
    assert!(
        facts.disk_free.is_some() && facts.memory.0 > 0 && facts.processors > 0,
        "{facts:?}"
    );
    assert_eq!(
        facts.containerd_store,
        kind() == slipway_testbed::EngineKind::TodayContainerd,
        "{facts:?}"
    );
}

/// Waits until the container is in this state.
async fn becomes(
    inventory: &Inventory,
    id: &ContainerId,
    state: ContainerState,
) -> Arc<ContainerRow> {
    let is = |row: &Arc<ContainerRow>| row.state == state;
    let seen = until(inventory, &format!("{state:?}"), |seen| {
        seen.containers.get(id).is_some_and(is)
    })
    .await;
    Arc::clone(&seen.containers[id])
}

#[tokio::test]
async fn it_sees_a_container_live_its_life() {
    engine().await;
    let inventory = Inventory::start(surroundings(&bed().docker_host()));
    let (id, gone) = running(
        "engine-seen",
        &[
            "--publish",
            "18884:8080",
            "--volume",
            "engine-seen-volume:/data",
        ],
    );
    let row = becomes(&inventory, &id, ContainerState::Running).await;
    assert_eq!(
        (
            row.name.as_str(),
            row.image.as_str(),
            row.ports[0].host_port
        ),
        ("engine-seen", "slipway/webapp:1", Some(18884)),
        "{row:?}"
    );
    assert_eq!(
        (
            row.mounts[0].source.as_str(),
            row.ports[0].listen_ip.as_str()
        ),
        ("engine-seen-volume", ""),
        "{row:?}"
    );
    until(&inventory, "its volume", |seen| {
        seen.volumes
            .contains_key(&VolumeName::from("engine-seen-volume"))
    })
    .await;
    docker(&["rename", "engine-seen", "engine-seen-2"]);
    let gone = (gone, Gone("engine-seen-2".into()));
    until(&inventory, "its new name", |seen| {
        seen.containers[&id].name == "engine-seen-2"
    })
    .await;
    docker(&["pause", "engine-seen-2"]);
    becomes(&inventory, &id, ContainerState::Paused).await;
    docker(&["unpause", "engine-seen-2"]);
    becomes(&inventory, &id, ContainerState::Running).await;
    docker(&["stop", "--time", "3", "engine-seen-2"]);
    let row = becomes(&inventory, &id, ContainerState::Exited).await;
    assert_eq!(
        (
            row.ports[0].host_port,
            row.exit_code,
            row.finished.is_some()
        ),
        (Some(18884), Some(0), true),
        "{row:?}"
    );

    let late = Inventory::start(surroundings(&bed().docker_host()));
    let told = until(&late, "details", |seen| {
        seen.containers
            .get(&id)
            .is_some_and(|row| row.finished.is_some())
    })
    .await;
    assert_eq!(
        told.containers[&id], row,
        "a stopped container's row is the same however it was learned"
    );

    drop(gone);
    until(&inventory, "gone", |seen| {
        !seen.containers.contains_key(&id)
    })
    .await;
    docker(&["volume", "rm", "engine-seen-volume"]);
    until(&inventory, "its volume gone", |seen| {
        !seen
            .volumes
            .contains_key(&VolumeName::from("engine-seen-volume"))
    })
    .await;
}

#[tokio::test]
async fn it_sees_images_and_networks_come_and_go() {
    engine().await;
    let inventory = Inventory::start(surroundings(&bed().docker_host()));
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    docker(&["tag", "slipway/webapp:1", "engine-seen/tag:1"]);
    let tagged = |seen: &slipway_engine::inventory::Snapshot| {
        seen.images
            .values()
            .any(|image| image.tags.contains(&"engine-seen/tag:1".to_owned()))
    };
    until(&inventory, "the new tag", tagged).await;
    docker(&["rmi", "engine-seen/tag:1"]);
    until(&inventory, "the tag gone", |seen| !tagged(seen)).await;
    docker(&["network", "create", "engine-seen-net"]);
    let net = |seen: &slipway_engine::inventory::Snapshot| {
        seen.networks
            .values()
            .any(|network| network.name == "engine-seen-net")
    };
    until(&inventory, "the network", net).await;
    docker(&["network", "rm", "engine-seen-net"]);
    until(&inventory, "the network gone", |seen| !net(seen)).await;
}

#[tokio::test]
async fn updates_bring_a_screen_from_one_revision_to_the_next() {
    engine().await;
    let inventory = Inventory::start(surroundings(&bed().docker_host()));
    let before = until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    let whole = before.update_since(None);
    assert!(
        whole.whole && whole.report.is_some() && whole.images.set.len() == before.images.len(),
        "the whole"
    );
    let (id, gone) = running("engine-update", &[]);
    let after = until(&inventory, "running", |seen| {
        seen.containers
            .get(&id)
            .is_some_and(|row| row.state == ContainerState::Running)
    })
    .await;
    let update = after.update_since(Some(&before));
    assert!(
        !update.whole && update.revision > before.revision,
        "{update:?}"
    );
    assert!(
        update.containers.set.iter().any(|row| row.id == id),
        "{update:?}"
    );
    assert!(
        update.images.set.is_empty() && update.images.removed.is_empty(),
        "images did not change: {update:?}"
    );
    drop(gone);
    let last = until(&inventory, "gone", |seen| {
        !seen.containers.contains_key(&id)
    })
    .await;
    assert!(
        last.update_since(Some(&after))
            .containers
            .removed
            .contains(&id.0),
        "it is named as gone"
    );
}

/// A running container with a health check each second.
async fn checked(bed: &Bed, engine: &Engine, name: &str) -> ContainerId {
    let check = [
        "create",
        "--name",
        name,
        "--health-cmd",
        "true",
        "--health-interval",
        "1s",
        "slipway/webapp:1",
    ];
    let id = ContainerId(bed.docker(&check).unwrap().trim().to_owned());
    // Checks are run by a shell, which the image does not have.
    let content = std::fs::read("/bin/busybox").unwrap();
    engine
        .place_files(
            &id,
            &[PlacedFile {
                path: "/bin/sh".into(),
                content,
                mode: 0o755,
                uid: 0,
                gid: 0,
            }],
        )
        .await
        .unwrap();
    engine.start_container(&id).await.unwrap();
    id
}

#[tokio::test]
async fn health_comes_by_event() {
    engine().await;
    let inventory = Inventory::start(surroundings(&bed().docker_host()));
    let _gone = Gone("engine-health".into());
    let id = checked(bed(), &engine().await, "engine-health").await;
    until(&inventory, "starting", |seen| {
        seen.containers
            .get(&id)
            .is_some_and(|row| row.health != Health::None)
    })
    .await;
    until(&inventory, "healthy", |seen| {
        seen.containers
            .get(&id)
            .is_some_and(|row| row.health == Health::Healthy)
    })
    .await;
}

#[tokio::test]
async fn a_quiet_engine_is_left_alone() {
    // A bed of its own: what other tests do would be seen.
    let bed = Bed::start(kind()).unwrap();
    bed.load("slipway/webapp:1").unwrap();
    let engine = engine_at(&bed.socket()).await;
    for number in 0..5 {
        checked(&bed, &engine, &format!("quiet-{number}")).await;
    }
    let recorder = UnixRecorder::start(&bed.socket()).unwrap();
    let inventory = Inventory::start(surroundings(&recorder.docker_host()));
    until(&inventory, "five healthy", |seen| {
        seen.report.facts.is_some()
            && seen.containers.len() == 5
            && seen
                .containers
                .values()
                .all(|row| row.health == Health::Healthy && row.started.is_some())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, revision) = (recorder.count(), inventory.snapshot().revision);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        recorder.count(),
        before,
        "nothing happens, nothing is asked: {:#?}",
        recorder.requests()
    );
    assert_eq!(
        inventory.snapshot().revision,
        revision,
        "and nothing is published"
    );
    drop(inventory);
    let deadline = Instant::now() + Duration::from_secs(5);
    while recorder.connections() > 0 {
        assert!(
            Instant::now() < deadline,
            "the dropped inventory let its connection go"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_engine_that_is_killed_comes_back() {
    let bed = Bed::start(kind()).unwrap();
    bed.load("slipway/webapp:1").unwrap();
    let id = bed
        .docker(&[
            "create",
            "--name",
            "survivor",
            "--publish",
            "18885:8080",
            "slipway/webapp:1",
        ])
        .unwrap();
    let id = ContainerId(id.trim().to_owned());
    let inventory = Inventory::start(surroundings(&bed.docker_host()));
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready && seen.containers.contains_key(&id)
    })
    .await;
    assert!(inventory.engine().is_ok(), "there is an engine");
    let before = until(&inventory, "details", |seen| {
        seen.containers[&id]
            .ports
            .first()
            .is_some_and(|port| port.host_port.is_some())
    })
    .await;
    bed.kill_engine().unwrap();
    let lost = until(&inventory, "reconnecting", |seen| {
        matches!(seen.report.status, EngineStatus::Reconnecting { .. })
    })
    .await;
    assert_eq!(
        lost.containers, before.containers,
        "what was on screen stays"
    );
    assert!(
        lost.report.problems.iter().any(|problem| problem.blocking) && lost.report.facts.is_some(),
        "{:?}",
        lost.report
    );
    assert!(inventory.engine().is_err(), "there is none now");
    bed.start_engine().unwrap();
    inventory.reconnect();
    let back = until(&inventory, "ready again", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    assert!(
        back.report.problems.is_empty() && back.containers.contains_key(&id),
        "recovered: {:?}",
        back.report
    );
    assert!(
        inventory.engine().unwrap().ping().await.is_ok(),
        "and it answers"
    );
}

#[tokio::test]
#[ignore = "a measurement: cargo test -p slipway-engine --test engine --release -- --ignored --nocapture five_hundred"]
async fn five_hundred_containers() {
    let bed = Bed::start(kind()).unwrap();
    bed.load("slipway/webapp:1").unwrap();
    for number in 0..500 {
        bed.docker(&[
            "create",
            "--name",
            &format!("many-{number}"),
            "--publish",
            "8080",
            "slipway/webapp:1",
        ])
        .unwrap();
    }
    for _ in 0..5 {
        let started = Instant::now();
        bed.docker(&["ps", "--all", "--no-trunc"]).unwrap();
        let theirs = started.elapsed();
        let started = Instant::now();
        let inventory = Inventory::start(surroundings(&bed.docker_host()));
        until(&inventory, "all rows", |seen| seen.containers.len() == 500).await;
        let rows = started.elapsed();
        until(&inventory, "ready", |seen| {
            seen.report.status == EngineStatus::Ready
        })
        .await;
        let ready = started.elapsed();
        until(&inventory, "facts", |seen| seen.report.facts.is_some()).await;
        let facts = started.elapsed();
        until(&inventory, "all details", |seen| {
            seen.containers.values().all(|row| {
                row.ports
                    .iter()
                    .any(|port| !port.listen_ip.is_empty() || port.container_port == 8080)
            })
        })
        .await;
        println!(
            "docker ps -a {theirs:?}; rows {rows:?}, ready {ready:?}, facts {facts:?}, details {:?}, revision {}",
            started.elapsed(),
            inventory.snapshot().revision
        );
    }
}
