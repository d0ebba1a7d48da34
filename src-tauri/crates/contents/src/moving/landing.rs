//! Writing what comes out of a place into a new folder of this computer, and nowhere else.
//!
//! The folder is made for it and empty, so what is in it was made here. Names of the archive are only
//! wishes: each must lie below something that was asked for, becomes one that is legal here, and is made
//! new or not at all. Links are made when everything else is written, so that nothing is ever written
//! through one.

mod dress;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use slipway_porthole::raw::Raw;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::dress::{dress_folder, make_links, set_mode, time};
use super::cautions::{Cautions, Fate};
use super::holes::Holes;
use super::links::stays;
use super::sums::{Ledger, Summing};
use super::untar::{Broken, Entry, Item, Untar, What};
use super::words::{broken_download, here};
use crate::jobs::{Stop, Work};
use crate::names::{Names, Rules};

/// What was asked for, and how it is called in the folder.
#[derive(Clone, Debug)]
pub(super) struct Top {
    pub(super) path: Raw,
    pub(super) name: OsString,
}

pub(super) enum Feed {
    Bytes(Bytes),
    /// The archive was sent whole. Without it, nothing that was written counts.
    Over,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Landed {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

pub(super) struct Landing {
    aside: PathBuf,
    tops: HashMap<Raw, OsString>,
    names: Names,
    /// Where folders of the place are here; `None` for those that are left out.
    folders: HashMap<Raw, Option<PathBuf>>,
    open: Option<Open>,
    links: Vec<(PathBuf, Raw)>,
    dress: Vec<(PathBuf, u32, (i64, u32))>,
    landed: Landed,
    untar: Untar,
    summing: Summing,
    ledger: Arc<Ledger>,
    cautions: Arc<Cautions>,
    work: Work,
}

struct Open {
    file: File,
    path: Raw,
    holes: Option<Holes>,
    length: u64,
    stored: u64,
    mode: u32,
    changed: (i64, u32),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Failed(broken_download(broken.0))
    }
}

impl Landing {
    pub(super) fn new(
        aside: &Path,
        tops: &[Top],
        rules: Rules,
        ledger: &Arc<Ledger>,
        cautions: &Arc<Cautions>,
        work: &Work,
    ) -> Self {
        Self {
            aside: aside.to_owned(),
            tops: tops
                .iter()
                .map(|top| (top.path.clone(), top.name.clone()))
                .collect(),
            names: Names::new(rules),
            folders: HashMap::new(),
            open: None,
            links: Vec::new(),
            dress: Vec::new(),
            landed: Landed::default(),
            untar: Untar::default(),
            summing: Summing::start(Arc::clone(ledger)),
            ledger: Arc::clone(ledger),
            cautions: Arc::clone(cautions),
            work: work.clone(),
        }
    }

    /// Writes all that comes, on the thread of its caller. Ends early where the feed ends before it is
    /// over. What is given besides ends when all was summed.
    pub(super) fn run(
        mut self,
        mut feed: mpsc::Receiver<Feed>,
    ) -> (Result<Landed, Stop>, JoinHandle<()>) {
        let done = self.all(&mut feed);
        let landed = self.landed;
        (done.map(|()| landed), self.summing.close())
    }

    fn all(&mut self, feed: &mut mpsc::Receiver<Feed>) -> Result<(), Stop> {
        loop {
            match feed.blocking_recv() {
                None => return Err(Stop::Cancelled),
                Some(Feed::Bytes(bytes)) => self.untar.push(bytes),
                Some(Feed::Over) => break,
            }
            while let Some(item) = self.untar.take()? {
                match item {
                    Item::Entry(entry) => self.begin(*entry)?,
                    Item::Body(bytes) => self.body(&bytes)?,
                    Item::End => self.end()?,
                }
            }
        }
        if !self.untar.is_over() {
            return Err(Broken("it ends too early").into());
        }
        make_links(std::mem::take(&mut self.links), &self.cautions)?;
        // The deepest first: the time of a folder changes with what is made in it.
        for (folder, mode, changed) in self.dress.iter().rev() {
            dress_folder(folder, *mode, *changed);
        }
        Ok(())
    }

