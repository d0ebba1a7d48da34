//! What is answered to each request.

use std::sync::{Arc, Mutex};

use slipway_engine::porthole::{Glance, GlanceKind, PlaceArchive};
use slipway_porthole::PROTOCOL;
use slipway_porthole::answer::{Greeting, Moment, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use super::Out;
use super::copies::Copies;
use super::entries::Way;
use super::look::Look;
use super::talk::Talk;
use crate::shared::lock;

/// An archive says nothing of inodes; a file that is told by its size and time has this one.
pub(super) const INODE: u64 = 1;

/// A place that is seen this way.
pub(super) struct Seen {
    pub(super) way: Way,
    /// All of the place, as soon as somebody wants its rows.
    pub(super) look: Mutex<Option<Arc<Look>>>,
    pub(super) copies: Copies,
    /// The engine sends one long archive at a time.
    pub(super) carrying: tokio::sync::Mutex<()>,
}

impl Seen {
    pub(super) fn new(archive: PlaceArchive, out: Out) -> Self {
        Self {
            way: Way::new(archive, out),
            look: Mutex::default(),
            copies: Copies::default(),
            carrying: tokio::sync::Mutex::default(),
        }
    }

    pub(super) async fn answer(&self, request: Request, talk: &Talk) -> Result<Outcome, Fault> {
        match request {
            Request::Hello { version } if version == PROTOCOL => Ok(Outcome::Hello(Greeting {
                version: PROTOCOL,
                writable: false,
                other: false,
                kernel_paths: false,
            })),
            Request::Hello { .. } => Err(Fault::OtherVersion { ours: PROTOCOL }),
            Request::List { path } => self.list(&path, talk).await,
            Request::Stat { path } => self.stat(&path).await.map(Outcome::Row),
            Request::StatAll { paths } => self.stat_all(paths, talk).await,
            Request::Read {
                path,
                offset,
                len,
                expected,
            } => self.read(&path, offset, len, expected, talk).await,
            Request::Lines { path, every, quote } => self.lines(&path, every, quote, talk).await,
            Request::Walk { path, largest } => self.walk(path, largest, talk).await,
            Request::Search(search) => self.search(search, talk).await,
            Request::Watch { .. } => Err(Fault::CannotWatch),
            Request::Hash { path, expected } => self.hash(&path, expected).await,
            Request::Pack {
                paths,
                excludes,
                beneath,
            } => self.pack(&paths, &excludes, &beneath, talk).await,
            Request::Unpack { .. }
            | Request::Write { .. }
            | Request::MakeFolder { .. }
            | Request::Rename { .. }
            | Request::Trash { .. }
            | Request::ListTrash
            | Request::RestoreTrash { .. }
            | Request::EmptyTrash { .. }
            | Request::Discard { .. }
            | Request::Remove { .. }
            | Request::CopyTree { .. }
            | Request::Room => Err(Fault::NotThisWay),
        }
    }

    /// The reading of the place, begun where there is none.
    pub(super) fn look(&self) -> Arc<Look> {
        let mut look = lock(&self.look);
        let usable = look
            .as_ref()
            .filter(|look| !look.has_ended() || look.fault().is_none());
        if let Some(look) = usable {
            return Arc::clone(look);
        }
        let new = Look::begin(self.way.clone(), Raw::default());
        *look = Some(Arc::clone(&new));
        new
    }

    /// Another reading in the place of this one.
    fn look_again(&self, old: &Arc<Look>) -> Arc<Look> {
        let mut look = lock(&self.look);
        if look.as_ref().is_some_and(|now| Arc::ptr_eq(now, old)) {
            *look = None;
        }
        drop(look);
        self.look()
    }

    /// The reading of the place, and where a path leads in it; read again where the engine says that the
    /// folder has changed since.
    pub(super) async fn folder(&self, path: &Raw) -> Result<(Arc<Look>, u32), Fault> {
        let look = self.look();
        let doubtful = look.is_doubtful();
        let found = look.find(path, true).await;
        if !doubtful {
            return found.map(|id| (look, id));
        }
        if let Ok(id) = found {
            let (real, changed) = {
                let tree = look.tree();
                (tree.path(id), tree.nodes[id as usize].changed)
            };
            let now = self.glance(&real).await;
            if now.is_ok_and(|now| now.changed == changed.seconds) {
                return Ok((look, id));
            }
        }
        let look = self.look_again(&look);
        let id = look.find(path, true).await?;
        Ok((look, id))
    }

    /// Where the file of a path really lies, links followed.
    pub(super) async fn real(&self, path: &Raw) -> Result<Raw, Fault> {
        if !path.is_plain() {
            return Err(Fault::LeftThePlace);
        }
        // Most paths lead straight to a file, which the engine knows without sending the whole place.
        let known = lock(&self.look).clone();
        if known.is_none() {
            match self.way.archive.glance(&path.0).await {
                Ok(Some(glance)) if glance.kind != GlanceKind::Other => return Ok(path.clone()),
                Ok(_) => {}
                Err(error) => return Err(self.way.meaning(error).await),
            }
        }
        let look = self.look();
        match look.find(path, true).await {
            Ok(id) => Ok(look.tree().path(id)),
            // It may be newer than what was read.
            Err(Fault::NotFound) if look.is_doubtful() => {
                self.glance(path).await?;
                let look = self.look_again(&look);
                let id = look.find(path, true).await?;
                let real = look.tree().path(id);
                Ok(real)
            }
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn glance(&self, path: &Raw) -> Result<Glance, Fault> {
        match self.way.archive.glance(&path.0).await {
            Ok(Some(glance)) => Ok(glance),
            Ok(None) => Err(Fault::NotFound),
            Err(error) => Err(self.way.meaning(error).await),
        }
    }
}

pub(super) fn at(seconds: i64) -> Moment {
    Moment {
        seconds,
        nanoseconds: 0,
    }
}
