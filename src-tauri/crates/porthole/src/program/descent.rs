//! Going through a tree: no recursion, few open folders, two threads.
//!
//! A worker goes down depth first and keeps the names that it has yet to visit in one buffer, so that a
//! folder with a million folders costs their names and no more. Only the deepest folders of its way stay
//! open; one that was closed is opened again by its path. A worker that has nothing to do is given the
//! folder that another one would come to last. Links are never followed, and other mounts not entered.

mod visit;

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fs::{Mode, RawDir, fstat, openat};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

pub use self::visit::{Below, Entries, Folder, Visit, is_real};
use super::conversation::Talk;
use super::fault::{Result, fault};
use super::list::ENTRIES;
use super::mount::{FOLDER, Links, Mount, folder_in};

/// Folders that a worker keeps open on its way.
const MOST_OPEN: usize = 48;

/// A folder on a worker's way.
struct Frame {
    id: u32,
    /// Device and inode.
    which: (u64, u64),
    open: Option<OwnedFd>,
    /// The length of its path.
    path: usize,
    /// Where its part of the names begins, and where what is left of it begins and ends.
    base: usize,
    from: usize,
}

/// A folder for whoever has time.
struct Job {
    parent: u32,
    path: Vec<u8>,
    /// How much of the path is the folder that it lies in.
    folder: usize,
}

#[derive(Default)]
struct Spare {
    jobs: Vec<Job>,
    waiting: usize,
    fault: Option<Fault>,
}

/// One descent, shared by its workers.
struct Descent<'a, V> {
    mount: &'a Mount,
    start: &'a Raw,
    links: Links,
    visit: &'a V,
    talk: &'a Talk,
    device: u64,
    workers: usize,
    ids: AtomicU32,
    hungry: AtomicUsize,
    over: AtomicBool,
    spare: Mutex<Spare>,
    change: Condvar,
}

/// Visits `start` and all folders below it. The first id is 0.
pub fn descend<V: Visit>(
    mount: &Mount,
    start: &Raw,
    links: Links,
    visit: &V,
    talk: &Talk,
    workers: usize,
) -> Result<()> {
    let folder = mount.folder(start, links)?;
    let device = fstat(&folder).map_err(fault)?.st_dev;
    let descent = Descent {
        mount,
        start,
        links,
        visit,
        talk,
        device,
        workers,
        ids: AtomicU32::new(0),
        hungry: AtomicUsize::new(0),
        over: AtomicBool::new(false),
        spare: Mutex::new(Spare {
            jobs: vec![Job {
                parent: 0,
                path: Vec::new(),
                folder: 0,
            }],
            ..Spare::default()
        }),
        change: Condvar::new(),
    };
    drop(folder);
    if workers <= 1 {
        descent.work();
    } else {
        std::thread::scope(|scope| {
            for _ in 1..workers {
                // One worker alone is slower, and nothing else.
                let another = std::thread::Builder::new()
                    .stack_size(256 * 1024)
                    .spawn_scoped(scope, || descent.work());
                if another.is_err() {
                    descent.spare().waiting += 1;
                }
            }
            descent.work();
        });
    }
    let fault = descent.spare().fault.take();
    fault.map_or(Ok(()), Err)
}

