//! One copy, from its look at both sides to its end.

use std::sync::Arc;

use slipway_labs::problem::ProblemKind;
use slipway_porthole::TRASH;
use slipway_porthole::answer::{Answer, Fate as Became, Kind, Outcome, Unpacked, WalkTotals};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{OwnerRule, Request, Sync, UnpackOptions};

use super::taken::settle;
use super::{Failing, stop};
use crate::Problem;
use crate::jobs::{Done, Stop, Work};
use crate::made::Made;
use crate::moving::cautions::{Cautions, Fate};
use crate::moving::words::{no_room, summary};
use crate::place::Place;
use crate::session::{Refused, Session, Step, Steps};
use crate::shared::{Shared, place_name};

pub(super) async fn run(
    shared: &Arc<Shared>,
    from: &Place,
    to: &Place,
    work: &Work,
    failing: Failing,
) -> Result<Done, Stop> {
    // Waited for also by one that is stopped: a porthole that is being started holds its volume.
    let reader = shared.reader(from).await?;
    let session = shared.copier(to, from).await?;
    let copied = over(shared, &reader, &session, from, to, work, failing).await;
    shared.changed(to);
    // Ended and waited for: the volume may have to be removed.
    for session in [reader, session] {
        if let Err(problem) = session.end().await {
            tracing::debug!(%problem, "a porthole is left to end by itself");
        }
    }
    copied
}

async fn over(
    shared: &Arc<Shared>,
    reader: &Session,
    session: &Session,
    from: &Place,
    to: &Place,
    work: &Work,
    failing: Failing,
) -> Result<Done, Stop> {
    let name = place_name(from);
    let all = walk(reader, Raw::default(), &name, work).await?;
    let trash = walk(reader, Raw::from(TRASH), &name, work).await?;
    let totals = WalkTotals {
        files: all.files.saturating_sub(trash.files),
        bytes: all.bytes.saturating_sub(trash.bytes),
        on_disk: all.on_disk.saturating_sub(trash.on_disk),
        ..all
    };
    work.whole(
        totals.bytes,
        u32::try_from(totals.files).unwrap_or(u32::MAX),
    );
    room(session, &totals, work).await?;
    let answers = settle(reader, session, from, to, work).await?;
    let mut copy = Copy {
        made: Made::new(session.clone(), work.clone()),
        cautions: Cautions::default(),
        work: work.clone(),
        files: 0,
        bytes: 0,
        through: (0, 0),
        name: place_name(to),
    };
    let options = UnpackOptions {
        owner: owner(shared, from, to, answers.empty).await,
        taken: answers.others,
        names: answers.names,
        sync: Sync::AtTheEnd,
        beneath: Raw::default(),
    };
    match copy.all(session, options, answers.left_out).await {
        Ok(()) => {
            // What was skipped, or came and went meanwhile, is no part of the whole any more.
            let (bytes, files) = copy.through;
            work.whole(bytes, files);
            Ok(Done {
                summary: summary(copy.files, copy.bytes, false),
                made: None,
                cautions: copy.cautions.told(),
            })
        }
        Err(stop) => Err(match failing {
            Failing::GoesOneByOne => copy.made.undo(stop).await,
            Failing::GoesWhole => stop,
        }),
    }
}

/// Whose the copies are. A folder of this computer is somebody's, and stays so; what comes from one into a
/// volume is for its labs to work with, where they say as whom. Between volumes everything stays whose it
/// was, but what lies around it in the other one is not touched.
async fn owner(shared: &Shared, from: &Place, to: &Place, empty: bool) -> OwnerRule {
    let lab = match (from, to) {
        (_, Place::Folder { .. }) => return OwnerRule::OfTheFolder,
        (Place::Folder { .. }, _) => shared.people(to).await.lab,
        _ => None,
    };
    match lab {
        Some(owner) => OwnerRule::Fixed(owner),
        None if empty => OwnerRule::Keep,
        None => OwnerRule::KeepOfNew,
    }
}

/// Nothing, where there is no such folder.
async fn walk(session: &Session, path: Raw, name: &str, work: &Work) -> Result<WalkTotals, Stop> {
    let asked = session.ask(Request::Walk { path, largest: 0 });
    let mut exchange = work
        .unless_stopped(asked)
        .await?
        .map_err(|refused| stop(refused, name))?;
    loop {
        match work.unless_stopped(exchange.next()).await? {
            Ok(Step::Answer(Answer::Folders(_))) => {}
            Ok(Step::End(Outcome::Walk(totals))) => return Ok(totals),
            Err(Refused::Fault(Fault::NotFound | Fault::NotAFolder)) => {
                return Ok(WalkTotals::default());
            }
            Err(refused) => return Err(stop(refused, name)),
            Ok(_) => return Err(stop(Refused::unexpected(), name)),
        }
    }
}

