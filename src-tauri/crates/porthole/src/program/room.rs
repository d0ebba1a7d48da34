//! How much the file system has left.

use rustix::fs::fstatvfs;
use slipway_porthole::answer::{Outcome, Room};

use super::fault::{Result, fault};
use super::mount::Mount;

pub fn room(mount: &Mount) -> Result<Outcome> {
    let about = fstatvfs(mount.root()).map_err(fault)?;
    let unit = about.f_frsize;
    Ok(Outcome::Room(Room {
        total: about.f_blocks.saturating_mul(unit),
        free: about.f_bavail.saturating_mul(unit),
        // File systems that make room for files as they need it say that they have none.
        free_files: (about.f_files > 0).then_some(about.f_favail),
    }))
}
