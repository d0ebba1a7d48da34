//! Logs and usage.

use std::time::Duration;

use futures_util::StreamExt;
use slipway_engine::logs::{
    Cover, FollowedLog, LogPattern, LogQuery, LogSpan, LogState, LogStream, LogView,
};
use slipway_engine::{ContainerId, Error};

use crate::{Gone, docker, engine, running};

/// A container that writes what the script says.
fn writing(name: &str, script: &str) -> (ContainerId, Gone) {
    let gone = Gone(name.to_owned());
    let id = docker(&[
        "run",
        "--detach",
        "--name",
        name,
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        script,
    ]);
    (id.as_str().into(), gone)
}

/// Everything that a log holds, as it is saved.
async fn saved(id: &ContainerId, span: LogSpan, cover: Cover, times: bool) -> Vec<u8> {
    let mut text = Vec::new();
    let copied = engine()
        .await
        .copy_log(id, span, cover, times, &mut text, |_| ())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(copied.bytes, text.len() as u64, "it counts what it writes");
    let lines = text.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(copied.lines, lines as u64, "a line is a line");
    text
}

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
        ..LogQuery::default()
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
        .follow_log(&id, 1000, vec!["tok-SECRET-en".to_owned()])
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
        (state.first, state.end, page.rows),
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
        only: true,
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
async fn a_log_is_read_between_two_times() {
    let engine = engine().await;
    let script = "echo early; busybox sleep 2; echo middle; busybox sleep 2; echo late";
    let (id, _gone) = writing("engine-span", script);
    engine.wait_container(&id).await.unwrap();
    let all_of_it = engine.last_log_lines(&id, 10).await.unwrap();
    let times: Vec<_> = all_of_it.iter().map(|line| line.time.unwrap()).collect();
    let between = |a: usize, b: usize| {
        Some(slipway_engine::UnixMillis(i64::midpoint(
            times[a].0, times[b].0,
        )))
    };
    for (span, expected) in [
        (
            LogSpan {
                since: between(0, 1),
                until: None,
            },
            &["middle", "late"][..],
        ),
        (
            LogSpan {
                since: None,
                until: between(1, 2),
            },
            &["early", "middle"],
        ),
        (
            LogSpan {
                since: between(0, 1),
                until: between(1, 2),
            },
            &["middle"],
        ),
    ] {
        let view = LogView { span, only: None };
        let log = engine.view_log(&id, &view, 1, Vec::new()).await.unwrap();
        let state = until(&log, |state| state.ended).await;
        assert!(!state.broken, "it ended as it should: {state:?}");
        let page = log.read(&all());
        let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, expected, "{span:?}; a tail does not cut a span");
        let text = saved(&id, span, Cover::default(), false).await;
        assert_eq!(
            String::from_utf8(text).unwrap().lines().collect::<Vec<_>>(),
            expected,
            "a file has the same lines"
        );
    }
}

#[tokio::test]
async fn what_is_older_than_the_ring_is_searched_and_saved() {
    let engine = engine().await;
    // 140,000 lines, twice what a ring keeps; two needles among the first.
    let script = "i=0; while [ $i -lt 3 ]; do echo needle $i tok-SECRET-en; i=$((i+1)); done; \
        busybox yes 'a line of hay' | busybox head -n 140000; printf 'NEEDLE last'";
    let (id, _gone) = writing("engine-hay", script);
    engine.wait_container(&id).await.unwrap();
    let cover = || Cover::from(vec!["tok-SECRET-en".to_owned()]);
    let view = LogView {
        only: Some(LogPattern {
            text: "needle ([02l])".into(),
            regex: true,
            match_case: false,
        }),
        ..LogView::default()
    };
    let log = engine.view_log(&id, &view, 10, cover()).await.unwrap();
    let state = until(&log, |state| state.ended).await;
    assert_eq!(
        (state.read, state.end),
        (140_004, 3),
        "all was read: {state:?}"
    );
    let page = log.read(&all());
    let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        ["needle 0 ••••••", "needle 2 ••••••", "NEEDLE last"],
        "what is found is covered, too"
    );
    let text = String::from_utf8(saved(&id, LogSpan::default(), cover(), true).await).unwrap();
    let first = text.lines().next().unwrap();
    let (time, rest) = first.split_once(' ').unwrap();
    assert_eq!(rest, "needle 0 ••••••", "secrets stay out of files");
    assert!(
        time.ends_with('Z') && time.len() == "2026-11-21T10:00:00.123Z".len(),
        "{time}"
    );
    assert_eq!(text.lines().count(), 140_004, "nothing is left out");

    let wrong = LogView {
        only: Some(LogPattern {
            text: "(".into(),
            regex: true,
            match_case: false,
        }),
        ..LogView::default()
    };
    let error = engine
        .view_log(&id, &wrong, 1, Vec::new())
        .await
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, Error::NotSupported { .. }), "{error:?}");
}

#[tokio::test]
async fn a_hostile_log_is_text_and_stays_whole_in_a_file() {
    let engine = engine().await;
    let script = r"busybox head -c 90000 /dev/zero | busybox tr '\0' x; echo; printf '\033[2J\033[1;31mred\033[0m \377\000\001 \033]0;title\007end\n'; printf '\033]8;;http://evil/\033\\link\033]8;;\033\\\n'";
    let (id, _gone) = writing("engine-hostile", script);
    engine.wait_container(&id).await.unwrap();
    let log = engine.follow_log(&id, 100, Vec::new()).await.unwrap();
    until(&log, |state| state.ended).await;
    let page = log.read(&LogQuery {
        longest: 2_000,
        ..all()
    });
    assert_eq!(page.lines[0].text.len(), 2_000, "a page is spared");
    assert_eq!(page.shortened, [0], "and knows it");
    assert!(page.lines[0].cut, "more was there than is kept");
    assert_eq!(
        page.lines[1].text, "red \u{fffd} end",
        "no sequence and no control character is left"
    );
    assert_eq!(page.lines[2].text, "link");
    let text = saved(&id, LogSpan::default(), Cover::default(), false).await;
    let first = text.split(|byte| *byte == b'\n').next().unwrap();
    assert_eq!(first.len(), 90_000, "a file has the whole line");
    assert!(text.ends_with("red \u{fffd} end\nlink\n".as_bytes()));
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
