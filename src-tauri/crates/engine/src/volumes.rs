//! Volumes: create, look up, remove. Looking into them comes with the porthole.

use std::collections::BTreeMap;

use crate::inventory::VolumeRow;
use crate::{Engine, Result};

impl Engine {
    /// Creates a volume; an existing one of the same name and driver is given back unchanged.
    ///
    /// # Errors
    /// `Engine`.
    pub async fn create_volume(&self, name: &str, labels: BTreeMap<String, String>) -> Result<VolumeRow> {
        let _ = (name, labels);
        todo!("engine")
    }

    /// # Errors
    /// `NotFound`.
    pub async fn inspect_volume(&self, name: &str) -> Result<VolumeRow> {
        let _ = name;
        todo!("engine")
    }

    /// Never forced. A volume that is gone already is no error.
    ///
    /// # Errors
    /// `InUse`.
    pub async fn remove_volume(&self, name: &str) -> Result<()> {
        let _ = name;
        todo!("engine")
    }
}
