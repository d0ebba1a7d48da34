//! The folders that an archive's entries go into.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, fstat, mkdirat};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Owner;

use super::super::attributes;
use super::super::edit::{Made, dress, set_changed};
use super::super::fault::{Result, fault};
use super::super::mount::{Links, Mount, folder_in};
use super::contents::Wanted;

/// Folders whose owner, mode and time are set at the end, when nothing is written into them any more.
const MOST_DRESSED: usize = 100_000;

/// A path of an archive as names below the target: without `.` and needless `/`.
pub fn plain_path(name: &[u8]) -> Result<Raw> {
    if name.starts_with(b"/") {
        return Err(Fault::LeftThePlace);
    }
    if name.contains(&0) {
        return Err(Fault::BadRequest);
    }
    let mut path = Raw::default();
    for name in name.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => return Err(Fault::LeftThePlace),
            name => path = path.join(name),
        }
    }
    Ok(path)
}

struct Dress {
    path: Raw,
    owner: Owner,
    mode: u16,
    changed: (i64, u32),
}

pub struct Folders<'a> {
    mount: &'a Mount,
    target: &'a OwnedFd,
    made: &'a Made,
    rule: Option<Owner>,
    /// The folder that was used last: most entries lie where the one before them lies.
    last: Option<(Raw, Arc<OwnedFd>)>,
    dress: Vec<Dress>,
}

impl<'a> Folders<'a> {
    pub fn new(
        mount: &'a Mount,
        target: &'a OwnedFd,
        made: &'a Made,
        rule: Option<Owner>,
    ) -> Folders<'a> {
        Folders {
            mount,
            target,
            made,
            rule,
            last: None,
            dress: Vec::new(),
        }
    }

    /// A folder below the target that is there, reached without following a link.
    pub fn open_only(&self, path: &[u8]) -> Result<Arc<OwnedFd>> {
        if let Some((last, open)) = &self.last
            && last.0 == path
        {
            return Ok(Arc::clone(open));
        }
        self.mount
            .folder_below(self.target.as_fd(), path, Links::Never)
            .map(Arc::new)
    }

    /// As [`Folders::open_only`]; what is missing on the way is made.
    pub fn open(&mut self, path: &[u8]) -> Result<Arc<OwnedFd>> {
        let open = match self.open_only(path) {
            Err(Fault::NotFound) => self.make_way(path)?,
            other => other?,
        };
        if self.last.as_ref().is_none_or(|(last, _)| last.0 != path) {
            self.made.sweep(open.as_fd());
        }
        self.last = Some((Raw::from(path), Arc::clone(&open)));
        Ok(open)
    }

    fn make_way(&self, path: &[u8]) -> Result<Arc<OwnedFd>> {
        let mut here = self
            .mount
            .folder_below(self.target.as_fd(), b"", Links::Never)?;
        for name in path.split(|byte| *byte == b'/') {
            here = match folder_in(here.as_fd(), name) {
                Err(Fault::NotFound) => self.new_folder(&here, name)?,
                other => other?,
            };
        }
        Ok(Arc::new(here))
    }

    fn new_folder(&self, folder: &OwnedFd, name: &[u8]) -> Result<OwnedFd> {
        mkdirat(folder, name, Mode::from_raw_mode(0o755)).map_err(fault)?;
        let new = folder_in(folder.as_fd(), name)?;
        self.made.add(&fstat(&new).map_err(fault)?);
        if let Some(owner) = self.rule {
            // A folder that cannot be given away can still be used.
            let _ = dress(&new, Some(owner), 0o755);
        }
        Ok(new)
    }

    /// Makes a folder; true where it was there, and whether it got its extended attributes. What else the
    /// archive says of it is set at the end; all of it of one that was there only with `also_there`.
    pub fn make(
        &mut self,
        path: &Raw,
        owner: Owner,
        wanted: &Wanted,
        also_there: bool,
    ) -> Result<(bool, Result<()>)> {
        let there = match path.split() {
            None => true,
            Some((above, name)) => {
                let above = self.open(above)?;
                match folder_in(above.as_fd(), name) {
                    Err(Fault::NotFound) => {
                        self.new_folder(&above, name)?;
                        false
                    }
                    Err(why) => return Err(why),
                    Ok(_) => true,
                }
            }
        };
        if (also_there || !there) && self.dress.len() < MOST_DRESSED {
            let mode = if self.rule.is_none() {
                wanted.mode
            } else {
                wanted.mode & 0o777
            };
            self.dress.push(Dress {
                path: path.clone(),
                owner,
                mode,
                changed: wanted.changed,
            });
        }
        let mut dressed = Ok(());
        if (also_there || !there) && !wanted.attributes.is_empty() {
            dressed = self
                .open_only(&path.0)
                .and_then(|folder| attributes::set(&*folder, &wanted.attributes));
        }
        Ok((there, dressed))
    }

    /// Sets what the archive says of folders, the deepest first, so that none is closed too early.
    pub fn dress_all(&mut self) {
        self.last = None;
        let mut all = std::mem::take(&mut self.dress);
        all.sort_by(|one, other| other.path.cmp(&one.path));
        for one in all {
            if let Ok(folder) = self.open_only(&one.path.0) {
                // The folder and all in it are there; where its owner or mode cannot be set, it is as
                // other new folders are.
                let _ = dress(&folder, Some(one.owner), one.mode);
                let _ = set_changed(&folder, one.changed.0, one.changed.1);
            }
        }
    }
}