    fn begin(&mut self, entry: Entry) -> Result<(), Stop> {
        let path = plain(&entry.name)?;
        match entry.what {
            What::Folder => {
                if let Some(folder) = self.folder(&path)? {
                    self.dress.push((folder, entry.mode, entry.changed));
                }
            }
            What::File => self.open(path, None, entry.stored, &entry)?,
            What::Holes { real } => {
                let holes = Holes::new(real);
                self.cautions.add(Fate::NotSummed, &path);
                self.open(path, Some(holes), real, &entry)?;
            }
            What::Link => self.link(path, entry.link)?,
            What::SameAs => self.same_as(path, &entry.link)?,
            What::Pipe | What::Other => self.cautions.add(Fate::Special, &path),
        }
        Ok(())
    }

    fn open(
        &mut self,
        path: Raw,
        holes: Option<Holes>,
        length: u64,
        entry: &Entry,
    ) -> Result<(), Stop> {
        let Some(mut at) = self.dest(&path)? else {
            self.ledger.without(path);
            return Ok(());
        };
        let file = loop {
            match File::create_new(&at) {
                Ok(file) => break file,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    at.set_file_name(self.names.another(&path));
                }
                Err(error) if is_unnamable(&error) => {
                    self.cautions.add(Fate::Unnamable, &path);
                    self.ledger.without(path);
                    return Ok(());
                }
                Err(error) => return Err(here(&error, &path)),
            }
        };
        if self.names.is_changed(&path) {
            self.cautions.add(Fate::Renamed, &path);
        }
        if holes.is_some() {
            file.set_len(length).map_err(|error| here(&error, &path))?;
        }
        self.open = Some(Open {
            file,
            path,
            holes,
            length,
            stored: 0,
            mode: entry.mode,
            changed: entry.changed,
        });
        Ok(())
    }

    fn body(&mut self, bytes: &Bytes) -> Result<(), Stop> {
        self.work.read(bytes.len() as u64);
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        open.stored += bytes.len() as u64;
        let Open {
            file, path, holes, ..
        } = open;
        match holes {
            None => {
                self.summing.bytes(bytes);
                file.write_all(bytes).map_err(|error| here(&error, path))
            }
            Some(holes) => holes.feed(bytes, |at, bytes| {
                file.seek(SeekFrom::Start(at))
                    .and_then(|_| file.write_all(bytes))
                    .map_err(|error| here(&error, path))
            }),
        }
    }

