//! Looks into a volume as the window does, and says how long each look takes: in release, over the engine
//! of the bed that `DOCKER_HOST` names. `cargo xtask bench` runs it and gives it its orders, one a line; each
//! is answered with one line of JSON, so that the same thing done without Slipway can be measured in turns.
//!
//! - `program`: the size of the program that looks into volumes, in bytes
//! - `open VOLUME FOLDER`: from asking for the volume to the folder's first rows; the volume opened before is
//!   closed
//! - `list FOLDER`: one folder more
//! - `count`: until everything is counted
//! - `find TEXT`, `find-any-case TEXT`: until all files were searched
//! - `download FILE FOLDER`: out of the open volume into a folder of this computer, until it is checked
//! - `upload FILE FOLDER`: a file of this computer into a folder of the open volume, until it is checked
//! - `back-up VOLUME`: until the file of the backup is checked; it is deleted behind
//! - `close`

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot be made may fail loudly, and its result is its output"
)]

use std::io::BufRead as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slipway_contents::browse::FolderQuery;
use slipway_contents::jobs::{JobId, JobState};
use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_contents::search::{SearchQuery, SearchWhere};
use slipway_contents::{Contents, ContentsHome};
use slipway_engine::VolumeName;
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_labs::Labs;
use slipway_labs::labs::LabsHome;
use slipway_vault::Vault;

/// How long the engine may take to tell of a volume that was just made.
const SOON: Duration = Duration::from_secs(30);
/// As many rows as the page asks for at first.
const ROWS: u32 = 200;

#[tokio::main]
async fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let variables = std::env::vars().filter(|(name, _)| name == "DOCKER_HOST");
    let inventory = Inventory::start(Surroundings {
        variables: variables.collect(),
        home: None,
    });
    let labs = Labs::start(LabsHome {
        profiles: home.path().join("labs"),
        recipes: home.path().join("recipes"),
        inventory: inventory.clone(),
        vault: Vault::in_memory(),
        open_address: Arc::new(|_| Ok(())),
        user: None,
    });
    let contents = Contents::start(ContentsHome {
        inventory: inventory.clone(),
        labs,
        cache: home.path().join("counted"),
        backups: home.path().join("backups"),
        settings: home.path().join("settings"),
    });
    let mut looking = Looking {
        contents,
        inventory,
        place: None,
    };
    for order in std::io::stdin().lock().lines() {
        let order = order.expect("orders are text");
        let (order, about) = order.split_once(' ').unwrap_or((&order, ""));
        println!("{}", looking.obey(order, about).await);
    }
}

struct Looking {
    contents: Contents,
    inventory: Inventory,
    place: Option<PlaceId>,
}

impl Looking {
    async fn obey(&mut self, order: &str, about: &str) -> Value {
        match order {
            "program" => {
                let sizes = slipway_porthole_program::PROGRAMS
                    .iter()
                    .map(|(_, bytes)| bytes.len());
                json!({ "bytes": sizes.max() })
            }
            "open" => self.open(about).await,
            "list" => {
                let begun = Instant::now();
                let rows = self.list(about).await;
                answer(begun, json!({ "rows": rows }))
            }
            "count" => self.count().await,
            "find" => self.find(about, true).await,
            "find-any-case" => self.find(about, false).await,
            "download" => {
                let (file, folder) = about.split_once(' ').expect("a file and a folder");
                let files = vec![EntryPath(file.to_owned())];
                let begun = Instant::now();
                let job = self.contents.download(self.opened(), files, folder.into());
                self.finish(job.await).await;
                answer(begun, json!({}))
            }
            "upload" => {
                let (file, folder) = about.split_once(' ').expect("a file and a folder");
                let folder = EntryPath(folder.to_owned());
                let begun = Instant::now();
                let job = self
                    .contents
                    .upload(self.opened(), folder, vec![file.into()]);
                self.finish(job.await).await;
                answer(begun, json!({}))
            }
            "back-up" => self.back_up(about).await,
            "close" => {
                self.close();
                json!({})
            }
            other => panic!("{other} is no order"),
        }
    }

    fn opened(&self) -> PlaceId {
        self.place.expect("a volume is open")
    }

    fn close(&mut self) {
        if let Some(place) = self.place.take() {
            self.contents.close(place);
        }
    }

    async fn open(&mut self, about: &str) -> Value {
        self.close();
        let (volume, folder) = about.split_once(' ').unwrap_or((about, ""));
        let name = VolumeName::from(volume);
        let mut snapshots = self.inventory.watch();
        let known = snapshots.wait_for(|snapshot| snapshot.volumes.contains_key(&name));
        let known = tokio::time::timeout(SOON, known).await;
        drop(known.expect("in time").expect("the volume is there"));
        let begun = Instant::now();
        let opened = self.contents.open(Place::Volume { name }).await;
        self.place = Some(opened.expect("the volume opens").id);
        let rows = self.list(folder).await;
        answer(begun, json!({ "rows": rows }))
    }

    /// How many rows the folder has.
    async fn list(&self, folder: &str) -> u32 {
        let query = FolderQuery {
            folder: EntryPath(folder.to_owned()),
            count: ROWS,
            ..FolderQuery::default()
        };
        let page = self.contents.list_folder(self.opened(), query).await;
        page.expect("the folder is listed").total
    }

    async fn count(&self) -> Value {
        let begun = Instant::now();
        let mut states = self
            .contents
            .measure(self.opened())
            .expect("the volume is counted");
        let counted = states.wait_for(|state| state.done).await;
        let state = counted.expect("the counting ends").clone();
        assert_eq!(state.left_out, None, "everything is counted");
        answer(
            begun,
            json!({ "files": state.files, "bytes": state.bytes.0 }),
        )
    }

    async fn find(&self, text: &str, case: bool) -> Value {
        let query = SearchQuery {
            text: text.to_owned(),
            within: SearchWhere::Contents,
            case,
            hidden: true,
            ..SearchQuery::default()
        };
        let begun = Instant::now();
        let mut states = self
            .contents
            .search(self.opened(), query)
            .expect("the volume is searched");
        let found = states.wait_for(|state| state.done).await;
        let state = found.expect("the search ends").clone();
        assert!(state.problem.is_none(), "everything is searched");
        answer(begun, json!({ "hits": state.hits, "files": state.files }))
    }
}

impl Looking {
    /// Waits until a job is done; none may ask or fail.
    async fn finish(&self, job: slipway_contents::Result<JobId>) {
        let job = job.expect("the job begins");
        let mut jobs = self.contents.jobs();
        let ended = jobs.wait_for(|list| {
            let job = list.jobs.iter().find(|one| one.id == job);
            job.is_some_and(|job| job.state != JobState::Running)
        });
        let list = ended.await.expect("the jobs are told of").clone();
        let job = list.jobs.into_iter().find(|one| one.id == job);
        let state = job.expect("the job is in the list").state;
        assert!(matches!(state, JobState::Done { .. }), "{state:?}");
    }

    async fn back_up(&self, volume: &str) -> Value {
        let begun = Instant::now();
        self.finish(self.contents.back_up(volume, false)).await;
        let taken = answer(begun, json!({}));
        let listed = self.contents.backups(Some(volume)).await;
        for backup in listed.expect("the backups are listed").backups {
            let deleted = self.contents.delete_backup(&backup.file).await;
            deleted.expect("the backup goes");
        }
        taken
    }
}

/// The milliseconds since `begun`, beside what came of it.
fn answer(begun: Instant, mut what: Value) -> Value {
    what["ms"] = json!(begun.elapsed().as_secs_f64() * 1000.0);
    what
}
