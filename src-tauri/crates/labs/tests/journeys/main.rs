//! Labs on a real engine: from a form to a page that is signed in, and every way back.
//!
//! All tests share one bed and its inventory; each has its own profiles, its own browser that only
//! notes down what it is given, and names of its own. `SLIPWAY_ENGINE` chooses the engine (`floor`,
//! `today-classic`, `today-containerd`).
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod adopting;
mod cards;
mod changing;
mod dashboards;
mod databases;
mod failures;
mod gaps;
mod half_done;
mod keeping;
mod launches;
mod libraries;
mod open_servers;
mod options;
mod passwords;
mod pasted;
mod profiles;
mod recipes;
mod saving;
mod servers;
mod terminals;
mod together;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::{EngineStatus, Inventory};
use slipway_labs::Labs;
use slipway_labs::card::{LabCard, LabId};
use slipway_labs::form::{FormSeed, LaunchForm, StorageKind};
use slipway_labs::labs::LabsHome;
use slipway_labs::launch::{LaunchOutcome, LaunchProgress};
use slipway_labs::recipe::RecipeId;
use slipway_testbed::{Answer, Bed, EngineKind, http_request};
use slipway_vault::Vault;

pub fn bed() -> &'static Bed {
    static BED: OnceLock<Bed> = OnceLock::new();
    BED.get_or_init(|| Bed::start(kind()).unwrap())
}

pub fn kind() -> EngineKind {
    std::env::var("SLIPWAY_ENGINE").map_or(EngineKind::Floor, |name| name.parse().unwrap())
}

/// Labs with a home of their own on the shared engine.
pub struct Room {
    pub labs: Labs,
    pub vault: Vault,
    pub profiles: PathBuf,
    pub opened: Arc<Mutex<Vec<(Instant, String)>>>,
    folder: tempfile::TempDir,
    engine: String,
}

impl Room {
    pub async fn new() -> Self {
        Self::over(bed().docker_host()).await
    }

    /// On another engine than the shared one.
    pub async fn over(engine: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let profiles = folder.path().join("labs");
        Self::at(folder, profiles, Vault::in_memory(), engine).await
    }

    async fn at(
        folder: tempfile::TempDir,
        profiles: PathBuf,
        vault: Vault,
        engine: String,
    ) -> Self {
        let surroundings = Surroundings {
            variables: [("DOCKER_HOST".to_owned(), engine.clone())].into(),
            home: None,
        };
        let inventory = Inventory::start(surroundings);
        let mut snapshots = inventory.watch();
        let ready = snapshots.wait_for(|snapshot| snapshot.report.status == EngineStatus::Ready);
        tokio::time::timeout(Duration::from_secs(30), ready)
            .await
            .expect("the engine is there")
            .unwrap();
        let opened: Arc<Mutex<Vec<(Instant, String)>>> = Arc::default();
        let notes = Arc::clone(&opened);
        let labs = Labs::start(LabsHome {
            profiles: profiles.clone(),
            recipes: folder.path().join("recipes"),
            inventory,
            vault: vault.clone(),
            open_address: Arc::new(move |address| {
                notes
                    .lock()
                    .unwrap()
                    .push((Instant::now(), address.to_owned()));
                Ok(())
            }),
            user: Some((1234, 1234)),
        });
        Self {
            labs,
            vault,
            profiles,
            opened,
            folder,
            engine,
        }
    }

    /// The same home after Slipway was closed and started again.
    pub async fn restarted(self) -> Self {
        let Self {
            profiles,
            vault,
            folder,
            engine,
            ..
        } = self;
        Self::at(folder, profiles, vault, engine).await
    }

    /// Another Slipway over the same profiles and the same keyring.
    pub async fn beside(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (profiles, vault) = (self.profiles.clone(), self.vault.clone());
        Self::at(folder, profiles, vault, self.engine.clone()).await
    }

    /// A form of a recipe, or of an image.
    pub async fn form(&self, recipe: Option<&str>, image: Option<&str>, name: &str) -> LaunchForm {
        let seed = FormSeed {
            recipe: recipe.map(|id| RecipeId(id.to_owned())),
            image: image.map(str::to_owned),
            like_lab: None,
        };
        let mut form = self.labs.new_form(seed).await.unwrap();
        name.clone_into(&mut form.name);
        form.storage.volume = format!("{name}-vol");
        for (index, row) in form.ports.iter_mut().enumerate() {
            row.host = free_port(index).to_string();
        }
        form
    }

