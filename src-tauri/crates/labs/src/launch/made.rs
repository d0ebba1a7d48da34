//! What a launch has made so far, so that it can be taken back.

use std::sync::Arc;

use slipway_engine::containers::Removal;
use slipway_engine::{ContainerId, Engine};

use crate::card::LabId;
use crate::labs::secrets;
use crate::labs::shared::Shared;
use crate::problem::Problem;

/// Everything here was made by this launch and by nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    pub container: Option<ContainerId>,
    pub volumes: Vec<String>,
    pub profile: bool,
    pub secrets: bool,
}

impl Made {
    pub(crate) fn is_nothing(&self) -> bool {
        self.container.is_none() && self.volumes.is_empty() && !self.profile && !self.secrets
    }

    /// Takes everything back: the container first, because it holds the volumes. What could not be
    /// taken back stays in `self`, to be tried again.
    pub(crate) async fn take_back(
        &mut self,
        shared: &Arc<Shared>,
        lab: &LabId,
    ) -> Result<(), Problem> {
        if self.container.is_some() || !self.volumes.is_empty() {
            let engine = shared.engine()?;
            self.take_back_container(shared, &engine).await?;
            self.take_back_volumes(&engine).await?;
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

    /// A volume that something else uses meanwhile is no longer only ours.
    async fn take_back_volumes(&mut self, engine: &Engine) -> Result<(), Problem> {
        while let Some(volume) = self.volumes.last() {
            match engine.remove_volume(volume).await {
                Ok(())
                | Err(
                    slipway_engine::Error::InUse { .. } | slipway_engine::Error::NotFound { .. },
                ) => {
                    self.volumes.pop();
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
