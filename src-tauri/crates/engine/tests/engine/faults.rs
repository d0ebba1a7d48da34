//! What a real engine cannot be asked to do wrong, from a fake one.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use slipway_engine::containers::ContainerSpec;
use slipway_engine::health::EngineProblemKind;
use slipway_engine::images::RegistryLogin;
use slipway_engine::inventory::{ContainerState, EngineStatus, Inventory, RefusedKind};
use slipway_engine::logs::LogQuery;
use slipway_engine::{Engine, Error, ImageReference};
use slipway_testbed::{FakeEngine, Piece, Reply};

use crate::{engine_at, surroundings, until};

/// A fake engine with empty lists and an event stream that stays open.
fn fake() -> FakeEngine {
    let fake = FakeEngine::start().unwrap();
    fake.on("GET", "/containers/json", Reply::json(200, json!([])));
    fake.on("GET", "/images/json", Reply::json(200, json!([])));
    fake.on(
        "GET",
        "/volumes",
        Reply::json(200, json!({ "Volumes": null })),
    );
    fake.on("GET", "/networks", Reply::json(200, json!([])));
    fake.on("GET", "/events", Reply::stream(200, [Piece::StayOpen]));
    fake
}

fn reference() -> ImageReference {
    ImageReference::parse("exasol/ai-lab:6.0.0").unwrap()
}

async fn last_of_pull(
    engine: &Engine,
    login: Option<RegistryLogin>,
) -> slipway_engine::Result<slipway_engine::images::PullProgress> {
    let items: Vec<_> = engine.pull(&reference(), login).collect().await;
    items.into_iter().next_back().unwrap()
}

#[tokio::test]
async fn requests_carry_the_version_both_sides_speak() {
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    fake.on(
        "POST",
        "/containers/create",
        Reply::json(201, json!({ "Id": "a", "Warnings": [] })),
    );
    engine
        .create_container(&ContainerSpec {
            name: "lab".into(),
            image: "x".into(),
            ..ContainerSpec::default()
        })
        .await
        .unwrap();
    assert_eq!(
        engine.api_version().to_string(),
        "1.41",
        "the fake is a 20.10"
    );
    let request = fake
        .requests()
        .into_iter()
        .find(|request| request.path == "/containers/create")
        .unwrap();
    assert!(
        request.query.starts_with("name=lab"),
        "bollard's requests go the same way"
    );
}

#[tokio::test]
async fn a_pull_that_ends_in_two_reads_is_a_good_one() {
    // bollard takes this for an error: the last message's brace and its line break come apart.
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    let pieces = [
        Piece::text(
            "{\"status\":\"Pulling fs layer\",\"id\":\"a\"}\r\n{\"status\":\"Status: Downloaded newer image for x\"}",
        ),
        Piece::Pause(Duration::from_millis(50)),
        Piece::text("\r\n"),
    ];
    fake.on("POST", "/images/create", Reply::stream(200, pieces));
    assert!(last_of_pull(&engine, None).await.unwrap().finished, "whole");
}

#[tokio::test]
async fn a_pull_that_is_cut_off_is_no_success() {
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    fake.on(
        "POST",
        "/images/create",
        Reply::stream(
            200,
            [
                Piece::text("{\"status\":\"Pulling fs layer\",\"id\":\"a\"}\r\n"),
                Piece::Cut,
            ],
        ),
    );
    let error = last_of_pull(&engine, None).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    fake.on("POST", "/images/create", Reply::stream(200, [Piece::text("{\"errorDetail\":{\"message\":\"toomanyrequests: slow down\"},\"error\":\"toomanyrequests: slow down\"}\r\n")]));
    let error = last_of_pull(&engine, None).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error:?}");
}

