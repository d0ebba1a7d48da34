//! Jupyter notebooks, of format 4 and of the older format 3 that has worksheets.
//!
//! Opening goes through the file once and notes where each cell lies. A cell is read when it is
//! shown. A notebook that is damaged shows the cells before the damage, since those are what its
//! owner is looking for.

mod cell;
mod frame;
mod outline;
mod output;
mod words;

pub use cell::Source;
pub use output::PutOut;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::Result;
use crate::document::Line;
use crate::place::EntryPath;

use super::reader::{Reader, unreadable};
use super::{Cell, CellPage, LinePage};
use outline::{Far, Node, Outline, Stop};

/// How long going through a notebook may take, and how long reading some cells.
const OPENING: Duration = Duration::from_mins(2);
const READING: Duration = Duration::from_secs(40);
/// Outputs of a cell that are compared.
const OUTPUTS: usize = 40;
/// Cells that are known and cells that are given at once.
const CELLS: usize = 100_000;
const PAGE: u32 = 50;

/// An opened notebook.
#[derive(Clone)]
pub struct Notebook {
    reader: Reader,
    cells: Arc<Vec<Far>>,
    /// The word that the grammars know.
    language: Arc<str>,
    /// The folder in which it lies, for the pictures beside it.
    folder: EntryPath,
}

/// What is known of a notebook when it was gone through.
pub struct Opened {
    pub notebook: Notebook,
    pub cells: u32,
    pub language: String,
    pub format: String,
    pub cautions: Vec<String>,
}

#[derive(Default)]
struct Found {
    cells: Vec<Far>,
    listed: bool,
    metadata: Option<Node>,
    version: Option<u32>,
    damaged: Option<Stop>,
}

/// Goes through a notebook.
///
/// # Errors
/// Where it has no cells to be found: it is no notebook.
pub async fn open(reader: &Reader, folder: EntryPath) -> Result<Opened> {
    let found = reader
        .aside(OPENING, |mut file| {
            let mut found = Found::default();
            let begin = if file.ahead(0)?.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let outcome = top(&mut Outline::at(&mut file, begin), &mut found);
            match outcome {
                Err(Stop::Read(problem)) => return Err(problem),
                Err(stop) => found.damaged = Some(stop),
                Ok(()) => {}
            }
            Ok(found)
        })
        .await?;
    if !found.listed {
        return Err(unreadable("It has no cells, so it is no notebook."));
    }
    let kernel = Kernel::of(found.metadata.as_ref());
    let count = u32::try_from(found.cells.len()).unwrap_or(u32::MAX);
    let mut cautions = Vec::new();
    match found.damaged {
        Some(Stop::Ends) => cautions.push(format!(
            "The notebook is incomplete: it ends after cell {count}. The cells before are shown."
        )),
        Some(_) => cautions.push(format!(
            "The notebook is damaged after cell {count}. The cells before are shown."
        )),
        None => {}
    }
    if found.cells.len() >= CELLS {
        cautions.push(format!("Only the first {CELLS} cells are shown."));
    }
    match found.version {
        Some(3 | 4) | None => {}
        Some(version) => cautions.push(format!(
            "It is written in notebook format {version}, which may hold more than is shown."
        )),
    }
    Ok(Opened {
        cells: count,
        format: kernel.format(found.version),
        language: kernel.language.clone(),
        cautions,
        notebook: Notebook {
            reader: reader.clone(),
            cells: Arc::new(found.cells),
            language: kernel.language.into(),
            folder,
        },
    })
}

fn top(outline: &mut Outline<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut more = outline.enter(b'{')?;
    while more {
        match outline.key()?.as_str() {
            "cells" => cells(outline, found)?,
            "worksheets" => worksheets(outline, found)?,
            "metadata" => found.metadata = Some(outline.value()?),
            "nbformat" => found.version = outline.value()?.whole(),
            _ => _ = outline.skip()?,
        }
        more = outline.more(b'}')?;
    }
    Ok(())
}

fn worksheets(outline: &mut Outline<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut sheets = outline.enter(b'[')?;
    while sheets {
        let mut more = outline.enter(b'{')?;
        while more {
            if outline.key()? == "cells" {
                cells(outline, found)?;
            } else {
                outline.skip()?;
            }
            more = outline.more(b'}')?;
        }
        sheets = outline.more(b']')?;
    }
    Ok(())
}

fn cells(outline: &mut Outline<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut more = outline.enter(b'[')?;
    found.listed = true;
    while more {
        let cell = outline.skip()?;
        if found.cells.len() < CELLS {
            found.cells.push(cell);
        }
        more = outline.more(b']')?;
    }
    Ok(())
}

/// What a notebook says of its kernel.
struct Kernel {
    language: String,
    version: Option<String>,
}

