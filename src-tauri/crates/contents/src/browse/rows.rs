//! All rows of one folder, small enough that a million of them are kept.
//!
//! A row is fifty-six bytes and its name in one long text; entries with paths and sentences are made
//! only of the rows that are on screen. Sorting moves row numbers, not rows.

use std::collections::HashMap;

use slipway_engine::{Bytes, UnixMillis};
use slipway_porthole::answer::{Kind, Moment, Row};
use slipway_porthole::raw::Raw;
use slipway_porthole::sort::Sort;

use crate::browse::FolderOrder;
use crate::entry::{Entry, EntryKind, FileSort};
use crate::path::{natural, permissions, visible};
use crate::place::EntryPath;

/// Rows beyond are not kept: no screen helps with five million names in one folder.
const MOST: usize = 4_000_000;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Compact {
    size: u64,
    on_disk: u64,
    /// `i64::MIN` where it can be no date.
    changed: i64,
    name: u32,
    /// Position in `targets`.
    target: u32,
    user: u32,
    group: u32,
    links: u32,
    mode: u16,
    name_len: u16,
    kind: EntryKind,
    target_kind: Option<EntryKind>,
    sort: FileSort,
}

/// How rows stand on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrangement {
    pub(crate) order: FolderOrder,
    pub(crate) descending: bool,
    pub(crate) hidden: bool,
}

/// Row numbers in their order, and what is told of all of them.
pub(crate) struct Arranged {
    pub(crate) rows: Vec<u32>,
    pub(crate) hidden: u32,
    pub(crate) largest: Bytes,
}

/// Sizes of the folders in this one, as far as they have been counted, by their names.
pub(crate) type FolderSizes = HashMap<Vec<u8>, (u64, u64)>;

#[derive(Clone, Default)]
pub(crate) struct FolderRows {
    names: Vec<u8>,
    rows: Vec<Compact>,
    targets: Vec<(u32, u32)>,
}

impl FolderRows {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What is kept of it, in bytes.
    #[cfg(test)]
    fn weight(&self) -> usize {
        self.names.capacity()
            + self.rows.capacity() * size_of::<Compact>()
            + self.targets.capacity() * 8
    }

    pub(crate) fn push(&mut self, row: &Row) {
        if self.rows.len() >= MOST {
            return;
        }
        let (Some(name), Ok(name_len)) = (self.keep(&row.name.0), u16::try_from(row.name.0.len()))
        else {
            return;
        };
        let target = match row.target.as_ref().map(|target| self.keep(&target.0)) {
            Some(Some(at)) => {
                let length = row.target.as_ref().map_or(0, |target| target.0.len());
                self.targets.push((at, u32::try_from(length).unwrap_or(0)));
                u32::try_from(self.targets.len() - 1).unwrap_or(NONE)
            }
            _ => NONE,
        };
        self.rows.push(Compact {
            size: row.size,
            on_disk: row.on_disk,
            changed: date(row.changed).map_or(i64::MIN, |date| date.0),
            name,
            target,
            user: row.uid,
            group: row.gid,
            links: u32::try_from(row.links).unwrap_or(u32::MAX),
            mode: row.mode & 0o7777,
            name_len,
            kind: kind(row.kind),
            target_kind: row.target_kind.map(kind),
            sort: sort(Sort::of(&row.name.0)),
        });
    }

    fn keep(&mut self, text: &[u8]) -> Option<u32> {
        let at = u32::try_from(self.names.len()).ok()?;
        self.names.extend_from_slice(text);
        Some(at)
    }

    fn name(&self, row: &Compact) -> &[u8] {
        let from = row.name as usize;
        self.names
            .get(from..from + usize::from(row.name_len))
            .unwrap_or_default()
    }

