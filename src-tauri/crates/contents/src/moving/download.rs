//! A download: out of a place, into a folder aside, and from there to its names.

mod naming;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::TRASH;
use slipway_porthole::answer::{Answer, Outcome, Row};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::mpsc;

use self::naming::{Wanted, ask_early, made, settle, wanted};
use super::aside::AsideFolder;
use super::asking::Standing;
use super::cautions::{Cautions, Fate};
use super::landing::{Feed, Landed, Landing, Top};
use super::sums::Ledger;
use super::words::{no_room, not_the_same, summary};
use crate::Problem;
use crate::jobs::{Done, Stop, Work};
use crate::names::Rules;
use crate::path::visible;
use crate::place::Place;
use crate::session::{Refused, Session, Step};
use crate::shared::Shared;

/// Pieces of the archive that may wait for the disk; each is up to 64 KiB.
const WAITING: usize = 32;

pub(super) async fn run(
    shared: Arc<Shared>,
    place: Place,
    paths: Vec<Raw>,
    to: PathBuf,
    work: Work,
) -> Result<Done, Stop> {
    let session = work.unless_stopped(shared.reader(&place)).await??;
    bring(&session, &place, paths, &to, &work).await
}

/// Through a porthole that is there.
pub(super) async fn bring(
    session: &Session,
    place: &Place,
    paths: Vec<Raw>,
    to: &Path,
    work: &Work,
) -> Result<Done, Stop> {
    let cautions = Arc::new(Cautions::default());
    let rows = rows(session, work, &paths, &cautions).await?;
    if rows.is_empty() {
        return Err(
            Problem::new(ProblemKind::Gone, "What was chosen is not there any more.")
                .because("It was moved, renamed or deleted meanwhile. Nothing was downloaded.")
                .hint("Look into the folder again.")
                .into(),
        );
    }
    let (aside, rules) = AsideFolder::make(to).await?;
    let done = async {
        let mut wanted = wanted(rows, rules, to, place);
        let mut standing = Standing::default();
        let replaced = ask_early(&mut wanted, &mut standing, to, &cautions, work).await?;
        if wanted.is_empty() {
            return Ok(Done {
                summary: "Nothing was downloaded.".to_owned(),
                made: None,
                cautions: cautions.told(),
            });
        }
        let landed = carry(session, &wanted, aside.path(), rules, to, &cautions, work).await?;
        let settled = settle(
            &aside,
            &wanted,
            replaced,
            &mut standing,
            to,
            &cautions,
            work,
        )
        .await?;
        Ok(Done {
            summary: if settled.is_empty() {
                "Nothing was downloaded.".to_owned()
            } else {
                summary(landed.files, landed.bytes, !cautions.has(Fate::NotSummed))
            },
            made: made(&settled, &wanted, to),
            cautions: cautions.told(),
        })
    }
    .await;
    aside.remove().await;
    done
}

/// What was asked for, as it is now. Of several, those that are gone are told and left.
async fn rows(
    session: &Session,
    work: &Work,
    paths: &[Raw],
    cautions: &Cautions,
) -> Result<Vec<(Raw, Row)>, Stop> {
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        let asked = session.one(Request::Stat { path: path.clone() });
        match work.unless_stopped(asked).await? {
            Ok(Outcome::Row(row)) => found.push((path.clone(), row)),
            Ok(_) => return Err(Problem::from(Refused::unexpected()).into()),
            Err(refused) if crate::opened::is_missing(&refused) => {
                cautions.add(Fate::Vanished, path);
            }
            Err(refused) => return Err(refused.about(&visible(&path.0).0).into()),
        }
    }
    Ok(found)
}