#[tokio::test]
async fn a_login_is_written_in_the_alphabet_that_engines_read() {
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    fake.on(
        "POST",
        "/images/create",
        Reply::stream(200, [Piece::text("{\"status\":\"Status: ok\"}\r\n")]),
    );
    let login = RegistryLogin {
        user_name: "ada".into(),
        password: "aaaa?>~ü".into(),
        server: "https://index.docker.io/v1/".into(),
    };
    last_of_pull(&engine, Some(login)).await.unwrap();
    let request = fake
        .requests()
        .into_iter()
        .find(|request| request.path == "/images/create")
        .unwrap();
    let header = request
        .headers
        .iter()
        .find(|(name, _)| *name == "x-registry-auth")
        .map(|(_, value)| value.clone())
        .unwrap();
    assert!(
        !header.contains(['+', '/']) && header.contains(['-', '_']),
        "url-safe: {header}"
    );
}

#[tokio::test]
async fn a_stop_may_take_longer_than_other_calls() {
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    fake.on(
        "POST",
        "/containers/a/stop",
        Reply::stream(204, [Piece::Pause(Duration::from_secs(2))]),
    );
    engine
        .stop_container(&"a".into(), Duration::from_secs(1))
        .await
        .unwrap();
    fake.on("POST", "/containers/a/stop", Reply::cut());
    let error = engine
        .stop_container(&"a".into(), Duration::from_secs(1))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
}

#[tokio::test]
async fn one_odd_container_does_not_empty_the_list() {
    let fake = fake();
    fake.on("GET", "/containers/json", Reply::json(200, json!([
        { "Id": "a", "Names": ["/good"], "State": "exited", "Status": "Exited (0) 2 days ago" },
        { "Id": "b", "Names": ["/odd"], "State": "hibernating" },
        { "Id": "c", "Names": ["/broken"], "Ports": "what" },
        { "Id": "d", "Names": ["/refused"], "State": "running" },
    ])));
    fake.on(
        "GET",
        "/containers/a/json",
        Reply::json(
            200,
            json!({ "Id": "a", "Name": "/good", "State": { "Status": "exited", "ExitCode": 0 } }),
        ),
    );
    fake.on(
        "GET",
        "/containers/b/json",
        Reply::json(
            200,
            json!({ "Id": "b", "Name": "/odd", "State": { "Status": "hibernating" } }),
        ),
    );
    fake.on(
        "GET",
        "/containers/c/json",
        Reply::json(200, json!([1, 2, 3])),
    );
    fake.on(
        "GET",
        "/containers/d/json",
        Reply::error(500, "layer not found"),
    );
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let snapshot = inventory.snapshot();
    let seen: Vec<_> = snapshot
        .containers
        .values()
        .map(|row| (row.name.as_str(), row.state, row.status.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("good", ContainerState::Exited, ""),
            ("odd", ContainerState::Unknown, "hibernating"),
            ("broken", ContainerState::Unknown, "unreadable"),
            ("refused", ContainerState::Running, ""),
        ],
        "all four are there"
    );
    assert_eq!(
        snapshot.report.status,
        EngineStatus::Ready,
        "and nothing else suffers"
    );
}

#[tokio::test]
async fn a_list_that_fails_is_no_empty_list() {
    let fake = fake();
    let good = Reply::json(
        200,
        json!([{ "Id": "a", "Names": ["/lab"], "State": "created" }]),
    );
    fake.on("GET", "/containers/json", good.clone());
    fake.on(
        "GET",
        "/containers/a/json",
        Reply::json(
            200,
            json!({ "Id": "a", "Name": "/lab", "State": { "Status": "created" } }),
        ),
    );
    fake.on_each(
        "GET",
        "/events",
        vec![
            Reply::stream(200, [Piece::Wait]),
            Reply::stream(200, [Piece::StayOpen]),
        ],
    );
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready && seen.containers.len() == 1
    })
    .await;
    fake.on(
        "GET",
        "/containers/json",
        Reply::error(500, "database is locked"),
    );
    fake.go_on();
    let lost = until(&inventory, "trouble", |seen| {
        matches!(seen.report.status, EngineStatus::Reconnecting { .. })
    })
    .await;
    assert_eq!(lost.containers.len(), 1, "the row stays: {lost:?}");
    let trouble = until(&inventory, "what is wrong", |seen| {
        seen.report
            .problems
            .iter()
            .any(|problem| problem.kind == EngineProblemKind::Unreachable)
    })
    .await;
    assert_eq!(trouble.containers.len(), 1, "still");
    assert!(
        trouble.report.problems[0]
            .detail
            .as_deref()
            .unwrap_or_default()
            .contains("database is locked"),
        "{:?}",
        trouble.report
    );
    fake.on("GET", "/containers/json", good);
    until(&inventory, "ready again", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
}

