//! What takes the space, folder by folder, as it is counted.
//!
//! The porthole tells of each folder what lies in it itself, parents first; sums of what lies below are
//! kept here, so that the picture of any folder can be drawn at any moment and a zoom asks nobody.

use std::collections::{BinaryHeap, HashMap};

use slipway_engine::Bytes;
use slipway_porthole::answer::{FolderCount, LargeFile, Moment};
use slipway_porthole::raw::Raw;
use slipway_porthole::sort::Sort;

use super::{Share, SpaceCell, SpaceMap, SpaceState};
use crate::browse::rows::{FolderSizes, date, sort};
use crate::entry::{Entry, EntryKind, FileSort};
use crate::path::{permissions, visible};
use crate::place::EntryPath;

/// Cells of a picture, the rest not counted among them.
const MOST_CELLS: usize = 200;
/// Parts that are drawn within a cell.
const MOST_PARTS: usize = 12;
const MOST_LARGEST: usize = 10;
/// Folders beyond are counted in their parents' sums and not kept by themselves.
const MOST_FOLDERS: usize = 1_000_000;

const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(crate) struct SpaceTree {
    nodes: Vec<Node>,
    /// The porthole's numbers of folders.
    numbers: HashMap<u32, u32>,
    pub(crate) files: u64,
    pub(crate) folders: u64,
    pub(crate) bytes: u64,
    pub(crate) on_disk: u64,
    pub(crate) unread: u64,
    pub(crate) newest: Option<Moment>,
    sums: Sums,
}

struct Node {
    parent: u32,
    first: u32,
    next: u32,
    name: Box<[u8]>,
    /// Of all that lies in it.
    files: u64,
    bytes: u64,
    on_disk: u64,
    sorts: Box<[(Sort, u64, u64)]>,
    largest: Box<[LargeFile]>,
}

/// Files and bytes by sort.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums([(u64, u64); 11]);

impl Sums {
    fn add(&mut self, sorts: &[(Sort, u64, u64)]) {
        for (sort, files, bytes) in sorts {
            if let Some(sum) = self.0.get_mut(*sort as usize) {
                sum.0 += files;
                sum.1 += bytes;
            }
        }
    }

    /// The sort with the most bytes.
    fn main(&self) -> FileSort {
        let most = Sort::ALL
            .into_iter()
            .zip(self.0)
            .max_by_key(|(sort, (files, bytes))| (*bytes, *files, std::cmp::Reverse(*sort)));
        most.filter(|(_, (files, _))| *files > 0)
            .map_or(FileSort::Other, |(main, _)| sort(main))
    }

