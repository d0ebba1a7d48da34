//! Deleting, and taking it back.

use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Kind, Moment, Outcome, TrashEntry};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use super::{Changing, Trash, TrashedEntry, about};
use crate::names::numbered_bytes;
use crate::opened::shown_name;
use crate::place::{EntryPath, PlaceId};
use crate::session::{Refused, Session, Step};
use crate::{Contents, Problem, Result};

/// More things of one name than anybody has.
const TRIES: u32 = 1000;

impl Contents {
    /// Into the trash of the place; the ids bring them back. Ends at the first one that cannot be moved,
    /// and brings back those before it.
    pub async fn trash(&self, place: PlaceId, paths: Vec<EntryPath>) -> Result<Vec<String>> {
        let paths: Vec<Raw> = paths.iter().map(EntryPath::raw).collect::<Result<_>>()?;
        if paths.iter().any(|path| path.0.is_empty()) {
            return Err(Problem::new(
                ProblemKind::Other,
                "The volume or folder itself is not deleted here.",
            )
            .hint("Choose what lies in it."));
        }
        let changing = self.changing(place).await?;
        let mut ids = Vec::with_capacity(paths.len());
        for path in paths {
            let request = Request::Trash {
                paths: vec![path.clone()],
            };
            match entries(&changing.session, request).await {
                Ok(trashed) => ids.extend(trashed.iter().map(|entry| entry.id)),
                Err(refused) => {
                    for id in ids {
                        // What cannot go back stays in the trash, where it can be seen.
                        let _ = changing
                            .session
                            .one(Request::RestoreTrash { id, to: None })
                            .await;
                    }
                    return Err(refused.about(&shown_name(&path)));
                }
            }
        }
        changing.changed();
        Ok(ids.into_iter().map(name_of).collect())
    }

    /// Newest first.
    pub async fn list_trash(&self, place: PlaceId) -> Result<Trash> {
        let opened = self.shared.place(place)?;
        let mut found = entries(&opened.session()?, Request::ListTrash).await?;
        found.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        let mut trash = Trash::default();
        for entry in found {
            trash.bytes = Bytes(trash.bytes.0.saturating_add(entry.bytes));
            trash.files = trash
                .files
                .saturating_add(u32::try_from(entry.files).unwrap_or(u32::MAX));
            trash.entries.push(TrashedEntry {
                id: name_of(entry.id),
                name: shown_name(&entry.path),
                path: EntryPath::of(&entry.path),
                folder: entry.kind == Kind::Folder,
                bytes: Bytes(entry.bytes),
                trashed: millis(entry.trashed),
            });
        }
        Ok(trash)
    }

    /// Back to where they lay, under another name where that is taken. A folder that is gone is made
    /// again.
    pub async fn restore_trashed(
        &self,
        place: PlaceId,
        ids: Vec<String>,
    ) -> Result<Vec<EntryPath>> {
        let ids: Vec<u64> = ids.iter().map(|id| id_of(id)).collect::<Result<_>>()?;
        let changing = self.changing(place).await?;
        let known = entries(&changing.session, Request::ListTrash).await?;
        let mut back = Vec::with_capacity(ids.len());
        for id in ids {
            let entry = known
                .iter()
                .find(|entry| entry.id == id)
                .ok_or_else(not_in_the_trash)?;
            back.push(EntryPath::of(&restore(&changing, entry).await?));
        }
        changing.changed();
        Ok(back)
    }

    /// For good.
    pub async fn empty_trash(&self, place: PlaceId) -> Result<()> {
        let changing = self.changing(place).await?;
        changing
            .session
            .one(Request::EmptyTrash { ids: None })
            .await?;
        changing.changed();
        Ok(())
    }
}

async fn restore(changing: &Changing, entry: &TrashEntry) -> Result<Raw> {
    let (folder, last) = entry.path.split().unwrap_or((&[], &[]));
    let folder = Raw::from(folder);
    let mut made_folders = false;
    let mut number = 1;
    loop {
        let to = match number {
            1 => entry.path.clone(),
            number => folder.join(&numbered_bytes(last, number)),
        };
        let request = Request::RestoreTrash {
            id: entry.id,
            to: Some(to.clone()),
        };
        match changing.session.one(request).await {
            Ok(_) => return Ok(to),
            Err(Refused::Fault(Fault::Exists)) if number < TRIES => number += 1,
            Err(Refused::Fault(Fault::NotFound)) if !made_folders => {
                made_folders = true;
                make_folders(changing, &folder).await?;
            }
            Err(Refused::Fault(Fault::NotFound)) => return Err(not_in_the_trash()),
            Err(refused) => return Err(about(refused, &to)),
        }
    }
}

/// Makes what is missing of a folder's path.
async fn make_folders(changing: &Changing, folder: &Raw) -> Result<()> {
    let mut path = Raw::default();
    for name in folder.names() {
        path = path.join(name);
        let request = Request::MakeFolder {
            path: path.clone(),
            owner: None,
        };
        match changing.session.one(request).await {
            Ok(_) | Err(Refused::Fault(Fault::Exists)) => {}
            Err(refused) => return Err(refused.about(&shown_name(&path))),
        }
    }
    Ok(())
}

async fn entries(session: &Session, request: Request) -> Result<Vec<TrashEntry>, Refused> {
    let mut exchange = session.ask(request).await?;
    let mut entries = Vec::new();
    loop {
        match exchange.next().await? {
            Step::Answer(Answer::Trash(more)) => entries.extend(more),
            Step::End(Outcome::Count(_)) => return Ok(entries),
            _ => return Err(Refused::unexpected()),
        }
    }
}

fn not_in_the_trash() -> Problem {
    Problem::new(ProblemKind::Gone, "This is not in the trash any more.")
        .because("It was brought back or removed meanwhile.")
}

/// Numbers of this size are none in a page.
fn name_of(id: u64) -> String {
    format!("{id:016x}")
}

fn id_of(name: &str) -> Result<u64> {
    u64::from_str_radix(name, 16).map_err(|_| not_in_the_trash())
}

pub(super) fn millis(moment: Moment) -> Option<UnixMillis> {
    let millis = moment
        .seconds
        .checked_mul(1000)?
        .checked_add(i64::from(moment.nanoseconds / 1_000_000))?;
    // What no date can be is not shown as one.
    jiff::Timestamp::from_millisecond(millis).ok()?;
    Some(UnixMillis(millis))
}
