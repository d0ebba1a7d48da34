//! What differs from its image in a lab: in groups, with sizes, read by range.

use serde::{Deserialize, Serialize};
use slipway_engine::containers::ChangeKind;
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::Problem;

pub use crate::labs::changes::LabChanges;

/// What a changed file is to a person, in the order in which the groups are shown: own work first, what is
/// safe to lose last.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum ChangeSort {
    Notebooks,
    /// Tables, archives, models, pictures.
    Data,
    Home,
    Packages,
    Settings,
    System,
    Other,
    Temporary,
}

impl ChangeSort {
    pub const ALL: [Self; 8] = [
        Self::Notebooks,
        Self::Data,
        Self::Home,
        Self::Packages,
        Self::Settings,
        Self::System,
        Self::Other,
        Self::Temporary,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Notebooks => "Notebooks",
            Self::Data => "Downloads and data files",
            Self::Home => "Files in the home folder",
            Self::Packages => "Python packages",
            Self::Settings => "Settings",
            Self::System => "Programs and system files",
            Self::Other => "Other files",
            Self::Temporary => "Caches and temporary files",
        }
    }
}

/// How far the reading is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangesState {
    /// When the engine was asked what differs.
    pub read: UnixMillis,
    /// Files that differ, those that were deleted included.
    pub files: u32,
    /// Bytes of the files that were added or changed, as far as they are measured.
    pub size: Bytes,
    /// Files whose size is not known (yet).
    pub unmeasured: u32,
    /// Nothing more is measured.
    pub measured: bool,
    /// What the engine says that the container's own layer takes; `None`: not known (yet).
    pub layer: Option<Bytes>,
    /// What the image takes without the changes.
    pub image: Option<Bytes>,
    pub groups: Vec<ChangesGroup>,
    /// Folders of the lab that are kept elsewhere, and are therefore no changes.
    pub kept: Vec<KeptPlace>,
    /// Why sizes could not be measured to the end: the container is gone, the engine is away.
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangesGroup {
    pub sort: ChangeSort,
    pub title: String,
    pub files: u32,
    /// Packages that are named; 0 in every other group.
    pub packages: u32,
    pub size: Bytes,
    /// All of its sizes are known.
    pub measured: bool,
}

/// What becomes of a mounted folder when the lab is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeptAs {
    Volume,
    Folder,
    /// A volume without a name goes with the lab.
    Nameless,
    /// In memory: gone when the lab stops.
    Memory,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeptPlace {
    /// The folder in the lab.
    pub target: String,
    pub kept: KeptAs,
    /// The volume's name or the folder's path; empty where it has none.
    pub source: String,
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangesQuery {
    /// Part of a path or of a package's name, in any case; empty for all.
    pub find: String,
    /// Groups of which only the heading is wanted.
    pub folded: Vec<ChangeSort>,
    pub from: u32,
    /// At most 500 are given.
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangesPage {
    /// Rows in all.
    pub total: u32,
    pub rows: Vec<ChangesRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ChangesRow {
    #[serde(rename_all = "camelCase")]
    Group { group: ChangesGroup, folded: bool },
    #[serde(rename_all = "camelCase")]
    Package {
        name: String,
        version: String,
        /// The version of the image, where it was another.
        was: Option<String>,
        change: ChangeKind,
        conda: bool,
        files: u32,
        /// `None` while nothing of it is measured.
        size: Option<Bytes>,
    },
    #[serde(rename_all = "camelCase")]
    File {
        path: String,
        change: ChangeKind,
        /// `None` for what was deleted, and for what is not measured (yet).
        size: Option<Bytes>,
        changed: Option<UnixMillis>,
        folder: bool,
    },
}
