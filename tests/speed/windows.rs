//! What an open window costs: until it shows something real, while nobody touches it, and with a long list.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use slipway_testbed::process::{self, Leashed};
use slipway_testbed::{Bed, Display, SecretService, UnixRecorder, unix_request};

use crate::driver::{SOON, Setting, Window};
use crate::{Goal, Row, median, processes, screen};

const STARTS: usize = 9;
/// How long an idle window is watched.
const WATCH: Duration = Duration::from_secs(30);

/// The rows about start and memory.
pub fn starts(bed: &Bed, home: &SecretService) -> Vec<Row> {
    let ours = program("SLIPWAY_PROGRAM");
    let floor = program("SLIPWAY_EMPTY_WINDOW");
    let start = |program: &str| {
        let display = Display::start(1280, 800).expect("a display");
        let before = Instant::now();
        let window = open(program, &display, home, &bed.docker_host());
        let shown = screen::shown(&display).duration_since(before).as_secs_f64();
        process::pause(Duration::from_secs(3));
        (shown, processes::memory(window.id()))
    };
    // The first start of each reads its libraries from the disk.
    start(&floor);
    start(&ours);
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for round in 0..STARTS {
        let (our, their) = in_turn(round, || start(&ours), || start(&floor));
        starts.push((our.0, their.0));
        memory.push((our.1, their.1));
    }
    vec![
        Row::of_rounds(
            "window to first real list, beside an empty window",
            "s",
            Goal::Ratio(1.25),
            &starts,
        ),
        Row::of_rounds(
            "idle memory (PSS of all processes), beside an empty window",
            "MiB",
            Goal::Ratio(1.3),
            &memory,
        ),
    ]
}

/// The rows about idleness: processor use in percent of a core, and the requests to the engine, while twenty
/// containers run.
pub fn idle(bed: &Bed, home: &SecretService) -> Vec<Row> {
    let ours = program("SLIPWAY_PROGRAM");
    let names: Vec<String> = (0..20).map(|number| format!("idle-{number}")).collect();
    for name in &names {
        bed.docker(&["run", "--detach", "--name", name, "slipway/webapp:1"])
            .expect("a container runs");
    }
    let recorder = UnixRecorder::start(&bed.socket()).expect("a recorder");
    let display = Display::start(1280, 800).expect("a display");
    let window = open(&ours, &display, home, &recorder.docker_host());
    screen::shown(&display);
    process::pause(Duration::from_secs(5));
    let (time, requests) = (processes::processor_time(window.id()), recorder.count());
    process::pause(WATCH);
    let used = processes::processor_time(window.id()) - time;
    let asked = recorder.count() - requests;
    drop(window);
    let mut remove = vec!["rm", "--force", "--volumes"];
    remove.extend(names.iter().map(String::as_str));
    bed.docker(&remove).expect("the containers go");
    let processor = used / WATCH.as_secs_f64() * 100.0;
    let requests = f64::from(u32::try_from(asked).unwrap_or(u32::MAX));
    vec![
        Row {
            name: "idle processor with 20 running containers",
            unit: "% of a core",
            ours: processor,
            floor: None,
            ratio: None,
            goal: Goal::Below(0.2),
            runs: 1,
        },
        Row {
            name: "requests to the engine in half a minute without events",
            unit: "requests",
            ours: requests,
            floor: None,
            ratio: None,
            goal: Goal::Below(1.0),
            runs: 1,
        },
    ]
}

/// From the engine's being asked for its containers to five hundred of them on screen.
pub async fn long_list(bed: &Bed, home: SecretService) -> Row {
    const CONTAINERS: usize = 500;
    const ROUNDS: usize = 5;
    const LISTINGS: usize = 5;
    let recorder = UnixRecorder::start(&bed.socket()).expect("a recorder");
    let window = Window::open(Setting {
        home: Some(home),
        ..Setting::over(recorder.docker_host())
    })
    .await;
    window.press("Containers").await;
    window.see("h1").await;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        process::pause(Duration::from_secs(2));
        recorder.refuse();
        let socket = bed.socket();
        for number in 0..CONTAINERS {
            let path = format!("/containers/create?name=many-{number}");
            let body = br#"{"Image":"slipway/webapp:1"}"#;
            let made = unix_request(
                &socket,
                "POST",
                &path,
                &[("Content-Type", "application/json")],
                body,
            );
            assert_eq!(
                made.expect("the engine answers").status,
                201,
                "a container is made"
            );
        }
        process::pause(Duration::from_secs(2));
        let before = recorder.count();
        recorder.accept();
        let end = screen::shown(&window.display);
        let since = end.elapsed();
        let asked = recorder
            .requests()
            .into_iter()
            .skip(before)
            .find(|passed| passed.target.starts_with("/containers/json"))
            .expect("the window asked for the containers again");
        window.read("many-", SOON).await;
        let ours = asked
            .at
            .elapsed()
            .expect("time goes forward")
            .saturating_sub(since)
            .as_secs_f64();
        // The window asks for details of what it has drawn; the client gets the engine to itself.
        process::pause(Duration::from_secs(3));
        let listing = || {
            let start = Instant::now();
            bed.docker_command(&["ps", "--all"])
                .expect("there is a docker client")
                .env("DOCKER_HOST", recorder.docker_host())
                .stdout(Stdio::null())
                .status()
                .expect("the client lists");
            start.elapsed().as_secs_f64()
        };
        rounds.push((ours, median((0..LISTINGS).map(|_| listing()).collect())));
        let mut remove = vec!["rm".to_owned(), "--force".to_owned()];
        remove.extend((0..CONTAINERS).map(|number| format!("many-{number}")));
        bed.docker(&remove.iter().map(String::as_str).collect::<Vec<_>>())
            .expect("the containers go");
    }
    window.close().await;
    Row::of_rounds(
        "500 containers on screen, beside docker ps --all",
        "s",
        Goal::Ratio(1.5),
        &rounds,
    )
}

/// Both, one after the other, and in the other order in every second round.
pub fn in_turn<T>(round: usize, ours: impl FnOnce() -> T, floor: impl FnOnce() -> T) -> (T, T) {
    if round.is_multiple_of(2) {
        let floor = floor();
        (ours(), floor)
    } else {
        let ours = ours();
        (ours, floor())
    }
}

fn open(program: &str, display: &Display, home: &SecretService, docker_host: &str) -> Leashed {
    let mut environment = home.environment();
    for (name, value) in [
        ("DISPLAY", display.name()),
        ("DOCKER_HOST", docker_host),
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ("NO_AT_BRIDGE", "1"),
        ("LANG", "C.UTF-8"),
    ] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    Leashed::start(program, &[], &environment, Stdio::null()).expect("the program starts")
}

fn program(variable: &str) -> String {
    let path = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is set by cargo xtask bench"));
    let path = PathBuf::from(path);
    assert!(
        path.is_file(),
        "{} was built by cargo xtask bench",
        path.display()
    );
    path.to_string_lossy().into_owned()
}
