//! The engine that the journeys of this program share, and the turn that each waits for: a window, a
//! browser and port 8888 are had by one journey at a time.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use slipway_testbed::{Bed, EngineKind, process};
use tokio::sync::{Mutex, MutexGuard};

/// How long a busy engine may take to remove what a journey has left.
const GONE: Duration = Duration::from_mins(1);

/// A journey's turn. What its labs made is gone before and after.
pub struct Turn {
    pub bed: &'static Bed,
    _guard: MutexGuard<'static, ()>,
}

/// Waits for the turn.
pub async fn turn() -> Turn {
    static BED: OnceLock<Bed> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::const_new(());
    let guard = TURN.lock().await;
    let turn = Turn {
        bed: BED.get_or_init(|| Bed::start(kind()).expect("the test bed starts")),
        _guard: guard,
    };
    turn.clear();
    turn
}

/// The engine under test: the floor, or what `SLIPWAY_ENGINE` names (`today-classic`, `today-containerd`).
fn kind() -> EngineKind {
    std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| {
        name.parse().expect("a kind of engine")
    })
}

impl Turn {
    /// The docker command line on this engine; its output.
    pub fn docker(&self, arguments: &[&str]) -> String {
        self.bed
            .docker(arguments)
            .unwrap_or_else(|error| panic!("docker {arguments:?}: {error}"))
    }

    /// `docker inspect`, as JSON.
    pub fn inspect(&self, name: &str) -> Value {
        let all: Value =
            serde_json::from_str(&self.docker(&["inspect", name])).expect("inspect gives JSON");
        all[0].clone()
    }

    /// Ids of all containers, running or not.
    pub fn containers(&self) -> Vec<String> {
        lines(&self.docker(&["ps", "--all", "--quiet", "--no-trunc"]))
    }

    /// Names of all volumes.
    pub fn volumes(&self) -> BTreeSet<String> {
        lines(&self.docker(&["volume", "ls", "--quiet"]))
            .into_iter()
            .collect()
    }

    /// Removes every container and volume of this bed, which is ours alone.
    fn clear(&self) {
        let gone = process::wait_for(GONE, || {
            for id in self.containers() {
                // What looks into volumes is being removed with its window at this moment, perhaps.
                let _ = self.bed.docker(&["rm", "--force", "--volumes", &id]);
            }
            self.containers().is_empty().then_some(())
        });
        gone.expect("every container goes");
        for name in self.volumes() {
            self.docker(&["volume", "rm", &name]);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.clear();
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
