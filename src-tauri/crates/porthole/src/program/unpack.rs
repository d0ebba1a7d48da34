//! Writing a tar archive into a folder of the place, and nowhere else.
//!
//! An archive may come from anywhere, so its names are only wishes. Every entry is placed by its folder,
//! which is opened below the target without following any link, and by one name in it. A file is written
//! aside and takes its name when it is whole; so whatever happens in between, what was there is still
//! there. Links are made as they are, since nothing here follows them; hard links only to files that lie
//! in the target. Devices, pipes and names with `..` are told as refused.

mod contents;
mod links;
mod place;

use std::io::Read;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::fs::{fstat, syncfs};
use slipway_porthole::answer::{Answer, Fate, Kind, Outcome, UnpackTotals, Unpacked};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Owner, OwnerRule, Sync, Taken, UnpackOptions};
use tar::{Archive, Entry, EntryType};

use self::contents::{Wanted, copy_file};
use self::links::{make_link, second_name};
use self::place::{Folders, plain_path};
use super::attributes;
use super::conversation::Talk;
use super::edit::{Aside, Made, dress, owner, set_changed};
use super::fault::{Carried, Result, fault};
use super::mount::{Links, Mount, stat_in};

const STEP_BYTES: usize = 16 * 1024;
const STEP_TIME: Duration = Duration::from_millis(100);

pub fn from_talk(
    mount: &Mount,
    made: &Made,
    target: &Raw,
    options: &UnpackOptions,
    talk: &Talk,
) -> Result<Outcome> {
    let mut coming = Coming {
        next: || talk.take(),
        bytes: Vec::new(),
        at: 0,
    };
    let totals = unpack(mount, made, target, options, &mut coming, talk)?;
    // What comes after the archive's end is taken and dropped, so that the asker can finish.
    while talk.take()?.is_some() {}
    Ok(Outcome::Unpack(totals))
}

/// Bytes that come in pieces.
pub struct Coming<F> {
    pub next: F,
    pub bytes: Vec<u8>,
    pub at: usize,
}

impl<F: FnMut() -> Result<Option<Vec<u8>>>> Read for Coming<F> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.bytes.len() {
            match (self.next)() {
                Ok(Some(bytes)) => {
                    self.bytes = bytes;
                    self.at = 0;
                }
                Ok(None) => return Ok(0),
                Err(why) => return Err(std::io::Error::other(Carried(why))),
            }
        }
        let count = into.len().min(self.bytes.len() - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// What went wrong while an archive was read: what its source said, or what is wrong with it.
pub fn bad(error: &std::io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Carried(why)) => why.clone(),
        None => Fault::BadArchive {
            why: error.to_string(),
        },
    }
}

pub fn unpack(
    mount: &Mount,
    made: &Made,
    target: &Raw,
    options: &UnpackOptions,
    from: &mut dyn Read,
    talk: &Talk,
) -> Result<UnpackTotals> {
    let target = mount.folder(target, Links::Follow)?;
    let target_owner = owner(&fstat(&target).map_err(fault)?);
    let rule = match options.owner {
        OwnerRule::Keep | OwnerRule::KeepOfNew => None,
        OwnerRule::OfTheFolder => Some(target_owner),
        OwnerRule::Fixed(owner) => Some(owner),
    };
    let mut writing = Writing {
        options,
        made,
        talk,
        rule,
        folders: Folders::new(mount, &target, made, rule),
        told: Vec::new(),
        told_bytes: 0,
        since: Instant::now(),
        totals: UnpackTotals::default(),
    };
    let done = writing.all(from);
    // Also after a fault: what is written is written, and the asker may want to remove it.
    let told = if done.is_ok() {
        writing.flush()
    } else {
        writing.part()
    };
    done?;
    told?;
    writing.folders.dress_all();
    if options.sync == Sync::AtTheEnd {
        syncfs(&target).map_err(fault)?;
    }
    Ok(writing.totals)
}

struct Writing<'a> {
    options: &'a UnpackOptions,
    made: &'a Made,
    talk: &'a Talk,
    /// `None` where the archive says it.
    rule: Option<Owner>,
    folders: Folders<'a>,
    told: Vec<Unpacked>,
    told_bytes: usize,
    since: Instant,
    totals: UnpackTotals,
}

