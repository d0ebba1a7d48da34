//! What is there, put aside within the volume, and back.

use std::sync::Arc;

use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, Outcome, Row};
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Request, Taken, UnpackOptions};
use slipway_porthole::{ASIDE, TRASH};

use super::super::archive::Item;
use super::super::check::Checked;
use super::super::unfinished::{Became, Unfinished};
use super::super::words::now;
use super::Restore;
use super::send::WrittenFiles;
use crate::jobs::Stop;
use crate::path::visible;
use crate::place::Place;
use crate::session::{Refused, Session, Step};
use crate::shared::Shared;
use crate::{Problem, Result};

/// How the folder is called that holds what was there before.
const BEFORE: &str = ".slipway-before-restore-";

/// So that they fit one message, however long they are.
const NAMES_AT_ONCE: usize = 100;

/// A session that nobody else uses. Held twice, so that it never looks idle.
pub(super) struct Alone {
    pub(super) session: Session,
    _held: Session,
}

impl Alone {
    pub(super) async fn begin(shared: &Arc<Shared>, place: &Place) -> Result<Self> {
        let session = shared.own_writer(place).await?;
        Ok(Self {
            _held: session.clone(),
            session,
        })
    }

    pub(super) async fn end(self) {
        if let Err(problem) = self.session.end().await {
            tracing::debug!(%problem, "a porthole is left to end by itself");
        }
    }
}

pub(super) struct Swapped {
    pub(super) written: WrittenFiles,
    pub(super) removed: bool,
    pub(super) before: String,
}

impl Restore {
    /// Puts what is there aside, and the backup in its place.
    pub(super) async fn swap(&self, checked: &Checked) -> Result<Swapped, Stop> {
        let session = Alone::begin(&self.shared, &self.place()).await?;
        self.room(&session.session, checked).await?;
        self.work.go_on()?;
        let before = format!("{BEFORE}{}", now().0);
        let unfinished = Unfinished::swap(&self.volume, &before);
        let root = match session
            .session
            .one(Request::Stat {
                path: Raw::default(),
            })
            .await
        {
            Ok(Outcome::Row(row)) => Dress::of_row(&row),
            Ok(_) => return Err(Problem::from(Refused::unexpected()).into()),
            Err(refused) => return Err(Problem::from(refused).into()),
        };
        unfinished.note(&self.shared)?;
        let written = async {
            set_aside(&session.session, &before).await?;
            self.write(&session.session, checked).await
        };
        let written = match written.await {
            Ok(written) => written,
            Err(stop) => {
                // Only when the program has ended nothing is written any more.
                session.end().await;
                return Err(self.back(&unfinished, &before, &root, stop).await);
            }
        };
        // From here on the new state counts.
        let unfinished = unfinished.all_there(&self.shared)?;
        let removed = discard(&session.session, &[Raw::from(&before[..])]).await;
        match &removed {
            Ok(()) => unfinished.cross_out(&self.shared),
            Err(problem) => tracing::warn!(%problem, "what was there before a restore stays"),
        }
        if let Some(root) = &checked.root {
            // The folder's own time was changed by what was put aside.
            redress(&session.session, &Dress::of(root)).await;
        }
        session.end().await;
        Ok(Swapped {
            written,
            removed: removed.is_ok(),
            before,
        })
    }

    /// Brings back what was there.
    async fn back(&self, unfinished: &Unfinished, before: &str, root: &Dress, stop: Stop) -> Stop {
        let back = async {
            let session = Alone::begin(&self.shared, &self.place()).await?;
            let done = put_back(&session.session, before).await;
            if done.is_ok() {
                redress(&session.session, root).await;
            }
            session.end().await;
            done
        };
        match back.await {
            Ok(()) => {
                unfinished.cross_out(&self.shared);
                stop
            }
            Err(problem) => {
                tracing::warn!(%problem, "the state before a restore is put back later");
                self.shared.keeping.look_again();
                Stop::Failed(
                    Problem::new(
                        ProblemKind::Other,
                        format!("{} is between two states.", self.volume),
                    )
                    .because(format!(
                        "The restore ended early, and what was there before still lies in its folder {before}. \
                         It is also in the backup that was made first."
                    ))
                    .hint("Slipway puts the old state back as soon as the engine answers, also at its next start.")
                    .detail(problem.to_string()),
                )
            }
        }
    }
}

async fn rows(session: &Session, folder: &Raw) -> Result<Vec<Row>> {
    let request = Request::List {
        path: folder.clone(),
    };
    let mut exchange = session.ask(request).await?;
    let mut rows = Vec::new();
    loop {
        match exchange.next().await? {
            Step::Answer(Answer::Rows(more)) => rows.extend(more),
            Step::End(_) => return Ok(rows),
            _ => {}
        }
    }
}

async fn rename(session: &Session, from: Raw, to: Raw) -> Result<()> {
    let name = visible(&from.0).0;
    let request = Request::Rename { from, to };
    match session.one(request).await {
        Ok(_) => Ok(()),
        Err(refused) => Err(refused.about(&name)),
    }
}

/// While it is filled, the folder of what was there before has another name.
fn half(before: &str) -> String {
    format!("{before}-part")
}

async fn make_folder(session: &Session, path: &Raw) -> Result<()> {
    let request = Request::MakeFolder {
        path: path.clone(),
        owner: None,
    };
    session.one(request).await?;
    Ok(())
}