    pub(crate) fn arrange(&self, by: Arrangement, sizes: &FolderSizes) -> Arranged {
        let mut hidden = 0;
        let mut largest = 0;
        let mut rows = Vec::with_capacity(self.rows.len());
        let weight = |row: &Compact| match row.kind {
            EntryKind::Folder => sizes.get(self.name(row)).map_or(0, |(bytes, _)| *bytes),
            EntryKind::File => row.size,
            _ => 0,
        };
        for (at, row) in (0_u32..).zip(&self.rows) {
            if !by.hidden && self.name(row).first() == Some(&b'.') {
                hidden += 1;
                continue;
            }
            largest = largest.max(weight(row));
            rows.push(at);
        }
        let at = |number: &u32| &self.rows[*number as usize];
        let name = |a: &Compact, b: &Compact| natural(self.name(a), self.name(b));
        let is_file = |row: &Compact| !row.is_folder();
        let turned = |order: std::cmp::Ordering| {
            if by.descending {
                order.reverse()
            } else {
                order
            }
        };
        match by.order {
            FolderOrder::Name => rows.sort_unstable_by(|a, b| {
                let (a, b) = (at(a), at(b));
                is_file(a).cmp(&is_file(b)).then_with(|| turned(name(a, b)))
            }),
            FolderOrder::Kind => rows.sort_unstable_by(|a, b| {
                let (a, b) = (at(a), at(b));
                is_file(a)
                    .cmp(&is_file(b))
                    .then_with(|| turned(a.sort.cmp(&b.sort)))
                    .then_with(|| name(a, b))
            }),
            FolderOrder::Size => rows.sort_by_cached_key(|number| {
                let weight = weight(at(number));
                if by.descending {
                    u64::MAX - weight
                } else {
                    weight
                }
            }),
            FolderOrder::Changed => rows.sort_by_key(|number| {
                let changed = at(number).changed;
                if by.descending {
                    -changed.saturating_add(1)
                } else {
                    changed
                }
            }),
        }
        Arranged {
            rows,
            hidden,
            largest: Bytes(largest),
        }
    }

    pub(crate) fn entry(&self, folder: &Raw, number: u32, sizes: &FolderSizes) -> Option<Entry> {
        let row = self.rows.get(number as usize)?;
        let name = self.name(row);
        let (shown, odd_name) = visible(name);
        let (size, on_disk) = match row.kind {
            EntryKind::Folder => sizes.get(name).copied().unzip(),
            _ => (Some(row.size), Some(row.on_disk)),
        };
        let target = self.targets.get(row.target as usize);
        Some(Entry {
            path: EntryPath::of(&folder.join(name)),
            name: shown,
            odd_name,
            kind: row.kind,
            sort: row.sort,
            size: size.map(Bytes),
            on_disk: on_disk.map(Bytes),
            changed: (row.changed != i64::MIN).then_some(UnixMillis(row.changed)),
            mode: row.mode,
            permissions: permissions(row.mode),
            user: row.user,
            group: row.group,
            owner: owner(row.user),
            target: target.and_then(|(at, length)| {
                let at = *at as usize;
                let target = self.names.get(at..at + *length as usize)?;
                Some(visible(target).0)
            }),
            target_kind: row.target_kind,
            links: row.links,
        })
    }
}

impl Compact {
    fn is_folder(&self) -> bool {
        self.kind == EntryKind::Folder || self.target_kind == Some(EntryKind::Folder)
    }
}

/// The one name that is the same everywhere.
fn owner(user: u32) -> Option<String> {
    (user == 0).then(|| "root".to_owned())
}

/// One row as an entry, in the folder of this path.
pub(crate) fn entry_of(folder: &Raw, row: &Row) -> Entry {
    let mut rows = FolderRows::default();
    rows.push(row);
    let sizes = FolderSizes::new();
    rows.entry(folder, 0, &sizes).unwrap_or_else(|| Entry {
        path: EntryPath::of(folder),
        name: String::new(),
        odd_name: true,
        kind: kind(row.kind),
        sort: FileSort::Other,
        size: None,
        on_disk: None,
        changed: None,
        mode: 0,
        permissions: permissions(0),
        user: row.uid,
        group: row.gid,
        owner: None,
        target: None,
        target_kind: None,
        links: 1,
    })
}

pub(crate) fn kind(kind: Kind) -> EntryKind {
    match kind {
        Kind::File => EntryKind::File,
        Kind::Folder => EntryKind::Folder,
        Kind::Link => EntryKind::Link,
        Kind::Pipe => EntryKind::Pipe,
        Kind::Socket => EntryKind::Socket,
        Kind::Device => EntryKind::Device,
    }
}

pub(crate) fn sort(sort: Sort) -> FileSort {
    match sort {
        Sort::Notebooks => FileSort::Notebooks,
        Sort::Tables => FileSort::Tables,
        Sort::Models => FileSort::Models,
        Sort::Code => FileSort::Code,
        Sort::Settings => FileSort::Settings,
        Sort::Databases => FileSort::Databases,
        Sort::Documents => FileSort::Documents,
        Sort::Pictures => FileSort::Pictures,
        Sort::Archives => FileSort::Archives,
        Sort::Logs => FileSort::Logs,
        Sort::Other => FileSort::Other,
    }
}

/// As a date between the years 1 and 9999; file systems can hold others.
pub(crate) fn date(moment: Moment) -> Option<UnixMillis> {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    (FIRST..=LAST).contains(&moment.seconds).then(|| {
        UnixMillis(
            moment.seconds * 1000 + i64::from(moment.nanoseconds.min(999_999_999) / 1_000_000),
        )
    })
}

#[cfg(test)]
mod tests;
