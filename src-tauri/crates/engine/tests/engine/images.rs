//! Pulls and images.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use slipway_engine::images::{LayerState, PullProgress};
use slipway_engine::{Error, ImageReference};
use slipway_testbed::Bed;

use crate::{bed, docker, engine, engine_at, kind};

fn reference(name: &str) -> ImageReference {
    ImageReference::parse(name).unwrap()
}

/// These tests change the registry's line, which all pulls of the shared bed go through.
static LINE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a_pull_shows_each_layer_and_the_whole() {
    let _line = LINE.lock().await;
    let engine = engine().await;
    let _ = bed().docker(&["rmi", "slipway/many-layers:1"]);
    bed().registry().limit(Some(20 * 1024 * 1024));
    let started = Instant::now();
    let items: Vec<PullProgress> = engine
        .pull(&reference("slipway/many-layers:1"), None)
        .map(Result::unwrap)
        .collect()
        .await;
    bed().registry().limit(None);
    let took = started.elapsed();
    let last = items.last().unwrap();
    assert!(
        last.finished && last.total_known && last.done == last.total,
        "the last item is whole: {last:?}"
    );
    assert!(
        last.layers
            .iter()
            .all(|layer| matches!(layer.state, LayerState::Done | LayerState::Present)),
        "{last:?}"
    );
    assert!(last.layers.len() >= 12, "all twelve layers are shown");
    assert!(
        items.windows(2).all(|pair| pair[0].done <= pair[1].done),
        "what is done does not shrink"
    );
    assert!(
        items
            .iter()
            .any(|item| item.speed.is_some_and(|speed| speed.0 > 0)),
        "the speed is shown"
    );
    assert!(
        items.iter().any(|item| item
            .layers
            .iter()
            .any(|layer| layer.state == LayerState::Downloading)),
        "downloads are shown"
    );
    let most = took.as_millis() / 100 + 2;
    assert!(
        items.len() as u128 <= most,
        "at most ten a second: {} items in {took:?}",
        items.len()
    );
    assert!(bed().has_image("slipway/many-layers:1"), "and it is here");
    let again: Vec<PullProgress> = engine
        .pull(&reference("slipway/many-layers:1"), None)
        .map(Result::unwrap)
        .collect()
        .await;
    assert!(
        again.last().unwrap().finished,
        "what is here already is done at once"
    );
}

#[tokio::test]
async fn dropping_a_pull_cancels_it() {
    let _line = LINE.lock().await;
    let engine = engine().await;
    let _ = bed().docker(&["rmi", "slipway/many-layers:1"]);
    bed().registry().limit(Some(512 * 1024));
    let mut pull = engine.pull(&reference("slipway/many-layers:1"), None);
    while let Some(item) = pull.next().await {
        if item.unwrap().done.0 > 0 {
            break;
        }
    }
    drop(pull);
    tokio::time::sleep(Duration::from_secs(1)).await;
    bed().registry().limit(None);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(
        !bed().has_image("slipway/many-layers:1"),
        "nobody waits for it, so it does not come"
    );
}

#[tokio::test]
async fn failed_pulls_say_why() {
    let _line = LINE.lock().await;
    let engine = engine().await;
    let fails = async |name: &str| {
        let mut pull = engine.pull(&reference(name), None);
        let mut last = None;
        while let Some(item) = pull.next().await {
            last = Some(item);
        }
        last.unwrap().unwrap_err()
    };
    let address = bed().registry().address();
    let error = fails(&format!("{address}/slipway/webapp:no-such-version")).await;
    assert!(matches!(error, Error::ImageNotFound { .. }), "{error:?}");
    let error = fails(&format!("{address}/slipway/nothing:1")).await;
    assert!(
        matches!(
            error,
            Error::ImageNotFound { .. } | Error::RegistryDenied { .. }
        ),
        "{error:?}"
    );
    bed().registry().cut();
    let error = fails(&format!("{address}/slipway/webapp:1")).await;
    bed().registry().restore();
    assert!(
        matches!(error, Error::RegistryUnreachable { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_image_tells_what_it_is() {
    let engine = engine().await;
    let image = engine.inspect_image("slipway/webapp:1").await.unwrap();
    assert_eq!(image.exposed_ports, ["8080/tcp"], "{image:?}");
    assert_eq!(image.command, ["/webapp"], "{image:?}");
    assert_eq!(
        (image.os.as_str(), image.tags.as_slice()),
        ("linux", &["slipway/webapp:1".to_owned()][..]),
        "{image:?}"
    );
    assert!(image.size.0 > 100_000 && image.created.0 > 0, "{image:?}");
    assert!(
        matches!(
            engine.inspect_image("no/such:1").await.unwrap_err(),
            Error::ImageNotFound { .. }
        ),
        "not here"
    );
    let folder = tempfile::tempdir().unwrap();
    let tar = folder.path().join("empty.tar");
    std::fs::write(&tar, vec![0; 1024]).unwrap();
    docker(&["import", &tar.to_string_lossy(), "engine-used/empty:1"]);
    docker(&[
        "create",
        "--name",
        "engine-image-user",
        "engine-used/empty:1",
        "/nothing",
    ]);
    let gone = crate::Gone("engine-image-user".into());
    let error = engine
        .remove_image("engine-used/empty:1")
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::InUse { .. }),
        "a container uses it: {error:?}"
    );
    drop(gone);
    engine.remove_image("engine-used/empty:1").await.unwrap();
    assert!(
        matches!(
            engine
                .remove_image("engine-used/empty:1")
                .await
                .unwrap_err(),
            Error::ImageNotFound { .. }
        ),
        "gone"
    );
}

#[tokio::test]
#[ignore = "a measurement: cargo test -p slipway-engine --test engine --release -- --ignored --nocapture pull_overhead"]
async fn pull_overhead() {
    let bed = Bed::start(kind()).unwrap();
    let engine = engine_at(&bed.socket()).await;
    let name = "exasol/data-science-sandbox:0.1.0";
    for round in 0..3 {
        let started = Instant::now();
        bed.docker(&["pull", "--quiet", name]).unwrap();
        let theirs = started.elapsed();
        bed.docker(&["rmi", name]).unwrap();
        let started = Instant::now();
        let count = engine
            .pull(&reference(name), None)
            .map(Result::unwrap)
            .count()
            .await;
        let ours = started.elapsed();
        bed.docker(&["rmi", name]).unwrap();
        println!("round {round}: docker {theirs:?}, ours {ours:?}, {count} items");
    }
}
