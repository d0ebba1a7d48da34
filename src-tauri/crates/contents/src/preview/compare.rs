//! Two files side by side: notebooks cell by cell, with what the cells put out, other texts line by line.

mod cells;
mod lines;
mod outputs;

use std::time::{Duration, Instant};

use crate::Result;
use crate::place::EntryPath;

use super::encoding::TextEncoding;
use super::notebook::{self, Notebook, Source as CellSource};
use super::reader::{self, Reader, aside};
use super::recognise::{self, Format};
use super::source::{Files, Found};
use super::{Change, ComparedPart, Comparison, beside, line, text};

/// Bytes of a text that are compared.
const LARGEST: u64 = 8_000_000;
const CELLS: usize = 3000;
/// Parts that differ and are shown.
const PARTS: usize = 500;
const TIME: Duration = Duration::from_secs(10);

enum Side {
    Cells(Book),
    Text(String, bool),
    Bytes(Reader),
}

/// One of two notebooks.
struct Book {
    cells: Vec<CellSource>,
    notebook: Notebook,
    /// It has more cells than are compared.
    cut: bool,
}

/// Compares two files, which may lie in different places.
pub async fn compare(
    left: (&dyn Files, EntryPath),
    right: (&dyn Files, EntryPath),
) -> Result<Comparison> {
    let (one, other) = (side(left.0, &left.1).await?, side(right.0, &right.1).await?);
    let (summary, parts, more) = match (one, other) {
        (Side::Cells(one), Side::Cells(other)) => books(one, other).await?,
        (Side::Text(one, cut), Side::Text(other, other_cut)) => {
            aside(TIME * 3, move || {
                Ok(lines::texts(&one, &other, cut || other_cut))
            })
            .await?
        }
        (Side::Bytes(one), Side::Bytes(other)) => (bytes(&one, &other).await?, Vec::new(), 0),
        _ => {
            return Err(reader::unreadable(
                "The two files are of different kinds, so there is nothing to set side by side.",
            ));
        }
    };
    Ok(Comparison {
        left: left.1,
        right: right.1,
        summary,
        parts,
        more: u32::try_from(more).unwrap_or(u32::MAX),
    })
}

/// A summary, the parts that are shown, and how many more there are.
type Compared = (String, Vec<ComparedPart>, usize);

async fn books(one: Book, other: Book) -> Result<Compared> {
    let cut = one.cut || other.cut;
    let (left, right) = (one.cells, other.cells);
    let ((summary, parts, more), wanted) = aside(TIME * 3, move || {
        let (summary, cells) = cells::cells(&left, &right, cut);
        let (cells, more) = shown(cells);
        let wanted = outputs::wanted(&cells);
        Ok((
            (
                summary,
                cells.into_iter().map(|cell| cell.part).collect(),
                more,
            ),
            wanted,
        ))
    })
    .await?;
    let mut parts: Vec<ComparedPart> = parts;
    let numbers = |of: fn(&outputs::Wanted) -> Option<usize>| -> Vec<u32> {
        let numbers = wanted.iter().filter_map(of);
        numbers.filter_map(|n| u32::try_from(n).ok()).collect()
    };
    let before = one.notebook.put_out(numbers(|cell| cell.left)).await?;
    let after = other.notebook.put_out(numbers(|cell| cell.right)).await?;
    aside(TIME * 3, move || {
        outputs::fill(&mut parts, &wanted, &before, &after);
        Ok((summary, parts, more))
    })
    .await
}

/// As many as are shown, and how many more differ. Those that are the same are counted on the page, so they
/// take no room of those that differ.
fn shown(cells: Vec<cells::Pair>) -> (Vec<cells::Pair>, usize) {
    let mut differ = 0;
    let mut room = lines::ALL;
    let kept = cells
        .into_iter()
        .filter(|cell| {
            let same = cell.part.change == Change::Same && !cell.part.outputs_differ;
            differ += usize::from(!same);
            same || differ <= PARTS
        })
        .map(|mut cell| {
            let part = &mut cell.part;
            let over = part.lines.len().saturating_sub(room);
            part.lines.truncate(room);
            part.more_lines = part
                .more_lines
                .saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
            room -= part.lines.len();
            cell
        })
        .collect();
    (kept, differ.saturating_sub(PARTS))
}

async fn side(files: &dyn Files, path: &EntryPath) -> Result<Side> {
    let source = match files.open(path).await? {
        Found::File(source) => source,
        Found::Nothing { why } => return Err(reader::unreadable(why)),
    };
    let (reader, head) = Reader::open(source).await?;
    let (folder, name) = beside::split(path);
    let format = recognise::format(&head, name, reader.size());
    if format == Format::Notebook
        && let Ok(opened) = notebook::open(&reader, folder).await
    {
        let cells = opened.notebook.sources(CELLS).await?;
        let cut = cells.len() < opened.cells as usize;
        return Ok(Side::Cells(Book {
            cells,
            notebook: opened.notebook,
            cut,
        }));
    }
    let whole = head.len() as u64 >= reader.size();
    match TextEncoding::guess(&head, whole) {
        Some(encoding) => {
            let bytes = reader.read(0, LARGEST).await?;
            let cut = reader.size() > LARGEST;
            Ok(Side::Text(text::whole(&bytes, encoding), cut))
        }
        None => Ok(Side::Bytes(reader)),
    }
}

/// "The same.", or where the first difference is.
async fn bytes(one: &Reader, other: &Reader) -> Result<String> {
    if one.size() != other.size() {
        return Ok(format!(
            "They differ: {} and {}.",
            line::size(one.size()),
            line::size(other.size())
        ));
    }
    let begun = Instant::now();
    let mut at = 0;
    while at < one.size() {
        if begun.elapsed() > TIME * 3 {
            return Ok(format!("The same in the first {}.", line::size(at)));
        }
        let (left, right) = (
            one.read(at, u64::from(reader::PIECE)).await?,
            other.read(at, u64::from(reader::PIECE)).await?,
        );
        if let Some(place) = left.iter().zip(&right).position(|(a, b)| a != b) {
            return Ok(format!(
                "They differ from byte {} on.",
                at + place as u64 + 1
            ));
        }
        if left.is_empty() {
            break;
        }
        at += left.len() as u64;
    }
    Ok("The same.".to_owned())
}

#[cfg(test)]
mod tests;
