//! The engine crate against real engines: every call, every journey, the ways engines fail.
//!
//! All tests of this program share one bed; what a test makes bears a name of its own. The bed is
//! the floor engine, or the one that `SLIPWAY_ENGINE` names (`floor`, `today-classic`,
//! `today-containerd`).
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod containers;
mod faults;
mod images;
mod inventory;
mod logs;
mod options;
mod terminals;

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use slipway_engine::endpoint::{Endpoint, EndpointSource, Surroundings};
use slipway_engine::inventory::{Inventory, Snapshot};
use slipway_engine::{ContainerId, Engine};
use slipway_testbed::{Bed, EngineKind};

/// The bed that all tests share.
fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| {
        let bed = Bed::start(kind()).unwrap();
        bed.load("slipway/webapp:1").unwrap();
        bed
    })
}

fn kind() -> EngineKind {
    std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap())
}

/// A connection to the shared bed, which has `slipway/webapp:1`.
async fn engine() -> Engine {
    engine_at(&bed().socket()).await
}

async fn engine_at(socket: &Path) -> Engine {
    let address = format!("unix://{}", socket.display());
    Engine::connect_to(&Endpoint::new(address, EndpointSource::DockerHost))
        .await
        .unwrap()
}

fn surroundings(docker_host: &str) -> Surroundings {
    Surroundings {
        variables: [("DOCKER_HOST".to_owned(), docker_host.to_owned())].into(),
        home: None,
    }
}

/// Waits until the inventory shows what is wanted, and gives that snapshot.
async fn until(
    inventory: &Inventory,
    what: &str,
    wanted: impl Fn(&Snapshot) -> bool,
) -> std::sync::Arc<Snapshot> {
    let mut watch = inventory.watch();
    let seen = tokio::time::timeout(Duration::from_mins(1), async {
        loop {
            let snapshot = watch.borrow_and_update().clone();
            if wanted(&snapshot) {
                return snapshot;
            }
            watch.changed().await.unwrap();
        }
    });
    let Ok(snapshot) = seen.await else {
        panic!(
            "the inventory never showed: {what}; it shows {:#?}",
            inventory.snapshot()
        );
    };
    snapshot
}

/// Runs the docker client on the shared bed and gives the first line that it printed.
fn docker(arguments: &[&str]) -> String {
    bed().docker(arguments).unwrap().trim().to_owned()
}

/// Removes a container when the test is over, however it ends.
struct Gone(String);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = bed().docker(&["rm", "--force", "--volumes", &self.0]);
    }
}

/// A container that runs until it is stopped, made by the docker client.
fn running(name: &str, options: &[&str]) -> (ContainerId, Gone) {
    let mut arguments = vec!["run", "--detach", "--name", name];
    arguments.extend(options);
    arguments.extend([
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait $!; done",
    ]);
    let id = docker(&arguments);
    (
        ContainerId(id.lines().last().unwrap_or_default().to_owned()),
        Gone(name.to_owned()),
    )
}
