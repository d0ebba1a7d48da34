//! Volumes: create, look up, remove. Looking into them comes with the porthole.

use std::collections::BTreeMap;

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::RemoveVolumeOptions;

use crate::classify::Subject;
use crate::inventory::VolumeRow;
use crate::inventory::rows;
use crate::wire::{Question, escaped};
use crate::{Engine, Error, Result};

impl Engine {
    /// Creates a volume; an existing one of the same name and driver is given back unchanged.
    ///
    /// # Errors
    /// `InvalidName`, `Engine`.
    pub async fn create_volume(
        &self,
        name: &str,
        labels: BTreeMap<String, String>,
    ) -> Result<VolumeRow> {
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(labels.into_iter().collect()),
            ..VolumeCreateRequest::default()
        };
        self.docker
            .create_volume(request)
            .await
            .map_err(|error| self.meaning(error, Subject::Volume(name)))?;
        self.inspect_volume(name).await
    }

    /// A volume as the lists show it, asked for anew.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn inspect_volume(&self, name: &str) -> Result<VolumeRow> {
        let volume: rows::VolumeEntry = self
            .wire
            .json(Question::get(format!("/volumes/{}", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Volume(name)))?;
        Ok(volume.into())
    }

    /// Never forced. A volume that is gone already is no error.
    ///
    /// # Errors
    /// `InUse`.
    pub async fn remove_volume(&self, name: &str) -> Result<()> {
        let removed = self
            .docker
            .remove_volume(&escaped(name), None::<RemoveVolumeOptions>)
            .await;
        match removed.map_err(|error| self.meaning(error, Subject::Volume(name))) {
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
