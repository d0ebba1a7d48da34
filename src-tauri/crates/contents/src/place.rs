//! Where files lie, and how they are named.

use serde::{Deserialize, Serialize};
use slipway_engine::VolumeName;
use specta::Type;

/// A place that can be looked into. Both are the engine's: a folder is one of the engine's machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Place {
    Volume {
        name: VolumeName,
    },
    /// A folder that is mounted into a lab, by its absolute path on the engine's machine.
    Folder {
        path: String,
    },
}

/// A place that was opened, until it is closed or the page goes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct PlaceId(pub u32);

/// A path within a place: names joined by `/`, without one at its beginning or end; empty is the
/// place itself. Names on Linux are bytes: those that are no UTF-8 are written `\xNN`, and a
/// backslash is written `\\`, so that every name has one way to be written and none is lost.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(transparent)]
pub struct EntryPath(pub String);

/// How the place is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "by")]
pub enum PlaceReach {
    /// Slipway's own program, in a throw-away container.
    Porthole,
    /// The engine's archive, where the program cannot run: slower, and nothing can be changed.
    Archive {
        /// Why, and what is different, for the screen.
        why: String,
    },
}

/// What is known once a place is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenedPlace {
    pub id: PlaceId,
    pub place: Place,
    /// `my-vol`, or the folder's last name.
    pub name: String,
    pub reach: PlaceReach,
    /// Why nothing can be changed here; absent where it can.
    pub read_only: Option<String>,
}