#[tokio::test]
async fn trying_again_asks_a_connected_engine_for_its_facts() {
    let fake = fake();
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready && seen.report.facts.is_some()
    })
    .await;
    let asked = fake.count("GET", "/info");
    inventory.reconnect();
    for _ in 0..100 {
        if fake.count("GET", "/info") > asked {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the engine was not asked");
}

#[tokio::test]
async fn a_burst_of_events_is_one_look() {
    let fake = fake();
    let start =
        "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"a\"}}\n".repeat(200);
    fake.on(
        "GET",
        "/events",
        Reply::stream(200, [Piece::Wait, Piece::text(start), Piece::StayOpen]),
    );
    fake.on(
        "GET",
        "/containers/a/json",
        Reply::json(
            200,
            json!({ "Id": "a", "Name": "/lab", "State": { "Status": "running" } }),
        ),
    );
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    let ready = until(&inventory, "ready with facts", |seen| {
        seen.report.status == EngineStatus::Ready && seen.report.facts.is_some()
    })
    .await;
    fake.go_on();
    let seen = until(&inventory, "the container", |seen| {
        seen.containers.len() == 1
    })
    .await;
    assert_eq!(
        (fake.count("GET", "/containers/a/json"), seen.revision),
        (1, ready.revision + 1),
        "two hundred events, one question, one change"
    );
}

#[tokio::test]
async fn without_an_engine_there_is_a_reason_and_then_an_engine() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let inventory = Inventory::start(surroundings(&format!("unix://{}", socket.display())));
    assert!(
        matches!(inventory.engine(), Err(Error::Connecting)),
        "at first nothing is known"
    );
    let none = until(&inventory, "unavailable", |seen| {
        seen.report.status == EngineStatus::Unavailable
    })
    .await;
    assert_eq!(
        none.report.problems[0].kind,
        EngineProblemKind::NotRunning,
        "{:?}",
        none.report
    );
    assert!(
        matches!(inventory.engine(), Err(Error::EngineUnreachable { .. })),
        "and the reason is kept"
    );
    let fake = fake();
    std::os::unix::fs::symlink(fake.socket(), &socket).unwrap();
    inventory.reconnect();
    until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
}

#[tokio::test]
async fn something_that_is_no_engine_is_not_taken_for_one() {
    let fake = FakeEngine::start().unwrap();
    fake.on(
        "GET",
        "/_ping",
        Reply::error(503, "Docker Desktop is unable to start"),
    );
    let address = slipway_engine::endpoint::Endpoint::new(
        fake.docker_host(),
        slipway_engine::endpoint::EndpointSource::DockerHost,
    );
    let error = Engine::connect_to(&address).await.unwrap_err();
    assert!(
        matches!(&error, Error::EngineUnreachable { detail, .. } if detail.contains("unable to start")),
        "{error:?}"
    );
}

#[tokio::test]
async fn logs_that_are_kept_elsewhere_say_so() {
    let fake = fake();
    let engine = engine_at(&fake.socket()).await;
    fake.on(
        "GET",
        "/containers/a/json",
        Reply::json(200, json!({ "Id": "a", "Config": { "Tty": false } })),
    );
    fake.on(
        "GET",
        "/containers/a/logs",
        Reply::error(501, "configured logging driver does not support reading"),
    );
    let error = engine
        .follow_log(&"a".into(), 100, Vec::new())
        .await
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, Error::NotSupported { .. }), "{error:?}");
    fake.on(
        "GET",
        "/containers/a/logs",
        Reply::stream(
            200,
            [
                Piece::Bytes(vec![1, 0, 0, 0, 0, 0, 0, 50, b'h', b'i']),
                Piece::Cut,
            ],
        ),
    );
    let log = engine
        .follow_log(&"a".into(), 100, Vec::new())
        .await
        .unwrap();
    log.state().wait_for(|state| state.ended).await.unwrap();
    assert_eq!(
        log.read(&LogQuery {
            count: 10,
            ..LogQuery::default()
        })
        .lines[0]
            .text,
        "hi",
        "what came is kept"
    );
}