async fn room(session: &Session, totals: &WalkTotals, work: &Work) -> Result<(), Stop> {
    let Ok(Outcome::Room(room)) = work.unless_stopped(session.one(Request::Room)).await? else {
        // A file system that does not say it says when it is full.
        return Ok(());
    };
    // Files with holes keep them.
    let needed = totals.on_disk.min(totals.bytes);
    if room.total > 0 && needed > room.free {
        return Err(no_room("the engine", needed, room.free).into());
    }
    Ok(())
}

struct Copy {
    made: Made,
    cautions: Cautions,
    work: Work,
    files: u64,
    bytes: u64,
    /// Bytes and files that need not be copied any more, for whatever reason.
    through: (u64, u32),
    name: String,
}

impl Copy {
    async fn all(
        &mut self,
        session: &Session,
        options: UnpackOptions,
        left_out: Vec<Raw>,
    ) -> Result<(), Stop> {
        self.work.go_on()?;
        let mut excludes = left_out;
        excludes.push(Raw::from(TRASH));
        let request = Request::CopyTree {
            from: Raw::default(),
            to: Raw::default(),
            excludes,
            options,
        };
        let exchange = session
            .ask(request)
            .await
            .map_err(|refused| stop(refused, &self.name))?;
        let (mut steps, sending) = exchange.split();
        // Nothing of it comes from here.
        drop(sending);
        let ended = self.hear(&mut steps).await;
        if ended.is_err() {
            for answer in steps.stop().await {
                self.told(answer);
            }
        }
        ended
    }

    async fn hear(&mut self, steps: &mut Steps) -> Result<(), Stop> {
        let work = self.work.clone();
        loop {
            match work.unless_stopped(steps.next()).await? {
                Ok(Step::Answer(answer)) => self.told(answer),
                Ok(Step::End(Outcome::Unpack(_))) => return Ok(()),
                Ok(_) => return Err(stop(Refused::unexpected(), &self.name)),
                Err(refused) => return Err(self.why(refused).into()),
            }
        }
    }

    fn told(&mut self, answer: Answer) {
        match answer {
            Answer::Packed(packed) => {
                for one in packed {
                    if let Some(caution) = &one.caution {
                        self.cautions.packed(&one.path, caution);
                    }
                }
            }
            Answer::Unpacked(entries) => {
                for entry in entries {
                    self.unpacked(entry);
                }
            }
            _ => {}
        }
    }

    fn unpacked(&mut self, entry: Unpacked) {
        let Unpacked {
            name,
            path,
            kind,
            bytes,
            fate,
            ..
        } = entry;
        if kind != Kind::Folder {
            self.work.file();
            self.work.read(bytes);
            self.through.0 = self.through.0.saturating_add(bytes);
            self.through.1 = self.through.1.saturating_add(1);
        }
        match fate {
            Became::Written => self.made.add(path),
            Became::WrittenPlain(_) => {
                self.cautions.add(Fate::Plain, &path);
                self.made.add(path);
            }
            Became::Replaced => {
                if kind != Kind::Folder {
                    self.made.replaced();
                }
            }
            Became::Skipped => return,
            Became::Refused(fault) => {
                self.cautions.refused(&name, kind, &fault);
                return;
            }
        }
        if kind == Kind::File {
            self.files += 1;
            self.bytes = self.bytes.saturating_add(bytes);
        }
    }

    fn why(&self, refused: Refused) -> Problem {
        match refused {
            Refused::Lost(lost) => Problem::new(lost.kind, "The copy broke off.")
                .because(format!(
                    "{} What was there before is whole, and nothing was changed in what was copied.",
                    lost.title
                ))
                .hint("Copy again when Docker answers.")
                .detail(lost.detail.unwrap_or_default()),
            Refused::Fault(Fault::Full) => {
                Problem::new(ProblemKind::DiskFull, "The disk of the engine is full.")
                    .because("What was there before is whole.")
                    .hint("Delete what you no longer need, then copy again.")
            }
            Refused::Fault(Fault::Exists) => Problem::new(
                ProblemKind::NameTaken,
                "Something of the same name was put there in the last moment.",
            )
            .because("It was not touched.")
            .hint("Copy again; you are asked then."),
            refused @ Refused::Fault(_) => refused.about(&self.name),
        }
    }
}
