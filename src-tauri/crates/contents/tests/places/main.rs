//! Looking into volumes and folders of a real engine, with the real program in a real container.
//!
//! All tests share one bed; each has a home and volumes of its own. `SLIPWAY_ENGINE` chooses the engine
//! (`floor`, `today-classic`, `today-containerd`). The engine has no image of these tests beside the one
//! they fill volumes with, and nothing here asks a registry.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod archived;
mod backup;
mod browsing;
mod changing;
mod copying;
mod going;
mod killed;
mod moving;
mod offline;
mod owners;
mod removing;
mod surveys;

use std::sync::OnceLock;
use std::time::Duration;

use slipway_contents::browse::{FolderPage, FolderQuery};
use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_contents::{Contents, ContentsHome};
use slipway_engine::VolumeName;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory, Snapshot};
use slipway_labs::Labs;
use slipway_labs::labs::LabsHome;
use slipway_testbed::{Bed, EngineKind};
use slipway_vault::Vault;
use tokio::sync::watch;

/// What fills volumes: any image with a shell.
const IMAGE: &str = "slipway/slow:1";

fn kind() -> EngineKind {
    std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap())
}

fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| {
        let bed = Bed::start(kind()).unwrap();
        bed.load(IMAGE).unwrap();
        bed
    })
}

/// Contents with a home of their own.
struct Room {
    contents: Contents,
    inventory: Inventory,
    folder: tempfile::TempDir,
}

impl Room {
    async fn new() -> Self {
        Self::over(bed(), tempfile::tempdir().unwrap()).await
    }

    async fn over(bed: &Bed, folder: tempfile::TempDir) -> Self {
        Self::at(bed.docker_host(), folder).await
    }

    async fn at(docker_host: String, folder: tempfile::TempDir) -> Self {
        let surroundings = Surroundings {
            variables: [("DOCKER_HOST".to_owned(), docker_host)].into(),
            home: None,
        };
        let inventory = Inventory::start(surroundings);
        let labs = Labs::start(LabsHome {
            profiles: folder.path().join("labs"),
            recipes: folder.path().join("recipes"),
            inventory: inventory.clone(),
            vault: Vault::in_memory(),
            open_address: std::sync::Arc::new(|_| Ok(())),
            user: None,
        });
        let contents = Contents::start(ContentsHome {
            inventory: inventory.clone(),
            labs,
            cache: folder.path().join("counted"),
            backups: folder.path().join("backups"),
            settings: folder.path().join("keeping"),
        });
        let room = Self {
            contents,
            inventory,
            folder,
        };
        room.until("ready", |snapshot| {
            snapshot.report.status == EngineStatus::Ready
        })
        .await;
        room
    }

    /// Waits until the inventory shows it.
    async fn until(&self, what: &str, wanted: impl Fn(&Snapshot) -> bool) {
        let mut snapshots = self.inventory.watch();
        let seen = snapshots.wait_for(|snapshot| wanted(snapshot));
        tokio::time::timeout(Duration::from_mins(2), seen)
            .await
            .unwrap_or_else(|_| panic!("the inventory never shows: {what}"))
            .unwrap();
    }

    async fn open(&self, volume: &str) -> PlaceId {
        let name = VolumeName::from(volume);
        self.until("the volume", |snapshot| {
            snapshot.volumes.contains_key(&name)
        })
        .await;
        let opened = self.contents.open(volume_place(volume)).await.unwrap();
        opened.id
    }

    async fn list(&self, place: PlaceId, folder: &str) -> FolderPage {
        let query = FolderQuery {
            folder: EntryPath(folder.to_owned()),
            count: 1000,
            ..FolderQuery::default()
        };
        self.contents.list_folder(place, query).await.unwrap()
    }
}

fn volume_place(name: &str) -> Place {
    Place::Volume {
        name: VolumeName::from(name),
    }
}

fn names(page: &FolderPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.name.as_str()).collect()
}

/// Makes a volume and runs a script in it, as root and in the volume's own folder.
fn fill(volume: &str, script: &str) {
    fill_in(bed(), volume, script);
}

fn fill_in(bed: &Bed, volume: &str, script: &str) {
    say_in(bed, volume, "0", script);
}

/// What a script prints that runs in a volume.
fn look(volume: &str, script: &str) -> String {
    say_in(bed(), volume, "0", script)
}

fn say_in(bed: &Bed, volume: &str, user: &str, script: &str) -> String {
    let mount = format!("{volume}:/v");
    bed.docker(&[
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        user,
        "--entrypoint",
        "/bin/busybox",
        "-v",
        &mount,
        "-w",
        "/v",
        IMAGE,
        "sh",
        "-c",
        script,
    ])
    .unwrap()
}

/// Waits for what a stream shows.
async fn shows<T: Clone>(
    states: &mut watch::Receiver<T>,
    what: &str,
    wanted: impl FnMut(&T) -> bool,
) -> T {
    let seen = states.wait_for(wanted);
    tokio::time::timeout(Duration::from_mins(2), seen)
        .await
        .unwrap_or_else(|_| panic!("never shown: {what}"))
        .unwrap()
        .clone()
}

/// Ids of all porthole containers that the engine has, whatever they do.
fn portholes_on(bed: &Bed, volume: &str) -> Vec<String> {
    let volume = format!("volume={volume}");
    let listed = bed
        .docker(&[
            "ps",
            "-aq",
            "--filter",
            "label=io.slipway.porthole",
            "--filter",
            &volume,
        ])
        .unwrap();
    listed.lines().map(str::to_owned).collect()
}

/// The engine needs a moment to take a container away; a porthole that stays fails the test.
async fn gone(bed: &Bed, volume: &str) {
    let ended = tokio::time::timeout(Duration::from_mins(1), async {
        while !portholes_on(bed, volume).is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    ended
        .await
        .unwrap_or_else(|_| panic!("a porthole on {volume} stays"));
}
