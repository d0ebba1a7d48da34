//! All labs: profiles and inventory joined into cards, and what can be done with them.
//!
//! `Labs` is only the front: each topic has its module, and all of them share one state. An intent
//! is recorded when a person clicks and cleared by the engine's own event, so that a card never
//! shows what has not happened.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use slipway_engine::ContainerId;
use slipway_engine::inventory::Inventory;
use slipway_engine::terminals::Terminal;
use slipway_vault::{Secret, Vault};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::card::{DeletePreview, LabId, LabList};
use crate::catalogue::Catalogue;
use crate::catalogue::own::RecipeFolder;
use crate::change::{ChangeCheck, ChangeStart};
use crate::changes::LabChanges;
use crate::check::FormCheck;
use crate::downloads::DownloadSize;
use crate::form::{FormFrame, FormSeed, LaunchForm, TypedSecrets};
use crate::launch::{LaunchProgress, unfinished};
use crate::paste::PastedCommand;
use crate::problem::Result;
use crate::profile::ProfileFolder;
use crate::recipe::{RecipeId, RecipeTile};
use crate::recognition;
use crate::saving::{ImageNameCheck, ImageWish, SavePreview, Saved, SavedImage};
use crate::sharing::{AdoptPreview, ImportedProfile, LabCommands, RecipeDraft, RecipePreview};
use crate::terminals::{TerminalId, TerminalRow, TerminalWish};
use crate::versions::VersionList;

mod adopting;
mod cards;
pub(crate) mod changes;
pub(crate) mod changing;
mod deleting;
mod elsewhere;
mod graphics;
mod intents;
pub(crate) mod keeping;
mod launching;
mod lifecycle;
pub(crate) mod measuring;
mod own_recipes;
mod pasting;
pub(crate) mod preparing;
mod profiles;
mod saving;
pub(crate) mod secrets;
pub(crate) mod shared;
pub(crate) mod terminals;
mod tiles;
mod trying;
mod wizard;

pub use shared::Sources;
use shared::{Shared, State};

/// Opens an address in the person's browser; the window gives one that uses the `open` crate.
pub type OpenAddress = Arc<dyn Fn(&str) -> std::result::Result<(), String> + Send + Sync>;

/// Where labs are kept, and what they need from outside.
#[derive(Clone)]
pub struct LabsHome {
    /// Folder of the profile files.
    pub profiles: PathBuf,
    /// Folder of the person's own recipes.
    pub recipes: PathBuf,
    pub inventory: Inventory,
    pub vault: Vault,
    pub open_address: OpenAddress,
    /// This person's user and group ids, where the system has them.
    pub user: Option<(u32, u32)>,
}

/// Cheap to clone; with the last clone the cards are no longer kept. Launches go on to their end.
#[derive(Clone)]
pub struct Labs {
    shared: Arc<Shared>,
    lists: watch::Receiver<Arc<LabList>>,
    _keeping: Arc<AbortOnDropHandle<()>>,
}

impl Labs {
    /// Reads the profiles and starts the task that keeps the cards. Within a tokio runtime.
    pub fn start(home: LabsHome) -> Self {
        Self::start_with(home, Sources::of_this_system())
    }

    /// As `start`, with the caller's time and randomness.
    pub fn start_with(home: LabsHome, sources: Sources) -> Self {
        let (folder, profiles, mut unreadable) = ProfileFolder::read(home.profiles.clone());
        let (own, not_read) = RecipeFolder::new(home.recipes.clone()).read();
        unreadable.extend(not_read);
        let profiles = profiles
            .into_iter()
            .map(|profile| (profile.id.clone(), profile))
            .collect();
        let state = State {
            catalogue: Catalogue::with_own(own),
            profiles,
            unreadable,
            unfinished: unfinished::read(&home.profiles),
            changes: changing::journal::read(&home.profiles),
            ..State::default()
        };
        let shared = Arc::new(Shared::new(home, sources, folder, state));
        let lists = shared.lists.subscribe();
        tokio::spawn(wizard::ask_keyring(Arc::clone(&shared)));
        let keeping = AbortOnDropHandle::new(tokio::spawn(keeping::keep(Arc::clone(&shared))));
        Self {
            shared,
            lists,
            _keeping: Arc::new(keeping),
        }
    }

