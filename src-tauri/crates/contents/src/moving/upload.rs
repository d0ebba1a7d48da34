//! An upload: from this computer into a place.
//!
//! Two archives are sent, so that nothing is written over that nobody was asked about: the first may put
//! nothing in the place of anything, the second holds what may. The program in the container writes each
//! file aside and renames it when it is whole, so what was there stays whole whatever breaks off. What was
//! newly made is remembered, and taken away again where the upload does not come to its end.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Fate as Became, Kind as PlaceKind, Outcome, Row, Unpacked};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{OwnerRule, Request, Sync, Taken, UnpackOptions};
use tokio::sync::mpsc;

use super::cautions::{Cautions, Fate};
use super::download::torn;
use super::feeding::{Feeding, Sent};
use super::owner;
use super::sources::{Kind, Source, gather};
use super::sums::Ledger;
use super::taken::{Sorted, beneath, sort};
use super::words::{no_room, not_the_same, summary};
use crate::Problem;
use crate::jobs::{Done, Stop, Work};
use crate::made::Made;
use crate::path::visible;
use crate::place::Place;
use crate::session::{Refused, Sending, Session, Step, Steps};
use crate::shared::Shared;

/// Pieces of the archive that may wait for the place; each is up to 256 KiB.
const WAITING: usize = 8;

pub(super) async fn run(
    shared: Arc<Shared>,
    place: Place,
    folder: Raw,
    chosen: Vec<PathBuf>,
    work: Work,
) -> Result<Done, Stop> {
    let cautions = Arc::new(Cautions::default());
    let session = work.unless_stopped(shared.writer(&place)).await??;
    let row = folder_row(&session, &folder, &work).await?;
    let owner = owner::rule(&shared, &place, &row).await;
    let sources = {
        let (cautions, work) = (Arc::clone(&cautions), work.clone());
        let into_root = folder.0.is_empty();
        tokio::task::spawn_blocking(move || gather(&chosen, into_root, &cautions, &work))
            .await
            .map_err(torn)??
    };
    let (bytes, files) = totals(&sources);
    work.whole(bytes, u32::try_from(files).unwrap_or(u32::MAX));
    room(&session, bytes, sources.len() as u64, &work).await?;
    let Sorted { new, replacing } = sort(&session, &folder, sources, &cautions, &work).await?;
    let (bytes, files) = totals(new.iter().chain(&replacing).map(|one| &one.source));
    work.whole(bytes, u32::try_from(files).unwrap_or(u32::MAX));
    let mut upload = Upload {
        made: Made::new(session.clone(), work.clone()),
        session,
        folder,
        owner,
        ledger: Arc::new(Ledger::default()),
        cautions,
        work,
        files: 0,
        bytes: 0,
    };
    let all = upload.all(new, replacing).await;
    let done = match all {
        Ok(()) => Ok(Done {
            summary: if upload.files == 0 && upload.made.is_empty() {
                "Nothing was uploaded.".to_owned()
            } else {
                summary(upload.files, upload.bytes, true)
            },
            made: None,
            cautions: upload.cautions.told(),
        }),
        Err(stop) => Err(upload.made.undo(stop).await),
    };
    shared.changed(&place);
    done
}

/// The folder that is uploaded into.
async fn folder_row(session: &Session, folder: &Raw, work: &Work) -> Result<Row, Stop> {
    let name = visible(&folder.0).0;
    let asked = session.one(Request::Stat {
        path: folder.clone(),
    });
    match work.unless_stopped(asked).await? {
        Ok(Outcome::Row(row))
            if row.kind == PlaceKind::Folder || row.target_kind == Some(PlaceKind::Folder) =>
        {
            Ok(row)
        }
        Ok(Outcome::Row(_)) => Err(Refused::Fault(Fault::NotAFolder).about(&name).into()),
        Ok(_) => Err(Problem::from(Refused::unexpected()).into()),
        Err(refused) => Err(refused.about(&name).into()),
    }
}

fn totals<'a>(sources: impl IntoIterator<Item = &'a Source>) -> (u64, u64) {
    sources
        .into_iter()
        .filter_map(|one| match one.kind {
            Kind::File { size } => Some(size),
            _ => None,
        })
        .fold((0, 0), |(bytes, files): (u64, u64), size| {
            (bytes.saturating_add(size), files + 1)
        })
}

/// Whether all of it fits, beside what may be replaced by it.
async fn room(session: &Session, bytes: u64, names: u64, work: &Work) -> Result<(), Stop> {
    let Ok(Outcome::Room(room)) = work.unless_stopped(session.one(Request::Room)).await? else {
        // A file system that does not say it says when it is full.
        return Ok(());
    };
    if room.total > 0 && bytes > room.free {
        return Err(no_room("the engine", bytes, room.free).into());
    }
    if room.free_files.is_some_and(|free| free > 0 && names > free) {
        return Err(Problem::new(
            ProblemKind::DiskFull,
            "The disk of the engine takes no more so many files.",
        )
        .because("Nothing was uploaded.")
        .hint("Delete what you no longer need, or upload less at once.")
        .into());
    }
    Ok(())
}

