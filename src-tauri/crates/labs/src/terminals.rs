//! What a person says of a terminal in a lab, and what a page is told of it.

use serde::{Deserialize, Serialize};
use slipway_engine::terminals::TerminalSize;
use specta::Type;

/// One open terminal; as long as Slipway runs, no other has its number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
pub struct TerminalId(pub u32);

/// What a terminal is connected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TerminalKind {
    /// A shell as the user who works in the lab.
    Shell,
    /// A shell that may do anything inside.
    RootShell,
    /// The lab's main program.
    Main,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TerminalWish {
    pub kind: TerminalKind,
    pub size: TerminalSize,
}

/// An open terminal, as a tab shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TerminalRow {
    pub id: TerminalId,
    pub kind: TerminalKind,
    /// `bash` or `sh`; empty for the main program.
    pub shell: String,
    /// Who works in it; empty where nobody knows.
    pub user: String,
    /// False: it can only be read, because the main program takes no input.
    pub takes_input: bool,
}
