//! A number that one bed on this machine has to itself, and the names and addresses that follow from it.
//!
//! The number is held by a lock on a file, which the kernel lets go when the process ends, however it ends.

use std::fs::File;
use std::path::PathBuf;

use crate::BedError;

/// More beds at once than any machine can carry.
const SLOTS: u8 = 64;

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) number: u8,
    lock: File,
}

impl Slot {
    /// The first free number.
    pub(crate) fn take() -> Result<Self, BedError> {
        for number in 0..SLOTS {
            let path = std::env::temp_dir().join(format!("slipway-bed-{number}.lock"));
            // A lock file of another user cannot be opened: that number is theirs.
            let Ok(lock) = File::options().create(true).append(true).open(&path) else {
                continue;
            };
            if lock.try_lock().is_ok() {
                return Ok(Self { number, lock });
            }
        }
        Err(BedError::NotPossible(format!(
            "all {SLOTS} places for beds are taken"
        )))
    }

    /// Sockets and small files; short, because the path of a unix socket has 107 characters at most.
    pub(crate) fn run_folder(&self) -> PathBuf {
        PathBuf::from(format!("/tmp/slipway-bed-{}", self.number))
    }

    pub(crate) fn bridge(&self) -> String {
        format!("slipbed{}", self.number)
    }

    /// The bridge's own address; containers on it get the others of its /24.
    pub(crate) fn gateway(&self) -> String {
        format!("10.197.{}.1", self.number)
    }

    /// Loopback addresses of this slot's own: 1 for Docker Hub, 2 for quay.io, 3 where nobody is.
    pub(crate) fn loopback(&self, last: u8) -> String {
        format!("127.197.{}.{last}", self.number)
    }

    /// A /20 for the networks that tests make.
    pub(crate) fn pool(&self) -> String {
        format!(
            "10.{}.{}.0",
            198 + self.number / 16,
            (self.number % 16) * 16
        )
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // The lock also goes with the file's closing; the file itself stays, as removing it would let two beds hold one number.
        let _ = self.lock.unlock();
    }
}
