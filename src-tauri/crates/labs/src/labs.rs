//! All labs: profiles and inventory joined into cards, and what can be done with them.

use std::path::PathBuf;
use std::sync::Arc;

use slipway_engine::inventory::Inventory;
use slipway_vault::Vault;
use tokio::sync::watch;

use crate::card::{DeletePreview, LabId, LabList};
use crate::check::FormCheck;
use crate::form::{FormFrame, FormSeed, LaunchForm};
use crate::launch::LaunchProgress;
use crate::problem::Result;
use crate::recipe::RecipeTile;
use crate::versions::VersionList;

/// Opens an address in the person's browser; the window gives one that uses the `open` crate.
pub type OpenAddress = Arc<dyn Fn(&str) -> std::result::Result<(), String> + Send + Sync>;

/// Where labs are kept, and what they need from outside.
#[derive(Clone)]
pub struct LabsHome {
    /// Folder of the profile files.
    pub profiles: PathBuf,
    pub inventory: Inventory,
    pub vault: Vault,
    pub open_address: OpenAddress,
    /// This person's user and group ids, where the system has them.
    pub user: Option<(u32, u32)>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Labs {
    lists: watch::Receiver<Arc<LabList>>,
}

impl Labs {
    /// Reads the profiles and starts the task that keeps the cards. Within a tokio runtime.
    pub fn start(home: LabsHome) -> Self {
        let _ = home;
        todo!("labs")
    }

    pub fn list(&self) -> Arc<LabList> {
        self.lists.borrow().clone()
    }

    pub fn watch(&self) -> watch::Receiver<Arc<LabList>> {
        self.lists.clone()
    }

    /// Recipe tiles in the catalogue's order, joined with what the engine has.
    pub fn recipes(&self) -> Vec<RecipeTile> {
        todo!("labs")
    }

    /// A form with every field filled in: a free port, a free name, the recipe's folder and version.
    ///
    /// # Errors
    /// `ImageNotFound`/`Other` for a seed that names nothing we know and no valid reference.
    pub async fn new_form(&self, seed: FormSeed) -> Result<LaunchForm> {
        let _ = seed;
        todo!("labs")
    }

    /// After the image or the version was changed: port in the lab, folder and more ports follow the
    /// recipe's generation; what the person typed elsewhere stays.
    pub async fn revise_form(&self, form: LaunchForm) -> LaunchForm {
        let _ = form;
        todo!("labs")
    }

    /// Everything around the form.
    pub async fn frame(&self, form: &LaunchForm) -> FormFrame {
        let _ = form;
        todo!("labs")
    }

    /// Checks the form; within 300 ms, whatever the engine does. `own_password` is the typed one, only to judge it.
    pub async fn check(&self, form: &LaunchForm, own_password: Option<&str>) -> FormCheck {
        let _ = (form, own_password);
        todo!("labs")
    }

    /// Versions of an image. Asks the registry, at most some seconds.
    pub async fn versions(&self, recipe: &str, image: &str) -> VersionList {
        let _ = (recipe, image);
        todo!("labs")
    }

    /// Starts a launch and gives back the id of the lab it will become.
    ///
    /// # Errors
    /// `InvalidForm` with the first field that is wrong; `EngineAway`.
    pub async fn launch(&self, form: LaunchForm, own_password: Option<String>) -> Result<LabId> {
        let _ = (form, own_password);
        todo!("labs")
    }

    /// Follows a launch; `None` where there is none for this lab.
    pub fn watch_launch(&self, lab: &LabId) -> Option<watch::Receiver<Arc<LaunchProgress>>> {
        let _ = lab;
        todo!("labs")
    }

    /// Cancels a launch, or discards a failed one. Gives back when everything it made is gone.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn cancel_launch(&self, lab: &LabId) -> Result<()> {
        let _ = lab;
        todo!("labs")
    }

    /// Opens the lab's page in the browser, signed in where possible.
    ///
    /// # Errors
    /// `EngineAway`, `Gone`, `BrowserUnavailable`, or that the lab does not answer yet.
    pub async fn open(&self, lab: &LabId) -> Result<()> {
        let _ = lab;
        todo!("labs")
    }

    /// Starts a stopped lab (its own container, never a new one), waits until it answers in the background.
    ///
    /// # Errors
    /// `PortTaken`, `EngineAway`, `Gone`, …
    pub async fn start_lab(&self, lab: &LabId) -> Result<()> {
        let _ = lab;
        todo!("labs")
    }

    /// # Errors
    /// `EngineAway`, `Gone`.
    pub async fn stop_lab(&self, lab: &LabId) -> Result<()> {
        let _ = lab;
        todo!("labs")
    }

    /// # Errors
    /// `EngineAway`, `Gone`, `PortTaken`.
    pub async fn restart_lab(&self, lab: &LabId) -> Result<()> {
        let _ = lab;
        todo!("labs")
    }

    /// # Errors
    /// `EngineAway`, `Gone`.
    pub async fn preview_delete(&self, lab: &LabId) -> Result<DeletePreview> {
        let _ = lab;
        todo!("labs")
    }

    /// Deletes the lab: container, profile, secrets, and just the volumes named.
    ///
    /// # Errors
    /// `EngineAway`; what could not be removed is named and everything else is done.
    pub async fn delete_lab(&self, lab: &LabId, volumes: &[String]) -> Result<()> {
        let _ = (lab, volumes);
        todo!("labs")
    }

    /// The lab's password or token, for showing and copying.
    ///
    /// # Errors
    /// `KeyringUnavailable`, `Gone`.
    pub async fn password(&self, lab: &LabId) -> Result<slipway_vault::Secret> {
        let _ = lab;
        todo!("labs")
    }

    /// Texts that must not be seen in this lab's log.
    pub async fn masked_texts(&self, lab: &LabId) -> Vec<String> {
        let _ = lab;
        todo!("labs")
    }

    /// Runs `hello-world` on the engine and gives its output: the "try it" check. Leaves nothing behind but the image.
    ///
    /// # Errors
    /// Why it did not work, with the next step.
    pub async fn try_engine(&self) -> Result<String> {
        todo!("labs")
    }
}
