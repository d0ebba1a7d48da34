//! What the program says.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::raw::Raw;
use crate::sort::Sort;

/// A step of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Rows(Vec<Row>),
    /// Rows with the path that they were asked by.
    Found(Vec<(Raw, Row)>),
    Lines(LineMarks),
    Folders(Vec<FolderCount>),
    Hits(Vec<Hit>),
    /// How far a search is.
    Searched(SearchTotals),
    Watching(Watching),
    Changed(Changes),
    Packed(Vec<Packed>),
    Unpacked(Vec<Unpacked>),
    Trash(Vec<TrashEntry>),
}

/// The end of an answer that was given whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Hello(Greeting),
    Count(u64),
    Row(Row),
    Version(FileVersion),
    Read(ReadEnd),
    Lines(LinesEnd),
    Walk(WalkTotals),
    Search(SearchTotals),
    Hash(Hash),
    Pack(PackTotals),
    Unpack(UnpackTotals),
    Room(Room),
}

/// The last frame of every request.
pub type Ending = Result<Outcome, Fault>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    pub version: u32,
    /// False where the place is mounted read-only.
    pub writable: bool,
    /// Whether something is mounted to copy from.
    pub other: bool,
    /// Whether the kernel itself keeps paths within the place (`openat2`); otherwise the program walks
    /// them name by name.
    pub kernel_paths: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// A point in time: seconds since 1970, which may be before it, and nanoseconds after them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Moment {
    pub seconds: i64,
    pub nanoseconds: u32,
}

/// One file or folder of the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The last name of its path.
    pub name: Raw,
    pub kind: Kind,
    /// Bytes in it, as the file system says: of a folder those of its own table.
    pub size: u64,
    /// Bytes that it takes on the disk.
    pub on_disk: u64,
    /// Permissions, the lower twelve bits of the mode.
    pub mode: u16,
    pub uid: u32,
    pub gid: u32,
    pub changed: Moment,
    /// How many names the file has.
    pub links: u64,
    pub device: u64,
    pub inode: u64,
    /// Only of links: what it names.
    pub target: Option<Raw>,
    /// Only of links: what lies at its end within the place.
    pub target_kind: Option<Kind>,
}

impl Row {
    pub fn version(&self) -> FileVersion {
        FileVersion {
            size: self.size,
            changed: self.changed,
            inode: self.inode,
        }
    }
}

/// Names a state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileVersion {
    pub size: u64,
    pub changed: Moment,
    pub inode: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadEnd {
    /// The file as it was when the last byte had been read.
    pub version: FileVersion,
    /// It was another one when the first byte was read.
    pub changed: bool,
    pub bytes: u64,
}

/// Where further lines begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMarks {
    /// The number of the first of them, from 0; the others follow in the distance that was asked.
    pub first: u64,
    /// Byte positions. The first of all is 0.
    pub offsets: Vec<u64>,
    /// Bytes of the file that were looked at.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesEnd {
    pub version: FileVersion,
    /// Lines, the last one counted also where no line break ends it.
    pub lines: u64,
    pub bytes: u64,
    /// Bytes of the longest line.
    pub longest: u64,
}

