use std::time::{Duration, Instant};

use super::{Message, Tally};
use crate::Bytes;
use crate::images::{LayerState, PullProgress};

const CLASSIC: &str = include_str!("../../../tests/fixtures/pull-classic.jsonl");
const CONTAINERD: &str = include_str!("../../../tests/fixtures/pull-containerd.jsonl");

/// Each progress of a pull whose messages come 50 ms apart.
fn replay(messages: &str) -> Vec<PullProgress> {
    let mut tally = Tally::default();
    let start = Instant::now();
    let mut items = Vec::new();
    for (number, line) in (0..).zip(messages.lines()) {
        let message: Message = serde_json::from_str(line).unwrap();
        if tally.take(&message) {
            items.push(tally.progress(start + Duration::from_millis(50) * number));
        }
    }
    tally.finish();
    items.push(tally.progress(start + Duration::from_mins(2)));
    items
}

#[test]
fn both_dialects_add_up() {
    for (name, messages) in [("classic", CLASSIC), ("containerd", CONTAINERD)] {
        let items = replay(messages);
        assert!(
            items.windows(2).all(|pair| pair[0].done <= pair[1].done),
            "{name}: what is done does not shrink"
        );
        assert!(
            items.iter().all(|item| item.done <= item.total),
            "{name}: never more than all"
        );
        let last = items.last().unwrap();
        let size: u64 = last
            .layers
            .iter()
            .filter_map(|layer| layer.total)
            .map(|total| total.0)
            .sum();
        assert_eq!(
            (last.done, last.total, last.finished, last.speed),
            (Bytes(size), Bytes(size), true, None),
            "{name}: whole"
        );
        assert!(
            size > 12 * 8_391_000,
            "{name}: twelve layers of 8 MB: {size}"
        );
        assert!(
            !items[5].total_known,
            "{name}: sizes of waiting layers are not known"
        );
        let known = items.iter().find(|item| item.total_known).unwrap();
        assert!(
            known.total.0 > 12 * 8_391_000,
            "{name}: known means all of it"
        );
        let moving = items
            .iter()
            .filter(|item| item.speed.is_some_and(|speed| speed.0 > 0))
            .count();
        assert!(moving > 5, "{name}: it has a speed");
        assert!(
            items
                .iter()
                .filter(|item| item.total_known && !item.finished && item.speed.is_some())
                .all(|item| item.seconds_left.is_some()),
            "{name}: time left"
        );
    }
}

#[test]
fn unpacking_shows_percent_only_where_bytes_are_counted() {
    let unpacking = |messages: &str| -> Vec<Option<u8>> {
        let items = replay(messages);
        let layers = items.iter().flat_map(|item| item.layers.clone());
        layers
            .filter(|layer| layer.state == LayerState::Unpacking)
            .map(|layer| layer.unpacked_percent)
            .collect()
    };
    assert!(
        unpacking(CLASSIC)
            .iter()
            .any(|percent| percent.is_some_and(|percent| percent > 0)),
        "classic counts bytes"
    );
    let seconds = unpacking(CONTAINERD);
    assert!(
        !seconds.is_empty() && seconds.iter().all(Option::is_none),
        "containerd counts seconds: {seconds:?}"
    );
}

#[test]
fn a_layer_that_starts_over_gives_its_bytes_back() {
    let mut tally = Tally::default();
    let now = Instant::now();
    let mut take = |json: &str, at: u64| {
        tally.take(&serde_json::from_str(json).unwrap());
        tally.progress(now + Duration::from_secs(at))
    };
    take(
        r#"{"id":"a","status":"Downloading","progressDetail":{"current":0,"total":1000}}"#,
        0,
    );
    let before = take(
        r#"{"id":"a","status":"Downloading","progressDetail":{"current":900,"total":1000}}"#,
        1,
    );
    assert_eq!(
        (before.speed, before.seconds_left),
        (Some(Bytes(900)), Some(1)),
        "nine tenths in one second"
    );
    take(
        r#"{"id":"a","status":"Retrying in 5 seconds","progressDetail":{}}"#,
        2,
    );
    let after = take(
        r#"{"id":"a","status":"Downloading","progressDetail":{"current":100,"total":1000}}"#,
        8,
    );
    assert_eq!(
        (after.done, after.speed),
        (Bytes(100), None),
        "no negative speed: {after:?}"
    );
}

#[test]
fn failures_are_found_in_either_spelling() {
    let failure = |json: &str| serde_json::from_str::<Message>(json).unwrap().failure();
    assert_eq!(
        failure(r#"{"errorDetail":{"message":"no"},"error":"no"}"#).as_deref(),
        Some("no"),
        "both"
    );
    assert_eq!(failure(r#"{"error":"no"}"#).as_deref(), Some("no"), "old");
    assert_eq!(
        failure(r#"{"errorDetail":{"code":1,"message":"no"}}"#).as_deref(),
        Some("no"),
        "new"
    );
    assert_eq!(
        failure(r#"{"status":"Waiting","id":"a","progressDetail":null}"#),
        None,
        "none"
    );
}