/// What became of an entry, without its names.
struct Done {
    path: Raw,
    bytes: u64,
    sha256: Option<[u8; 32]>,
    fate: Fate,
}

impl Done {
    fn without(fate: Fate) -> Done {
        Done {
            path: Raw::default(),
            bytes: 0,
            sha256: None,
            fate,
        }
    }
}

/// Faults after which the next entry would fare no better.
fn is_final(why: &Fault) -> bool {
    matches!(
        why,
        Fault::Cancelled
            | Fault::Full
            | Fault::ReadOnly
            | Fault::Exists
            | Fault::BadArchive { .. }
            | Fault::BadRequest
            | Fault::Io { .. }
    )
}

impl Writing<'_> {
    fn all(&mut self, from: &mut dyn Read) -> Result<()> {
        let mut archive = Archive::new(from);
        for entry in archive.entries().map_err(|error| bad(&error))? {
            self.talk.go_on()?;
            let mut entry = entry.map_err(|error| bad(&error))?;
            let Some(kind) = kind_of(entry.header().entry_type()) else {
                continue;
            };
            let wanted = Wanted::of(&mut entry)?;
            let done = match self.entry(&mut entry, kind, &wanted) {
                Ok(done) => done,
                Err(why) if is_final(&why) => return Err(why),
                Err(why) => Done::without(Fate::Refused(why)),
            };
            let name = if wanted.name.0.len() > Raw::LONGEST {
                wanted.name.cut()
            } else {
                wanted.name
            };
            self.tell(name, kind, done)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.told_bytes = 0;
        self.since = Instant::now();
        if self.told.is_empty() {
            return Ok(());
        }
        self.talk
            .answer(Answer::Unpacked(std::mem::take(&mut self.told)))
    }

    /// What was not told yet, at the end of a request that fails or was cancelled.
    fn part(&mut self) -> Result<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        self.talk
            .parting(Answer::Unpacked(std::mem::take(&mut self.told)))
    }

    fn tell(&mut self, name: Raw, kind: Kind, done: Done) -> Result<()> {
        let totals = &mut self.totals;
        match (&done.fate, kind) {
            (Fate::Skipped, _) => totals.skipped += 1,
            (Fate::Refused(_), _) => totals.refused += 1,
            (_, Kind::Folder) => totals.folders += 1,
            (_, Kind::Link) => totals.links += 1,
            _ => totals.files += 1,
        }
        totals.bytes += done.bytes;
        self.told_bytes += 80 + name.0.len() + done.path.0.len();
        self.told.push(Unpacked {
            name,
            path: done.path,
            kind,
            bytes: done.bytes,
            sha256: done.sha256,
            fate: done.fate,
        });
        if self.told_bytes >= STEP_BYTES || self.since.elapsed() >= STEP_TIME {
            self.flush()?;
        }
        Ok(())
    }

    /// A path without the folder that is left off.
    fn below(&self, path: Raw) -> Result<Raw> {
        let folder = &self.options.beneath.0[..];
        if folder.is_empty() {
            return Ok(path);
        }
        match path.0.strip_prefix(folder) {
            Some([]) => Ok(Raw::default()),
            Some([b'/', rest @ ..]) => Ok(Raw::from(rest)),
            _ => Err(Fault::LeftThePlace),
        }
    }

    /// What happens where the name is taken, and the path that it is written to.
    fn place(&self, path: &Raw) -> Option<(Raw, Taken)> {
        let mut taken = self.options.taken.clone();
        let mut names: Vec<Vec<u8>> = path.names().map(<[u8]>::to_vec).collect();
        let mut reached = Raw::default();
        for (at, name) in path.names().enumerate() {
            reached = reached.join(name);
            let said = self.options.names.iter().find(|(of, _)| *of == reached);
            match said.map(|(_, taken)| taken) {
                None => {}
                Some(Taken::Skip) => return None,
                Some(Taken::CallIt(other)) => {
                    let plain = other.is_plain() && !other.0.is_empty() && !other.0.contains(&b'/');
                    if plain && let Some(name) = names.get_mut(at) {
                        name.clone_from(&other.0);
                    }
                    taken = Taken::Refuse;
                }
                Some(other) => taken = other.clone(),
            }
        }
        Some((Raw(names.join(&b'/')), taken))
    }

    /// Nothing that is uploaded runs with the rights of its owner; what is restored is as it was.
    fn mode(&self, wanted: &Wanted) -> u16 {
        if self.rule.is_none() {
            wanted.mode
        } else {
            wanted.mode & 0o777
        }
    }

    fn entry(
        &mut self,
        entry: &mut Entry<'_, &mut dyn Read>,
        kind: Kind,
        wanted: &Wanted,
    ) -> Result<Done> {
        if wanted.name.0.len() > Raw::LONGEST {
            return Err(Fault::NameTooLong);
        }
        let path = self.below(plain_path(&wanted.name.0)?)?;
        if matches!(kind, Kind::Pipe | Kind::Device | Kind::Socket) {
            return Err(Fault::NotAFile);
        }
        let Some((path, taken)) = self.place(&path) else {
            return Ok(Done::without(Fate::Skipped));
        };
        let owner = self.rule.unwrap_or(wanted.owner);
        if kind == Kind::Folder {
            let also_there = self.options.owner == OwnerRule::Keep;
            let (there, dressed) = self.folders.make(&path, owner, wanted, also_there)?;
            return Ok(Done {
                path,
                bytes: 0,
                sha256: None,
                fate: match dressed {
                    Err(why) => Fate::WrittenPlain(why),
                    Ok(()) if there => Fate::Replaced,
                    Ok(()) => Fate::Written,
                },
            });
        }
        let (folder, name) = path.split().ok_or(Fault::IsAFolder)?;
        let parent = self.folders.open(folder)?;
        let there = match stat_in(parent.as_fd(), name) {
            Ok(stat) if super::row::kind(&stat) == Kind::Folder => return Err(Fault::IsAFolder),
            Ok(_) => true,
            Err(Fault::NotFound) => false,
            Err(why) => return Err(why),
        };
        if there {
            match taken {
                Taken::Skip => return Ok(Done::without(Fate::Skipped)),
                Taken::Replace => {}
                Taken::Refuse | Taken::CallIt(_) => return Err(Fault::Exists),
            }
        }
        let parent = parent.as_fd();
        let mut fate = if there { Fate::Replaced } else { Fate::Written };
        let mut done = (0, None);
        let replace = matches!(taken, Taken::Replace);
        match entry.header().entry_type() {
            EntryType::Symlink => {
                if let Err(why) = make_link(parent, name, owner, wanted, replace)? {
                    fate = Fate::WrittenPlain(why);
                }
            }
            EntryType::Link => {
                // Where its first name lies is decided as for that name itself.
                let first = self.below(plain_path(&wanted.link.0)?)?;
                let (first, _) = self.place(&first).ok_or(Fault::NotFound)?;
                let (folder, first_name) = first.split().ok_or(Fault::IsAFolder)?;
                let first_parent = self.folders.open_only(folder)?;
                second_name(first_parent.as_fd(), first_name, parent, name, replace)?;
            }
            _ => {
                let aside = Aside::new(parent)?;
                done = copy_file(entry, wanted, &aside, self.talk)?;
                let (seconds, nanoseconds) = wanted.changed;
                let kept = attributes::set(&aside.file, &wanted.attributes);
                let dressed = dress(&aside.file, Some(owner), self.mode(wanted))
                    .and_then(|()| set_changed(&aside.file, seconds, nanoseconds))
                    .and(kept);
                if let Err(why) = dressed {
                    fate = Fate::WrittenPlain(why);
                }
                if self.options.sync == Sync::Each {
                    aside.sync()?;
                }
                aside.finish(name, replace)?;
            }
        }
        if !there && let Ok(stat) = stat_in(parent, name) {
            self.made.add(&stat);
        }
        Ok(Done {
            path,
            bytes: done.0,
            sha256: done.1,
            fate,
        })
    }
}

/// `None` for what only describes others.
fn kind_of(entry: EntryType) -> Option<Kind> {
    match entry {
        EntryType::Directory => Some(Kind::Folder),
        EntryType::Symlink => Some(Kind::Link),
        EntryType::Fifo => Some(Kind::Pipe),
        EntryType::Char | EntryType::Block => Some(Kind::Device),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse | EntryType::Link => {
            Some(Kind::File)
        }
        _ => None,
    }
}
