//! What every part of `Labs` shares: the home, time and randomness, and the state behind the cards.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::{ContainerRow, Snapshot};
use slipway_engine::{ContainerId, Engine, ImageId, UnixMillis};
use slipway_vault::VaultStatus;
use tokio::sync::{Notify, watch};

use super::LabsHome;
use super::changing::journal;
use super::terminals::Terminals;
use crate::card::{Intent, LabId, LabList};
use crate::catalogue::Catalogue;
use crate::catalogue::own::RecipeFolder;
use crate::downloads::Downloads;
use crate::launch::Launch;
use crate::launch::unfinished::Unfinished;
use crate::logins::Logins;
use crate::problem::{Problem, Result};
use crate::profile::{Elsewhere, EngineMark, Profile, ProfileFolder};
use crate::recipe::{Generation, Recipe, SignInKind};
use crate::recognition;

mod watched;

pub(crate) use watched::{Answer, Watched};

/// Fills bytes with values that nobody can guess.
pub type FillRandom = dyn Fn(&mut [u8]) + Send + Sync;

/// Time and randomness, so that a test can give its own.
#[derive(Clone)]
pub struct Sources {
    pub now: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    pub random: Arc<FillRandom>,
}

impl Sources {
    /// This system's clock and random numbers.
    pub fn of_this_system() -> Self {
        Self {
            now: Arc::new(|| UnixMillis(jiff::Timestamp::now().as_millisecond())),
            random: Arc::new(fill_random),
        }
    }

    /// So many random bytes as hexadecimal digits.
    pub(crate) fn hex(&self, bytes: usize) -> String {
        use std::fmt::Write as _;
        let mut random = vec![0; bytes];
        (self.random)(&mut random);
        random.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The system's random numbers by way of `uuid`, without the six bits that a UUID fixes.
fn fill_random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(14) {
        let drawn = uuid::Uuid::new_v4().into_bytes();
        let free = drawn
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != 6 && *place != 8)
            .map(|(_, byte)| *byte);
        for (slot, byte) in chunk.iter_mut().zip(free) {
            *slot = byte;
        }
    }
}

/// What was asked for, until the engine's own event confirms it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub intent: Intent,
    /// The container's start before it was asked: a restart shows as a later one.
    pub started_before: Option<UnixMillis>,
    /// The engine has done it; only its event is still to come.
    pub done: bool,
}

#[derive(Default)]
pub(crate) struct State {
    /// Shipped recipes and the person's own.
    pub catalogue: Catalogue,
    pub profiles: BTreeMap<LabId, Profile>,
    pub unreadable: Vec<Problem>,
    pub launches: BTreeMap<LabId, Launch>,
    pub intents: BTreeMap<LabId, Asked>,
    pub watched: BTreeMap<LabId, Watched>,
    /// Why the last start failed, until the next one.
    pub failures: BTreeMap<LabId, Problem>,
    /// Configs of the images that labs use; images never change under their id.
    pub images: HashMap<ImageId, Arc<ImageDetails>>,
    /// What servers of these images ask for, as they said themselves when nothing but the image decided it.
    pub asked_by: HashMap<ImageId, SignInKind>,
    /// Images whose Config is being asked for.
    pub asked_images: BTreeSet<ImageId>,
    /// Labs that this Slipway has started, by a click.
    pub started_here: BTreeSet<LabId>,
    /// Nothing is started inside a lab that this Slipway has not started.
    pub only_as_asked: bool,
    /// Containers that were there when the engine was first seen; `None`: not yet.
    pub met: Option<BTreeSet<ContainerId>>,
    /// Labs that are being deleted: their containers are no lost profiles.
    pub going: BTreeSet<LabId>,
    /// Labs that are being saved as images.
    pub saving: BTreeSet<LabId>,
    /// The lab whose choices the wizard last copied: its secret values go with them.
    pub liked: Option<LabId>,
    /// Launches of earlier runs that never got their container, until they are cleared up.
    pub unfinished: Vec<Unfinished>,
    /// Changes that were begun and have not come to an end, until they are taken up.
    pub changes: Vec<journal::Entry>,
    /// Another Slipway is at one of them, and it will be looked at again in a moment.
    pub looking_again: bool,
    /// The keyring's last answer.
    pub keyring: Option<VaultStatus>,
}

