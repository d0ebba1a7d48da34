//! The engine's events, and what each of them makes us look at again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Health;
use super::rows::{health, or_default};
use crate::Engine;
use crate::classify::Failure;
use crate::wire::{Lines, Question};

/// One message of `GET /events`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Event {
    #[serde(rename = "Type")]
    kind: String,
    action: String,
    #[serde(deserialize_with = "or_default")]
    actor: Actor,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Attributes", deserialize_with = "or_default")]
    attributes: BTreeMap<String, String>,
}

/// Kinds and actions that can change a row. The engine filters, so that health checks (three
/// events for each of their commands) and open terminals wake nobody. The engine compares by
/// beginning as soon as `health_status` is among the actions (moby `daemon/events/filter.go`).
const FILTERS: &str = r#"{"type":["container","image","volume","network","daemon"],"event":["create","start","die","died","stop","pause","unpause","restart","rename","update","oom","health_status","destroy","remove","prune","pull","tag","untag","delete","import","load","reload"]}"#;

/// Subscribes to the events from this moment of the engine's clock on.
pub(super) async fn subscribe(engine: &Engine) -> Result<Lines, Failure> {
    let mut question = Question::get("/events").query("filters", FILTERS);
    if let Some(seconds) = engine.greeted {
        // Covers the gap between the answer's head and the subscription; what comes twice does no harm.
        question = question.query("since", &seconds.to_string());
    }
    Ok(engine.wire.ask(question).await?.lines())
}

/// What is listed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Containers,
    Images,
    Volumes,
    Networks,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [
        Self::Containers,
        Self::Images,
        Self::Volumes,
        Self::Networks,
    ];
}

/// What has to be looked at again.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Touched {
    pub(super) containers: BTreeSet<String>,
    pub(super) volumes: BTreeSet<String>,
    pub(super) networks: BTreeSet<String>,
    /// To be listed anew. Always so for images: a tag that moves changes two of them, and the event
    /// names one.
    pub(super) kinds: BTreeSet<Kind>,
    pub(super) facts: bool,
}

impl Touched {
    pub(super) fn everything() -> Self {
        Self {
            kinds: Kind::ALL.into(),
            facts: true,
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in one event. A change of health says all that there is to know and is given back
    /// instead.
    pub(super) fn take(&mut self, line: &[u8]) -> Option<(String, Health)> {
        let event: Event = match serde_json::from_slice(line) {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "an event of the engine cannot be read");
                return None;
            }
        };
        tracing::debug!(kind = %event.kind, action = %event.action, id = %event.actor.id, "event");
        if event.actor.attributes.contains_key(crate::porthole::LABEL) {
            return None;
        }
        let id = event.actor.id;
        match (event.kind.as_str(), event.action.as_str()) {
            ("container", action) => {
                if let Some(word) = action.strip_prefix("health_status") {
                    // Podman says it in an attribute.
                    let named = word.trim_start_matches([':', ' ']);
                    let named = if named.is_empty() {
                        event
                            .actor
                            .attributes
                            .get("health_status")
                            .map_or("", String::as_str)
                    } else {
                        named
                    };
                    if matches!(named, "starting" | "healthy" | "unhealthy") {
                        return Some((id, health(named)));
                    }
                }
                match action {
                    // A check begins; its result is an event of its own.
                    "health_status: running" => {}
                    "prune" => drop(self.kinds.insert(Kind::Containers)),
                    _ => drop(self.containers.insert(id)),
                }
            }
            ("image", _) => drop(self.kinds.insert(Kind::Images)),
            ("volume", "prune") => drop(self.kinds.insert(Kind::Volumes)),
            ("volume", _) => drop(self.volumes.insert(id)),
            ("network", "prune") => drop(self.kinds.insert(Kind::Networks)),
            ("network", _) => drop(self.networks.insert(id)),
            ("daemon", _) => self.facts = true,
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests;
