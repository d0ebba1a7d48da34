//! What a launch adds to what the engine and the lab need by themselves: the pull beside `docker pull`, and the
//! time between the lab's first answer and the call of the browser.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use slipway_testbed::{Bed, Passed, SecretService, UnixRecorder, http_get, process};

use crate::driver::{LAUNCHED, SOON, Setting, Window};
use crate::{Goal, Row, median};

/// Odd, so that the last round ends with the lab whose home the windows after it use.
const ROUNDS: usize = 5;
const IMAGE: &str = "exasol/data-science-sandbox:0.1.0";

/// The rows about launches, and the home whose one lab they leave behind, stopped.
pub async fn measure(bed: &Bed) -> (SecretService, Vec<Row>) {
    let (mut pulls, mut calls) = (Vec::new(), Vec::new());
    let mut home = None;
    // The first pull of all reads the registry from the disk.
    plain_pull(bed);
    for round in 0..ROUNDS {
        // Each second round has them in the other order.
        let floor_first = round % 2 == 0;
        let before = floor_first.then(|| plain_pull(bed));
        clear(bed);
        let recorder = UnixRecorder::start(&bed.socket()).expect("a recorder");
        let window = Window::open(Setting {
            home: None,
            ..Setting::over(recorder.docker_host())
        })
        .await;
        window.press("Browse all recipes").await;
        window.press("Data Science Sandbox").await;
        window.read("Who can reach it", SOON).await;
        window.fill("Port on this computer", "8899").await;
        window.read("Port 8899 is free", SOON).await;
        settle();
        window.press("Launch").await;
        // Asking the port all the time would slow the pull down.
        process::wait_for(LAUNCHED, || {
            let requests = recorder.requests();
            requests.iter().any(is_creation).then_some(())
        })
        .expect("the container is made");
        let prober = Prober::start("http://127.0.0.1:8899/api");
        let Some(opened) = window.browser.wait_for_url(LAUNCHED) else {
            window.fail("the browser was never called").await
        };
        let answered = process::wait_for(SOON, || prober.first()).expect("the lab answers");
        calls.push(
            opened
                .at
                .duration_since(answered)
                .unwrap_or_default()
                .as_secs_f64()
                * 1000.0,
        );
        let ours = pull_of(&recorder);
        window.press("Labs").await;
        window.read("Running", SOON).await;
        if round + 1 == ROUNDS {
            for id in bed
                .docker(&["ps", "--quiet"])
                .expect("the client lists")
                .lines()
            {
                bed.docker(&["stop", id]).expect("the lab stops");
            }
            window.read("Stopped", SOON).await;
            home = Some(window.close().await);
        } else {
            window.close().await;
            clear(bed);
        }
        pulls.push((ours, before.unwrap_or_else(|| plain_pull(bed))));
    }
    let rows = vec![
        Row::of_rounds(
            "pull of a lab, beside docker pull",
            "s",
            Goal::Ratio(1.05),
            &pulls,
        ),
        Row {
            name: "from the lab's first answer to the browser",
            unit: "ms",
            ours: median(calls),
            floor: None,
            ratio: None,
            goal: Goal::Below(150.0),
            runs: ROUNDS,
        },
    ];
    (home.expect("the last run keeps its home"), rows)
}

/// A home with one stopped lab in it, as the launches leave it, where they are not measured.
pub fn leave_a_lab(bed: &Bed) -> SecretService {
    for image in [IMAGE, "slipway/webapp:1"] {
        bed.load(image).expect("the image comes");
    }
    let home = SecretService::start().expect("a private session starts");
    let program = std::env::var("SLIPWAY_PROGRAM").expect("xtask names the release build");
    let slipway = |arguments: &[&str]| {
        let done = process::command(&program)
            .args(arguments)
            .envs(home.environment())
            .env("DOCKER_HOST", bed.docker_host())
            .stdout(Stdio::null())
            .status()
            .expect("the program starts");
        assert!(done.success(), "{arguments:?} is done");
    };
    let launch = [
        "launch",
        "data-science-sandbox",
        "--name",
        "sandbox",
        "--no-open",
    ];
    slipway(&launch);
    slipway(&["stop", "sandbox"]);
    home
}

/// `docker pull` on an engine without the image, by the same way to the engine as ours.
fn plain_pull(bed: &Bed) -> f64 {
    clear(bed);
    let recorder = UnixRecorder::start(&bed.socket()).expect("a recorder");
    let mut pull = bed
        .docker_command(&["pull", IMAGE])
        .expect("there is a docker client");
    pull.env("DOCKER_HOST", recorder.docker_host());
    settle();
    let start = Instant::now();
    let status = pull
        .stdout(Stdio::null())
        .status()
        .expect("the client starts");
    assert!(status.success(), "the image is pulled");
    start.elapsed().as_secs_f64()
}

/// Takes labs, volumes and the image away; a small image stays, so that the engine has been used before.
fn clear(bed: &Bed) {
    for id in bed
        .docker(&["ps", "--all", "--quiet"])
        .expect("the client lists")
        .lines()
    {
        bed.docker(&["rm", "--force", "--volumes", id])
            .expect("the container goes");
    }
    for name in bed
        .docker(&["volume", "ls", "--quiet"])
        .expect("the client lists")
        .lines()
    {
        bed.docker(&["volume", "rm", name])
            .expect("the volume goes");
    }
    if bed.has_image(IMAGE) {
        bed.docker(&["rmi", IMAGE]).expect("the image goes");
    }
    bed.load("slipway/webapp:1").expect("the small image comes");
}

/// What was removed and written before is on the disk, so that no pull waits for the one before it.
fn settle() {
    let synced = process::command("sync").status().expect("sync starts");
    assert!(synced.success(), "the disk is written");
}

fn is_creation(passed: &Passed) -> bool {
    passed.method == "POST" && passed.target.starts_with("/containers/create")
}

/// From the request to pull until the next step of the launch, the request to create the container.
fn pull_of(recorder: &UnixRecorder) -> f64 {
    let requests = recorder.requests();
    let at = |start: &str| {
        let found = requests
            .iter()
            .find(|passed| passed.method == "POST" && passed.target.starts_with(start));
        found
            .unwrap_or_else(|| panic!("no request to {start} passed"))
            .at
    };
    at("/containers/create")
        .duration_since(at("/images/create"))
        .unwrap_or_default()
        .as_secs_f64()
}

/// Asks an address again and again until it answers, and remembers when it did.
struct Prober {
    first: Arc<Mutex<Option<SystemTime>>>,
    ended: Arc<AtomicBool>,
}

impl Prober {
    fn start(url: &'static str) -> Self {
        let prober = Self {
            first: Arc::default(),
            ended: Arc::default(),
        };
        let (first, ended) = (Arc::clone(&prober.first), Arc::clone(&prober.ended));
        std::thread::spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                if http_get(url).is_ok_and(|answer| answer.status == 200) {
                    *first.lock().expect("nobody panics with it") = Some(SystemTime::now());
                    return;
                }
                process::pause(Duration::from_millis(5));
            }
        });
        prober
    }

    fn first(&self) -> Option<SystemTime> {
        *self.first.lock().expect("nobody panics with it")
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}
