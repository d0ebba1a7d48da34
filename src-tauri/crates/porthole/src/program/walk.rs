//! What takes the space: one record a folder, told while it is counted.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Stat};
use slipway_porthole::answer::{
    Answer, FolderCount, Kind, LargeFile, Moment, Outcome, SortCount, WalkTotals,
};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::sort::Sort;

use super::conversation::Talk;
use super::descent::{Below, Entries, Folder, Visit, descend, is_real};
use super::fault::{Result, fault};
use super::mount::{Links, Mount, stat_in};
use super::row::{changed, kind, links, on_disk, size};

const WORKERS: usize = 2;
const STEP_BYTES: usize = 24 * 1024;
const STEP_TIME: Duration = Duration::from_millis(60);

/// Files with several names that are remembered. Beyond, some may be counted twice, and it is said.
const MOST_LINKS: usize = 400_000;

/// The most largest files that a folder names.
const MOST_LARGEST: usize = 32;

pub fn walk(mount: &Mount, path: &Raw, largest: u8, talk: &Talk) -> Result<Outcome> {
    let walk = Walk {
        talk,
        largest: usize::from(largest).min(MOST_LARGEST),
        seen: Mutex::default(),
        told: Mutex::new(Told {
            folders: Vec::new(),
            bytes: 0,
            since: Instant::now(),
            totals: WalkTotals::default(),
        }),
    };
    descend(mount, path, Links::Follow, &walk, talk, WORKERS)?;
    let mut told = walk.told();
    walk.flush(&mut told)?;
    Ok(Outcome::Walk(told.totals))
}

struct Told {
    folders: Vec<FolderCount>,
    /// About what they take in a frame.
    bytes: usize,
    since: Instant,
    totals: WalkTotals,
}

struct Walk<'a> {
    talk: &'a Talk,
    largest: usize,
    /// Device and inode of files with several names, mixed into one number.
    seen: Mutex<HashSet<u64>>,
    told: Mutex<Told>,
}

impl Walk<'_> {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, told: &mut Told) -> Result<()> {
        told.bytes = 0;
        told.since = Instant::now();
        if told.folders.is_empty() {
            return Ok(());
        }
        self.talk
            .answer(Answer::Folders(std::mem::take(&mut told.folders)))
    }

    /// Tells of a folder; in the order of its calls, so that parents come before children.
    fn tell(&self, count: FolderCount, unread: u64, unsure: bool) -> Result<()> {
        let mut told = self.told();
        let totals = &mut told.totals;
        totals.folders += 1;
        totals.files += count.files;
        totals.bytes = totals.bytes.saturating_add(count.bytes);
        totals.on_disk = totals.on_disk.saturating_add(count.on_disk);
        totals.unread += unread + u64::from(count.fault.is_some());
        totals.links_unsure |= unsure;
        told.bytes += 64
            + count.name.0.len()
            + count.sorts.len() * 8
            + count
                .largest
                .iter()
                .map(|file| 32 + file.name.0.len())
                .sum::<usize>();
        told.folders.push(count);
        if told.bytes >= STEP_BYTES || told.since.elapsed() >= STEP_TIME {
            self.flush(&mut told)?;
        }
        Ok(())
    }

    /// Whether a file is met for the first time, and whether that is certain.
    fn first_met(&self, stat: &Stat) -> (bool, bool) {
        let mixed = stat.st_ino ^ stat.st_dev.rotate_left(40);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST_LINKS {
            (seen.insert(mixed), true)
        } else {
            (!seen.contains(&mixed), false)
        }
    }

    fn file(&self, found: &mut Found, name: &[u8], stat: &Stat) {
        found.count.files += 1;
        let sort = if kind(stat) == Kind::File {
            Sort::of(name)
        } else {
            Sort::Other
        };
        let (mut bytes, mut blocks) = (size(stat), on_disk(stat));
        if kind(stat) != Kind::File {
            // A link's size is the length of its target, and a device has none.
            bytes = 0;
        }
        if links(stat) > 1 {
            let (first, sure) = self.first_met(stat);
            found.unsure |= !sure;
            if !first {
                (bytes, blocks) = (0, 0);
            }
        }
        let changed = changed(stat);
        let count = &mut found.count;
        count.bytes = count.bytes.saturating_add(bytes);
        count.on_disk = count.on_disk.saturating_add(blocks);
        count.newest = count.newest.max(changed);
        let of_sort = &mut found.sorts[sort as usize];
        of_sort.0 += 1;
        of_sort.1 = of_sort.1.saturating_add(bytes);
        let largest = &mut count.largest;
        if bytes == 0 || self.largest == 0 {
            return;
        }
        if largest.len() == self.largest {
            if largest.last().is_some_and(|least| least.size >= bytes) {
                return;
            }
            largest.pop();
        }
        let at = largest.partition_point(|other| other.size >= bytes);
        largest.insert(
            at,
            LargeFile {
                name: Raw::from(name),
                size: bytes,
                on_disk: blocks,
                changed,
            },
        );
    }
}

/// One folder while it is counted.
struct Found {
    count: FolderCount,
    sorts: [(u64, u64); Sort::ALL.len()],
    unread: u64,
    unsure: bool,
}

impl Visit for Walk<'_> {
    type Own = ();

    fn folder(
        &self,
        (): &mut (),
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()> {
        let mut found = Found {
            count: FolderCount {
                id: folder.id,
                parent: folder.parent,
                name: Raw::from(folder.name),
                files: 0,
                bytes: 0,
                on_disk: on_disk(folder.stat),
                sorts: Vec::new(),
                newest: changed(folder.stat),
                largest: Vec::new(),
                fault: None,
            },
            sorts: [(0, 0); Sort::ALL.len()],
            unread: 0,
            unsure: false,
        };
        let mut turn = 0u32;
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(errno) => {
                    found.count.fault = Some(fault(errno));
                    break;
                }
            };
            let name = entry.file_name().to_bytes();
            if !is_real(name) {
                continue;
            }
            turn = turn.wrapping_add(1);
            if turn.is_multiple_of(1024) {
                self.talk.go_on()?;
            }
            if entry.file_type() == FileType::Directory {
                below.push(name);
                continue;
            }
            match stat_in(folder.open, name) {
                Ok(stat) if kind(&stat) == Kind::Folder => below.push(name),
                Ok(stat) => self.file(&mut found, name, &stat),
                Err(Fault::NotFound) => {}
                Err(_) => found.unread += 1,
            }
        }
        let Found {
            mut count,
            sorts,
            unread,
            unsure,
        } = found;
        count.sorts = Sort::ALL
            .into_iter()
            .zip(sorts)
            .filter(|(_, (files, _))| *files > 0)
            .map(|(sort, (files, bytes))| SortCount { sort, files, bytes })
            .collect();
        self.tell(count, unread, unsure)
    }

    fn closed(&self, (): &mut (), parent: u32, path: &[u8], why: Fault) -> Result<()> {
        if why == Fault::NotFound {
            return Ok(());
        }
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        self.tell(
            FolderCount {
                // It has no folders of its own to name it as their parent.
                id: u32::MAX,
                parent,
                name: Raw::from(name),
                files: 0,
                bytes: 0,
                on_disk: 0,
                sorts: Vec::new(),
                newest: Moment::default(),
                largest: Vec::new(),
                fault: Some(why),
            },
            0,
            false,
        )
    }
}