/// What lies in one folder itself, without what lies in its folders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderCount {
    /// Numbered within one walk; 0 is the folder that was asked for. `u32::MAX` for one that could not
    /// be opened: nothing names it as its parent.
    pub id: u32,
    /// Itself for the first one.
    pub parent: u32,
    /// Its last name; empty for the first one.
    pub name: Raw,
    pub files: u64,
    /// Bytes in files; a file with several names is counted where it is met first.
    pub bytes: u64,
    /// Of its files and of itself.
    pub on_disk: u64,
    /// Only sorts that occur.
    pub sorts: Vec<SortCount>,
    /// The newest change of a file in it, or of itself.
    pub newest: Moment,
    pub largest: Vec<LargeFile>,
    /// It could not be read, or not to its end.
    pub fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortCount {
    pub sort: Sort,
    pub files: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeFile {
    pub name: Raw,
    pub size: u64,
    pub on_disk: u64,
    pub changed: Moment,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkTotals {
    pub files: u64,
    pub folders: u64,
    pub bytes: u64,
    pub on_disk: u64,
    /// Folders and files that could not be looked at.
    pub unread: u64,
    /// So many files have several names that some may have been counted twice.
    pub links_unsure: bool,
}

/// A found name or line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub path: Raw,
    pub kind: Kind,
    pub size: u64,
    pub changed: Moment,
    pub line: Option<HitLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitLine {
    /// From 1.
    pub number: u64,
    /// Where the line begins in the file.
    pub offset: u64,
    /// The line around the hit, at most [`HitLine::LONGEST`] bytes; it may be cut within a character.
    pub text: Raw,
    /// How many bytes of the line come before `text`.
    pub cut: u64,
    /// Where the hit lies in `text`.
    pub start: u32,
    pub end: u32,
}

impl HitLine {
    pub const LONGEST: usize = 1024;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchTotals {
    pub hits: u64,
    /// Files and folders looked at.
    pub files: u64,
    pub bytes: u64,
    pub unread: u64,
    /// Files that are no text and were left after their first part.
    pub binary: u64,
    /// It ended at the most hits that were asked for.
    pub capped: bool,
}

/// What is followed from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watching {
    /// Positions, in the order of the request, of folders that cannot be followed.
    pub not: Vec<u32>,
    /// False where a file was asked for and cannot be followed.
    pub file: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Positions, in the order of the request.
    pub folders: Vec<u32>,
    /// Those of them that are gone, and no longer followed.
    pub gone: Vec<u32>,
    pub file: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash {
    pub sha256: [u8; 32],
    pub bytes: u64,
    pub version: FileVersion,
}

/// What became of one thing that was to be packed. Told after its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// As it is named in the archive.
    pub path: Raw,
    pub kind: Kind,
    pub bytes: u64,
    /// Of files that are in the archive with their own bytes: the sum of those.
    pub sha256: Option<[u8; 32]>,
    pub caution: Option<Caution>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caution {
    /// It was written to while it was read; its bytes may be of two states.
    Changed,
    /// It became longer; what is packed is as long as it was at first.
    Grew,
    /// It became shorter; the rest is filled with zeros.
    Shrank,
    /// It was gone when its turn came; it is not in the archive.
    Vanished,
    /// A pipe, socket or device; it is not in the archive.
    LeftOut,
    /// It could not be read, or not to its end.
    Unread(Fault),
    /// It is there, without some or all of its extended attributes.
    Bare(Fault),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackTotals {
    pub files: u64,
    pub folders: u64,
    pub links: u64,
    /// Bytes in files.
    pub bytes: u64,
    pub cautions: u64,
}

/// What became of one entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpacked {
    /// As it is named in the archive.
    pub name: Raw,
    /// Where it lies in the place; empty where it was not written.
    pub path: Raw,
    pub kind: Kind,
    pub bytes: u64,
    /// Of files: the sum of what was written.
    pub sha256: Option<[u8; 32]>,
    pub fate: Fate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    Written,
    /// It took the place of another file.
    Replaced,
    /// The name was taken and what was there was kept.
    Skipped,
    /// Not written, since it could reach out of the target: `..`, an absolute name, a hard link to
    /// something else, a device.
    Refused(Fault),
    /// Written, but its owner, mode, times or extended attributes could not be set.
    WrittenPlain(Fault),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpackTotals {
    pub files: u64,
    pub folders: u64,
    pub links: u64,
    pub bytes: u64,
    pub skipped: u64,
    pub refused: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashEntry {
    pub id: u64,
    /// Where it lay.
    pub path: Raw,
    pub kind: Kind,
    /// Files with all that lies in it.
    pub files: u64,
    pub bytes: u64,
    pub trashed: Moment,
}

/// In bytes, and in files where the file system counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub total: u64,
    /// For someone without special rights.
    pub free: u64,
    pub free_files: Option<u64>,
}