impl<V: Visit> Descent<'_, V> {
    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, why: Option<Fault>) {
        let mut spare = self.spare();
        if spare.fault.is_none() {
            spare.fault = why;
        }
        self.over.store(true, Ordering::Relaxed);
        self.change.notify_all();
    }

    fn work(&self) {
        let mut own = V::Own::default();
        let mut way = Way {
            descent: self,
            frames: Vec::new(),
            first_open: 0,
            path: Vec::new(),
            names: Vec::new(),
            buffer: vec![MaybeUninit::uninit(); ENTRIES],
        };
        while let Some(job) = self.job() {
            if let Err(fault) = way.go(job, &mut own) {
                self.stop(Some(fault));
                break;
            }
        }
        if let Err(fault) = self.visit.end(own) {
            self.stop(Some(fault));
        }
    }

    /// Waits for a job; `None` when all workers wait, or after an error.
    fn job(&self) -> Option<Job> {
        let mut spare = self.spare();
        spare.waiting += 1;
        self.hungry.fetch_add(1, Ordering::Relaxed);
        let job = loop {
            if self.over.load(Ordering::Relaxed) {
                break None;
            }
            if let Some(job) = spare.jobs.pop() {
                break Some(job);
            }
            if spare.waiting >= self.workers {
                self.over.store(true, Ordering::Relaxed);
                self.change.notify_all();
                break None;
            }
            spare = self
                .change
                .wait(spare)
                .unwrap_or_else(PoisonError::into_inner);
        };
        spare.waiting -= 1;
        self.hungry.fetch_sub(1, Ordering::Relaxed);
        job
    }
}

/// Where one worker is.
struct Way<'a, V> {
    descent: &'a Descent<'a, V>,
    frames: Vec<Frame>,
    /// The first frame whose folder is open.
    first_open: usize,
    path: Vec<u8>,
    names: Vec<u8>,
    buffer: Vec<MaybeUninit<u8>>,
}

