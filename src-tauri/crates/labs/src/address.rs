//! The address to open: scheme, path and token from the lab; host and port from the binding on the
//! engine's machine. Only http(s) addresses built here are ever opened.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// Loopback: only this computer (the engine's machine).
    ThisComputer,
    /// One address of the network.
    Network,
    Everyone,
}

/// An address as the screen shows it: never with a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShownAddress {
    /// `http://127.0.0.1:8888`
    pub text: String,
    /// "JupyterLab", "Spark UI"
    pub purpose: String,
    pub reach: Reach,
    /// `Only this computer`, `Everyone on the network`, …
    pub reach_words: String,
}