struct Upload {
    session: Session,
    folder: Raw,
    owner: OwnerRule,
    ledger: Arc<Ledger>,
    cautions: Arc<Cautions>,
    work: Work,
    made: Made,
    files: u64,
    bytes: u64,
}

impl Upload {
    async fn all(&mut self, new: Vec<Sent>, replacing: Vec<Sent>) -> Result<(), Stop> {
        self.archive(new, Taken::Refuse).await?;
        self.archive(replacing, Taken::Replace).await?;
        self.ledger
            .verdict()
            .map(drop)
            .map_err(|wrong| Stop::Failed(not_the_same(&wrong)))
    }

    /// Sends one archive and waits for its end.
    async fn archive(&mut self, all: Vec<Sent>, taken: Taken) -> Result<(), Stop> {
        if all.is_empty() {
            return Ok(());
        }
        self.work.go_on()?;
        // A power cut must not cost a file that was there; of a new one, the source is still here.
        let sync = match taken {
            Taken::Replace => Sync::Each,
            _ => Sync::Later,
        };
        let request = Request::Unpack {
            target: self.folder.clone(),
            options: UnpackOptions {
                owner: self.owner,
                taken,
                sync,
                ..UnpackOptions::default()
            },
        };
        let exchange = self.session.ask(request).await.map_err(Problem::from)?;
        let (mut steps, sending) = exchange.split();
        let (out, pieces) = mpsc::channel(WAITING);
        let feeding = Feeding::new(out, &self.ledger, &self.cautions, &self.work);
        let reading = tokio::task::spawn_blocking(move || feeding.run(&all));
        let sent = tokio::spawn(send(sending, pieces));
        let ended = self.hear(&mut steps).await;
        if ended.is_err() {
            for answer in steps.stop().await {
                self.told(answer);
            }
        }
        // A request that has ended takes nothing more, so both ends of the pieces end now.
        sent.await.map_err(torn)?;
        let (read, summed) = reading.await.map_err(torn)?;
        summed.await.map_err(torn)?;
        match (ended, read) {
            // Where the reader broke off, the archive ended early; the reader knows why.
            (Err(Stop::Failed(_)), Err(Stop::Failed(problem))) => Err(problem.into()),
            (Err(stop), _) => Err(stop),
            (Ok(()), read) => read,
        }
    }

    async fn hear(&mut self, steps: &mut Steps) -> Result<(), Stop> {
        let work = self.work.clone();
        loop {
            match work.unless_stopped(steps.next()).await? {
                Ok(Step::Answer(answer)) => self.told(answer),
                Ok(Step::End(Outcome::Unpack(_))) => return Ok(()),
                Ok(_) => return Err(Problem::from(Refused::unexpected()).into()),
                Err(refused) => return Err(why(refused).into()),
            }
        }
    }

    fn told(&mut self, answer: Answer) {
        if let Answer::Unpacked(entries) = answer {
            for entry in entries {
                self.unpacked(entry);
            }
        }
    }

    fn unpacked(&mut self, entry: Unpacked) {
        let Unpacked {
            name, kind, fate, ..
        } = entry;
        let name = Raw::from(name.0.strip_suffix(b"/").unwrap_or(&name.0));
        match fate {
            Became::Written => self.made.add(beneath(&self.folder, &name)),
            Became::WrittenPlain(_) => {
                self.cautions.add(Fate::Plain, &name);
                self.made.add(beneath(&self.folder, &name));
            }
            Became::Replaced => {
                if kind != PlaceKind::Folder {
                    self.made.replaced();
                }
            }
            Became::Skipped => {
                self.ledger.without(name);
                return;
            }
            Became::Refused(fault) => {
                self.cautions.refused(&name, kind, &fault);
                self.ledger.without(name);
                return;
            }
        }
        if kind == PlaceKind::File {
            self.files += 1;
            self.bytes = self.bytes.saturating_add(entry.bytes);
            self.work.file();
            if let Some(sum) = entry.sha256 {
                self.ledger.there(name, sum);
            }
        }
    }
}

/// From the reader to the place. Ends early where the request has ended.
async fn send(sending: Sending, mut pieces: mpsc::Receiver<Bytes>) {
    while let Some(piece) = pieces.recv().await {
        if sending.send(&piece).await.is_err() {
            return;
        }
    }
    // Where it cannot be said, the request has ended already, and says why.
    let _ = sending.finish();
}

/// Why an upload does not go on.
fn why(refused: Refused) -> Problem {
    match refused {
        Refused::Lost(lost) => Problem::new(lost.kind, "The upload broke off.")
            .because(format!(
                "{} What was there before is whole: a file is the old one or the new one, never a part.",
                lost.title
            ))
            .hint("Upload it again when Docker answers.")
            .detail(lost.detail.unwrap_or_default()),
        Refused::Fault(Fault::Full) => {
            Problem::new(ProblemKind::DiskFull, "The disk of the engine is full.")
                .because("What was there before is whole.")
                .hint("Delete what you no longer need, or upload less at once.")
        }
        Refused::Fault(Fault::Exists) => Problem::new(
            ProblemKind::NameTaken,
            "Something of the same name was put there in the last moment.",
        )
        .because("It was not touched.")
        .hint("Upload again; you are asked then."),
        Refused::Fault(_) => refused.about("This"),
    }
}