    /// Leaves labs alone that this Slipway has not started: for a command that ends soon, while a
    /// window may be starting one of them.
    pub fn act_only_as_asked(&self) {
        self.shared.state().only_as_asked = true;
    }

    pub fn list(&self) -> Arc<LabList> {
        self.lists.borrow().clone()
    }

    pub fn watch(&self) -> watch::Receiver<Arc<LabList>> {
        self.lists.clone()
    }

    /// Recipe tiles in the catalogue's order, joined with what the engine has.
    pub fn recipes(&self) -> Vec<RecipeTile> {
        measuring::tiles(&self.shared)
    }

    /// How much a recipe's image is to download, for a tile that is on screen. Asks the registry, at
    /// most some seconds; the tile is as `recipes` gives it after that. `None`: there is no such recipe.
    pub async fn measure_recipe(&self, recipe: &RecipeId) -> Option<RecipeTile> {
        measuring::measure_recipe(&self.shared, recipe).await
    }

    /// How much this form's image is to download; `check` and `recipes` know it from then on. Asks the
    /// registry, at most some seconds.
    pub async fn measure_form(&self, form: &LaunchForm) -> DownloadSize {
        measuring::measure_form(&self.shared, form).await
    }

    /// A form with every field filled in: a free port, a free name, the recipe's folder and version.
    ///
    /// # Errors
    /// `ImageNotFound`/`Other` for a seed that names nothing we know and no valid reference.
    pub async fn new_form(&self, seed: FormSeed) -> Result<LaunchForm> {
        wizard::new_form(&self.shared, seed).await
    }

    /// After the image or the version was changed: port in the lab, folder and more ports follow the
    /// recipe's generation; what the person typed elsewhere stays.
    pub async fn revise_form(&self, form: LaunchForm) -> LaunchForm {
        wizard::revise_form(&self.shared, form).await
    }

    /// Everything around the form.
    pub async fn frame(&self, form: &LaunchForm) -> FormFrame {
        wizard::frame(&self.shared, form).await
    }

    /// Checks the form; within 300 ms, whatever the engine does. What is typed beside it is only judged.
    pub async fn check(&self, form: &LaunchForm, typed: &TypedSecrets) -> FormCheck {
        wizard::check(&self.shared, form, typed).await
    }

    /// Versions of an image. Asks the registry, at most some seconds.
    pub async fn versions(&self, recipe: &str, image: &str) -> VersionList {
        let reference = slipway_engine::ImageReference::parse(image.trim()).ok();
        let catalogue = self.shared.catalogue();
        let Some(recipe) = catalogue.recipe(&RecipeId(recipe.to_owned())).or_else(|| {
            reference
                .as_ref()
                .map(|reference| recognition::recognise(&catalogue, reference, None))
        }) else {
            return VersionList {
                choices: Vec::new(),
                incomplete: None,
            };
        };
        let facts = wizard::facts(&self.shared, reference, &[]).await;
        crate::versions::versions(recipe, image, &facts).await
    }

    /// Starts a launch and gives back the id of the lab it will become.
    ///
    /// # Errors
    /// `InvalidForm` with the first field that is wrong; `EngineAway`.
    pub async fn launch(&self, form: LaunchForm, typed: TypedSecrets) -> Result<LabId> {
        launching::launch(&self.shared, form, typed).await
    }

    /// Follows a launch; `None` where there is none for this lab.
    pub fn watch_launch(&self, lab: &LabId) -> Option<watch::Receiver<Arc<LaunchProgress>>> {
        self.shared
            .state()
            .launches
            .get(lab)
            .map(|launch| launch.board.watch())
    }

