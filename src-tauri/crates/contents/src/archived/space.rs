//! What takes the space, counted from what was read of the place.

use slipway_porthole::answer::{
    Answer, FolderCount, Kind, LargeFile, Outcome, SortCount, WalkTotals,
};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::sort::Sort;

use super::answers::Seen;
use super::look::Look;
use super::talk::Talk;
use super::tree::{ROOT, Tree};
use crate::shared::lock;

const STEP_BYTES: usize = 16 * 1024;

/// The most largest files that a folder names.
const MOST_LARGEST: usize = 32;

impl Seen {
    pub(super) async fn walk(&self, path: Raw, largest: u8, talk: &Talk) -> Result<Outcome, Fault> {
        let known = lock(&self.look).clone();
        // A part of a place that nobody looks at is read by itself.
        let (look, id) = if path.0.is_empty() || known.is_some() {
            self.folder(&path).await?
        } else {
            (Look::begin(self.way.clone(), path), ROOT)
        };
        look.end().await;
        let fault = look.fault();
        if look.tree().inside(id).is_none() {
            return Err(fault.unwrap_or(Fault::NotAFolder));
        }
        let largest = usize::from(largest).min(MOST_LARGEST);
        let mut totals = WalkTotals::default();
        let mut ahead = vec![(id, 0u32)];
        let mut number = 0;
        while !ahead.is_empty() {
            let mut folders = Vec::new();
            let mut bytes = 0;
            {
                let tree = look.tree();
                while bytes < STEP_BYTES
                    && let Some((id, parent)) = ahead.pop()
                {
                    let mut count = counted(&tree, id, largest);
                    (count.id, count.parent) = (number, parent);
                    if number == 0 {
                        count.name = Raw::default();
                        count.fault.clone_from(&fault);
                    }
                    let inside = tree.inside(id).map_or(&[][..], |inside| &inside.children);
                    let below = inside
                        .iter()
                        .filter(|id| tree.nodes[**id as usize].kind == Kind::Folder);
                    ahead.extend(below.map(|id| (*id, number)));
                    number += 1;
                    totals.folders += 1;
                    totals.files += count.files;
                    totals.bytes = totals.bytes.saturating_add(count.bytes);
                    totals.on_disk = totals.bytes;
                    totals.unread += u64::from(count.fault.is_some());
                    bytes += 128
                        + count.name.0.len()
                        + count
                            .largest
                            .iter()
                            .map(|file| 32 + file.name.0.len())
                            .sum::<usize>();
                    folders.push(count);
                }
            }
            talk.answer(Answer::Folders(folders)).await?;
        }
        Ok(Outcome::Walk(totals))
    }
}

/// One folder, without those in it.
fn counted(tree: &Tree, id: u32, most: usize) -> FolderCount {
    let folder = &tree.nodes[id as usize];
    let mut count = FolderCount {
        id: 0,
        parent: 0,
        name: Raw::from(&*folder.name),
        files: 0,
        bytes: 0,
        on_disk: 0,
        sorts: Vec::new(),
        newest: folder.changed,
        largest: Vec::new(),
        fault: None,
    };
    let mut sorts = [(0u64, 0u64); Sort::ALL.len()];
    let mut largest = Vec::new();
    for child in tree.inside(id).map_or(&[][..], |inside| &inside.children) {
        let node = &tree.nodes[*child as usize];
        if node.kind == Kind::Folder {
            continue;
        }
        let bytes = if node.kind == Kind::File && !node.again {
            node.size
        } else {
            0
        };
        let sort = if node.kind == Kind::File {
            Sort::of(&node.name)
        } else {
            Sort::Other
        };
        count.files += 1;
        count.bytes = count.bytes.saturating_add(bytes);
        count.newest = count.newest.max(node.changed);
        let of_sort = &mut sorts[sort as usize];
        of_sort.0 += 1;
        of_sort.1 = of_sort.1.saturating_add(bytes);
        if bytes > 0 && most > 0 {
            largest.push((bytes, *child));
        }
    }
    count.on_disk = count.bytes;
    largest.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    largest.truncate(most);
    count.largest = largest
        .into_iter()
        .map(|(size, id)| {
            let node = &tree.nodes[id as usize];
            LargeFile {
                name: Raw::from(&*node.name),
                size,
                on_disk: size,
                changed: node.changed,
            }
        })
        .collect();
    count.sorts = Sort::ALL
        .into_iter()
        .zip(sorts)
        .filter(|(_, (files, _))| *files > 0)
        .map(|(sort, (files, bytes))| SortCount { sort, files, bytes })
        .collect();
    count
}
