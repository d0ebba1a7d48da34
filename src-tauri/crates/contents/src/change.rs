//! Changing what lies in a place: folders, names, small texts, the trash.

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::place::{EntryPath, PlaceId};
use crate::{Contents, Result, not_there_yet};

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

impl Contents {
    /// Gives the new folder's path.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn make_folder(
        &self,
        _place: PlaceId,
        _folder: EntryPath,
        _name: &str,
    ) -> Result<EntryPath> {
        not_there_yet()
    }

    /// Gives the new path.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn rename(
        &self,
        _place: PlaceId,
        _path: EntryPath,
        _name: &str,
    ) -> Result<EntryPath> {
        not_there_yet()
    }

    /// Into the trash of the place; the ids bring them back.
    pub async fn trash(&self, _place: PlaceId, _paths: Vec<EntryPath>) -> Result<Vec<String>> {
        not_there_yet()
    }

    pub async fn list_trash(&self, _place: PlaceId) -> Result<Trash> {
        not_there_yet()
    }

    /// Back to where they lay, under another name where that is taken.
    pub async fn restore_trashed(
        &self,
        _place: PlaceId,
        _ids: Vec<String>,
    ) -> Result<Vec<EntryPath>> {
        not_there_yet()
    }

    pub async fn empty_trash(&self, _place: PlaceId) -> Result<()> {
        not_there_yet()
    }

    pub async fn read_text(&self, _place: PlaceId, _path: EntryPath) -> Result<EditedText> {
        not_there_yet()
    }

    /// # Errors
    /// The file as it was before is whole in every case.
    pub async fn save_text(&self, _place: PlaceId, _edited: EditedText) -> Result<SaveOutcome> {
        not_there_yet()
    }
}
