//! Searching names and lines.

mod lines;
mod names;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Stat};
use slipway_porthole::answer::{Answer, Hit, HitLine, Kind, Outcome, SearchTotals};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Search, SearchFor};

use self::lines::{Found, Lines};
use self::names::Names;
use super::conversation::Talk;
use super::descent::{Below, Entries, Folder, Visit, descend, is_real};
use super::fault::Result;
use super::mount::{Links, Mount, file_in, stat_in};
use super::row::{changed, kind, size};

const WORKERS: usize = 2;
const STEP_BYTES: usize = 24 * 1024;
const STEP_TIME: Duration = Duration::from_millis(60);

enum Matcher {
    Names(Names),
    Lines(Lines),
}

pub fn search(mount: &Mount, wanted: &Search, talk: &Talk) -> Result<Outcome> {
    let matcher = match &wanted.what {
        SearchFor::Name(text) => Matcher::Names(Names::new(&text.0, wanted.case)?),
        SearchFor::Text(text) => Matcher::Lines(Lines::text(&text.0, wanted.case)?),
        SearchFor::Pattern(pattern) => Matcher::Lines(Lines::pattern(pattern, wanted.case)?),
    };
    let search = Searching {
        wanted,
        matcher,
        talk,
        base: wanted.path.clone(),
        told: Mutex::new(Told {
            hits: Vec::new(),
            bytes: 0,
            since: Instant::now(),
            totals: SearchTotals::default(),
        }),
    };
    let ended = descend(mount, &wanted.path, Links::Follow, &search, talk, WORKERS);
    let mut told = search.told();
    match ended {
        // How the descent is ended from within, once there are hits enough.
        Err(Fault::Cancelled) if told.totals.capped => {}
        other => other?,
    }
    search.flush(&mut told)?;
    Ok(Outcome::Search(told.totals))
}

struct Told {
    hits: Vec<Hit>,
    bytes: usize,
    since: Instant,
    totals: SearchTotals,
}

struct Searching<'a> {
    wanted: &'a Search,
    matcher: Matcher,
    talk: &'a Talk,
    base: Raw,
    told: Mutex<Told>,
}

/// What a worker has counted since it last told.
struct Counted {
    totals: SearchTotals,
    since: Instant,
    buffer: Vec<u8>,
}

impl Default for Counted {
    fn default() -> Counted {
        Counted {
            totals: SearchTotals::default(),
            since: Instant::now(),
            buffer: Vec::new(),
        }
    }
}