impl Kernel {
    fn of(metadata: Option<&Node>) -> Self {
        let at = |path: [&str; 2]| {
            metadata
                .and_then(|node| node.get(path[0]))
                .and_then(|node| node.get(path[1]))
                .and_then(Node::text)
                .filter(|text| !text.is_empty() && text.len() < 60)
                .map(super::line::visible)
        };
        let language = at(["language_info", "name"])
            .or_else(|| at(["kernelspec", "language"]))
            .unwrap_or_else(|| "python".to_owned());
        Self {
            language,
            version: at(["language_info", "version"]),
        }
    }

    /// "Notebook, Python 3.10"
    fn format(&self, version: Option<u32>) -> String {
        let mut letters = self.language.chars();
        let name: String = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        let mut text = format!("Notebook, {name}");
        if let Some(version) = &self.version {
            let short: Vec<&str> = version.split('.').take(2).collect();
            text.push(' ');
            text.push_str(&short.join("."));
        }
        if version == Some(3) {
            text.push_str(", older format 3");
        }
        text
    }
}

fn stopped(stop: Stop) -> crate::Problem {
    match stop {
        Stop::Read(problem) => problem,
        Stop::Ends | Stop::Wrong => unreadable("This cell is damaged."),
    }
}

impl Notebook {
    /// Cells from `from` on.
    pub async fn page(&self, from: u32, count: u32) -> Result<CellPage> {
        let book = self.clone();
        let cells = self
            .reader
            .aside(READING, move |mut file| {
                let mut cells = Vec::new();
                let last = from.saturating_add(count.min(PAGE));
                for number in from..last.min(u32::try_from(book.cells.len()).unwrap_or(u32::MAX)) {
                    let Some(node) = book.node(&mut file, number)? else {
                        break;
                    };
                    cells.push(Cell {
                        number,
                        body: cell::body(&mut file, &node, number, &book.language, &book.folder)?,
                    });
                }
                Ok(cells)
            })
            .await?;
        Ok(CellPage { from, cells })
    }

    fn node(&self, file: &mut super::reader::Blocking, number: u32) -> Result<Option<Node>> {
        let Some(spot) = self.cells.get(number as usize) else {
            return Ok(None);
        };
        Outline::at(file, spot.at)
            .value()
            .map(Some)
            .map_err(stopped)
    }

    /// The lines of one output.
    pub async fn output(&self, cell: u32, output: u32) -> Result<LinePage> {
        let book = self.clone();
        let (lines, total) = self
            .reader
            .aside(READING, move |mut file| {
                let Some(node) = book.node(&mut file, cell)? else {
                    return Ok((Vec::<Line>::new(), 0));
                };
                output::all_lines(&mut file, &node, output)
            })
            .await?;
        Ok(LinePage {
            from: 0,
            lines,
            total: Some(total),
        })
    }

    /// The bytes of a picture: of an output (`o:cell:output`) or attached to a cell (`a:cell:name`).
    pub async fn picture(&self, key: &str) -> Result<Vec<u8>> {
        let book = self.clone();
        let key = key.to_owned();
        self.reader
            .aside(READING, move |mut file| {
                let missing = || unreadable("There is no such picture in this notebook.");
                let mut parts = key.splitn(3, ':');
                let kind = parts.next();
                let number = parts.next().and_then(|part| part.parse().ok());
                let (Some(number), Some(name)) = (number, parts.next()) else {
                    return Err(missing());
                };
                let node = book.node(&mut file, number)?.ok_or_else(missing)?;
                match kind {
                    Some("o") => output::picture(&mut file, &node, name),
                    Some("a") => output::attachment(&mut file, &node, name),
                    _ => Err(missing()),
                }
            })
            .await
    }

    /// What comparing needs of every cell, up to a limit.
    pub async fn sources(&self, most: usize) -> Result<Vec<Source>> {
        let book = self.clone();
        self.reader
            .aside(OPENING, move |mut file| {
                let mut all = Vec::new();
                for number in 0..book.cells.len().min(most) {
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    if let Some(node) = book.node(&mut file, number)? {
                        all.push(cell::source_of(&mut file, &node)?);
                    }
                }
                Ok(all)
            })
            .await
    }

    /// What these cells have put out.
    pub async fn put_out(&self, cells: Vec<u32>) -> Result<HashMap<u32, PutOut>> {
        let book = self.clone();
        self.reader
            .aside(OPENING, move |mut file| {
                let mut all = HashMap::new();
                for number in cells {
                    if let Some(node) = book.node(&mut file, number)? {
                        all.insert(number, output::put_out(&mut file, &node, number, OUTPUTS)?);
                    }
                }
                Ok(all)
            })
            .await
    }
}

#[cfg(test)]
mod tests;
