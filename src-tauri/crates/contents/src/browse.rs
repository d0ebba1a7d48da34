//! Folders, read by the rows that are on screen.

mod folders;
mod follow;
pub(crate) mod rows;
mod typed;

pub(crate) use self::folders::Folders;

use serde::{Deserialize, Serialize};
use slipway_engine::Bytes;
use specta::Type;

use crate::entry::Entry;
use crate::place::EntryPath;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FolderOrder {
    /// Folders first, then by name as people sort (`file2` before `file10`).
    #[default]
    Name,
    Size,
    Changed,
    Kind,
}

/// Which rows of which folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FolderQuery {
    pub folder: EntryPath,
    pub order: FolderOrder,
    pub descending: bool,
    /// Names that begin with a dot too.
    pub hidden: bool,
    /// The first row, from 0.
    pub from: u32,
    /// How many rows at most; 1,000 are given at once.
    pub count: u32,
}

/// Rows of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FolderPage {
    pub folder: EntryPath,
    /// All rows that match, so that a virtual list knows its height.
    pub total: u32,
    /// How many are left out because their names begin with a dot.
    pub hidden: u32,
    pub from: u32,
    pub rows: Vec<Entry>,
    /// Bytes of the largest row, for the bars.
    pub largest: Bytes,
    /// False while a very large folder is still being read.
    pub complete: bool,
    /// Grows when the folder changes; rows of another revision are not mixed.
    pub revision: u32,
}

/// Where the folders and the file on screen stand; each number grows when the thing changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceUpdate {
    /// Every followed folder.
    pub folders: Vec<FolderRevision>,
    /// Of the followed file.
    pub file: u32,
    /// Why the place can no longer be looked into: the engine went away, the volume was removed.
    /// What is on screen stays, marked as old.
    pub lost: Option<crate::Problem>,
    /// Grows when the place came back after it was lost: everything is to be read again.
    pub comeback: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FolderRevision {
    pub folder: EntryPath,
    pub revision: u32,
}