impl Searching<'_> {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, told: &mut Told) -> Result<()> {
        told.bytes = 0;
        if !told.hits.is_empty() {
            let hits = std::mem::take(&mut told.hits);
            self.talk.answer(Answer::Hits(hits))?;
        }
        if told.since.elapsed() >= STEP_TIME {
            told.since = Instant::now();
            self.talk.answer(Answer::Searched(told.totals))?;
        }
        Ok(())
    }

    /// Adds what a worker counted, and tells of it from time to time.
    fn count(&self, counted: &mut Counted, now: bool) -> Result<()> {
        if !now && counted.since.elapsed() < STEP_TIME {
            return Ok(());
        }
        counted.since = Instant::now();
        let counted = std::mem::take(&mut counted.totals);
        let mut told = self.told();
        told.totals.files += counted.files;
        told.totals.bytes += counted.bytes;
        told.totals.unread += counted.unread;
        told.totals.binary += counted.binary;
        if told.since.elapsed() >= STEP_TIME {
            self.flush(&mut told)?;
        }
        Ok(())
    }

    fn hit(
        &self,
        folder: &Folder<'_>,
        name: &[u8],
        stat: &Stat,
        line: Option<HitLine>,
    ) -> Result<()> {
        let mut path = self.base.clone();
        if !folder.path.is_empty() {
            path = path.join(folder.path);
        }
        let hit = Hit {
            path: path.join(name),
            kind: kind(stat),
            size: size(stat),
            changed: changed(stat),
            line,
        };
        let mut told = self.told();
        if hit.path.0.len() > Raw::LONGEST {
            told.totals.unread += 1;
            return Ok(());
        }
        if told.totals.hits >= u64::from(self.wanted.most) {
            told.totals.capped = true;
            return Err(Fault::Cancelled);
        }
        told.totals.hits += 1;
        told.bytes += 48 + hit.path.0.len() + hit.line.as_ref().map_or(0, |line| line.text.0.len());
        told.hits.push(hit);
        if told.bytes >= STEP_BYTES || told.since.elapsed() >= STEP_TIME {
            self.flush(&mut told)?;
        }
        Ok(())
    }

    fn contents(
        &self,
        lines: &Lines,
        counted: &mut Counted,
        folder: &Folder<'_>,
        name: &[u8],
    ) -> Result<()> {
        let (file, stat) = match file_in(folder.open, name) {
            Ok(opened) => opened,
            Err(Fault::NotFound | Fault::NotAFile | Fault::Loop | Fault::IsAFolder) => {
                return Ok(());
            }
            Err(_) => {
                counted.totals.unread += 1;
                return Ok(());
            }
        };
        counted.totals.files += 1;
        let mut of_one = 0;
        let most = self.wanted.most_of_one.max(1);
        let buffer = std::mem::take(&mut counted.buffer);
        let mut reading = lines::Reading::new(file.as_fd(), size(&stat), buffer);
        let ended = loop {
            if let Err(fault) = self.talk.go_on() {
                break Err(fault);
            }
            match lines.next(&mut reading) {
                Ok(Found::Line(line)) => {
                    if let Err(fault) = self.hit(folder, name, &stat, Some(line)) {
                        break Err(fault);
                    }
                    of_one += 1;
                    if of_one >= most {
                        break Ok(());
                    }
                }
                // So that a search of one huge file can be stopped, and shows how far it is.
                Ok(Found::NothingYet) => {
                    counted.totals.bytes += reading.read_now();
                    if let Err(fault) = self.count(counted, false) {
                        break Err(fault);
                    }
                }
                Ok(Found::Binary) => {
                    counted.totals.binary += 1;
                    break Ok(());
                }
                Ok(Found::End) => break Ok(()),
                Err(_) => {
                    counted.totals.unread += 1;
                    break Ok(());
                }
            }
        };
        counted.totals.bytes += reading.read_now();
        counted.buffer = reading.into_buffer();
        ended
    }

    fn entry(
        &self,
        counted: &mut Counted,
        folder: &Folder<'_>,
        name: &[u8],
        file_type: FileType,
    ) -> Result<()> {
        match &self.matcher {
            Matcher::Names(names) => {
                counted.totals.files += 1;
                if names.fit(name)
                    && let Ok(stat) = stat_in(folder.open, name)
                {
                    self.hit(folder, name, &stat, None)?;
                }
                Ok(())
            }
            Matcher::Lines(lines) if file_type == FileType::RegularFile => {
                self.contents(lines, counted, folder, name)
            }
            Matcher::Lines(_) => Ok(()),
        }
    }
}

/// What an entry is, asked of the file system where the folder's own table does not say it.
fn file_type(folder: BorrowedFd<'_>, name: &[u8], said: FileType) -> FileType {
    if said != FileType::Unknown {
        return said;
    }
    match stat_in(folder, name).map(|stat| kind(&stat)) {
        Ok(Kind::Folder) => FileType::Directory,
        Ok(Kind::File) => FileType::RegularFile,
        _ => FileType::Unknown,
    }
}

impl Visit for Searching<'_> {
    type Own = Counted;

    fn folder(
        &self,
        counted: &mut Counted,
        folder: &Folder<'_>,
        entries: &mut Entries<'_>,
        below: &mut Below<'_>,
    ) -> Result<()> {
        let mut turn = 0u32;
        while let Some(entry) = entries.next() {
            let Ok(entry) = entry else {
                counted.totals.unread += 1;
                break;
            };
            let name = entry.file_name().to_bytes();
            if !is_real(name) || (name.starts_with(b".") && !self.wanted.hidden) {
                continue;
            }
            turn = turn.wrapping_add(1);
            if turn.is_multiple_of(256) {
                self.talk.go_on()?;
                self.count(counted, false)?;
            }
            let file_type = file_type(folder.open, name, entry.file_type());
            if file_type == FileType::Directory {
                below.push(name);
            }
            self.entry(counted, folder, name, file_type)?;
        }
        self.count(counted, false)
    }

    fn closed(&self, counted: &mut Counted, _: u32, _: &[u8], why: Fault) -> Result<()> {
        if why != Fault::NotFound {
            counted.totals.unread += 1;
        }
        Ok(())
    }

    fn end(&self, mut counted: Counted) -> Result<()> {
        self.count(&mut counted, true)
    }
}