    /// Cancels a launch, or discards a failed one. Gives back when everything it made is gone, and
    /// says in a sentence what is kept because somebody may have worked in it.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn cancel_launch(&self, lab: &LabId) -> Result<Option<String>> {
        launching::cancel(&self.shared, lab).await
    }

    /// Opens the lab's page in the browser, signed in where possible.
    ///
    /// # Errors
    /// `EngineAway`, `Gone`, `BrowserUnavailable`, or that the lab does not answer yet.
    pub async fn open(&self, lab: &LabId) -> Result<()> {
        lifecycle::open(&self.shared, lab).await
    }

    /// Starts a stopped lab (its own container, never a new one), waits until it answers in the background.
    ///
    /// # Errors
    /// `PortTaken`, `EngineAway`, `Gone`, …
    pub async fn start_lab(&self, lab: &LabId) -> Result<()> {
        lifecycle::start(&self.shared, lab).await
    }

    /// # Errors
    /// `EngineAway`, `Gone`.
    pub async fn stop_lab(&self, lab: &LabId) -> Result<()> {
        lifecycle::stop(&self.shared, lab).await
    }

    /// # Errors
    /// `EngineAway`, `Gone`, `PortTaken`.
    pub async fn restart_lab(&self, lab: &LabId) -> Result<()> {
        lifecycle::restart(&self.shared, lab).await
    }

    /// # Errors
    /// `EngineAway`, `Gone`.
    pub async fn preview_delete(&self, lab: &LabId) -> Result<DeletePreview> {
        deleting::preview(&self.shared, lab).await
    }

    /// Deletes the lab: container, profile, secrets, and just the volumes named.
    ///
    /// # Errors
    /// `EngineAway`; what could not be removed is named and everything else is done.
    pub async fn delete_lab(&self, lab: &LabId, volumes: &[String]) -> Result<()> {
        deleting::delete(&self.shared, lab, volumes).await
    }

    /// Forgets an adopted lab, or one that is on another engine, and touches nothing on any engine.
    ///
    /// # Errors
    /// `Gone`; that the lab's container is Slipway's own, which would bring the lab back.
    pub async fn forget_lab(&self, lab: &LabId) -> Result<()> {
        deleting::forget(&self.shared, lab).await
    }

    /// The form that a lab has, for changing it.
    ///
    /// # Errors
    /// `Gone`.
    pub fn change_form(&self, lab: &LabId) -> Result<LaunchForm> {
        changing::form(&self.shared, lab)
    }

    /// Checks a changed form of a lab, and says what the change will do. What is typed beside it is only
    /// judged.
    ///
    /// # Errors
    /// `Gone`, `EngineAway`.
    pub async fn check_change(
        &self,
        lab: &LabId,
        form: &LaunchForm,
        typed: &TypedSecrets,
    ) -> Result<ChangeCheck> {
        changing::check(&self.shared, lab, form, typed).await
    }

    /// Changes a lab: at once where its container takes it as it is, else as a journey that is followed
    /// with `watch_launch` and cancelled with `cancel_launch`. Whatever comes, the lab is there as before
    /// or as it is to be. With `loss_accepted` what lies in the container outside volumes may be lost.
    ///
    /// # Errors
    /// `InvalidForm` with the first field that is wrong; `EngineAway`; that something would be lost.
    pub async fn change_lab(
        &self,
        lab: &LabId,
        form: LaunchForm,
        typed: TypedSecrets,
        loss_accepted: bool,
    ) -> Result<ChangeStart> {
        Box::pin(changing::change(
            &self.shared,
            lab,
            form,
            typed,
            loss_accepted,
        ))
        .await
    }

    /// Keeps a form as a lab without launching it.
    ///
    /// # Errors
    /// `InvalidForm`; where the profile cannot be written.
    pub async fn save_lab(&self, form: LaunchForm, typed: TypedSecrets) -> Result<LabId> {
        profiles::save(&self.shared, form, typed).await
    }

    /// Runs a small program with the form's graphics cards; gives a sentence on what it saw.
    ///
    /// # Errors
    /// Why no graphics card can be used, with the next step.
    pub async fn check_gpu(&self, form: &LaunchForm) -> Result<String> {
        graphics::check(&self.shared, form).await
    }

    /// Reads a pasted command with the answers given so far. Runs nothing.
    pub async fn read_command(
        &self,
        text: &str,
        answers: &BTreeMap<String, String>,
    ) -> PastedCommand {
        pasting::read_command(&self.shared, text, answers).await
    }

    /// The lab's command in every shell, and as a compose file.
    ///
    /// # Errors
    /// `Gone`.
    pub async fn commands(&self, lab: &LabId) -> Result<LabCommands> {
        pasting::commands(&self.shared, lab).await
    }

    /// A form's command in every shell, as `commands` gives a lab's.
    ///
    /// # Errors
    /// `InvalidForm` where the form makes no command.
    pub async fn form_commands(&self, form: &LaunchForm) -> Result<LabCommands> {
        pasting::commands_of(&self.shared, form).await
    }

    /// Renames the lab and its container.
    ///
    /// # Errors
    /// `InvalidForm` with the field `name`; `EngineAway`.
    pub async fn rename_lab(&self, lab: &LabId, name: &str) -> Result<()> {
        profiles::rename(&self.shared, lab, name).await
    }

    /// A file name and the profile's text, for sharing. Holds no secret.
    ///
    /// # Errors
    /// `Gone`.
    pub fn exported_profile(&self, lab: &LabId) -> Result<(String, String)> {
        profiles::exported(&self.shared, lab)
    }

    /// Reads an exported profile. Makes nothing.
    ///
    /// # Errors
    /// `ProfileUnreadable`.
    pub async fn import_profile(&self, text: &str) -> Result<ImportedProfile> {
        profiles::import(&self.shared, text).await
    }

    /// What a container would be as a lab.
    ///
    /// # Errors
    /// `Gone`, `EngineAway`.
    pub async fn preview_adopt(&self, container: &ContainerId) -> Result<AdoptPreview> {
        adopting::preview(&self.shared, container).await
    }

    /// Makes a lab of a container that Slipway did not make, without touching it.
    ///
    /// # Errors
    /// `Gone`, `EngineAway`.
    pub async fn adopt(&self, container: &ContainerId) -> Result<LabId> {
        adopting::adopt(&self.shared, container).await
    }

    /// Saves a lab as a recipe of the person's own.
    ///
    /// # Errors
    /// `Gone`; where the file cannot be written.
    pub async fn save_recipe(&self, lab: &LabId, draft: RecipeDraft) -> Result<RecipeId> {
        own_recipes::save(&self.shared, lab, draft).await
    }

    /// A file name and the recipe's text, for sharing. Holds no secret.
    ///
    /// # Errors
    /// `Gone`.
    pub fn exported_recipe(&self, recipe: &RecipeId) -> Result<(String, String)> {
        own_recipes::exported(&self.shared, recipe)
    }

    /// Reads a recipe from elsewhere and says what it will do. Adds nothing.
    ///
    /// # Errors
    /// A sentence on what is wrong with the file.
    pub fn preview_recipe(&self, text: &str) -> Result<RecipePreview> {
        own_recipes::preview(&self.shared, text)
    }

    /// Adds a recipe that was previewed.
    ///
    /// # Errors
    /// As `preview_recipe`; where the file cannot be written.
    pub async fn add_recipe(&self, text: &str) -> Result<RecipeId> {
        let (shared, text) = (Arc::clone(&self.shared), text.to_owned());
        own_recipes::on_thread(move || own_recipes::add(&shared, &text)).await
    }

    /// Removes a recipe of the person's own; labs made from it stay.
    ///
    /// # Errors
    /// `Gone` where there is none.
    pub async fn remove_recipe(&self, recipe: &RecipeId) -> Result<()> {
        let (shared, recipe) = (Arc::clone(&self.shared), recipe.clone());
        own_recipes::on_thread(move || own_recipes::remove(&shared, &recipe)).await
    }

    /// The lab's password or token, for showing and copying.
    ///
    /// # Errors
    /// `KeyringUnavailable`, `Gone`.
    pub async fn password(&self, lab: &LabId) -> Result<Secret> {
        lifecycle::password(&self.shared, lab).await
    }

    /// Texts that must not be seen in this lab's log.
    pub async fn masked_texts(&self, lab: &LabId) -> Vec<String> {
        lifecycle::masked_texts(&self.shared, lab).await
    }

    /// What differs from its image in a lab, as of now. Sizes are measured until it is dropped.
    ///
    /// # Errors
    /// `EngineAway`, `Gone`, and where the engine cannot say what differs.
    pub async fn changes(&self, lab: &LabId) -> Result<LabChanges> {
        changes::read(&self.shared, lab).await
    }

    /// What is known before a lab is saved as an image.
    ///
    /// # Errors
    /// `EngineAway`, `Gone`.
    pub async fn preview_save(&self, lab: &LabId) -> Result<SavePreview> {
        saving::preview(&self.shared, lab).await
    }

    /// What is to be said of the name and tag of an image. Asks nothing of the engine.
    pub fn check_image_name(&self, name: &str, tag: &str) -> ImageNameCheck {
        saving::check(&self.shared, name, tag)
    }

    /// Makes an image of a lab, without its volumes and its secrets. Goes on when nobody waits any more.
    ///
    /// # Errors
    /// `InvalidForm` with the fields `name`, `tag` and `note`; `DiskFull`, `EngineAway`, `Gone`.
    pub async fn save_image(&self, lab: &LabId, wish: ImageWish) -> Result<Saved> {
        saving::save(&self.shared, lab, wish).await
    }

    /// A lab is being saved: what was emptied for it is still to be put back.
    pub fn is_saving(&self) -> bool {
        !self.shared.state().saving.is_empty()
    }

    /// Waits until no lab is being saved any more.
    pub async fn until_saved(&self) {
        while self.is_saving() {
            tokio::time::sleep(saving::LOOKING).await;
        }
    }

    /// States of a lab that were saved as images, newest first.
    pub fn saved_images(&self, lab: &LabId) -> Vec<SavedImage> {
        saving::saved(&self.shared, lab)
    }

    /// Opens a terminal in a running lab; it stays open until it is closed.
    ///
    /// # Errors
    /// Why there can be none, with the next step.
    pub async fn open_terminal(&self, lab: &LabId, wish: TerminalWish) -> Result<TerminalRow> {
        terminals::open(&self.shared, lab, wish).await
    }

    /// The open terminals of a lab, ended ones too, in the order in which they were opened.
    pub fn terminals(&self, lab: &LabId) -> Vec<TerminalRow> {
        self.shared.terminals.of(lab)
    }

    /// `None` where it was closed.
    pub fn terminal(&self, id: TerminalId) -> Option<Arc<Terminal>> {
        self.shared.terminals.get(id)
    }

    /// Closes a terminal, and what runs in it with it.
    pub async fn close_terminal(&self, id: TerminalId) {
        self.shared.terminals.close(id).await;
    }

    /// Something would go on without anybody to see it when Slipway ended now.
    pub fn has_terminals(&self) -> bool {
        self.shared.terminals.is_any()
    }

    /// Closes all of them, because Slipway ends.
    pub async fn close_terminals(&self) {
        self.shared.terminals.close_all().await;
    }

    /// Runs `hello-world` on the engine and gives its output: the "try it" check. Leaves nothing behind but the image.
    ///
    /// # Errors
    /// Why it did not work, with the next step.
    pub async fn try_engine(&self) -> Result<String> {
        trying::try_engine(&self.shared).await
    }
}