pub(crate) struct Shared {
    pub home: LabsHome,
    pub sources: Sources,
    pub folder: Mutex<ProfileFolder>,
    /// The person's own recipes.
    pub recipes: RecipeFolder,
    /// How much images are to download.
    pub downloads: Downloads,
    state: Mutex<State>,
    pub terminals: Terminals,
    /// Held while a launch is checked and begun: the second of two clicks sees the first one's lab.
    pub launching: tokio::sync::Mutex<()>,
    /// Something that the cards show has changed.
    pub changed: Notify,
    pub lists: watch::Sender<Arc<LabList>>,
}

impl State {
    /// Everything that is known of a lab goes, except that it may be on its way out (`going`).
    pub(crate) fn forget(&mut self, lab: &LabId) {
        self.profiles.remove(lab);
        self.watched.remove(lab);
        self.failures.remove(lab);
        self.intents.remove(lab);
        self.launches.remove(lab);
    }
}

impl Shared {
    pub(crate) fn new(
        home: LabsHome,
        sources: Sources,
        folder: ProfileFolder,
        state: State,
    ) -> Self {
        let empty = LabList {
            revision: 0,
            loaded: false,
            labs: Vec::new(),
            elsewhere: Vec::new(),
            keyring_known: false,
            unreadable: state.unreadable.clone(),
        };
        Self {
            recipes: RecipeFolder::new(home.recipes.clone()),
            downloads: Downloads::kept_in(
                home.profiles.join("downloads").join("sizes.json"),
                Logins::of_this_person(),
            ),
            home,
            sources,
            folder: Mutex::new(folder),
            state: Mutex::new(state),
            terminals: Terminals::default(),
            launching: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            lists: watch::Sender::new(Arc::new(empty)),
        }
    }

    /// Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and has the cards made again.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let outcome = change(&mut self.state());
        self.changed.notify_one();
        outcome
    }

    /// The recipes as they are now.
    pub(crate) fn catalogue(&self) -> Catalogue {
        self.state().catalogue.clone()
    }

    pub(crate) fn now(&self) -> UnixMillis {
        (self.sources.now)()
    }

    /// # Errors
    /// `EngineAway`.
    pub(crate) fn engine(&self) -> Result<Engine> {
        Ok(self.home.inventory.engine()?)
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.home.inventory.snapshot()
    }

    /// Waits until the inventory has seen that a container is gone, which takes it a moment.
    pub(crate) async fn until_gone(&self, container: &ContainerId) {
        let mut snapshots = self.home.inventory.watch();
        let gone = snapshots.wait_for(|snapshot| !snapshot.containers.contains_key(container));
        let _ = tokio::time::timeout(Duration::from_secs(5), gone).await;
    }

    /// Waits, a second and a half at most, until a container other than `own` is known to publish this
    /// port of the engine's machine.
    pub(crate) async fn until_published(&self, port: u16, own: &ContainerId) {
        let mut snapshots = self.home.inventory.watch();
        let published = snapshots.wait_for(|snapshot| {
            snapshot
                .containers
                .values()
                .filter(|row| &row.id != own)
                .any(|row| row.ports.iter().any(|at| at.host_port == Some(port)))
        });
        let _ = tokio::time::timeout(Duration::from_millis(1_500), published).await;
    }

    pub(crate) fn save(&self, profile: &Profile) -> Result<()> {
        self.folder
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .save(profile)
    }

    /// What another Slipway has done to the profiles.
    pub(crate) fn look_again(&self) -> Elsewhere {
        self.folder
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look_again()
    }

    pub(crate) fn remove_profile(&self, lab: &LabId) -> Result<()> {
        self.folder
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(lab)
    }

    /// The profile and its container.
    ///
    /// # Errors
    /// `Gone`, `EngineAway`.
    pub(crate) fn lab(&self, lab: &LabId) -> Result<(Profile, Arc<ContainerRow>)> {
        let profile = self
            .state()
            .profiles
            .get(lab)
            .cloned()
            .ok_or_else(Problem::no_such_lab)?;
        self.engine()?;
        self.here(&profile)?;
        let row = row_of(&profile, &self.snapshot()).ok_or_else(|| {
            let name = &profile.saved.form.name;
            if profile.container.is_none() {
                Problem::not_launched(name)
            } else {
                Problem::container_gone(name)
            }
        })?;
        Ok((profile, row))
    }

    /// # Errors
    /// That the lab is on another engine than the one Slipway speaks to.
    pub(crate) fn here(&self, profile: &Profile) -> Result<()> {
        let snapshot = self.snapshot();
        match &profile.engine {
            Some(own) if is_elsewhere(profile, &snapshot) => Err(Problem::new(
                crate::problem::ProblemKind::Other,
                format!("{} is on {}.", profile.saved.form.name, own.name),
            )
            .because("Slipway speaks to another engine at the moment, and leaves the lab alone.")
            .hint(format!("Switch Docker to {}, then try again.", own.name))
            .detail(own.address.clone())),
            _ => Ok(()),
        }
    }

    /// The Config of a lab's image, asked once.
    pub(crate) async fn image_of(
        &self,
        engine: &Engine,
        row: &ContainerRow,
    ) -> Option<Arc<ImageDetails>> {
        if let Some(known) = self.state().images.get(&row.image_id) {
            return Some(Arc::clone(known));
        }
        let details = Arc::new(engine.inspect_image(row.image_id.as_str()).await.ok()?);
        self.change(|state| {
            state
                .images
                .insert(row.image_id.clone(), Arc::clone(&details))
        });
        Some(details)
    }
}

