//! How long a pasted command takes from its text to a checked form, beside the mere splitting of the
//! same text into words. Prints milliseconds as JSON, the middle of all runs; `cargo xtask bench` runs
//! it in release over the engine of its bed, which `DOCKER_HOST` names.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement that cannot be made may fail loudly, and its result is its output"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::Labs;
use slipway_labs::form::TypedSecrets;
use slipway_labs::labs::LabsHome;
use slipway_vault::Vault;

const RUNS: usize = 21;
const TYPICAL: &str = "VERSION=0.1.0\nVOLUME=my-vol\n\ndocker run --detach \\\n  --volume ${VOLUME}:/root/notebooks \\\n  --volume /var/run/docker.sock:/var/run/docker.sock \\\n  --publish ${LISTEN_IP}:${PORT}:8888 \\\n  --env EXASOL_DB_USER=anna --env NUMBER=$(id -u) \\\n  exasol/data-science-sandbox:${VERSION}\n";

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = std::env::vars().filter(|(name, _)| name == "DOCKER_HOST");
    let inventory = Inventory::start(Surroundings {
        variables: variables.collect(),
        home: None,
    });
    let mut snapshots = inventory.watch();
    let ready = snapshots.wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready);
    let ready = tokio::time::timeout(Duration::from_secs(30), ready).await;
    ready.expect("in time").expect("the engine is there");
    let labs = Labs::start(LabsHome {
        profiles: folder.path().join("labs"),
        recipes: folder.path().join("recipes"),
        inventory,
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: Some((1000, 1000)),
    });
    let variables: Vec<String> = (0..900)
        .map(|number| format!("--env \"VARIABLE_{number}=some value, quoted\""))
        .collect();
    let variables = variables.join(" ");
    let long = format!("docker run {variables} x/y:1");
    let long = format!(
        "{long} {}",
        "an-argument ".repeat((100 * 1024 - long.len()) / 12)
    );
    let rows = serde_json::json!({
        "typical": checked(&labs, TYPICAL).await,
        "long": checked(&labs, &long).await,
        "typical_split": split(TYPICAL),
        "long_split": split(&long),
        "long_bytes": long.len(),
        "runs": RUNS,
    });
    println!("{rows}");
}

async fn checked(labs: &Labs, text: &str) -> f64 {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let read = labs.read_command(text, &BTreeMap::new()).await;
        let form = read.form.expect("it is a command");
        black_box(labs.check(&form, &TypedSecrets::from(read.secrets)).await);
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    median(times)
}

fn split(text: &str) -> f64 {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        black_box(shlex::split(black_box(text)));
        start.elapsed().as_secs_f64() * 1000.0
    });
    median(times.collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
