//! Which names of an upload are taken in the place, and what becomes of them.

use std::collections::{HashMap, HashSet};

use slipway_engine::{Bytes, UnixMillis};
use slipway_porthole::answer::{Answer, Kind as PlaceKind, Outcome, Row};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use super::asking::Standing;
use super::cautions::{Cautions, Fate};
use super::feeding::Sent;
use super::sources::{Kind, Source};
use crate::Problem;
use crate::jobs::{Conflict, ConflictAnswer, Stop, Version, Work};
use crate::names::numbered_bytes;
use crate::opened::shown_name;
use crate::path::visible;
use crate::session::{Refused, Session, Step};

/// Bytes of paths that one question may have; a frame takes four times as much.
const MOST_ASKED: usize = 64 * 1024;

/// Names that are tried at once for "keep both".
const TRIED: u32 = 40;

/// What is sent: new things first, then what takes the place of something.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) new: Vec<Sent>,
    pub(super) replacing: Vec<Sent>,
}

/// Rows of those paths that are there.
pub(crate) async fn there(
    session: &Session,
    paths: impl Iterator<Item = Raw>,
    work: &Work,
) -> Result<HashMap<Raw, Row>, Stop> {
    let mut rows = HashMap::new();
    let mut asked = Vec::new();
    let mut bytes = 0;
    for path in paths {
        bytes += path.0.len() + 4;
        asked.push(path);
        if bytes >= MOST_ASKED {
            ask(session, std::mem::take(&mut asked), &mut rows, work).await?;
            bytes = 0;
        }
    }
    if !asked.is_empty() {
        ask(session, asked, &mut rows, work).await?;
    }
    Ok(rows)
}

async fn ask(
    session: &Session,
    paths: Vec<Raw>,
    rows: &mut HashMap<Raw, Row>,
    work: &Work,
) -> Result<(), Stop> {
    let asked = session.ask(Request::StatAll { paths });
    let mut exchange = work.unless_stopped(asked).await?.map_err(Problem::from)?;
    loop {
        match work
            .unless_stopped(exchange.next())
            .await?
            .map_err(Problem::from)?
        {
            Step::Answer(Answer::Found(found)) => rows.extend(found),
            Step::End(Outcome::Count(_)) => return Ok(()),
            _ => return Err(Problem::from(Refused::unexpected()).into()),
        }
    }
}

/// Asks for every name that is taken, and sorts what is sent.
pub(super) async fn sort(
    session: &Session,
    folder: &Raw,
    sources: Vec<Source>,
    cautions: &Cautions,
    work: &Work,
) -> Result<Sorted, Stop> {
    let in_place = |path: &Raw| beneath(folder, path);
    let tops = sources.iter().filter(|one| !one.path.0.contains(&b'/'));
    let mut rows = there(session, tops.map(|one| in_place(&one.path)), work).await?;
    // Only in folders that are there already can anything be taken.
    let merged: HashSet<Raw> = sources
        .iter()
        .filter(|one| one.kind == Kind::Folder)
        .map(|one| &one.path)
        .filter(|path| {
            let row = rows.get(&in_place(path));
            row.is_some_and(|row| row.kind == PlaceKind::Folder)
        })
        .cloned()
        .collect();
    let inner = sources.iter().filter(|one| {
        let top = one.path.names().next().unwrap_or_default();
        one.path.0.contains(&b'/') && merged.contains(&Raw::from(top))
    });
    rows.extend(there(session, inner.map(|one| in_place(&one.path)), work).await?);
    let mut sorting = Sorting {
        session,
        folder,
        rows,
        work,
        cautions,
        claimed: sources.iter().map(|one| one.path.clone()).collect(),
        folders: HashMap::new(),
        standing: Standing::default(),
        left: 0,
        sorted: Sorted::default(),
    };
    sorting.left = sources.iter().filter(|one| sorting.is_taken(one)).count();
    for source in sources {
        sorting.one(source).await?;
    }
    Ok(sorting.sorted)
}

struct Sorting<'a> {
    session: &'a Session,
    folder: &'a Raw,
    rows: HashMap<Raw, Row>,
    work: &'a Work,
    cautions: &'a Cautions,
    claimed: HashSet<Raw>,
    /// Where folders of the sources go; `None` for those that are skipped. The flag says that it is
    /// there already.
    folders: HashMap<Raw, Option<(Raw, bool)>>,
    standing: Standing,
    /// Taken names that were not come to yet.
    left: usize,
    sorted: Sorted,
}

