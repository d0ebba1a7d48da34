//! What is done on the way through a tree.

use std::os::fd::BorrowedFd;

use rustix::fs::{RawDir, Stat};
use slipway_porthole::fault::Fault;

use super::super::fault::Result;

/// A folder that is being visited.
pub struct Folder<'a> {
    pub id: u32,
    pub parent: u32,
    /// From where the descent began; empty for that folder.
    pub path: &'a [u8],
    pub name: &'a [u8],
    pub open: BorrowedFd<'a>,
    pub stat: &'a Stat,
}

/// The folders in the one that is being visited, to be visited after it.
pub struct Below<'a> {
    /// Each name between its length and its length, so that it can be taken from both ends.
    pub names: &'a mut Vec<u8>,
}

impl Below<'_> {
    pub fn push(&mut self, name: &[u8]) {
        // Linux names have at most 255 bytes; file systems that take longer ones say so in two.
        let length = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        let name = &name[..usize::from(u16::from_le_bytes(length))];
        self.names.extend_from_slice(&length);
        self.names.extend_from_slice(name);
        self.names.extend_from_slice(&length);
    }
}

/// The entries of a folder, with itself and the one above among them: see [`is_real`].
pub type Entries<'a> = RawDir<'a, BorrowedFd<'a>>;

/// What is done on the way.
pub trait Visit: Sync {
    /// What each worker has for itself.
    type Own: Default + Send;

    /// Goes through one folder. An error ends the descent.
    fn folder(
        &self,
        own: &mut Self::Own,
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()>;

    /// One that could not be opened.
    fn closed(&self, own: &mut Self::Own, parent: u32, path: &[u8], why: Fault) -> Result<()>;

    /// After all below it was visited, by the worker that visited it; only for descents of one worker.
    fn leave(&self, _own: &mut Self::Own, _parent: BorrowedFd<'_>, _name: &[u8]) -> Result<()> {
        Ok(())
    }

    /// Whether [`Visit::leave`] wants to be called.
    const LEAVES: bool = false;

    /// The worker has ended.
    fn end(&self, _own: Self::Own) -> Result<()> {
        Ok(())
    }
}

/// Whether a name is neither the folder itself nor the one above.
pub fn is_real(name: &[u8]) -> bool {
    name != b"." && name != b".."
}
