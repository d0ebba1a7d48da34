//! Networks on which containers find each other by name: create, look up, remove.

use std::collections::{BTreeMap, HashMap};

use bollard::models::NetworkCreateRequest;

use crate::classify::Subject;
use crate::inventory::NetworkRow;
use crate::inventory::rows;
use crate::wire::{Question, escaped};
use crate::{Engine, Error, Result};

impl Engine {
    /// Creates a network of the kind `bridge`. Engines before API 1.44 allow two of the same name,
    /// so look first whether there is one.
    ///
    /// # Errors
    /// `NameTaken`, `InvalidName`, `Engine`.
    pub async fn create_network(
        &self,
        name: &str,
        labels: BTreeMap<String, String>,
    ) -> Result<NetworkRow> {
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            labels: Some(labels.into_iter().collect::<HashMap<_, _>>()),
            ..NetworkCreateRequest::default()
        };
        self.docker
            .create_network(request)
            .await
            .map_err(|error| self.meaning(error, Subject::Network(name)))?;
        self.inspect_network(name).await
    }

    /// A network as the lists show it, asked for anew.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn inspect_network(&self, name: &str) -> Result<NetworkRow> {
        let network: rows::NetworkEntry = self
            .wire
            .json(Question::get(format!("/networks/{}", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Network(name)))?;
        Ok(network.into())
    }

    /// A network that is gone already is no error.
    ///
    /// # Errors
    /// `InUse`.
    pub async fn remove_network(&self, name: &str) -> Result<()> {
        let removed = self.docker.remove_network(&escaped(name)).await;
        match removed.map_err(|error| self.meaning(error, Subject::Network(name))) {
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