    pub(crate) fn shares(&self) -> Vec<Share> {
        let mut shares: Vec<Share> = Sort::ALL
            .into_iter()
            .zip(self.0)
            .filter(|(_, (files, _))| *files > 0)
            .map(|(kind, (files, bytes))| Share {
                sort: sort(kind),
                files: count(files),
                bytes: Bytes(bytes),
            })
            .collect();
        shares.sort_by_key(|share| std::cmp::Reverse((share.bytes, share.files)));
        shares
    }
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl SpaceTree {
    pub(crate) fn shares(&self) -> Vec<Share> {
        self.sums.shares()
    }

    /// Names in the place itself, for knowing what it is.
    pub(crate) fn top_folders(&self) -> Vec<&[u8]> {
        self.children(0)
            .map(|child| &*self.nodes[child as usize].name)
            .collect()
    }

    pub(crate) fn add(&mut self, told: FolderCount) {
        self.folders += u64::from(told.id != 0 || told.parent != told.id);
        self.files += told.files;
        self.bytes += told.bytes;
        self.on_disk += told.on_disk;
        self.unread += u64::from(told.fault.is_some());
        self.newest = self
            .newest
            .max(Some(told.newest).filter(|_| told.files > 0));
        let sorts: Box<[_]> = told
            .sorts
            .iter()
            .map(|count| (count.sort, count.files, count.bytes))
            .collect();
        self.sums.add(&sorts);
        let parent = self.numbers.get(&told.parent).copied();
        let parent = match parent {
            None if self.nodes.is_empty() => NONE,
            // A parent that was not told of, or not kept.
            None => 0,
            Some(parent) => parent,
        };
        let keeps = self.nodes.len() < MOST_FOLDERS;
        let mut above = if keeps {
            let at = count(self.nodes.len() as u64);
            let next = if parent == NONE {
                NONE
            } else {
                std::mem::replace(&mut self.nodes[parent as usize].first, at)
            };
            self.nodes.push(Node {
                parent,
                first: NONE,
                next,
                name: told.name.0.into(),
                files: 0,
                bytes: 0,
                on_disk: 0,
                sorts,
                largest: told.largest.into(),
            });
            if told.id != u32::MAX {
                self.numbers.insert(told.id, at);
            }
            at
        } else {
            if told.id != u32::MAX {
                self.numbers.insert(told.id, parent);
            }
            parent
        };
        while let Some(node) = self.nodes.get_mut(above as usize) {
            node.files += told.files;
            node.bytes += told.bytes;
            node.on_disk += told.on_disk;
            above = node.parent;
        }
    }

    fn children(&self, of: u32) -> impl Iterator<Item = u32> {
        let first = self.nodes.get(of as usize).map_or(NONE, |node| node.first);
        std::iter::successors((first != NONE).then_some(first), |at| {
            let next = self.nodes[*at as usize].next;
            (next != NONE).then_some(next)
        })
    }

    fn find(&self, folder: &Raw) -> Option<u32> {
        let mut at = (!self.nodes.is_empty()).then_some(0)?;
        for name in folder.names() {
            at = self
                .children(at)
                .find(|child| *self.nodes[*child as usize].name == *name)?;
        }
        Some(at)
    }

    /// Sizes of the folders in a folder: in their files, and on the disk.
    pub(crate) fn sizes_in(&self, folder: &Raw) -> FolderSizes {
        let Some(at) = self.find(folder) else {
            return FolderSizes::new();
        };
        self.children(at)
            .map(|child| {
                let node = &self.nodes[child as usize];
                (node.name.to_vec(), (node.bytes, node.on_disk))
            })
            .collect()
    }

    fn path(&self, mut at: u32) -> Raw {
        let mut names = Vec::new();
        while let Some(node) = self.nodes.get(at as usize) {
            if node.parent == NONE {
                break;
            }
            names.push(&*node.name);
            at = node.parent;
        }
        names.reverse();
        Raw(names.join(&b'/'))
    }

    /// The picture of a folder; one that was not met yet is empty.
    pub(crate) fn map(&self, key: &EntryPath, folder: &Raw, state: SpaceState) -> SpaceMap {
        let mut map = SpaceMap {
            folder: key.clone(),
            state,
            cells: Vec::new(),
            shares: Vec::new(),
            largest_files: Vec::new(),
        };
        let Some(root) = self.find(folder) else {
            return map;
        };
        let seen = self.look(root);
        map.shares = seen.all.shares();
        map.largest_files = seen
            .largest
            .into_sorted_vec()
            .into_iter()
            .map(|std::cmp::Reverse((_, at, number))| self.large(at, number))
            .collect();
        map.cells = self.cells(root, folder, MOST_CELLS, &seen.sums, |child, path| {
            self.cells(child, path, MOST_PARTS, &seen.sums, |_, _| Vec::new())
        });
        map
    }

    /// Everything below a folder, once: sums by sort of its children and theirs, and the largest files.
    fn look(&self, root: u32) -> Look {
        let mut seen = Look::default();
        // The folder, the child of the root that it lies in, and the child of that one.
        let mut open = vec![(root, NONE, NONE)];
        while let Some((at, child, grandchild)) = open.pop() {
            let node = &self.nodes[at as usize];
            seen.all.add(&node.sorts);
            for of in [child, grandchild] {
                if of != NONE {
                    seen.sums.entry(of).or_default().add(&node.sorts);
                }
            }
            for (number, file) in node.largest.iter().enumerate() {
                if seen.largest.len() == MOST_LARGEST
                    && seen
                        .largest
                        .peek()
                        .is_some_and(|least| least.0.0 >= file.size)
                {
                    continue;
                }
                seen.largest
                    .push(std::cmp::Reverse((file.size, at, number)));
                if seen.largest.len() > MOST_LARGEST {
                    seen.largest.pop();
                }
            }
            for below in self.children(at) {
                open.push(match (child, grandchild) {
                    (NONE, _) => (below, below, NONE),
                    (child, NONE) => (below, child, below),
                    (child, grandchild) => (below, child, grandchild),
                });
            }
        }
        seen
    }

    /// The largest folders and files of a folder, and what is left of it as one.
    fn cells(
        &self,
        of: u32,
        folder: &Raw,
        most: usize,
        sums: &HashMap<u32, Sums>,
        parts: impl Fn(u32, &Raw) -> Vec<SpaceCell>,
    ) -> Vec<SpaceCell> {
        enum Part<'a> {
            Folder(u32),
            File(&'a LargeFile),
        }
        let node = &self.nodes[of as usize];
        let mut all: Vec<(u64, Part)> = self
            .children(of)
            .map(|child| (self.nodes[child as usize].bytes, Part::Folder(child)))
            .chain(
                node.largest
                    .iter()
                    .map(|file| (file.size, Part::File(file))),
            )
            .filter(|(bytes, _)| *bytes > 0)
            .collect();
        all.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        all.truncate(most);
        let mut rest = (node.files, node.bytes);
        let mut cells: Vec<SpaceCell> = all
            .into_iter()
            .map(|(bytes, part)| {
                let (name, files, kind) = match &part {
                    Part::Folder(child) => {
                        let child_node = &self.nodes[*child as usize];
                        let main = sums.get(child).map_or(FileSort::Other, Sums::main);
                        (&*child_node.name, child_node.files, main)
                    }
                    Part::File(file) => (&*file.name.0, 1, sort(Sort::of(&file.name.0))),
                };
                rest.0 = rest.0.saturating_sub(files);
                rest.1 = rest.1.saturating_sub(bytes);
                let path = folder.join(name);
                SpaceCell {
                    name: visible(name).0,
                    folder: matches!(part, Part::Folder(_)),
                    sort: kind,
                    bytes: Bytes(bytes),
                    files: count(files),
                    parts: match part {
                        Part::Folder(child) => parts(child, &path),
                        Part::File(_) => Vec::new(),
                    },
                    path: Some(EntryPath::of(&path)),
                }
            })
            .collect();
        if rest.1 > 0 {
            cells.push(SpaceCell {
                path: None,
                name: String::new(),
                folder: false,
                sort: FileSort::Other,
                bytes: Bytes(rest.1),
                files: count(rest.0),
                parts: Vec::new(),
            });
        }
        cells
    }

    /// A large file as a row shows it, as far as counting tells.
    fn large(&self, at: u32, number: usize) -> Entry {
        let folder = self.path(at);
        let file = &self.nodes[at as usize].largest[number];
        let (name, odd_name) = visible(&file.name.0);
        Entry {
            path: EntryPath::of(&folder.join(&file.name.0)),
            name,
            odd_name,
            kind: EntryKind::File,
            sort: sort(Sort::of(&file.name.0)),
            size: Some(Bytes(file.size)),
            on_disk: Some(Bytes(file.on_disk)),
            changed: date(file.changed),
            mode: 0,
            permissions: permissions(0),
            user: 0,
            group: 0,
            owner: None,
            target: None,
            target_kind: None,
            links: 1,
        }
    }
}

#[derive(Default)]
struct Look {
    all: Sums,
    sums: HashMap<u32, Sums>,
    largest: BinaryHeap<std::cmp::Reverse<(u64, u32, usize)>>,
}

#[cfg(test)]
mod tests;
