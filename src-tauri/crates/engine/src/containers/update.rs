//! What of a container can be changed while it is there: limits, restart policy, and the networks
//! that it is on. Everything else needs a new container.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Restart, RestartKind};
use crate::classify::Subject;
use crate::wire::{Question, escaped};
use crate::{Bytes, ContainerId, Engine, Result};

/// What is set anew; `None` leaves it as it is. The engine has no way to take a limit away again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerUpdate {
    pub memory: Option<Bytes>,
    /// In billionths of a processor.
    pub nano_cpus: Option<i64>,
    pub restart: Option<Restart>,
}

/// A network that a container is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinedNetwork {
    pub name: String,
    /// Names on it beside the container's own and its id.
    pub aliases: Vec<String>,
    /// Addresses that somebody chose; the engine's own choice is `None`.
    pub ipv4: Option<String>,
    pub ipv6: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Joined {
    name: String,
    #[serde(deserialize_with = "crate::inventory::rows::or_default")]
    network_settings: Settings,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Settings {
    #[serde(deserialize_with = "crate::inventory::rows::or_default")]
    networks: std::collections::BTreeMap<String, Option<Endpoint>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Endpoint {
    #[serde(deserialize_with = "crate::inventory::rows::or_default")]
    aliases: Vec<String>,
    #[serde(
        rename = "IPAMConfig",
        deserialize_with = "crate::inventory::rows::or_default"
    )]
    chosen: Chosen,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    #[serde(rename = "IPv4Address")]
    ipv4: String,
    #[serde(rename = "IPv6Address")]
    ipv6: String,
}

impl Engine {
    /// Sets limits and restart policy of a container, running or not (`docker update`).
    ///
    /// # Errors
    /// `NotFound`, `Engine` where it refuses one of them; then none is set.
    pub async fn update_container(&self, id: &ContainerId, update: ContainerUpdate) -> Result<()> {
        let mut body = serde_json::Map::new();
        if let Some(memory) = update.memory {
            let memory = i64::try_from(memory.0).unwrap_or(i64::MAX);
            body.insert("Memory".to_owned(), json!(memory));
            // As at a container's creation: as much swap again. The engine refuses a limit above the old sum.
            body.insert("MemorySwap".to_owned(), json!(memory.saturating_mul(2)));
        }
        if let Some(processors) = update.nano_cpus {
            body.insert("NanoCpus".to_owned(), json!(processors));
        }
        if let Some(restart) = update.restart {
            let name = match restart.kind {
                RestartKind::No => "no",
                RestartKind::Always => "always",
                RestartKind::UnlessStopped => "unless-stopped",
                RestartKind::OnFailure => "on-failure",
            };
            let retries = if restart.kind == RestartKind::OnFailure {
                restart.retries
            } else {
                0
            };
            body.insert(
                "RestartPolicy".to_owned(),
                json!({ "Name": name, "MaximumRetryCount": retries }),
            );
        }
        let question = Question::post(format!("/containers/{}/update", escaped(&id.0))).body(
            "application/json",
            serde_json::Value::Object(body).to_string().into(),
        );
        match self.wire.ask(question).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.meaning(failure, Subject::Container(&id.0))),
        }
    }

    /// The networks that a container is on, running or not.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn joined_networks(&self, id: &ContainerId) -> Result<Vec<JoinedNetwork>> {
        let question = Question::get(format!("/containers/{}/json", escaped(&id.0)));
        let joined: Joined = self
            .wire
            .json(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        let own: [&str; 2] = [
            joined.name.trim_start_matches('/'),
            id.0.get(..12).unwrap_or(&id.0),
        ];
        let some = |text: String| (!text.is_empty()).then_some(text);
        let network = |(name, endpoint): (String, Option<Endpoint>)| {
            let endpoint = endpoint.unwrap_or_default();
            JoinedNetwork {
                name,
                aliases: endpoint
                    .aliases
                    .into_iter()
                    .filter(|alias| !own.contains(&alias.as_str()))
                    .collect(),
                ipv4: some(endpoint.chosen.ipv4),
                ipv6: some(endpoint.chosen.ipv6),
            }
        };
        Ok(joined
            .network_settings
            .networks
            .into_iter()
            .map(network)
            .collect())
    }

    /// Puts a container on a further network.
    ///
    /// # Errors
    /// `NotFound` (the network), `Engine`.
    pub async fn join_network(&self, id: &ContainerId, network: &JoinedNetwork) -> Result<()> {
        let mut endpoint = serde_json::Map::new();
        // The engine's standard network knows no aliases.
        if !network.aliases.is_empty() && network.name != "bridge" {
            endpoint.insert("Aliases".to_owned(), json!(network.aliases));
        }
        let mut chosen = serde_json::Map::new();
        if let Some(address) = &network.ipv4 {
            chosen.insert("IPv4Address".to_owned(), json!(address));
        }
        if let Some(address) = &network.ipv6 {
            chosen.insert("IPv6Address".to_owned(), json!(address));
        }
        if !chosen.is_empty() {
            endpoint.insert("IPAMConfig".to_owned(), chosen.into());
        }
        let body = json!({ "Container": id.0, "EndpointConfig": endpoint });
        let question = Question::post(format!("/networks/{}/connect", escaped(&network.name)))
            .body("application/json", body.to_string().into());
        match self.wire.ask(question).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.meaning(failure, Subject::Network(&network.name))),
        }
    }
}
