//! Rows of folders, as they come, and single rows.

use std::sync::Arc;

use slipway_engine::porthole::GlanceKind;
use slipway_porthole::answer::{Answer, Kind, Outcome, Row};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;

use super::answers::{INODE, Seen, at};
use super::look::Look;
use super::talk::Talk;
use crate::shared::lock;

const STEP_BYTES: usize = 16 * 1024;
const STEP_ROWS: usize = 400;

/// Rows of links, whose targets may be long.
const STEP_LINKS: usize = 4;

impl Seen {
    pub(super) async fn list(&self, path: &Raw, talk: &Talk) -> Result<Outcome, Fault> {
        let (look, _) = self.folder(path).await?;
        let mut told = 0;
        let mut links = Vec::new();
        // Which folder it is in this round; another one may number them otherwise.
        let round = look.progress().borrow().round;
        let id = look.find(path, true).await?;
        loop {
            let progress = *look.progress().borrow();
            let ended = look.has_ended();
            if progress.round != round {
                return Err(Fault::Changed);
            }
            let (rows, whole) = {
                let tree = look.tree();
                let inside = tree.inside(id).ok_or(Fault::NotAFolder)?;
                let new = inside.children.get(told..).unwrap_or_default();
                let mut rows = Vec::new();
                let mut bytes = 0;
                for child in new {
                    if bytes >= STEP_BYTES || rows.len() >= STEP_ROWS {
                        break;
                    }
                    told += 1;
                    // Where a link leads is known when everything was read.
                    if tree.nodes[*child as usize].kind == Kind::Link && !ended {
                        links.push(*child);
                        continue;
                    }
                    let row = tree.row(*child);
                    bytes += row_bytes(&row);
                    rows.push(row);
                }
                (
                    rows,
                    told >= inside.children.len() && (inside.whole || ended),
                )
            };
            let nothing = rows.is_empty();
            if !nothing {
                talk.answer(Answer::Rows(rows)).await?;
            }
            if whole {
                break;
            }
            if nothing {
                look.more_than(progress.entries).await;
            }
        }
        let is_whole = look.tree().inside(id).is_some_and(|inside| inside.whole);
        if !links.is_empty() || !is_whole {
            look.end().await;
            if let Some(fault) = look.fault()
                && !is_whole
            {
                return Err(fault);
            }
        }
        let count = told as u64;
        for links in links.chunks(STEP_LINKS) {
            let rows = {
                let tree = look.tree();
                if look.progress().borrow().round != round {
                    return Err(Fault::Changed);
                }
                links.iter().map(|id| tree.row(*id)).collect()
            };
            talk.answer(Answer::Rows(rows)).await?;
        }
        Ok(Outcome::Count(count))
    }

    pub(super) async fn stat(&self, path: &Raw) -> Result<Row, Fault> {
        if !path.is_plain() {
            return Err(Fault::LeftThePlace);
        }
        let known = lock(&self.look).clone();
        let found = match &known {
            Some(look) => look.tree().find(path, false).ok().map(|id| (look, id)),
            None => None,
        };
        let Some((look, id)) = found else {
            return self.stat_unseen(path, known).await;
        };
        let (mut row, real) = {
            let tree = look.tree();
            (tree.row(id), tree.path(id))
        };
        // A file is opened by what it is now. Of a folder that is asked again and again, not before what is
        // known of it has served for a while.
        if row.kind == Kind::File || (row.kind == Kind::Folder && look.is_doubtful()) {
            let now = self.glance(&real).await?;
            row.changed.seconds = now.changed;
            if now.kind == GlanceKind::File {
                row.size = now.size;
                row.on_disk = now.size;
            }
        }
        Ok(row)
    }

    /// Of something that was not read yet, or is new.
    async fn stat_unseen(&self, path: &Raw, known: Option<Arc<Look>>) -> Result<Row, Fault> {
        let now = self.glance(path).await?;
        let kind = match now.kind {
            GlanceKind::File => Kind::File,
            GlanceKind::Folder => Kind::Folder,
            GlanceKind::Other => {
                let look = known.unwrap_or_else(|| self.look());
                let id = look.find(path, false).await?;
                let row = look.tree().row(id);
                return Ok(row);
            }
        };
        let name = path.split().map_or(&[][..], |(_, name)| name);
        Ok(Row {
            name: Raw::from(name),
            kind,
            size: now.size,
            on_disk: now.size,
            mode: if kind == Kind::Folder { 0o755 } else { 0o644 },
            uid: 0,
            gid: 0,
            changed: at(now.changed),
            links: 1,
            device: 0,
            inode: INODE,
            target: None,
            target_kind: None,
        })
    }

    pub(super) async fn stat_all(&self, paths: Vec<Raw>, talk: &Talk) -> Result<Outcome, Fault> {
        let look = self.look();
        let mut count = 0;
        let mut found = Vec::new();
        let mut bytes = 0;
        for path in paths {
            match look.find(&path, false).await {
                Ok(id) => {
                    let row = look.tree().row(id);
                    bytes += path.0.len() + row_bytes(&row);
                    found.push((path, row));
                    count += 1;
                }
                Err(Fault::NotFound | Fault::NotAFolder) => {}
                Err(fault) => return Err(fault),
            }
            if bytes >= STEP_BYTES || found.len() >= STEP_ROWS {
                bytes = 0;
                talk.answer(Answer::Found(std::mem::take(&mut found)))
                    .await?;
            }
        }
        if !found.is_empty() {
            talk.answer(Answer::Found(found)).await?;
        }
        Ok(Outcome::Count(count))
    }
}

fn row_bytes(row: &Row) -> usize {
    64 + row.name.0.len() + row.target.as_ref().map_or(0, |target| target.0.len())
}
