//! Where the bytes of a preview come from.
//!
//! A preview reads ranges, never a whole file, and it reads them from something that may lie behind
//! a container's pipe. So everything that a format needs is one small trait: how large, which state
//! of the file, a range of bytes. A source that can count lines where the file lies does that too,
//! which saves sending a large table across only to find where its rows begin.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use crate::Result;
use crate::place::EntryPath;

/// Which state of a file: a file that was written to, or replaced by another, has another version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceVersion {
    /// Nanoseconds since 1970-01-01 UTC, as the file system says.
    pub changed_nanos: i64,
    pub size: u64,
    pub inode: u64,
}

/// Bytes that were read, with the version that the file had after they were read.
#[derive(Clone, Debug)]
pub struct Piece {
    pub bytes: Bytes,
    pub version: SourceVersion,
}

/// Where lines begin, as far as they have been counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineMarks {
    /// Number of a line (from 0) and the byte at which it begins; ascending, each mark once. There
    /// is one for every line whose number is a multiple of `every`. A source may add others, and
    /// does best to add one after each line that is longer than 64 KiB.
    pub marks: Vec<(u64, u64)>,
    /// Lines counted until here. A last line without a line end counts.
    pub lines: u64,
    /// Bytes counted until here.
    pub through: u64,
}

/// One regular file.
pub trait Source: Send + Sync + 'static {
    /// The file as it was when the source was opened.
    fn version(&self) -> SourceVersion;

    /// At most `len` bytes from `offset` on; fewer only where the file ends. At most 1 MiB is asked
    /// for at once.
    ///
    /// # Errors
    /// `Gone` where the file or its place is not there any more.
    fn read_at(&self, offset: u64, len: u32) -> BoxFuture<'_, Result<Piece>>;

    /// Counts lines where the file lies, in one pass: each item says what was added to `marks` since
    /// the one before. A line ends after `\n`; with `quote`, not between two of these bytes. `None`
    /// where the source cannot, then the preview reads the file and counts itself.
    fn lines(
        &self,
        every: u32,
        quote: Option<u8>,
    ) -> Option<BoxStream<'static, Result<LineMarks>>> {
        let _ = (every, quote);
        None
    }
}

/// What lies at a path.
pub enum Found {
    File(Arc<dyn Source>),
    /// A pipe, a socket, a device, a folder, a link that leads nowhere: why there is nothing to show.
    Nothing {
        why: String,
    },
}

/// The files of one place, for a preview and the pictures that it names beside it.
pub trait Files: Send + Sync + 'static {
    /// Links are followed within the place only.
    ///
    /// # Errors
    /// `Gone` where nothing has this path.
    fn open<'a>(&'a self, path: &'a EntryPath) -> BoxFuture<'a, Result<Found>>;
}