impl Sorting<'_> {
    fn row(&self, path: &Raw) -> Option<&Row> {
        self.rows.get(&beneath(self.folder, path))
    }

    /// Folders are merged into folders; everything else that is there is in the way.
    fn is_taken(&self, source: &Source) -> bool {
        self.row(&source.path)
            .is_some_and(|row| row.kind != PlaceKind::Folder || source.kind != Kind::Folder)
    }

    async fn one(&mut self, source: Source) -> Result<(), Stop> {
        let (above, name) = source.path.split().unwrap_or((&[], &[]));
        let above = Raw::from(above);
        let (into, merges) = if above.0.is_empty() {
            (Raw::default(), true)
        } else {
            let Some(Some((into, merges))) = self.folders.get(&above) else {
                // Its folder is skipped.
                self.left -= usize::from(self.is_taken(&source));
                if source.kind == Kind::Folder {
                    self.folders.insert(source.path, None);
                }
                return Ok(());
            };
            (into.clone(), *merges)
        };
        let path = into.join(name);
        let taken = self.is_taken(&source);
        self.left -= usize::from(taken);
        if !(taken && merges) {
            let is_there = merges && self.row(&source.path).is_some();
            self.send(source, path, is_there, false);
            return Ok(());
        }
        let both = self.free(&into, name).await?;
        let Some(row) = self.row(&source.path) else {
            return Ok(());
        };
        let mixed = row.kind == PlaceKind::Folder || source.kind == Kind::Folder;
        let question = Conflict {
            name: shown_name(&path),
            folder: shown(self.folder, &into),
            there: of_row(row),
            coming: of_source(&source),
            both_name: shown_name(&both),
            more: u32::try_from(self.left).unwrap_or(u32::MAX),
        };
        match self.standing.answer(question, mixed, self.work).await? {
            ConflictAnswer::Skip => {
                if source.kind == Kind::Folder {
                    self.folders.insert(source.path, None);
                }
            }
            ConflictAnswer::Replace => self.send(source, path, true, true),
            ConflictAnswer::KeepBoth => {
                if self.standing.is_beside() {
                    self.cautions.add(Fate::BesideOther, &path);
                }
                self.claimed.insert(both.clone());
                self.send(source, both, false, false);
            }
        }
        Ok(())
    }

    fn send(&mut self, source: Source, path: Raw, is_there: bool, replaces: bool) {
        if source.kind == Kind::Folder {
            self.folders
                .insert(source.path.clone(), Some((path.clone(), is_there)));
        }
        let sent = Sent { source, path };
        if replaces {
            self.sorted.replacing.push(sent);
        } else {
            self.sorted.new.push(sent);
        }
    }

    /// A name in a folder that nothing has and nothing else will get.
    async fn free(&self, into: &Raw, name: &[u8]) -> Result<Raw, Stop> {
        let mut from = 2;
        loop {
            let tried: Vec<Raw> = (from..from + TRIED)
                .map(|number| into.join(&numbered_bytes(name, number)))
                .filter(|path| !self.claimed.contains(path))
                .collect();
            let asked = tried.iter().map(|path| beneath(self.folder, path));
            let rows = there(self.session, asked, self.work).await?;
            let free = tried
                .into_iter()
                .find(|path| !rows.contains_key(&beneath(self.folder, path)));
            if let Some(free) = free {
                return Ok(free);
            }
            from += TRIED;
        }
    }
}

/// The path in the place of something that is uploaded into `folder`.
pub(super) fn beneath(folder: &Raw, path: &Raw) -> Raw {
    if folder.0.is_empty() {
        path.clone()
    } else if path.0.is_empty() {
        folder.clone()
    } else {
        folder.join(&path.0)
    }
}

fn shown(folder: &Raw, into: &Raw) -> String {
    let whole = beneath(folder, into);
    if whole.0.is_empty() {
        "/".to_owned()
    } else {
        visible(&whole.0).0
    }
}

fn of_row(row: &Row) -> Version {
    let millis = row
        .changed
        .seconds
        .checked_mul(1000)
        .map(|millis| millis + i64::from(row.changed.nanoseconds / 1_000_000));
    Version {
        folder: row.kind == PlaceKind::Folder,
        size: (row.kind == PlaceKind::File).then_some(Bytes(row.size)),
        changed: millis.map(UnixMillis),
    }
}

fn of_source(source: &Source) -> Version {
    let (seconds, nanoseconds) = source.changed;
    let millis = seconds
        .checked_mul(1000)
        .map(|millis| millis + i64::from(nanoseconds / 1_000_000));
    Version {
        folder: source.kind == Kind::Folder,
        size: match source.kind {
            Kind::File { size } => Some(Bytes(size)),
            _ => None,
        },
        changed: millis.map(UnixMillis),
    }
}
