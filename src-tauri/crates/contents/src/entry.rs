//! One file or folder as a row shows it.

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::people::People;
use crate::place::EntryPath;

/// What the file system says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    File,
    Folder,
    Link,
    /// A named pipe.
    Pipe,
    Socket,
    /// A block or character device.
    Device,
}

/// What a file is for, judged by its name; the colours of the treemap.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum FileSort {
    Notebooks,
    /// Tables and other data: CSV, Parquet, Excel, JSON lines, archives of data.
    Tables,
    Models,
    Code,
    Settings,
    Databases,
    Documents,
    Pictures,
    Archives,
    Logs,
    Other,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The path within the place, also the row's key.
    pub path: EntryPath,
    /// The name as it can be shown: control characters and marks that turn the direction of writing
    /// are visible signs here.
    pub name: String,
    /// True where `name` differs from what the file system has.
    pub odd_name: bool,
    pub kind: EntryKind,
    pub sort: FileSort,
    /// Bytes in the file. For a folder all that lies in it, as soon as it has been counted.
    pub size: Option<Bytes>,
    /// Bytes that it takes on the disk, which is less than `size` for a file with holes.
    pub on_disk: Option<Bytes>,
    /// `None` where the file system's time cannot be a date.
    pub changed: Option<UnixMillis>,
    /// Permissions, the lower twelve bits of the mode.
    pub mode: u16,
    /// `rw-r--r--`
    pub permissions: String,
    pub user: u32,
    pub group: u32,
    /// The name of the lab's user with this number, where the lab's `/etc/passwd` was read: `jupyter`.
    pub owner: Option<String>,
    /// Only for links: what it names, made visible as `name` is.
    pub target: Option<String>,
    /// Only for links: what lies at its end within the place; `None` where it leads nowhere, in a
    /// circle, or out of the place.
    pub target_kind: Option<EntryKind>,
    /// More names for the same file.
    pub links: u32,
}

impl Entry {
    /// Gives the owner the name that the labs of the place know.
    pub(crate) fn name_owner(&mut self, people: &People) {
        if self.owner.is_none() {
            self.owner = people.name(self.user).map(str::to_owned);
        }
    }
}