#[tokio::test]
async fn a_refused_list_costs_that_list_alone() {
    let fake = fake();
    fake.on(
        "GET",
        "/containers/json",
        Reply::json(
            200,
            json!([{ "Id": "a", "Names": ["/lab"], "State": "created" }]),
        ),
    );
    fake.on(
        "GET",
        "/containers/a/json",
        Reply::json(
            200,
            json!({ "Id": "a", "Name": "/lab", "State": { "Status": "created" } }),
        ),
    );
    fake.on("GET", "/volumes", Reply::error(403, "the proxy says no"));
    fake.on("GET", "/images/json", Reply::error(500, "layer is missing"));
    // Only an event about images has the list asked for again.
    fake.on(
        "GET",
        "/events",
        Reply::stream(
            200,
            [
                Piece::Wait,
                Piece::text("{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{\"ID\":\"x\"}}\n"),
                Piece::StayOpen,
            ],
        ),
    );
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    let ready = until(&inventory, "ready", |seen| {
        seen.report.status == EngineStatus::Ready
    })
    .await;
    assert_eq!(ready.containers.len(), 1, "the others are there");
    let refused: Vec<_> = ready
        .report
        .refused
        .iter()
        .map(|list| (list.kind, list.message.as_str(), list.detail.as_str()))
        .collect();
    assert_eq!(
        refused,
        [
            (
                RefusedKind::Images,
                "The engine does not show its images.",
                "layer is missing"
            ),
            (
                RefusedKind::Volumes,
                "The engine does not show its volumes.",
                "the proxy says no"
            ),
        ]
    );
    fake.on("GET", "/images/json", Reply::json(200, json!([])));
    fake.go_on();
    until(&inventory, "the images' list is back", |seen| {
        seen.report.refused.len() == 1 && seen.report.refused[0].kind == RefusedKind::Volumes
    })
    .await;
}

#[tokio::test]
async fn an_engine_that_took_another_s_place_is_not_taken_for_it() {
    let fake = fake();
    let info = |id: &str| Reply::json(200, json!({ "ID": id, "OSType": "linux" }));
    fake.on(
        "GET",
        "/version",
        Reply::json(200, json!({ "Version": "28.5.2", "ApiVersion": "1.41" })),
    );
    fake.on_each(
        "GET",
        "/info",
        vec![info("one"), Reply::error(500, "busy"), info("other")],
    );
    fake.on_each(
        "GET",
        "/events",
        vec![
            Reply::stream(200, [Piece::Wait]),
            Reply::stream(200, [Piece::Wait]),
            Reply::stream(200, [Piece::StayOpen]),
        ],
    );
    let inventory = Inventory::start(surroundings(&fake.docker_host()));
    let ready_as = |seen: &slipway_engine::inventory::Snapshot| {
        (seen.report.status == EngineStatus::Ready)
            .then(|| seen.report.facts.as_ref().map(|facts| facts.id.clone()))
    };
    until(&inventory, "the first", |seen| {
        ready_as(seen) == Some(Some("one".to_owned()))
    })
    .await;
    let mut snapshots = inventory.watch();
    snapshots.mark_unchanged();
    fake.go_on();
    // Whoever answers now does not say who it is, and is never ready under the other's name.
    loop {
        snapshots.changed().await.unwrap();
        match ready_as(&snapshots.borrow_and_update()) {
            Some(None) => break,
            Some(Some(id)) => panic!("ready as {id}"),
            None => {}
        }
    }
    fake.go_on();
    until(&inventory, "the other", |seen| {
        ready_as(seen) == Some(Some("other".to_owned()))
    })
    .await;
}