impl<V: Visit> Way<'_, V> {
    fn go(&mut self, job: Job, own: &mut V::Own) -> Result<()> {
        let descent = self.descent;
        self.path = job.path;
        self.frames.clear();
        self.names.clear();
        self.first_open = 0;
        let open = if self.path.is_empty() {
            descent.mount.folder(descent.start, descent.links)
        } else {
            self.open_by_path(self.path.len())
        };
        self.enter(job.parent, job.folder, open, own)?;
        while let Some(top) = self.frames.last() {
            descent.talk.go_on()?;
            if descent.over.load(Ordering::Relaxed) {
                return Ok(());
            }
            let (id, folder, from) = (top.id, top.path, top.from);
            if self.names.len() > from {
                self.share();
                let Some(name) = self.last_name() else {
                    continue;
                };
                self.path.truncate(folder);
                if !self.path.is_empty() {
                    self.path.push(b'/');
                }
                self.path.extend_from_slice(&self.names[name.clone()]);
                let open = self.open_above().and_then(|()| {
                    let above = self.above().ok_or(Fault::NotFound)?;
                    folder_in(above, &self.names[name.clone()])
                });
                self.names.truncate(name.start - 2);
                self.enter(id, folder, open, own)?;
            } else {
                self.leave(own)?;
            }
        }
        Ok(())
    }

    /// Visits the folder at `self.path`.
    fn enter(
        &mut self,
        parent: u32,
        folder: usize,
        open: Result<OwnedFd>,
        own: &mut V::Own,
    ) -> Result<()> {
        let descent = self.descent;
        let opened = open.and_then(|open| {
            let stat = fstat(&open).map_err(fault)?;
            if stat.st_dev == descent.device {
                Ok((open, stat))
            } else {
                Err(Fault::OtherMount)
            }
        });
        let (open, stat) = match opened {
            Ok(opened) => opened,
            Err(why) if self.path.is_empty() => return Err(why),
            Err(why) => return descent.visit.closed(own, parent, &self.path, why),
        };
        let id = descent.ids.fetch_add(1, Ordering::Relaxed);
        let base = self.names.len();
        let begin = if folder == 0 { 0 } else { folder + 1 };
        let visited = Folder {
            id,
            parent,
            path: &self.path,
            name: self.path.get(begin..).unwrap_or_default(),
            open: open.as_fd(),
            stat: &stat,
        };
        let mut entries = RawDir::new(open.as_fd(), &mut self.buffer);
        let mut below = Below {
            names: &mut self.names,
        };
        descent
            .visit
            .folder(own, &visited, &mut entries, &mut below)?;
        self.frames.push(Frame {
            id,
            which: (stat.st_dev, stat.st_ino),
            open: Some(open),
            path: self.path.len(),
            base,
            from: base,
        });
        if self.frames.len() - self.first_open > MOST_OPEN {
            if let Some(frame) = self.frames.get_mut(self.first_open) {
                frame.open = None;
            }
            self.first_open += 1;
        }
        Ok(())
    }

    fn leave(&mut self, own: &mut V::Own) -> Result<()> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        self.names.truncate(frame.base);
        self.first_open = self.first_open.min(self.frames.len());
        self.go_up(frame.open.as_ref());
        if V::LEAVES
            && let Some(above) = self.frames.last()
        {
            let begin = if above.path == 0 { 0 } else { above.path + 1 };
            let name = self.path[begin..frame.path].to_vec();
            self.open_above()?;
            let open = self.above().ok_or(Fault::NotFound)?;
            self.descent.visit.leave(own, open, &name)?;
        }
        if let Some(above) = self.frames.last() {
            self.path.truncate(above.path);
        }
        Ok(())
    }

    /// Opens the folder above the one that is left, where it was closed and is still above it.
    fn go_up(&mut self, left: Option<&OwnedFd>) {
        let at = self.frames.len().saturating_sub(1);
        if let Some(above) = self.frames.last_mut()
            && above.open.is_none()
            && let Some(left) = left
            && let Ok(open) = openat(left, "..", FOLDER, Mode::empty())
            && fstat(&open).is_ok_and(|stat| (stat.st_dev, stat.st_ino) == above.which)
        {
            above.open = Some(open);
            self.first_open = at;
        }
    }

    /// Opens the folder that the next name lies in again, where it was closed.
    fn open_above(&mut self) -> Result<()> {
        let at = self.frames.len().checked_sub(1).ok_or(Fault::NotFound)?;
        if self.frames[at].open.is_none() {
            let open = self.open_by_path(self.frames[at].path)?;
            self.frames[at].open = Some(open);
            self.first_open = at;
        }
        Ok(())
    }

    fn above(&self) -> Option<BorrowedFd<'_>> {
        Some(self.frames.last()?.open.as_ref()?.as_fd())
    }

    fn open_by_path(&self, length: usize) -> Result<OwnedFd> {
        let mount = self.descent.mount;
        let start = mount.folder(self.descent.start, self.descent.links)?;
        mount.folder_below(start.as_fd(), &self.path[..length], Links::Never)
    }

    /// Where the last name lies in the names.
    fn last_name(&self) -> Option<std::ops::Range<usize>> {
        let (rest, length) = self.names.split_last_chunk::<2>()?;
        let length = usize::from(u16::from_le_bytes(*length));
        Some(rest.len().checked_sub(length)?..rest.len())
    }

    /// Gives the name that would come last to a worker that waits.
    fn share(&mut self) {
        let descent = self.descent;
        if descent.hungry.load(Ordering::Relaxed) == 0 || V::LEAVES {
            return;
        }
        let ends: Vec<usize> = self
            .frames
            .iter()
            .skip(1)
            .map(|frame| frame.base)
            .chain([self.names.len()])
            .collect();
        for (frame, end) in self.frames.iter_mut().zip(ends) {
            if frame.from >= end {
                continue;
            }
            // The very last name is the one that this worker goes on with.
            let length = self.names[frame.from..]
                .first_chunk::<2>()
                .map_or(0, |length| usize::from(u16::from_le_bytes(*length)));
            let next = frame.from + length + 4;
            if next >= self.names.len() {
                return;
            }
            let mut path = self.path[..frame.path].to_vec();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&self.names[frame.from + 2..frame.from + 2 + length]);
            let mut spare = descent.spare();
            if spare.jobs.is_empty() && spare.waiting > 0 {
                spare.jobs.push(Job {
                    parent: frame.id,
                    path,
                    folder: frame.path,
                });
                frame.from = next;
                descent.change.notify_one();
            }
            return;
        }
    }
}
