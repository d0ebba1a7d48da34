//! Why a request could not be answered.

use serde::{Deserialize, Serialize};

/// The one shape of failure. What a person reads is written by the app; nothing here is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    NotFound,
    NotAFolder,
    IsAFolder,
    /// Neither a file nor a folder, and not opened: a pipe, a socket, a device.
    NotAFile,
    /// The file system refuses.
    Denied,
    /// Links that lead in a circle.
    Loop,
    /// A link or a name that would lead out of the place.
    LeftThePlace,
    NameTooLong,
    /// No room left, or a quota used up.
    Full,
    /// The place is mounted without the right to change it.
    ReadOnly,
    /// The file is another one than the asker saw, or became another while it was read.
    Changed,
    Exists,
    NotEmpty,
    /// Not something that this program made, so it does not remove it.
    NotOurs,
    /// The move would lead to another mount.
    OtherMount,
    /// The file system cannot tell of changes, or no more of them can be followed.
    CannotWatch,
    /// The regular expression cannot be read, with what is wrong.
    BadPattern {
        why: String,
    },
    /// What was sent is no tar archive, or it is damaged.
    BadArchive {
        why: String,
    },
    /// The request makes no sense as it stands.
    BadRequest,
    /// Too many requests at once.
    Busy,
    /// The asker cancelled it.
    Cancelled,
    /// The program and the app are of different builds.
    OtherVersion {
        ours: u32,
    },
    /// More than is kept of a place.
    TooMany,
    /// Not possible where a place is seen through the engine's archive.
    NotThisWay,
    /// Anything else that the file system reports, as its number.
    Io {
        errno: i32,
    },
}