    pub async fn small(&self, image: &str, name: &str) -> LaunchForm {
        let mut form = self.form(None, Some(image), name).await;
        form.storage.kind = StorageKind::Nothing;
        form
    }

    pub async fn launch(&self, form: &LaunchForm, password: Option<&str>) -> LabId {
        self.labs
            .launch(
                form.clone(),
                slipway_labs::form::TypedSecrets {
                    password: password.map(str::to_owned),
                    ..Default::default()
                },
            )
            .await
            .unwrap_or_else(|problem| panic!("{problem:#?}"))
    }

    /// Waits until the launch is over, one way or the other.
    pub async fn outcome(&self, lab: &LabId) -> Arc<LaunchProgress> {
        let mut progress = self
            .labs
            .watch_launch(lab)
            .expect("a launch can be watched");
        let over = progress.wait_for(|progress| {
            !matches!(
                progress.outcome,
                LaunchOutcome::Running | LaunchOutcome::Cancelling
            )
        });
        // A step inside may take minutes on a busy machine.
        let over = tokio::time::timeout(Duration::from_mins(10), over).await;
        let over = over.map(|over| Arc::clone(&over.unwrap()));
        over.unwrap_or_else(|_| {
            panic!(
                "the launch never ended: {:#?}",
                self.labs.watch_launch(lab).map(|p| p.borrow().clone())
            )
        })
    }

    /// Launches, and expects the lab to answer.
    pub async fn launched(&self, form: &LaunchForm, password: Option<&str>) -> LabId {
        let lab = self.launch(form, password).await;
        let progress = self.outcome(&lab).await;
        assert!(
            matches!(progress.outcome, LaunchOutcome::Ready { .. }),
            "{progress:#?}"
        );
        lab
    }

    /// Waits until the lab's card is as wanted.
    pub async fn card(
        &self,
        lab: &LabId,
        what: &str,
        wanted: impl Fn(&LabCard) -> bool,
    ) -> LabCard {
        let mut lists = self.labs.watch();
        let find = async {
            loop {
                let card = lists
                    .borrow_and_update()
                    .labs
                    .iter()
                    .find(|card| card.id == *lab)
                    .cloned();
                if let Some(card) = card.filter(&wanted) {
                    return card;
                }
                lists.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(Duration::from_mins(1), find).await;
        found.unwrap_or_else(|_| {
            panic!(
                "the card of {} never was {what}: {:#?}",
                lab.0,
                self.labs.list()
            )
        })
    }

    pub fn last_opened(&self) -> String {
        self.opened
            .lock()
            .unwrap()
            .last()
            .expect("an address was opened")
            .1
            .clone()
    }

    /// Removes whatever a test leaves, so that ports and memory are free for the next.
    pub async fn delete(&self, lab: &LabId) {
        self.labs
            .delete_lab(lab, &[])
            .await
            .unwrap_or_else(|problem| panic!("{problem:#?}"));
    }
}

/// Ports that nothing listens on, each given out once.
pub fn free_port(_hint: usize) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Follows an opened address as a browser would, with its cookies, to the page it ends at.
pub async fn browse(address: &str) -> Answer {
    let address = address.to_owned();
    tokio::task::spawn_blocking(move || {
        let origin = address.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut cookies: Vec<String> = Vec::new();
        let mut next = address;
        for _ in 0..10 {
            let header = cookies.join("; ");
            let answer = http_request("GET", &next, &[("cookie", &header)], b"").unwrap();
            let set = answer
                .headers
                .iter()
                .filter(|(name, _)| name == "set-cookie");
            cookies.extend(
                set.map(|(_, value)| value.split(';').next().unwrap_or_default().to_owned()),
            );
            match answer.header("location") {
                Some(location) if location.starts_with('/') => next = format!("{origin}{location}"),
                Some(location) => location.clone_into(&mut next),
                None => return answer,
            }
        }
        panic!("redirected without end");
    })
    .await
    .unwrap()
}

/// The page is JupyterLab or Notebook itself, not its login.
pub fn is_signed_in(answer: &Answer) -> bool {
    answer.status == 200
        && answer.text().contains("jupyter-config-data")
        && !answer.text().contains("password_input")
}

pub fn docker(arguments: &[&str]) -> String {
    bed().docker(arguments).unwrap_or_default()
}
