//! The beds themselves: each engine pulls a lab by its published name, runs it, and is gone afterwards.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::path::Path;
use std::time::Duration;

use slipway_testbed::process::{command, wait_for};
use slipway_testbed::{Bed, EngineKind, http_get};

const SANDBOX: &str = "exasol/data-science-sandbox:0.1.0";

fn carries_a_lab_and_leaves_nothing(kind: EngineKind) {
    let bed = Bed::start(kind).unwrap_or_else(|error| panic!("{error}"));
    bed.docker(&["pull", SANDBOX]).unwrap();
    assert!(
        bed.has_image(SANDBOX),
        "the pull by its published name must have brought the image"
    );
    bed.docker(&[
        "run",
        "--detach",
        "--name",
        "lab",
        "--publish",
        "127.0.0.1::8888",
        SANDBOX,
    ])
    .unwrap();
    let address = bed.docker(&["port", "lab", "8888"]).unwrap();
    let url = format!("http://{}/api", address.trim());
    let answer = wait_for(Duration::from_mins(1), || {
        http_get(&url).ok().filter(|answer| answer.status == 200)
    })
    .unwrap_or_else(|| {
        panic!(
            "no answer at {url}: {}",
            bed.docker(&["logs", "lab"]).unwrap_or_default()
        )
    });
    assert!(
        answer.text().contains("version"),
        "Jupyter answers with its version, not {}",
        answer.text()
    );

    let socket = bed.socket();
    let run = socket.parent().unwrap().to_owned();
    let bridge = format!(
        "slipbed{}",
        run.to_string_lossy().rsplit('-').next().unwrap()
    );
    drop(bed);
    assert!(!run.exists(), "the bed's folder must be gone");
    let said = |program: &str, arguments: &[&str]| {
        String::from_utf8_lossy(&command(program).args(arguments).output().unwrap().stdout)
            .into_owned()
    };
    assert!(
        !said("ip", &["link"]).contains(&format!("{bridge}:")),
        "the bridge must be gone"
    );
    assert!(
        !said("cat", &["/proc/mounts"]).contains(&*run.to_string_lossy()),
        "no mount may stay"
    );
    assert!(
        !said("ps", &["axww"]).contains(&format!("{}/", run.display())),
        "no process may stay"
    );
    assert!(
        http_get(&url).is_err(),
        "nobody may answer at {url} any more"
    );
    for controller in ["", "memory", "pids"] {
        let group = Path::new("/sys/fs/cgroup").join(controller).join(&bridge);
        assert!(
            !group.exists(),
            "the control group {} must be gone",
            group.display()
        );
    }
}

#[test]
fn the_floor_engine_carries_a_lab_and_leaves_nothing() {
    carries_a_lab_and_leaves_nothing(EngineKind::Floor);
}

#[test]
fn todays_engine_with_the_classic_store_carries_a_lab_and_leaves_nothing() {
    carries_a_lab_and_leaves_nothing(EngineKind::TodayClassic);
}

#[test]
fn todays_engine_with_the_containerd_store_carries_a_lab_and_leaves_nothing() {
    carries_a_lab_and_leaves_nothing(EngineKind::TodayContainerd);
}
