//! The opened previews. Each belongs to a place; of a place the newest few are kept, since the page
//! may still ask for a part of the one that it has just left.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;

use crate::place::{EntryPath, PlaceId};
use crate::{Problem, Result};

use super::notebook::Notebook;
use super::reader::{self, Reader};
use super::source::{Files, Found};
use super::table::{self, Rows};
use super::text::Text;
use super::{
    CellPage, LinePage, Preview, PreviewBody, PreviewId, RowPage, beside, hex, line, opening,
    picture,
};

/// Previews that are kept of one place.
const KEPT: usize = 4;
/// How often a file that is being written is opened anew before its reader is told.
const TRIES: usize = 3;
/// Bytes that are given at once to what the page draws itself.
const BYTES: u32 = 4 * 1024 * 1024;

/// What the parts of a preview are read from.
pub(super) enum Shape {
    Text(Text),
    Rows(Arc<dyn Rows>),
    Notebook(Notebook),
    Picture,
    Document,
    Pdf,
    Hex,
    Nothing,
}

/// An opened file.
pub(super) struct Opened {
    pub shape: Shape,
    pub body: PreviewBody,
    pub format: String,
    pub cautions: Vec<String>,
}

struct Shown {
    id: PreviewId,
    place: PlaceId,
    shape: Shape,
    reader: Option<Reader>,
    files: Arc<dyn Files>,
}

/// All opened previews.
#[derive(Default)]
pub struct Previews {
    shown: Mutex<Vec<Arc<Shown>>>,
    last: AtomicU32,
}

fn not_open() -> Problem {
    Problem::new(ProblemKind::Gone, "This preview was closed.").hint("Open the file again.")
}

fn not_of_this_kind() -> Problem {
    Problem::new(ProblemKind::Other, "This file has no such part.")
}

impl Previews {
    /// Opens the preview of a file.
    ///
    /// # Errors
    /// `Gone` where nothing has this path. What is damaged is shown by its text or its bytes.
    pub async fn open(
        &self,
        place: PlaceId,
        files: Arc<dyn Files>,
        path: EntryPath,
    ) -> Result<Preview> {
        let (opened, reader) = open_file(&*files, &path).await?;
        let id = PreviewId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        let version = reader.as_ref().map(Reader::version);
        let preview = Preview {
            id,
            name: shown_name(&path),
            path,
            size: Bytes(version.map_or(0, |version| version.size)),
            changed: version
                .map(|version| version.changed_nanos / 1_000_000)
                .filter(|millis| *millis != 0)
                .map(UnixMillis),
            format: opened.format,
            body: opened.body,
            cautions: opened.cautions,
        };
        let shown = Arc::new(Shown {
            id,
            place,
            shape: opened.shape,
            reader,
            files,
        });
        let mut all = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(shown);
        let of_place = all.iter().filter(|shown| shown.place == place).count();
        if of_place > KEPT
            && let Some(oldest) = all.iter().position(|shown| shown.place == place)
        {
            all.remove(oldest);
        }
        Ok(preview)
    }

    /// Forgets the previews of a place that was closed.
    pub fn close(&self, place: PlaceId) {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|shown| shown.place != place);
    }

    fn get(&self, id: PreviewId) -> Result<Arc<Shown>> {
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|shown| shown.id == id)
            .cloned()
            .ok_or_else(not_open)
    }

    pub async fn cells(&self, id: PreviewId, from: u32, count: u32) -> Result<CellPage> {
        match &self.get(id)?.shape {
            Shape::Notebook(notebook) => notebook.page(from, count).await,
            _ => Err(not_of_this_kind()),
        }
    }

    pub async fn output(&self, id: PreviewId, cell: u32, output: u32) -> Result<LinePage> {
        match &self.get(id)?.shape {
            Shape::Notebook(notebook) => notebook.output(cell, output).await,
            _ => Err(not_of_this_kind()),
        }
    }

    pub async fn rows(&self, id: PreviewId, sheet: u32, from: u32, count: u32) -> Result<RowPage> {
        match &self.get(id)?.shape {
            Shape::Rows(rows) => {
                let mut page = rows.rows(sheet, from, count.min(table::PAGE)).await?;
                page.sheet = sheet;
                page.from = from;
                Ok(page)
            }
            _ => Err(not_of_this_kind()),
        }
    }

    pub async fn lines(&self, id: PreviewId, from: u32, count: u32) -> Result<LinePage> {
        match &self.get(id)?.shape {
            Shape::Text(text) => text.page(from, count).await,
            _ => Err(not_of_this_kind()),
        }
    }

    /// Any file can be shown by its bytes.
    pub async fn hex(&self, id: PreviewId, from: u32, count: u32) -> Result<LinePage> {
        match &self.get(id)?.reader {
            Some(reader) => hex::page(reader, from, count).await,
            None => Err(not_of_this_kind()),
        }
    }

    /// PNG or JPEG that was written here.
    pub async fn picture(&self, id: PreviewId, key: &str) -> Result<Vec<u8>> {
        let shown = self.get(id)?;
        let bytes = match (&shown.shape, &shown.reader) {
            (Shape::Picture, Some(reader)) if key.is_empty() => picture_of(reader).await?,
            (Shape::Notebook(_) | Shape::Document, _) if beside::path(key).is_some() => {
                let path = beside::path(key).unwrap_or_default();
                match shown.files.open(&path).await? {
                    Found::File(source) => picture_of(&Reader::open(source).await?.0).await?,
                    Found::Nothing { why } => return Err(reader::unreadable(why)),
                }
            }
            (Shape::Notebook(notebook), _) => notebook.picture(key).await?,
            _ => return Err(not_of_this_kind()),
        };
        picture::checked(bytes).await
    }

    /// Bytes of a PDF.
    pub async fn bytes(&self, id: PreviewId, from: u64, count: u32) -> Result<Vec<u8>> {
        let shown = self.get(id)?;
        match (&shown.shape, &shown.reader) {
            (Shape::Pdf, Some(reader)) => {
                let bytes = reader.read(from, u64::from(count.min(BYTES))).await?;
                Ok(bytes.to_vec())
            }
            _ => Err(not_of_this_kind()),
        }
    }
}

/// The file's own name, every sign visible.
fn shown_name(path: &EntryPath) -> String {
    match path.raw() {
        Ok(raw) => crate::opened::shown_name(&raw),
        Err(_) => line::visible(beside::split(path).1),
    }
}

async fn picture_of(reader: &Reader) -> Result<Vec<u8>> {
    if reader.size() > picture::LARGEST {
        return Err(reader::unreadable(format!(
            "Pictures of up to {} are shown. This one has {}.",
            line::size(picture::LARGEST),
            line::size(reader.size())
        )));
    }
    Ok(reader.read(0, picture::LARGEST).await?.to_vec())
}

async fn open_file(files: &dyn Files, path: &EntryPath) -> Result<(Opened, Option<Reader>)> {
    let mut tries = 0;
    loop {
        tries += 1;
        let source = match files.open(path).await? {
            Found::File(source) => source,
            Found::Nothing { why } => {
                let opened = Opened {
                    shape: Shape::Nothing,
                    format: String::new(),
                    body: PreviewBody::Nothing { why },
                    cautions: Vec::new(),
                };
                return Ok((opened, None));
            }
        };
        let outcome = match Reader::open(source).await {
            Ok((reader, head)) => opening::open(&reader, &head, path)
                .await
                .map(|opened| (opened, Some(reader))),
            Err(problem) => Err(problem),
        };
        match outcome {
            Err(problem) if problem == reader::changed() && tries < TRIES => {}
            outcome => return outcome,
        }
    }
}
