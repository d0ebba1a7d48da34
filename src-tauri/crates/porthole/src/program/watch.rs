//! Telling of changes, by inotify: folders that are on screen, and one file.

use std::collections::{BTreeSet, HashMap};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use slipway_porthole::answer::{Answer, Changes, Outcome, Watching};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::mount::{Links, Mount};

/// A program that writes many files is told of once in this time.
const GATHER: Duration = Duration::from_millis(150);

/// The most folders of one request.
const MOST: usize = 1024;

const OF_FOLDERS: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Which of what was asked a watch stands for; two paths may be one folder.
#[derive(Default)]
struct Of {
    folders: Vec<u32>,
    /// Names of the file in this folder.
    file: Option<Vec<u8>>,
}

#[derive(Default)]
struct Seen {
    folders: BTreeSet<u32>,
    gone: BTreeSet<u32>,
    file: bool,
}

pub fn watch(mount: &Mount, folders: &[Raw], file: Option<&Raw>, talk: &Talk) -> Result<Outcome> {
    if folders.len() > MOST {
        return Err(Fault::BadRequest);
    }
    let bell = talk.bell()?;
    let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)
        .map_err(|_| Fault::CannotWatch)?;
    let mut watches: HashMap<i32, Of> = HashMap::new();
    let mut watching = Watching::default();
    for (at, folder) in folders.iter().enumerate() {
        let at = u32::try_from(at).map_err(|_| Fault::BadRequest)?;
        match add(mount, &events, folder) {
            Ok(watch) => watches.entry(watch).or_default().folders.push(at),
            Err(_) => watching.not.push(at),
        }
    }
    if let Some(file) = file {
        // Its folder is followed, since editors put a new file in the place of the old one.
        let followed = file
            .split()
            .ok_or(Fault::IsAFolder)
            .and_then(|(folder, name)| {
                let watch = add(mount, &events, &Raw::from(folder))?;
                watches.entry(watch).or_default().file = Some(name.to_vec());
                Ok(())
            });
        watching.file = followed.is_ok();
    }
    if watches.is_empty() {
        return Err(Fault::CannotWatch);
    }
    talk.answer(Answer::Watching(watching))?;
    loop {
        wait(&[events.as_fd(), bell.as_fd()], None)?;
        talk.go_on()?;
        let mut seen = Seen::default();
        take(&events, &mut watches, &mut seen)?;
        let until = Instant::now() + GATHER;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            wait(&[bell.as_fd()], Some(left))?;
            talk.go_on()?;
        }
        take(&events, &mut watches, &mut seen)?;
        if !seen.folders.is_empty() || !seen.gone.is_empty() || seen.file {
            talk.answer(Answer::Changed(Changes {
                folders: seen.folders.into_iter().collect(),
                gone: seen.gone.into_iter().collect(),
                file: seen.file,
            }))?;
        }
    }
}

fn add(mount: &Mount, events: &OwnedFd, folder: &Raw) -> Result<i32> {
    let handle = mount.handle(folder, Links::Follow)?;
    // inotify takes no open folder, only a path; this one names the open folder.
    let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
    inotify::add_watch(events, path, OF_FOLDERS).map_err(fault)
}

fn wait(on: &[rustix::fd::BorrowedFd<'_>], limit: Option<Duration>) -> Result<()> {
    let mut on: Vec<PollFd<'_>> = on
        .iter()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    match poll(&mut on, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(other) => Err(fault(other)),
    }
}

/// Takes all events that have come.
fn take(events: &OwnedFd, watches: &mut HashMap<i32, Of>, seen: &mut Seen) -> Result<()> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(events, &mut buffer);
    loop {
        let event = match reader.next() {
            Ok(event) => event,
            Err(Errno::AGAIN) => return Ok(()),
            Err(Errno::INTR) => continue,
            Err(other) => return Err(fault(other)),
        };
        let flags = event.events();
        if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
            for of in watches.values() {
                seen.folders.extend(&of.folders);
                seen.file |= of.file.is_some();
            }
            continue;
        }
        let Some(of) = watches.get(&event.wd()) else {
            continue;
        };
        let itself = event.file_name().is_none();
        if itself
            && flags.intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT)
        {
            seen.gone.extend(&of.folders);
            seen.file |= of.file.is_some();
        } else {
            seen.folders.extend(&of.folders);
        }
        let name = event.file_name().map(std::ffi::CStr::to_bytes);
        seen.file |= of.file.is_some() && of.file.as_deref() == name;
        if flags.contains(ReadFlags::IGNORED) {
            watches.remove(&event.wd());
        }
    }
}
