//! Names that could leave a volume.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use slipway_porthole::raw::Raw;

use super::super::format::LineKind;
use super::item::{Item, plain};

/// What came before, as far as it decides about what comes.
#[derive(Default)]
pub(in super::super) struct Names {
    links: HashSet<u64>,
    files: HashSet<u64>,
}

impl Names {
    /// Whether an entry could leave the volume, or needs something that the archive does not have.
    pub(in super::super) fn refuses(&mut self, item: &Item) -> bool {
        let (Some(path), Some(kind)) = (&item.path, item.kind) else {
            return true;
        };
        let above = |path: &Raw| {
            let ends = path.0.iter().enumerate().filter(|(_, byte)| **byte == b'/');
            ends.map(|(at, _)| key(&path.0[..at])).collect::<Vec<_>>()
        };
        if !self.links.is_empty() && above(path).iter().any(|folder| self.links.contains(folder)) {
            return true;
        }
        let own = key(&path.0);
        match kind {
            LineKind::Folder => {
                return self.links.contains(&own) || self.files.contains(&own);
            }
            LineKind::Link => {
                self.links.insert(own);
                self.files.remove(&own);
            }
            LineKind::File => {
                self.links.remove(&own);
                self.files.insert(own);
            }
            LineKind::Same => {
                let there = plain(&item.to.0).is_some_and(|first| {
                    self.files.contains(&key(&first.0))
                        && !above(&first)
                            .iter()
                            .any(|folder| self.links.contains(folder))
                });
                if !there {
                    return true;
                }
                self.files.insert(own);
            }
        }
        false
    }
}

fn key(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
