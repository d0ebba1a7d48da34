//! What the window holds: the inventory, the labs and the vault. Made once, at the start.

use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use slipway_contents::{Contents, ContentsHome};
use slipway_engine::endpoint::Surroundings;
use slipway_engine::inventory::Inventory;
use slipway_labs::labs::{Labs, LabsHome, OpenAddress};
use slipway_vault::Vault;

/// The app's state, behind every command.
pub struct AppState {
    pub inventory: Inventory,
    pub labs: Labs,
    /// What lies in volumes and folders.
    pub contents: Contents,
    /// Where the labs' secrets are.
    pub vault: Vault,
}

impl AppState {
    /// State over this person's folders, engine and keyring. Within a tokio runtime.
    ///
    /// # Errors
    /// Where the system names no home folder.
    pub fn of_this_person() -> Result<Self, etcetera::HomeDirError> {
        Self::of_this_person_opening(Arc::new(crate::browser::open_address))
    }

    /// The same state, and whatever it opens goes there instead of to the browser.
    ///
    /// # Errors
    /// Where the system names no home folder.
    pub fn of_this_person_opening(
        open_address: OpenAddress,
    ) -> Result<Self, etcetera::HomeDirError> {
        let profiles = Self::home_of_this_person()?.join("labs");
        Ok(Self::opening(
            Surroundings::of_this_process(),
            profiles,
            dirs::document_dir().map(|documents| documents.join("Slipway backups")),
            Vault::of_this_system(),
            open_address,
        ))
    }

    /// Where Slipway keeps what is this person's.
    ///
    /// # Errors
    /// Where the system names no home folder.
    pub fn home_of_this_person() -> Result<PathBuf, etcetera::HomeDirError> {
        Ok(etcetera::choose_base_strategy()?.data_dir().join("slipway"))
    }

    /// State over given surroundings; tests give their own. Within a tokio runtime.
    pub fn new(surroundings: Surroundings, profiles: PathBuf, vault: Vault) -> Self {
        Self::opening(
            surroundings,
            profiles,
            None,
            vault,
            Arc::new(crate::browser::open_address),
        )
    }

    fn opening(
        surroundings: Surroundings,
        profiles: PathBuf,
        backups: Option<PathBuf>,
        vault: Vault,
        open_address: OpenAddress,
    ) -> Self {
        let inventory = Inventory::start(surroundings);
        let home = profiles.parent().unwrap_or(&profiles).to_path_buf();
        let labs = Labs::start(LabsHome {
            recipes: profiles.with_file_name("recipes"),
            profiles,
            inventory: inventory.clone(),
            vault: vault.clone(),
            open_address,
            user: person(),
        });
        let contents = Contents::start(ContentsHome {
            inventory: inventory.clone(),
            labs: labs.clone(),
            cache: home.join("counted"),
            backups: backups.unwrap_or_else(|| home.join("backups")),
            settings: home.join("keeping"),
        });
        Self {
            inventory,
            labs,
            contents,
            vault,
        }
    }
}

/// This person's user and group ids.
#[cfg(unix)]
fn person() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    // The home folder belongs to the person, and asking the file system needs no unsafe call.
    let home = etcetera::home_dir().ok()?;
    let owner = std::fs::metadata(home).ok()?;
    Some((owner.uid(), owner.gid()))
}

/// Windows has no such ids.
#[cfg(not(unix))]
fn person() -> Option<(u32, u32)> {
    None
}