/// Moves everything in the volume's root, apart from the trash, into one new folder of it, which takes
/// its name when all is in it: so the name says whether what else lies in the root is old or new.
async fn set_aside(session: &Session, before: &str) -> Result<()> {
    let there = rows(session, &Raw::default()).await?;
    let part = Raw::from(&half(before)[..]);
    make_folder(session, &part).await?;
    for row in there.into_iter().filter(|row| !stays(row)) {
        let to = part.join(&row.name.0);
        rename(session, row.name, to).await?;
    }
    rename(session, part, Raw::from(before)).await
}

/// The trash is no part of a backup, and what is being written by others is theirs.
fn stays(row: &Row) -> bool {
    row.name.0 == TRASH.as_bytes() || row.name.0.starts_with(ASIDE.as_bytes())
}

/// The way back from [`set_aside`], wherever it or what came after it stopped. Nothing is made on it: the disk
/// may be full to the last byte, and what fills it is what goes first.
async fn put_back(session: &Session, before: &str) -> Result<()> {
    let there = rows(session, &Raw::default()).await?;
    let is_there = |name: &str| there.iter().any(|row| row.name.0 == name.as_bytes());
    let part = half(before);
    if !is_there(&part) {
        if !is_there(before) {
            return Ok(());
        }
        let is_new = |name: &Raw| name.0 != TRASH.as_bytes() && name.0 != before.as_bytes();
        let names = there.into_iter().map(|row| row.name);
        let new: Vec<Raw> = names.filter(is_new).collect();
        discard(session, &new).await?;
        // From here on the root holds nothing new: a second try finds only what is to be brought back.
        rename(session, Raw::from(before), Raw::from(&part[..])).await?;
    }
    bring_back(session, &Raw::from(&part[..])).await?;
    discard(session, &[Raw::from(&part[..])]).await
}

async fn bring_back(session: &Session, folder: &Raw) -> Result<()> {
    for row in rows(session, folder).await? {
        rename(session, folder.join(&row.name.0), row.name).await?;
    }
    Ok(())
}

/// Removes these with all in them for good.
async fn discard(session: &Session, paths: &[Raw]) -> Result<()> {
    for some in paths.chunks(NAMES_AT_ONCE) {
        let paths = some.to_vec();
        session.one(Request::Discard { paths }).await?;
    }
    Ok(())
}

/// Owner, rights and time of a folder.
struct Dress {
    mode: u16,
    uid: u32,
    gid: u32,
    changed: (i64, u32),
}

impl Dress {
    fn of(item: &Item) -> Self {
        Self {
            mode: item.mode,
            uid: item.uid,
            gid: item.gid,
            changed: item.changed,
        }
    }

    fn of_row(row: &Row) -> Self {
        Self {
            mode: row.mode,
            uid: row.uid,
            gid: row.gid,
            changed: (row.changed.seconds, row.changed.nanoseconds),
        }
    }

    /// An archive of one folder, which is the root of whatever it is unpacked in.
    fn archive(&self) -> std::io::Result<Vec<u8>> {
        let (seconds, nanoseconds) = self.changed;
        let mut archive = tar::Builder::new(Vec::new());
        // Before 1970 the whole second is near enough.
        let time = if seconds < 0 {
            seconds.to_string()
        } else {
            format!("{seconds}.{nanoseconds:09}")
        };
        archive.append_pax_extensions([("mtime", time.as_bytes())])?;
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_path("./")?;
        header.set_mode(u32::from(self.mode));
        header.set_uid(u64::from(self.uid));
        header.set_gid(u64::from(self.gid));
        header.set_size(0);
        header.set_mtime(u64::try_from(seconds).unwrap_or(0));
        header.set_cksum();
        archive.append(&header, std::io::empty())?;
        archive.into_inner()
    }
}

/// Sets owner, rights and time of the volume's own folder, with an archive of that entry alone.
async fn redress(session: &Session, root: &Dress) {
    let Ok(archive) = root.archive() else {
        return;
    };
    let request = Request::Unpack {
        target: Raw::default(),
        options: UnpackOptions {
            taken: Taken::Replace,
            ..UnpackOptions::default()
        },
    };
    let done = async {
        let mut exchange = session.ask(request).await?;
        exchange.send(&archive).await?;
        exchange.finish()?;
        loop {
            if let Step::End(_) = exchange.next().await? {
                return Ok::<(), Refused>(());
            }
        }
    };
    if let Err(refused) = done.await {
        tracing::debug!(
            ?refused,
            "the time of a volume's folder is that of its restore"
        );
    }
}

/// Brings a volume whose app was killed to one of its two states: to the new one where all of it is there.
pub(in super::super) async fn finish(
    shared: &Arc<Shared>,
    volume: &VolumeName,
    before: &str,
    all_there: bool,
) -> Result<Became> {
    let place = Place::Volume {
        name: volume.clone(),
    };
    let alone = Alone::begin(shared, &place).await?;
    let done = finish_in(&alone.session, before, all_there).await;
    alone.end().await;
    done
}

/// The folder's own name tells whether this is the volume.
async fn finish_in(session: &Session, before: &str, all_there: bool) -> Result<Became> {
    let there = rows(session, &Raw::default()).await?;
    let is_there = |name: &str| there.iter().any(|row| row.name.0 == name.as_bytes());
    if !is_there(before) && !is_there(&half(before)) {
        return Ok(Became::Unknown);
    }
    if all_there {
        discard(session, &[Raw::from(before)]).await?;
    } else {
        put_back(session, before).await?;
    }
    Ok(Became::TakenBack)
}
