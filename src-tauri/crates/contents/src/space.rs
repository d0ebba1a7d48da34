//! What takes the space: counted in the porthole, drawn while it is counted.

pub(crate) mod measure;
pub(crate) mod tree;

use serde::{Deserialize, Serialize};
use slipway_engine::Bytes;
use specta::Type;

use crate::entry::{Entry, FileSort};
use crate::place::EntryPath;

/// How much of what kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    pub sort: FileSort,
    pub files: u32,
    pub bytes: Bytes,
}

/// How far the counting is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpaceState {
    pub files: u32,
    pub folders: u32,
    /// Bytes in files; a file with several names counts once.
    pub bytes: Bytes,
    /// Bytes on the disk.
    pub on_disk: Bytes,
    pub done: bool,
    /// What could not be read, in one sentence; the rest was counted.
    pub left_out: Option<String>,
    /// Grows with each step, so that the picture is asked for again.
    pub revision: u32,
}

/// One cell of the picture: a folder, a file, or all the small rest of its parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpaceCell {
    /// Absent for the rest.
    pub path: Option<EntryPath>,
    pub name: String,
    pub folder: bool,
    /// For a folder the sort with the most bytes.
    pub sort: FileSort,
    pub bytes: Bytes,
    pub files: u32,
    /// The largest parts within, one level; empty for files.
    pub parts: Vec<SpaceCell>,
}

/// The picture of one folder: at most 200 cells, the rest as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpaceMap {
    pub folder: EntryPath,
    pub state: SpaceState,
    /// Largest first.
    pub cells: Vec<SpaceCell>,
    /// What the folder holds, largest first.
    pub shares: Vec<Share>,
    /// The ten largest files within.
    pub largest_files: Vec<Entry>,
}
