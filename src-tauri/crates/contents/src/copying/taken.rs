//! Which names of the source the other place has already, and what becomes of them.
//!
//! The source is gone through by name in steps, and each step's names are looked for in the other place, so
//! a million files take no memory here. Folders are merged into folders; everything else that is there
//! is asked about, once for each or once for all.

use std::collections::HashSet;

use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Hit, Kind, Moment, Row};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Search, SearchFor, Taken};
use slipway_porthole::{ASIDE, TRASH};

use super::stop;
use crate::Problem;
use crate::jobs::{Conflict, ConflictAnswer, Stop, Version, Work};
use crate::moving::taken::there;
use crate::names::numbered_bytes;
use crate::opened::shown_name;
use crate::path::visible;
use crate::place::Place;
use crate::session::{Refused, Session, Step};
use crate::shared::place_name;

/// Paths that are looked for at once.
const STEP: usize = 512;

/// Bytes of names that one request may say; a frame takes 256 KiB.
const MOST_NAMED: usize = 160 * 1024;

/// Names that are tried for "keep both".
const TRIES: u32 = 1000;

/// What becomes of names that are taken.
pub(super) struct Answers {
    /// Single ones.
    pub(super) names: Vec<(Raw, Taken)>,
    /// All others.
    pub(super) others: Taken,
    /// Not copied at all.
    pub(super) left_out: Vec<Raw>,
    /// Nothing lies there yet.
    pub(super) empty: bool,
}

pub(super) async fn settle(
    reader: &Session,
    session: &Session,
    from: &Place,
    to: &Place,
    work: &Work,
) -> Result<Answers, Stop> {
    let mut settling = Settling {
        session,
        to: place_name(to),
        work,
        named: 0,
        for_all: None,
        skipped: HashSet::new(),
        answers: Answers {
            names: Vec::new(),
            others: Taken::Refuse,
            left_out: Vec::new(),
            empty: is_empty(session, work).await?,
        },
    };
    if settling.answers.empty {
        return Ok(settling.answers);
    }
    let name = place_name(from);
    let asked = reader.ask(Request::Search(Search {
        path: Raw::default(),
        what: SearchFor::Name(Raw::from("*")),
        case: true,
        hidden: true,
        most: u32::MAX,
        most_of_one: 1,
    }));
    let mut exchange = work
        .unless_stopped(asked)
        .await?
        .map_err(|refused| stop(refused, &name))?;
    let mut hits = Vec::new();
    loop {
        match work
            .unless_stopped(exchange.next())
            .await?
            .map_err(|refused| stop(refused, &name))?
        {
            Step::Answer(Answer::Hits(more)) => {
                hits.extend(more.into_iter().filter(|hit| is_copied(&hit.path)));
                if hits.len() >= STEP {
                    settling.step(std::mem::take(&mut hits)).await?;
                }
            }
            Step::Answer(_) => {}
            Step::End(_) => break,
            Step::Data(_) => return Err(stop(Refused::unexpected(), &name)),
        }
    }
    settling.step(hits).await?;
    Ok(settling.answers)
}

/// Nothing can be taken in a place that holds nothing.
async fn is_empty(session: &Session, work: &Work) -> Result<bool, Stop> {
    let asked = session.ask(Request::List {
        path: Raw::default(),
    });
    let mut exchange = work.unless_stopped(asked).await?.map_err(Problem::from)?;
    loop {
        match work
            .unless_stopped(exchange.next())
            .await?
            .map_err(Problem::from)?
        {
            Step::Answer(Answer::Rows(rows)) => {
                if rows.iter().any(|row| is_copied(&row.name)) {
                    return Ok(false);
                }
            }
            Step::End(_) => return Ok(true),
            _ => return Err(Problem::from(Refused::unexpected()).into()),
        }
    }
}

/// The trash stays where it is, and so does what is half written.
fn is_copied(path: &Raw) -> bool {
    path.names().next() != Some(TRASH.as_bytes())
        && !path
            .split()
            .is_some_and(|(_, name)| name.starts_with(ASIDE.as_bytes()))
}

struct Settling<'a> {
    session: &'a Session,
    to: String,
    work: &'a Work,
    named: usize,
    for_all: Option<ConflictAnswer>,
    /// Folders that are not copied: nothing in them is asked about.
    skipped: HashSet<Raw>,
    answers: Answers,
}

