//! A place that is open: its porthole, what was read of it, and who follows it.
//!
//! The porthole may end before the place is closed: the engine stops, somebody removes the container.
//! A task keeps watch over it. What is on screen stays, marked as old, and as soon as the engine answers
//! again a new porthole takes the place of the lost one.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{Answer, FileVersion, Kind, Outcome, Row};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::Result;
use crate::browse::{Folders, PlaceUpdate};
use crate::path::visible;
use crate::people::People;
use crate::place::{EntryPath, Place};
use crate::preview::source::{Files, Found, LineMarks, Piece, Source, SourceVersion};
use crate::search::Searching;
use crate::session::{Refused, Session, Step};
use crate::shared::{Shared, is_ready, lock};
use crate::space::measure::Space;

/// Names of owners are not waited for much longer than rows.
const SOON: Duration = Duration::from_millis(150);

/// Between two attempts to look into a place that was lost.
const AGAIN: Duration = Duration::from_secs(2);

/// An open place. With the last clone its porthole ends.
pub(crate) struct OpenPlace {
    pub(crate) place: Place,
    pub(crate) updates: watch::Sender<PlaceUpdate>,
    session: watch::Sender<Session>,
    pub(crate) folders: Folders,
    pub(crate) following: Mutex<Option<AbortOnDropHandle<()>>>,
    pub(crate) space: Space,
    pub(crate) searching: Searching,
    keeper: Mutex<Option<AbortOnDropHandle<()>>>,
    /// Asked once, beside the first rows.
    people: watch::Receiver<Option<Arc<People>>>,
    _asking: AbortOnDropHandle<()>,
}

impl OpenPlace {
    pub(crate) fn begin(place: Place, session: Session, shared: Weak<Shared>) -> Arc<Self> {
        let (known, people) = watch::channel(None);
        let asked = (shared.clone(), place.clone());
        let asking = tokio::spawn(async move {
            if let Some(shared) = asked.0.upgrade() {
                known.send_replace(Some(Arc::new(shared.people(&asked.1).await)));
            }
        });
        let opened = Arc::new(Self {
            people,
            _asking: AbortOnDropHandle::new(asking),
            place,
            updates: watch::channel(PlaceUpdate::default()).0,
            session: watch::channel(session).0,
            folders: Folders::default(),
            following: Mutex::default(),
            space: Space::default(),
            searching: Searching::default(),
            keeper: Mutex::new(None),
        });
        let keeper = tokio::spawn(keep(Arc::downgrade(&opened), shared));
        *lock(&opened.keeper) = Some(AbortOnDropHandle::new(keeper));
        opened
    }

    /// Who is who here; nobody, where that does not come soon.
    pub(crate) async fn people(&self) -> Arc<People> {
        let mut people = self.people.clone();
        let known = tokio::time::timeout(SOON, people.wait_for(Option::is_some)).await;
        match known {
            Ok(Ok(known)) => known.clone().unwrap_or_default(),
            _ => Arc::default(),
        }
    }

    /// The porthole that runs.
    ///
    /// # Errors
    /// Why there is none at the moment.
    pub(crate) fn session(&self) -> Result<Session> {
        let session = self.session.borrow().clone();
        let lost = session.lost().borrow().clone();
        match lost {
            None => Ok(session),
            Some(problem) => Err(problem),
        }
    }

    /// Wakes when another porthole has taken the place of a lost one.
    pub(crate) fn sessions(&self) -> watch::Receiver<Session> {
        self.session.subscribe()
    }

    /// One row, links not followed at the end.
    pub(crate) async fn stat(&self, path: Raw) -> Result<Row, Refused> {
        let session = self.session().map_err(Refused::Lost)?;
        match session.one(Request::Stat { path }).await? {
            Outcome::Row(row) => Ok(row),
            _ => Err(Refused::unexpected()),
        }
    }
}

/// Watches over the porthole of a place, and gives it another when it was lost.
async fn keep(place: Weak<OpenPlace>, shared: Weak<Shared>) {
    loop {
        let Some((mut lost, what)) = place.upgrade().map(|opened| {
            let lost = opened.session.borrow().lost();
            (lost, opened.place.clone())
        }) else {
            return;
        };
        let why = match lost.wait_for(Option::is_some).await {
            Ok(why) => why.clone(),
            Err(_) => return,
        };
        tracing::info!(?why, "a place was lost");
        if !tell(&place, |update| update.lost = why) {
            return;
        }
        let session = loop {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            let mut snapshots = shared.home.inventory.watch();
            let ready = is_ready(&snapshots.borrow_and_update());
            if ready {
                match shared.reader(&what).await {
                    Ok(session) => break session,
                    Err(problem) => {
                        if !tell(&place, |update| update.lost = Some(problem)) {
                            return;
                        }
                    }
                }
            }
            drop(shared);
            tokio::time::sleep(AGAIN).await;
            if !is_ready(&snapshots.borrow()) && snapshots.changed().await.is_err() {
                return;
            }
        };
        let Some(opened) = place.upgrade() else {
            return;
        };
        opened.folders.forget();
        opened.space.changed();
        opened.session.send_replace(session);
        opened.updates.send_modify(|update| {
            update.lost = None;
            update.comeback += 1;
        });
    }
}

/// False where the place was closed.
fn tell(place: &Weak<OpenPlace>, change: impl FnOnce(&mut PlaceUpdate)) -> bool {
    let Some(opened) = place.upgrade() else {
        return false;
    };
    opened.updates.send_modify(change);
    true
}

/// What previews read: the files of an open place.
pub(crate) struct PlaceFiles(pub(crate) Arc<OpenPlace>);

