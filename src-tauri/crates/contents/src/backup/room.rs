//! How much the disk of this computer has left.

use std::path::Path;

use slipway_engine::Bytes;

/// Bytes free where `folder` is or will be made.
pub(super) fn free(folder: &Path) -> Option<Bytes> {
    let there = folder.ancestors().find(|above| above.is_dir())?;
    fs4::available_space(there).ok().map(Bytes)
}