impl Settling<'_> {
    async fn step(&mut self, hits: Vec<Hit>) -> Result<(), Stop> {
        if hits.is_empty() {
            return Ok(());
        }
        let paths = hits.iter().map(|hit| hit.path.clone());
        let rows = there(self.session, paths, self.work).await?;
        let taken: Vec<(Hit, &Row)> = hits
            .into_iter()
            .filter_map(|hit| {
                let row = rows.get(&hit.path)?;
                let merged = hit.kind == Kind::Folder && row.kind == Kind::Folder;
                (!merged).then_some((hit, row))
            })
            .collect();
        let count = taken.len();
        for (at, (hit, row)) in taken.into_iter().enumerate() {
            if self.is_skipped(&hit.path) {
                continue;
            }
            let more = u32::try_from(count - at - 1).unwrap_or(u32::MAX);
            self.one(&hit, row, more).await?;
        }
        Ok(())
    }

    fn is_skipped(&self, path: &Raw) -> bool {
        let mut above = path.clone();
        while let Some((folder, _)) = above.split() {
            let folder = Raw::from(folder);
            if self.skipped.contains(&folder) {
                return true;
            }
            above = folder;
        }
        false
    }

    async fn one(&mut self, hit: &Hit, row: &Row, more: u32) -> Result<(), Stop> {
        // Where a file and a folder want one name, replacing would throw away all that is in the folder.
        let mixed = hit.kind == Kind::Folder || row.kind == Kind::Folder;
        let answer = if let Some(answer) = self.for_all {
            answer
        } else {
            let both = self.free(&hit.path).await?;
            let answered = self
                .work
                .ask(Conflict {
                    name: shown_name(&hit.path),
                    folder: self.folder(&hit.path),
                    there: version(row.kind, row.size, row.changed),
                    coming: version(hit.kind, hit.size, hit.changed),
                    both_name: shown_name(&both),
                    more,
                })
                .await?;
            if answered.for_all {
                self.for_all = Some(answered.answer);
                self.answers.others = match answered.answer {
                    ConflictAnswer::Replace => Taken::Replace,
                    ConflictAnswer::Skip => Taken::Skip,
                    ConflictAnswer::KeepBoth => Taken::Refuse,
                };
            }
            answered.answer
        };
        match answer {
            ConflictAnswer::Skip => {
                if hit.kind == Kind::Folder {
                    self.skipped.insert(hit.path.clone());
                    self.answers.left_out.push(hit.path.clone());
                    self.count(&hit.path, 0)?;
                } else if self.for_all.is_none() {
                    self.say(&hit.path, Taken::Skip)?;
                }
            }
            ConflictAnswer::Replace if !mixed => {
                if self.for_all.is_none() {
                    self.say(&hit.path, Taken::Replace)?;
                }
            }
            ConflictAnswer::Replace | ConflictAnswer::KeepBoth => {
                let both = self.free(&hit.path).await?;
                let name = both.split().map(|(_, name)| Raw::from(name));
                self.say(&hit.path, Taken::CallIt(name.unwrap_or_default()))?;
            }
        }
        Ok(())
    }

    fn say(&mut self, path: &Raw, taken: Taken) -> Result<(), Stop> {
        let more = match &taken {
            Taken::CallIt(name) => name.0.len(),
            _ => 0,
        };
        self.count(path, more)?;
        self.answers.names.push((path.clone(), taken));
        Ok(())
    }

    fn count(&mut self, path: &Raw, more: usize) -> Result<(), Stop> {
        self.named += path.0.len() + more + 8;
        if self.named <= MOST_NAMED {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::NameTaken,
            format!("Too many names are taken in {} already.", self.to),
        )
        .because("Nothing was copied.")
        .hint("Replace or skip all of them at once, or copy into a new volume.")
        .into())
    }

    fn folder(&self, path: &Raw) -> String {
        match path.split() {
            Some((folder, _)) if !folder.is_empty() => visible(folder).0,
            _ => self.to.clone(),
        }
    }

    /// A name that nothing has yet.
    async fn free(&self, path: &Raw) -> Result<Raw, Stop> {
        let (folder, name) = path.split().unwrap_or((&[], &[]));
        let folder = Raw::from(folder);
        for number in 2..TRIES {
            let tried = folder.join(&numbered_bytes(name, number));
            let rows = there(self.session, std::iter::once(tried.clone()), self.work).await?;
            if rows.is_empty() {
                return Ok(tried);
            }
        }
        Err(Problem::from(Refused::unexpected()).into())
    }
}

fn version(kind: Kind, size: u64, changed: Moment) -> Version {
    Version {
        folder: kind == Kind::Folder,
        size: (kind == Kind::File).then_some(Bytes(size)),
        changed: changed
            .seconds
            .checked_mul(1000)
            .and_then(|millis| millis.checked_add(i64::from(changed.nanoseconds / 1_000_000)))
            .map(UnixMillis),
    }
}
