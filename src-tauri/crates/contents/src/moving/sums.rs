//! Checksums of what is moved: made here while it is moved, and compared with what the other end says.
//!
//! Summing is a thread of its own, so that reading, summing and sending go on side by side. Both ends tell
//! of a file when they are done with it, in no order; the ledger waits for the second.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use slipway_porthole::raw::Raw;
use tokio::task::JoinHandle;

use crate::shared::lock;

/// Pieces that may wait to be summed.
const WAITING: usize = 16;

enum Part {
    Bytes(Bytes),
    End(Raw),
}

/// The thread that sums. Pieces are given to it one after the other; a file ends with its path.
pub(crate) struct Summing {
    parts: SyncSender<Part>,
    task: JoinHandle<()>,
}

impl Summing {
    pub(crate) fn start(ledger: Arc<Ledger>) -> Self {
        let (parts, coming) = sync_channel(WAITING);
        let task = tokio::task::spawn_blocking(move || {
            let mut sum = Sha256::new();
            while let Ok(part) = coming.recv() {
                match part {
                    Part::Bytes(bytes) => sum.update(&bytes),
                    Part::End(path) => {
                        let sum = std::mem::take(&mut sum);
                        ledger.here(path, sum.finalize().into());
                    }
                }
            }
        });
        Self { parts, task }
    }

    pub(crate) fn bytes(&self, bytes: &Bytes) {
        self.say(Part::Bytes(bytes.clone()));
    }

    pub(crate) fn end(&self, path: Raw) {
        self.say(Part::End(path));
    }

    fn say(&self, part: Part) {
        // Should the thread have broken, its sums are missing, and the ledger says so.
        let _ = self.parts.send(part);
    }

    /// Gives what to wait for until everything is summed.
    pub(crate) fn close(self) -> JoinHandle<()> {
        self.task
    }
}

/// Sums of both ends, by the path in the archive.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    here: HashMap<Raw, [u8; 32]>,
    there: HashMap<Raw, [u8; 32]>,
    /// Files that were left out here, whose sums are of no use.
    without: HashSet<Raw>,
    checked: u64,
    wrong: Option<Raw>,
}

impl Ledger {
    pub(crate) fn here(&self, path: Raw, sum: [u8; 32]) {
        let mut pages = lock(&self.0);
        match pages.there.remove(&path) {
            Some(other) => pages.compare(path, sum == other),
            None => {
                pages.here.insert(path, sum);
            }
        }
    }

    pub(crate) fn there(&self, path: Raw, sum: [u8; 32]) {
        let mut pages = lock(&self.0);
        if pages.without.remove(&path) {
            return;
        }
        match pages.here.remove(&path) {
            Some(other) => pages.compare(path, sum == other),
            None => {
                pages.there.insert(path, sum);
            }
        }
    }

    /// Nothing is compared for this one.
    pub(crate) fn without(&self, path: Raw) {
        let mut pages = lock(&self.0);
        pages.here.remove(&path);
        if pages.there.remove(&path).is_none() {
            pages.without.insert(path);
        }
    }

    /// How many files are the same on both ends.
    ///
    /// # Errors
    /// One that is not, or that only one end knows.
    pub(crate) fn verdict(&self) -> Result<u64, Raw> {
        let pages = lock(&self.0);
        let alone = pages.here.keys().chain(pages.there.keys()).min();
        match pages.wrong.as_ref().or(alone) {
            Some(wrong) => Err(wrong.clone()),
            None => Ok(pages.checked),
        }
    }
}

impl Pages {
    fn compare(&mut self, path: Raw, same: bool) {
        if same {
            self.checked += 1;
        } else {
            self.wrong.get_or_insert(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_ends_have_to_say_the_same() {
        let ledger = Arc::new(Ledger::default());
        let summing = Summing::start(Arc::clone(&ledger));
        summing.bytes(&Bytes::from_static(b"ab"));
        summing.bytes(&Bytes::from_static(b"c"));
        summing.end(Raw::from("abc"));
        summing.close().await.unwrap();
        assert_eq!(ledger.verdict(), Err(Raw::from("abc")), "one end alone");
        ledger.there(Raw::from("abc"), Sha256::digest(b"abc").into());
        assert_eq!(ledger.verdict(), Ok(1));
        ledger.without(Raw::from("left"));
        ledger.there(Raw::from("left"), [1; 32]);
        assert_eq!(ledger.verdict(), Ok(1));
        ledger.there(Raw::from("other"), [1; 32]);
        ledger.here(Raw::from("other"), [2; 32]);
        assert_eq!(ledger.verdict(), Err(Raw::from("other")));
    }
}
