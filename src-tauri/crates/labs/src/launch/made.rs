//! What a launch has made so far, so that it can be taken back.
//!
//! What is about to be made counts, too: when the connection breaks before the answer comes, nobody
//! knows whether the engine has made it. The lab's own label on it tells.

use std::sync::Arc;

use slipway_engine::containers::Removal;
use slipway_engine::{ContainerId, Engine, Error};

use super::unfinished;
use crate::card::LabId;
use crate::labs::secrets;
use crate::labs::shared::Shared;
use crate::problem::Problem;
use crate::profile::LAB_LABEL;

/// Everything here was made by this launch and by nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    pub container: Option<ContainerId>,
    /// The name of a container that was asked for and not confirmed.
    pub asked_container: Option<String>,
    /// Made or asked for.
    pub volumes: Vec<String>,
    /// Made or asked for.
    pub networks: Vec<String>,
    pub profile: bool,
    pub secrets: bool,
    /// Volumes that it made and that stay, because somebody may have worked in them.
    pub kept: Vec<String>,
}

impl Made {
    pub(crate) fn is_nothing(&self) -> bool {
        !self.is_on_engine() && !self.profile && !self.secrets
    }

    fn is_on_engine(&self) -> bool {
        self.container.is_some()
            || self.asked_container.is_some()
            || !self.volumes.is_empty()
            || !self.networks.is_empty()
            || !self.networks.is_empty()
    }

    /// The lab may have been used: its new volumes are no longer only this launch's.
    pub(super) fn keep_volumes(&mut self) {
        self.kept.append(&mut self.volumes);
    }

    /// "The volume lab-work is kept, because somebody may have worked in it."; `None`: nothing is.
    pub(crate) fn kept_sentence(&self) -> Option<String> {
        match self.kept.as_slice() {
            [] => None,
            [one] => Some(format!(
                "The volume {one} is kept, because somebody may have worked in it."
            )),
            all => Some(format!(
                "The volumes {} are kept, because somebody may have worked in them.",
                all.join(", ")
            )),
        }
    }

    /// Takes everything back: the container first, because it holds the volumes. What could not be
    /// taken back stays in `self`, to be tried again.
    pub(crate) async fn take_back(
        &mut self,
        shared: &Arc<Shared>,
        lab: &LabId,
    ) -> Result<(), Problem> {
        if self.is_on_engine() {
            let engine = shared.engine()?;
            self.find_container(&engine, lab).await?;
            self.take_back_container(shared, &engine).await?;
            self.take_back_volumes(&engine, lab).await?;
            self.take_back_networks(&engine, lab).await?;
            unfinished::end(&shared.home.profiles, lab);
        }
        if self.profile {
            shared.remove_profile(lab)?;
            self.profile = false;
        }
        if self.secrets {
            secrets::forget(shared, lab).await;
            self.secrets = false;
        }
        Ok(())
    }

    /// Whether the engine made the container whose confirmation never came.
    async fn find_container(&mut self, engine: &Engine, lab: &LabId) -> Result<(), Problem> {
        let Some(name) = &self.asked_container else {
            return Ok(());
        };
        match engine.inspect_container(name).await {
            Ok(row) if row.labels.get(LAB_LABEL) == Some(&lab.0) => self.container = Some(row.id),
            // Another one has the name.
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        self.asked_container = None;
        Ok(())
    }

    /// The inventory has to have seen it, so that the next try finds name and port free.
    async fn take_back_container(
        &mut self,
        shared: &Shared,
        engine: &Engine,
    ) -> Result<(), Problem> {
        if let Some(container) = &self.container {
            engine
                .remove_container(
                    container,
                    Removal {
                        kill: true,
                        with_anonymous_volumes: true,
                    },
                )
                .await?;
            shared.until_gone(container).await;
            self.container = None;
        }
        Ok(())
    }

    /// Only volumes that carry this lab's label were made by it: an engine gives back one that
    /// somebody else made in the same moment. One that something else uses meanwhile is no longer
    /// only ours.
    async fn take_back_volumes(&mut self, engine: &Engine, lab: &LabId) -> Result<(), Problem> {
        while let Some(volume) = self.volumes.last() {
            let ours = match engine.inspect_volume(volume).await {
                Ok(row) => row.labels.get(LAB_LABEL) == Some(&lab.0),
                Err(Error::NotFound { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            let removed = if ours {
                engine.remove_volume(volume).await
            } else {
                Ok(())
            };
            match removed {
                Ok(()) | Err(Error::InUse { .. } | Error::NotFound { .. }) => {
                    self.volumes.pop();
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// As volumes: only what carries this lab's label, and nobody else has joined meanwhile.
    async fn take_back_networks(&mut self, engine: &Engine, lab: &LabId) -> Result<(), Problem> {
        while let Some(network) = self.networks.last() {
            let ours = match engine.inspect_network(network).await {
                Ok(row) => row.labels.get(LAB_LABEL) == Some(&lab.0),
                Err(Error::NotFound { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            let removed = if ours {
                engine.remove_network(network).await
            } else {
                Ok(())
            };
            match removed {
                Ok(()) | Err(Error::InUse { .. } | Error::NotFound { .. }) => {
                    self.networks.pop();
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
