//! What can be asked of the program.

use serde::{Deserialize, Serialize};

use crate::answer::FileVersion;
use crate::raw::Raw;

/// One request. Beside each stands what it streams, and what it ends with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The first request of all. Ends with `Outcome::Hello`.
    Hello { version: u32 },
    /// The rows of a folder in the order of the file system: `Answer::Rows`, then `Outcome::Count`.
    /// A link at the path's end is followed within the place.
    List { path: Raw },
    /// One row, links not followed at the end: `Outcome::Row`. Of the empty path: the place itself,
    /// whose `uid` and `gid` are those of its owner.
    Stat { path: Raw },
    /// Many rows at once; those that are not there are left out: `Answer::Found`, then `Outcome::Count`.
    StatAll { paths: Vec<Raw> },
    /// Bytes of a file as data frames, then `Outcome::Read`. Less than `len` at the file's end.
    /// With `expected`, a file that is another one by now is refused with `Fault::Changed`.
    Read {
        path: Raw,
        offset: u64,
        len: u64,
        expected: Option<FileVersion>,
    },
    /// Where the lines of a text begin: `Answer::Lines`, then `Outcome::Lines`.
    Lines {
        path: Raw,
        /// Every how many lines a position is told; at least 1.
        every: u32,
        /// Line breaks between these do not end a line: the quote sign of a CSV.
        quote: Option<u8>,
    },
    /// What takes the space: `Answer::Folders`, parents before children, then `Outcome::Walk`.
    Walk {
        path: Raw,
        /// How many of its largest files each folder names.
        largest: u8,
    },
    /// `Answer::Hits` and `Answer::Searched`, then `Outcome::Search`.
    Search(Search),
    /// Tells of changes in these folders (not below them) and of one file until it is cancelled:
    /// first `Answer::Watching`, then `Answer::Changed`.
    Watch {
        folders: Vec<Raw>,
        file: Option<Raw>,
    },
    /// `Outcome::Hash`.
    Hash {
        path: Raw,
        expected: Option<FileVersion>,
    },
    /// A tar archive as data frames with `Answer::Packed` between them, then `Outcome::Pack`.
    Pack {
        /// Files and folders with all in them. The empty path is everything in the place.
        paths: Vec<Raw>,
        /// Paths that are left out with all in them.
        excludes: Vec<Raw>,
        /// Names in the archive begin after this folder: with `a/b`, the file `a/b/c` is `c`.
        beneath: Raw,
    },
    /// Takes a tar archive as data frames from the asker: `Answer::Unpacked`, then `Outcome::Unpack`.
    Unpack { target: Raw, options: UnpackOptions },
    /// A small text, written aside and renamed: `Outcome::Version`. The bytes come as data frames.
    /// Owner and mode of a file that is there are kept; a new one gets its folder's owner.
    Write {
        path: Raw,
        /// `None`: the file must not be there yet.
        expected: Option<FileVersion>,
    },
    /// Makes one folder, with the owner of the one that it lies in unless told: `Outcome::Row`.
    MakeFolder { path: Raw, owner: Option<Owner> },
    /// Never replaces anything: `Outcome::Row`.
    Rename { from: Raw, to: Raw },
    /// Moves into the trash: `Answer::Trash` with the new entries, then `Outcome::Count`.
    Trash { paths: Vec<Raw> },
    /// `Answer::Trash`, then `Outcome::Count`.
    ListTrash,
    /// Brings one back to where it lay, or to `to`; replaces nothing: `Outcome::Row`.
    RestoreTrash { id: u64, to: Option<Raw> },
    /// Removes for good, all or those named: `Outcome::Count` of files and folders.
    EmptyTrash { ids: Option<Vec<u64>> },
    /// Removes files, and folders with all in them, for good: `Outcome::Count`. What is not there is as
    /// good. It takes no room, as the trash does for a moment, so it works on a full disk.
    Discard { paths: Vec<Raw> },
    /// Removes files and empty folders that this run of the program made, in the order of `paths`:
    /// `Outcome::Count`. What cannot be removed does not keep the rest; its fault is the end then.
    Remove { paths: Vec<Raw> },
    /// Copies what lies in the other mount into this one, as packing and unpacking would:
    /// `Answer::Packed` for cautions alone, `Answer::Unpacked`, then `Outcome::Unpack`.
    CopyTree {
        from: Raw,
        to: Raw,
        excludes: Vec<Raw>,
        options: UnpackOptions,
    },
    /// How much the file system has left: `Outcome::Room`.
    Room,
}

/// What to search for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Only below this folder.
    pub path: Raw,
    pub what: SearchFor,
    /// Upper and lower case are not the same.
    pub case: bool,
    /// Names that begin with a dot too, and what lies in such folders.
    pub hidden: bool,
    /// Ends after so many hits.
    pub most: u32,
    /// Of one file at most so many lines.
    pub most_of_one: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchFor {
    /// Any part of a name; with `*` or `?` the whole name.
    Name(Raw),
    /// A part of a line, as it stands.
    Text(Raw),
    /// A regular expression over each line, in the syntax of the crate `regex`.
    Pattern(String),
}

impl Default for SearchFor {
    fn default() -> SearchFor {
        SearchFor::Name(Raw::default())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
}

/// How an archive is written into the place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpackOptions {
    pub owner: OwnerRule,
    /// What happens to a name that is taken, unless `names` says it.
    pub taken: Taken,
    /// What happens to single names, by their path in the archive; a folder's counts for all in it.
    pub names: Vec<(Raw, Taken)>,
    pub sync: Sync,
    /// Names in the archive are read after this folder: with `a/b`, `a/b/c` is `c`, and what lies
    /// elsewhere is refused. Empty: as they stand.
    pub beneath: Raw,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnerRule {
    /// As the archive says, folders that are there already included: for restoring, and for copying
    /// into what is empty.
    #[default]
    Keep,
    /// As the folder that it is put into: for uploads.
    OfTheFolder,
    Fixed(Owner),
    /// As the archive says, for what is new: folders that are there stay as they are. For copying beside
    /// something.
    KeepOfNew,
}

/// What to do where a name is taken. Folders are always merged into folders of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Taken {
    /// Ends with `Fault::Exists`.
    #[default]
    Refuse,
    Replace,
    Skip,
    /// Another name for it, in the same folder.
    CallIt(Raw),
}

/// When what was written is safe from a power cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sync {
    /// Each file before it takes its name: where it takes the place of another.
    #[default]
    Each,
    /// All at the end: for whole trees.
    AtTheEnd,
    /// When the kernel gets to it: for what is new, and whole elsewhere too.
    Later,
}
