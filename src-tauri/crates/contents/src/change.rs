//! Changing what lies in a place: folders, names, small texts, the trash.

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::place::EntryPath;

/// A text that is being edited, with what it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditedText {
    pub path: EntryPath,
    pub text: String,
    /// Names this state of the file; a save names it again, and is refused where the file has
    /// become another meanwhile.
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum SaveOutcome {
    Saved {
        version: String,
    },
    /// The lab has written the file meanwhile. Nothing was saved; what was typed is still there.
    Overtaken {
        /// The file as it is now.
        now: EditedText,
        changed: Option<UnixMillis>,
    },
}

/// One deleted thing in the trash of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TrashedEntry {
    /// Names it for bringing it back.
    pub id: String,
    pub name: String,
    /// Where it lay.
    pub path: EntryPath,
    pub folder: bool,
    pub bytes: Bytes,
    pub trashed: Option<UnixMillis>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Trash {
    pub entries: Vec<TrashedEntry>,
    pub bytes: Bytes,
    pub files: u32,
}