/// The container of a lab: the one that its profile names, else one that carries its label.
pub(crate) fn row_of(profile: &Profile, snapshot: &Snapshot) -> Option<Arc<ContainerRow>> {
    if let Some(row) = profile
        .container
        .as_ref()
        .and_then(|id| snapshot.containers.get(id))
    {
        return Some(Arc::clone(row));
    }
    let labelled = snapshot
        .containers
        .values()
        .filter(|row| row.labels.get(crate::profile::LAB_LABEL) == Some(&profile.id.0));
    labelled.max_by_key(|row| row.created).cloned()
}

/// The engine of these facts, by which its labs are known.
pub(crate) fn mark_of(snapshot: &Snapshot) -> Option<EngineMark> {
    snapshot.report.facts.as_ref().map(EngineMark::of)
}

/// Whether a lab is on another engine. A container that is here is here, whatever the profile says:
/// engines get new ids when they are set up anew over the same data.
pub(crate) fn is_elsewhere(profile: &Profile, snapshot: &Snapshot) -> bool {
    row_of(profile, snapshot).is_none() && profile.is_elsewhere(mark_of(snapshot).as_ref())
}

/// The recipe and generation of a lab.
pub(crate) fn kind_of(
    catalogue: &Catalogue,
    profile: &Profile,
    image: Option<&ImageDetails>,
) -> (Arc<Recipe>, Generation) {
    let form = &profile.saved.form;
    let reference = reference_of(&form.image, &form.version);
    let recipe = catalogue
        .recipe(&form.recipe)
        .unwrap_or_else(|| recognition::recognise(catalogue, &reference, image));
    (
        Arc::clone(recipe),
        recognition::generation(recipe, &reference, image),
    )
}

/// A reference from the form's two fields; whatever they hold, so that a card can always be made.
pub(crate) fn reference_of(image: &str, version: &str) -> slipway_engine::ImageReference {
    let joined = if version.starts_with("sha256:") {
        format!("{image}@{version}")
    } else {
        format!("{image}:{version}")
    };
    let joined = if version.trim().is_empty() {
        image.to_owned()
    } else {
        joined
    };
    slipway_engine::ImageReference::parse(joined.trim()).unwrap_or_else(|_| {
        slipway_engine::ImageReference {
            repository: image.to_owned(),
            tag: (!version.is_empty()).then(|| version.to_owned()),
            digest: None,
        }
    })
}
