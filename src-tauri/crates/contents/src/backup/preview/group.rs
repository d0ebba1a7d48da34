//! Files that share a fate, as they are found.

use std::collections::BTreeMap;

use slipway_engine::Bytes;
use slipway_porthole::answer::Moment;
use slipway_porthole::raw::Raw;
use slipway_porthole::sort::Sort;

use super::super::{RestoreFile, RestoreGroup};
use crate::browse::rows::{date, sort};
use crate::path::visible;

/// Files of each group that are told.
const TOLD: usize = 100;

/// A group as it grows: all are counted, and the first by name are kept.
#[derive(Default)]
pub(super) struct Group {
    files: u64,
    bytes: u64,
    first: BTreeMap<String, RestoreFile>,
}

impl Group {
    /// With when it was changed in the volume, and when the one in the backup was, in seconds and
    /// nanoseconds.
    pub(super) fn add(
        &mut self,
        path: &Raw,
        bytes: u64,
        here: Option<(i64, u32)>,
        kept: Option<(i64, u32)>,
    ) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let name = visible(&path.0).0;
        let last = path.names().last().unwrap_or_default();
        self.first.insert(
            name.clone(),
            RestoreFile {
                name,
                sort: sort(Sort::of(last)),
                here: here.and_then(day),
                kept: kept.and_then(day),
            },
        );
        if self.first.len() > TOLD {
            self.first.pop_last();
        }
    }

    pub(super) fn told(self) -> RestoreGroup {
        RestoreGroup {
            files: u32::try_from(self.files).unwrap_or(u32::MAX),
            bytes: Bytes(self.bytes),
            first: self.first.into_values().collect(),
        }
    }
}

/// `None` for what is no date.
fn day((seconds, nanoseconds): (i64, u32)) -> Option<slipway_engine::UnixMillis> {
    date(Moment {
        seconds,
        nanoseconds,
    })
}