impl Files for PlaceFiles {
    fn open<'a>(&'a self, path: &'a EntryPath) -> BoxFuture<'a, Result<Found>> {
        Box::pin(async move {
            let raw = path.raw()?;
            let name = shown_name(&raw);
            let nothing = |why: &str| {
                Ok(Found::Nothing {
                    why: why.to_owned(),
                })
            };
            let row = self
                .0
                .stat(raw.clone())
                .await
                .map_err(|refused| refused.about(&name))?;
            let kind = match row.kind {
                Kind::Link => row.target_kind,
                kind => Some(kind),
            };
            match kind {
                Some(Kind::File) => {}
                Some(Kind::Folder) => return nothing("This is a folder."),
                Some(Kind::Pipe) => {
                    return nothing(
                        "This is a named pipe: programs talk through it, it holds nothing.",
                    );
                }
                Some(Kind::Socket) => {
                    return nothing(
                        "This is a socket: programs talk through it, it holds nothing.",
                    );
                }
                Some(Kind::Device) => {
                    return nothing("This is a device, and is not opened here.");
                }
                Some(Kind::Link) | None => {
                    return nothing(
                        "This link leads nowhere, in a circle, or out of this volume or folder.",
                    );
                }
            }
            let version = if row.kind == Kind::Link {
                // Of the file at the link's end; reading nothing tells it.
                read(&self.0, &raw, 0, 0)
                    .await
                    .map_err(|refused| refused.about(&name))?
                    .1
            } else {
                row.version()
            };
            Ok(Found::File(Arc::new(PlaceSource {
                place: Arc::clone(&self.0),
                path: raw,
                name,
                version: of_version(version),
            })))
        })
    }
}

/// The last name of a path, as it can be shown.
pub(crate) fn shown_name(path: &Raw) -> String {
    path.split()
        .map(|(_, name)| visible(name).0)
        .unwrap_or_default()
}

struct PlaceSource {
    place: Arc<OpenPlace>,
    path: Raw,
    name: String,
    version: SourceVersion,
}

fn of_version(version: FileVersion) -> SourceVersion {
    let nanos = i128::from(version.changed.seconds) * 1_000_000_000
        + i128::from(version.changed.nanoseconds);
    SourceVersion {
        changed_nanos: i64::try_from(nanos).unwrap_or_default(),
        size: version.size,
        inode: version.inode,
    }
}

async fn read(
    place: &OpenPlace,
    path: &Raw,
    offset: u64,
    len: u64,
) -> Result<(Bytes, FileVersion), Refused> {
    let session = place.session().map_err(Refused::Lost)?;
    let mut exchange = session
        .ask(Request::Read {
            path: path.clone(),
            offset,
            len,
            expected: None,
        })
        .await?;
    let mut bytes = BytesMut::new();
    loop {
        match exchange.next().await? {
            Step::Data(data) => {
                if (bytes.len() + data.len()) as u64 > len {
                    return Err(Refused::unexpected());
                }
                bytes.extend_from_slice(&data);
            }
            Step::End(Outcome::Read(end)) => {
                // One that was written to while it was read is given as another one.
                let version = FileVersion {
                    inode: if end.changed { 0 } else { end.version.inode },
                    ..end.version
                };
                return Ok((bytes.freeze(), version));
            }
            _ => return Err(Refused::unexpected()),
        }
    }
}

impl Source for PlaceSource {
    fn version(&self) -> SourceVersion {
        self.version
    }

    fn read_at(&self, offset: u64, len: u32) -> BoxFuture<'_, Result<Piece>> {
        Box::pin(async move {
            let (bytes, version) = read(&self.place, &self.path, offset, len.into())
                .await
                .map_err(|refused| refused.about(&self.name))?;
            Ok(Piece {
                bytes,
                version: of_version(version),
            })
        })
    }

    fn lines(
        &self,
        every: u32,
        quote: Option<u8>,
    ) -> Option<BoxStream<'static, Result<LineMarks>>> {
        let place = Arc::clone(&self.place);
        let request = Request::Lines {
            path: self.path.clone(),
            every: every.max(1),
            quote,
        };
        let step = u64::from(every.max(1));
        let name = self.name.clone();
        let opened =
            stream::once(async move { place.session().map_err(Refused::Lost)?.ask(request).await });
        let marks = opened.flat_map(move |asked| match asked {
            Err(refused) => stream::iter([Err(refused)]).boxed(),
            Ok(exchange) => stream::unfold(Some(exchange), move |exchange| async move {
                let mut exchange = exchange?;
                match exchange.next().await {
                    Ok(Step::Answer(Answer::Lines(lines))) => {
                        let numbered = (0..).map(|at| lines.first + at * step);
                        let marks = numbered
                            .zip(lines.offsets.iter().copied())
                            .collect::<Vec<_>>();
                        let told = LineMarks {
                            lines: marks.last().map_or(lines.first, |(line, _)| *line),
                            marks,
                            through: lines.bytes,
                        };
                        Some((Ok(told), Some(exchange)))
                    }
                    Ok(Step::End(Outcome::Lines(end))) => {
                        let told = LineMarks {
                            marks: Vec::new(),
                            lines: end.lines,
                            through: end.bytes,
                        };
                        Some((Ok(told), None))
                    }
                    Ok(_) => Some((Err(Refused::unexpected()), None)),
                    Err(refused) => Some((Err(refused), None)),
                }
            })
            .boxed(),
        });
        Some(
            marks
                .map(move |told| told.map_err(|refused: Refused| refused.about(&name)))
                .boxed(),
        )
    }
}

/// Nothing has this path (any more).
pub(crate) fn is_missing(refused: &Refused) -> bool {
    matches!(refused, Refused::Fault(Fault::NotFound | Fault::NotAFolder))
        || matches!(refused, Refused::Lost(problem) if problem.kind == ProblemKind::Gone)
}