    fn end(&mut self) -> Result<(), Stop> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        match &open.holes {
            Some(holes) if !holes.is_whole() => {
                return Err(Broken("a file with holes ends too early").into());
            }
            // What was not sent counts too: the file is as long as was promised.
            Some(_) => self.work.read(open.length.saturating_sub(open.stored)),
            None => self.summing.end(open.path.clone()),
        }
        // Where the disk keeps neither, the bytes are there all the same.
        let _ = set_mode(&open.file, open.mode);
        if let Some(time) = time(open.changed) {
            let _ = open.file.set_modified(time);
        }
        self.landed.bytes += open.length;
        self.count();
        Ok(())
    }

    fn count(&mut self) {
        self.landed.files += 1;
        self.work.file();
    }

    /// Makes a note of a link; it is made when nothing more is written.
    fn link(&mut self, path: Raw, target: Raw) -> Result<(), Stop> {
        if !cfg!(unix) {
            self.cautions.add(Fate::NoLinks, &path);
            return Ok(());
        }
        let inside = match self.top_of(&path)? {
            // One that was asked for by itself may lead to another thing that was.
            top if top == path => target
                .names()
                .find(|name| *name != b".")
                .is_some_and(|first| {
                    let folder = path.split().map_or(&[][..], |(folder, _)| folder);
                    stays(&target.0, 0) && self.tops.contains_key(&Raw::from(folder).join(first))
                }),
            top => stays(&target.0, path.names().count() - top.names().count() - 1),
        };
        if !inside {
            self.cautions.add(Fate::LinkOut, &path);
        } else if let Some(at) = self.dest(&path)? {
            self.links.push((at, target));
        }
        Ok(())
    }

    /// Another name of a file that was written already.
    fn same_as(&mut self, path: Raw, first: &Raw) -> Result<(), Stop> {
        let first = plain(first)?;
        self.top_of(&first)?;
        let from = self.dest(&first)?;
        let (Some(from), Some(at)) = (from, self.dest(&path)?) else {
            return Ok(());
        };
        if !std::fs::symlink_metadata(&from).is_ok_and(|meta| meta.is_file()) {
            // It was left out, and this is another name of it.
            self.cautions.add(Fate::Unread, &path);
            return Ok(());
        }
        if std::fs::symlink_metadata(&at).is_ok() {
            return Err(Broken("a name comes twice").into());
        }
        // Not every disk has several names for one file; then it is there twice.
        let made =
            std::fs::hard_link(&from, &at).or_else(|_| std::fs::copy(&from, &at).map(|_| ()));
        match made {
            Ok(()) => self.count(),
            Err(error) if is_unnamable(&error) => self.cautions.add(Fate::Unnamable, &path),
            Err(error) => return Err(here(&error, &path)),
        }
        Ok(())
    }

    /// What was asked for that this lies in.
    fn top_of(&self, path: &Raw) -> Result<Raw, Stop> {
        let mut at = Some(path.clone());
        while let Some(reached) = at {
            if self.tops.contains_key(&reached) {
                return Ok(reached);
            }
            at = reached.split().map(|(folder, _)| Raw::from(folder));
        }
        Err(Broken("a name was not asked for").into())
    }

    /// Where something is written; `None` where its folder is left out.
    fn dest(&mut self, path: &Raw) -> Result<Option<PathBuf>, Stop> {
        if let Some(name) = self.tops.get(path) {
            return Ok(Some(self.aside.join(name)));
        }
        let Some((folder, _)) = path.split() else {
            return Err(Broken("a name was not asked for").into());
        };
        let folder = self.folder(&Raw::from(folder))?;
        Ok(folder.map(|folder| folder.join(self.names.of(path))))
    }

    /// A folder here, made where it is not yet; `None` for one that is left out.
    fn folder(&mut self, path: &Raw) -> Result<Option<PathBuf>, Stop> {
        let mut missing = Vec::new();
        let mut reached = path.clone();
        let mut at = loop {
            if let Some(known) = self.folders.get(&reached) {
                break known.clone();
            }
            if let Some(name) = self.tops.get(&reached) {
                let at = self.aside.join(name);
                break self.make(&reached, at)?;
            }
            let Some((above, _)) = reached.split() else {
                return Err(Broken("a name was not asked for").into());
            };
            let above = Raw::from(above);
            missing.push(std::mem::replace(&mut reached, above));
        };
        while let Some(path) = missing.pop() {
            at = match at {
                Some(above) => {
                    let at = above.join(self.names.of(&path));
                    self.make(&path, at)?
                }
                None => None,
            };
        }
        Ok(at)
    }

    fn make(&mut self, path: &Raw, mut at: PathBuf) -> Result<Option<PathBuf>, Stop> {
        let made = loop {
            match std::fs::create_dir(&at) {
                Ok(()) => break Some(at),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    at.set_file_name(self.names.another(path));
                }
                Err(error) if is_unnamable(&error) => {
                    self.cautions.add(Fate::Unnamable, path);
                    break None;
                }
                Err(error) => return Err(here(&error, path)),
            }
        };
        if self.names.is_changed(path) {
            self.cautions.add(Fate::Renamed, path);
        }
        self.folders.insert(path.clone(), made.clone());
        Ok(made)
    }
}

/// The path that an entry's name stands for.
fn plain(name: &Raw) -> Result<Raw, Stop> {
    let name = name.0.strip_suffix(b"/").unwrap_or(&name.0);
    if name == b"." {
        return Ok(Raw::default());
    }
    let path = Raw::from(name);
    if path.is_plain() {
        Ok(path)
    } else {
        Err(Broken("a name leads out of what was asked for").into())
    }
}

/// The name or the way to it cannot be on this disk; others can.
fn is_unnamable(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput | ErrorKind::NotFound
    )
}

#[cfg(test)]
mod tests;