/// Brings everything into the folder aside, while it is counted how much it is.
async fn carry(
    session: &Session,
    wanted: &[Wanted],
    aside: &Path,
    rules: Rules,
    to: &Path,
    cautions: &Arc<Cautions>,
    work: &Work,
) -> Result<Landed, Stop> {
    let ledger = Arc::new(Ledger::default());
    let tops: Vec<Top> = wanted.iter().map(|one| one.top.clone()).collect();
    let landing = Landing::new(aside, &tops, rules, &ledger, cautions, work);
    let (feed, coming) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || landing.run(coming));
    let pumped = {
        let pumping = pump(session, &tops, feed, &ledger, cautions, work);
        let counting = count(session, wanted, to, work);
        tokio::pin!(pumping);
        tokio::pin!(counting);
        tokio::select! {
            done = &mut pumping => done,
            counted = &mut counting => match counted {
                Ok(()) => pumping.await,
                Err(stop) => Err(stop),
            },
        }
    };
    // The feed has ended with the pump; the writer ends with the feed.
    let (landed, summed) = writing.await.map_err(torn)?;
    summed.await.map_err(torn)?;
    let landed = match (pumped, landed) {
        // What broke the writer broke the pump too, and is the reason.
        (_, Err(Stop::Failed(problem))) | (Err(Stop::Failed(problem)), _) => {
            return Err(Stop::Failed(problem));
        }
        (Err(stop), _) | (_, Err(stop)) => return Err(stop),
        (Ok(()), Ok(landed)) => landed,
    };
    ledger
        .verdict()
        .map_err(|wrong| Stop::Failed(not_the_same(&wrong)))?;
    Ok(landed)
}

/// A thread broke.
pub(super) fn torn(error: tokio::task::JoinError) -> Stop {
    tracing::error!(%error, "a thread of a job broke");
    Problem::new(ProblemKind::Other, "This could not be finished.")
        .because("Slipway made a mistake in it.")
        .hint("Try again.")
        .into()
}

/// From the place to the writer.
async fn pump(
    session: &Session,
    tops: &[Top],
    feed: mpsc::Sender<Feed>,
    ledger: &Ledger,
    cautions: &Cautions,
    work: &Work,
) -> Result<(), Stop> {
    let paths: Vec<Raw> = tops.iter().map(|top| top.path.clone()).collect();
    // The trash of a place is no part of what lies in it.
    let excludes = if paths.iter().any(|path| path.0.is_empty()) {
        vec![Raw::from(TRASH)]
    } else {
        Vec::new()
    };
    let request = Request::Pack {
        paths,
        excludes,
        beneath: Raw::default(),
    };
    let mut exchange = work
        .unless_stopped(session.ask(request))
        .await?
        .map_err(Problem::from)?;
    loop {
        match work
            .unless_stopped(exchange.next())
            .await?
            .map_err(Problem::from)?
        {
            Step::Data(bytes) => {
                // A writer that ended has its reason, which counts.
                let sent = feed.send(Feed::Bytes(Bytes::from(bytes)));
                if work.unless_stopped(sent).await?.is_err() {
                    return Err(Stop::Cancelled);
                }
            }
            Step::Answer(Answer::Packed(entries)) => {
                for entry in entries {
                    if let Some(caution) = &entry.caution {
                        cautions.packed(&entry.path, caution);
                    }
                    if let Some(sum) = entry.sha256 {
                        ledger.there(entry.path, sum);
                    }
                }
            }
            Step::End(Outcome::Pack(_)) => break,
            _ => return Err(Problem::from(Refused::unexpected()).into()),
        }
    }
    let over = work.unless_stopped(feed.send(Feed::Over)).await?;
    over.map_err(|_| Stop::Cancelled)
}

/// How much it is, and whether there is room for it here.
async fn count(session: &Session, wanted: &[Wanted], to: &Path, work: &Work) -> Result<(), Stop> {
    let free = slipway_engine::health::disk_free(to);
    let (mut bytes, mut files, mut needed) = (0u64, 0u64, 0u64);
    for one in wanted {
        if !one.folder {
            bytes = bytes.saturating_add(one.size);
            needed = needed.saturating_add(one.size.min(one.on_disk));
            files += 1;
            continue;
        }
        let walk = Request::Walk {
            path: one.top.path.clone(),
            largest: 0,
        };
        let Ok(mut walk) = work.unless_stopped(session.ask(walk)).await? else {
            // What it would have said of totals is missing; what is downloaded is not.
            return Ok(());
        };
        loop {
            match work.unless_stopped(walk.next()).await? {
                Ok(Step::End(Outcome::Walk(totals))) => {
                    bytes = bytes.saturating_add(totals.bytes);
                    files = files.saturating_add(totals.files);
                    // A file with holes takes less than its length.
                    needed = needed.saturating_add(totals.bytes.min(totals.on_disk));
                    break;
                }
                Ok(Step::Answer(_)) => {}
                _ => return Ok(()),
            }
        }
    }
    work.whole(bytes, u32::try_from(files).unwrap_or(u32::MAX));
    match free {
        Some(free) if needed > free.0 => Err(no_room("this computer", needed, free.0).into()),
        _ => Ok(()),
    }
}
