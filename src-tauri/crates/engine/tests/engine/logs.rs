//! Logs and usage.

use std::time::Duration;

use futures_util::StreamExt;
use slipway_engine::logs::{FollowedLog, LogQuery, LogState, LogStream};

use crate::{Gone, docker, engine, running};

async fn until(log: &FollowedLog, wanted: impl FnMut(&LogState) -> bool) -> LogState {
    let mut state = log.state();
    *tokio::time::timeout(Duration::from_secs(30), state.wait_for(wanted))
        .await
        .unwrap()
        .unwrap()
}

fn all() -> LogQuery {
    LogQuery {
        start: 0,
        count: 1000,
        search: String::new(),
    }
}

#[tokio::test]
async fn a_log_is_followed_searched_and_covered() {
    let engine = engine().await;
    let _gone = Gone("engine-log".into());
    let script = r#"echo first; echo "to err: tok-SECRET-en" >&2; printf '\033[31mred\033[0m\tand\tplain\n'; printf '10%%\r50%%\r100%%\n'; busybox sleep 1; echo Last; printf 'no end'"#;
    let id = docker(&[
        "run",
        "--detach",
        "--name",
        "engine-log",
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    let id = id.as_str().into();
    let log = engine
        .follow_log(&id, 1000, vec!["tok-SECRET-en".into()])
        .await
        .unwrap();
    let state = until(&log, |state| state.ended).await;
    let page = log.read(&all());
    let mut texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(
        texts,
        [
            "100%",
            "Last",
            "first",
            "no end",
            "red\tand\tplain",
            "to err: ••••••"
        ],
        "{page:?}"
    );
    assert_eq!(
        (state.first, state.end, page.matches),
        (0, 6, 6),
        "all are counted"
    );
    assert!(
        page.lines.iter().all(|line| line.time.is_some()),
        "the engine's times are kept"
    );
    let err = page
        .lines
        .iter()
        .find(|line| line.text.starts_with("to err"))
        .unwrap();
    assert_eq!(err.stream, LogStream::Stderr, "streams are told apart");
    let found = log.read(&LogQuery {
        search: "LAST".into(),
        ..all()
    });
    assert_eq!(
        (found.matches, found.lines[0].text.as_str()),
        (1, "Last"),
        "case does not matter"
    );
    let last = engine.last_log_lines(&id, 3).await.unwrap();
    assert_eq!(last.len(), 3, "the last lines only: {last:?}");
    let unmasked = engine.last_log_lines(&id, 10).await.unwrap();
    assert!(
        unmasked
            .iter()
            .any(|line| line.text.contains("tok-SECRET-en")),
        "reading a token needs it whole"
    );
}

#[tokio::test]
async fn a_terminals_log_is_read_line_by_line() {
    let engine = engine().await;
    let _gone = Gone("engine-tty".into());
    let script = "echo one; echo two; busybox sleep 1; echo three";
    let id = docker(&[
        "run",
        "--detach",
        "--tty",
        "--name",
        "engine-tty",
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    let log = engine
        .follow_log(&id.as_str().into(), 1000, Vec::new())
        .await
        .unwrap();
    until(&log, |state| state.ended).await;
    let page = log.read(&all());
    let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"], "{page:?}");
    assert!(
        page.lines
            .iter()
            .all(|line| line.stream == LogStream::Terminal && line.time.is_some()),
        "{page:?}"
    );
}

#[tokio::test]
async fn a_flood_is_bounded_and_long_lines_are_cut() {
    let engine = engine().await;
    let _gone = Gone("engine-flood".into());
    let script = "busybox head -c 100000 /dev/zero | busybox tr '\\0' x; echo; busybox yes 'a line of the flood' | busybox head -n 300000; echo over";
    let id = docker(&[
        "run",
        "--detach",
        "--name",
        "engine-flood",
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    let id = id.as_str().into();
    engine.wait_container(&id).await.unwrap();
    let started = std::time::Instant::now();
    let log = engine.follow_log(&id, 1_000_000, Vec::new()).await.unwrap();
    let early = log.state();
    let state = until(&log, |state| state.ended).await;
    println!("300,000 lines in {:?}", started.elapsed());
    drop(early);
    assert_eq!(
        (state.end, state.end - state.first),
        (300_002, 50_000),
        "old lines go, and are counted"
    );
    let page = log.read(&LogQuery {
        start: 300_001,
        ..all()
    });
    assert_eq!(
        (page.lines[0].number, page.lines[0].text.as_str()),
        (300_001, "over"),
        "numbers stay true"
    );
    let whole = engine.last_log_lines(&id, 1_000_000).await.unwrap();
    assert_eq!(whole.len(), 50_000, "reading once is bounded, too");
}

#[tokio::test]
async fn one_very_long_line_is_cut() {
    let engine = engine().await;
    let _gone = Gone("engine-long".into());
    let script = "busybox head -c 100000 /dev/zero | busybox tr '\\0' x; echo; echo next";
    let id = docker(&[
        "run",
        "--detach",
        "--name",
        "engine-long",
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    let id = id.as_str().into();
    engine.wait_container(&id).await.unwrap();
    let lines = engine.last_log_lines(&id, 100).await.unwrap();
    assert_eq!(lines.len(), 2, "pieces of one line are one line");
    assert!(
        lines[0].cut
            && lines[0].text.len() == 16 * 1024
            && lines[0].text.bytes().all(|byte| byte == b'x'),
        "cut, with no times inside"
    );
    assert!(!lines[1].cut && lines[1].text == "next", "{:?}", lines[1]);
}

#[tokio::test]
async fn usage_flows_while_it_runs() {
    let engine = engine().await;
    let (id, gone) = running("engine-usage", &["--memory", "64m"]);
    let mut usage = engine.usage(&id);
    let first = tokio::time::timeout(Duration::from_secs(20), usage.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(first.memory_limit.0, 64 * 1024 * 1024, "{first:?}");
    assert!(
        first.memory.0 > 0 && first.memory.0 < 64 * 1024 * 1024,
        "{first:?}"
    );
    assert!((0.0..400.0).contains(&first.cpu_percent), "{first:?}");
    docker(&["kill", "engine-usage"]);
    let end = tokio::time::timeout(Duration::from_secs(20), async {
        while usage.next().await.is_some() {}
    })
    .await;
    drop(gone);
    assert!(end.is_ok(), "the stream ends with the container");
}
