//! Two files side by side: notebooks cell by cell, other texts line by line.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, TextDiffConfig};

use crate::Result;
use crate::document::Line;
use crate::place::EntryPath;

use super::encoding::TextEncoding;
use super::notebook::{self, Source as CellSource};
use super::reader::{self, Reader, aside};
use super::recognise::{self, Format};
use super::source::{Files, Found};
use super::{Change, ComparedLine, ComparedPart, Comparison, beside, line, text};

/// Bytes of a text that are compared.
const LARGEST: u64 = 8_000_000;
const CELLS: usize = 3000;
const PARTS: usize = 500;
/// Lines of a part that are shown.
const LINES: usize = 2000;
/// Lines around a change.
const AROUND: usize = 3;
const TIME: Duration = Duration::from_secs(10);

enum Side {
    Cells(Vec<CellSource>, u32),
    Text(String, bool),
    Bytes(Reader),
}

/// Compares two files, which may lie in different places.
pub async fn compare(
    left: (&dyn Files, EntryPath),
    right: (&dyn Files, EntryPath),
) -> Result<Comparison> {
    let (one, other) = (side(left.0, &left.1).await?, side(right.0, &right.1).await?);
    let (summary, parts) = match (one, other) {
        (Side::Cells(one, total), Side::Cells(other, other_total)) => {
            let cut = one.len() < total as usize || other.len() < other_total as usize;
            aside(TIME * 3, move || Ok(cells(&one, &other, cut))).await?
        }
        (Side::Text(one, cut), Side::Text(other, other_cut)) => {
            aside(TIME * 3, move || Ok(texts(&one, &other, cut || other_cut))).await?
        }
        (Side::Bytes(one), Side::Bytes(other)) => (bytes(&one, &other).await?, Vec::new()),
        _ => {
            return Err(reader::unreadable(
                "The two files are of different kinds, so there is nothing to set side by side.",
            ));
        }
    };
    let more = parts.len().saturating_sub(PARTS);
    Ok(Comparison {
        left: left.1,
        right: right.1,
        summary,
        parts: parts.into_iter().take(PARTS).collect(),
        more: u32::try_from(more).unwrap_or(u32::MAX),
    })
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
        let sources = opened.notebook.sources(CELLS).await?;
        return Ok(Side::Cells(sources, opened.cells));
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

fn diff<'a>(one: &'a str, other: &'a str) -> TextDiff<'a, 'a, str> {
    TextDiffConfig::default()
        .algorithm(Algorithm::Patience)
        .timeout(TIME / 2)
        .diff_lines(one, other)
}

fn compared(tag: ChangeTag, text: &str) -> ComparedLine {
    let shown: Line = line::plain(text);
    match tag {
        ChangeTag::Equal => ComparedLine {
            change: Change::Same,
            left: Some(shown.clone()),
            right: Some(shown),
        },
        ChangeTag::Delete => ComparedLine {
            change: Change::Gone,
            left: Some(shown),
            right: None,
        },
        ChangeTag::Insert => ComparedLine {
            change: Change::Added,
            left: None,
            right: Some(shown),
        },
    }
}

/// Lines that were replaced stand beside each other.
fn beside_each_other(lines: Vec<ComparedLine>) -> Vec<ComparedLine> {
    let mut paired: Vec<ComparedLine> = Vec::new();
    let mut open = 0;
    for line in lines {
        match line.change {
            Change::Gone => paired.push(line),
            Change::Added => {
                // The first gone line of this run that has nobody beside it.
                open = open.max(
                    paired
                        .iter()
                        .rposition(|line| matches!(line.change, Change::Same | Change::Added))
                        .map_or(0, |place| place + 1),
                );
                match paired.get_mut(open) {
                    Some(gone) if gone.change == Change::Gone => {
                        gone.change = Change::Changed;
                        gone.right = line.right;
                        open += 1;
                    }
                    _ => paired.push(line),
                }
            }
            _ => {
                paired.push(line);
                open = paired.len();
            }
        }
    }
    paired
}

fn texts(one: &str, other: &str, cut: bool) -> (String, Vec<ComparedPart>) {
    let rest = if cut {
        " Only the beginning was compared."
    } else {
        ""
    };
    if one == other {
        return (format!("The same.{rest}"), Vec::new());
    }
    let diff = diff(one, other);
    let (mut added, mut gone) = (0_usize, 0_usize);
    for op in diff.ops() {
        if !matches!(op, DiffOp::Equal { .. }) {
            gone += op.old_range().len();
            added += op.new_range().len();
        }
    }
    let parts = diff
        .grouped_ops(AROUND)
        .iter()
        .take(PARTS + 1)
        .map(|group| {
            let lines: Vec<ComparedLine> = group
                .iter()
                .flat_map(|op| diff.iter_changes(op))
                .take(LINES)
                .map(|change| compared(change.tag(), change.value()))
                .collect();
            let range = |range: fn(&DiffOp) -> std::ops::Range<usize>| {
                let first = group.first().map_or(0, |op| range(op).start);
                let last = group.last().map_or(0, |op| range(op).end);
                if first + 1 >= last {
                    format!("Line {}", first + 1)
                } else {
                    format!("Lines {} to {last}", first + 1)
                }
            };
            ComparedPart {
                change: Change::Changed,
                left_label: range(DiffOp::old_range),
                right_label: range(DiffOp::new_range),
                lines: beside_each_other(lines),
                outputs_differ: false,
            }
        })
        .collect();
    let lines = |count: usize| match count {
        1 => "1 line".to_owned(),
        many => format!("{many} lines"),
    };
    let summary = format!("{} added, {} gone.{rest}", lines(added), lines(gone));
    (summary, parts)
}

/// Which cell of the other side belongs to each cell of this side: by the same text, by the same
/// id, and else the most similar one between the same neighbours.
fn pairs(one: &[CellSource], other: &[CellSource]) -> Vec<(Option<usize>, Option<usize>)> {
    let keys = |cells: &[CellSource]| -> Vec<String> {
        cells
            .iter()
            .map(|cell| format!("{}\n{}", cell.kind, cell.text))
            .collect()
    };
    let (left, right) = (keys(one), keys(other));
    let ops = similar::capture_diff_slices_deadline(
        Algorithm::Patience,
        &left,
        &right,
        Some(Instant::now() + TIME),
    );
    let mut pairs = Vec::new();
    for op in ops {
        let (old, new) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            pairs.extend(old.zip(new).map(|(left, right)| (Some(left), Some(right))));
            continue;
        }
        let mut free: Vec<usize> = new.collect();
        for left in old {
            let id = one[left].id.as_ref();
            let same = free
                .iter()
                .position(|right| id.is_some() && other[*right].id.as_ref() == id)
                .or_else(|| {
                    free.iter()
                        .take(8)
                        .position(|right| alike(&one[left], &other[*right]))
                });
            match same {
                Some(place) => {
                    for right in free.drain(..place) {
                        pairs.push((None, Some(right)));
                    }
                    pairs.push((Some(left), Some(free.remove(0))));
                }
                None => pairs.push((Some(left), None)),
            }
        }
        pairs.extend(free.into_iter().map(|right| (None, Some(right))));
    }
    pairs
}

fn alike(one: &CellSource, other: &CellSource) -> bool {
    if one.kind != other.kind || one.text.len() > 20_000 || other.text.len() > 20_000 {
        return false;
    }
    diff(&one.text, &other.text).ratio() > 0.4
}

fn cells(one: &[CellSource], other: &[CellSource], cut: bool) -> (String, Vec<ComparedPart>) {
    let pairs = pairs(one, other);
    // A cell that is gone here and was added there, word for word, was moved.
    let mut added: HashMap<(&str, &str), usize> = HashMap::new();
    for (left, right) in &pairs {
        if let (None, Some(right)) = (left, right) {
            let cell = &other[*right];
            if !cell.text.trim().is_empty() {
                added.insert((&cell.kind, &cell.text), *right);
            }
        }
    }
    let moved: HashMap<usize, usize> = pairs
        .iter()
        .filter_map(|pair| match pair {
            (Some(left), None) => {
                let cell = &one[*left];
                added
                    .remove(&(cell.kind.as_str(), cell.text.as_str()))
                    .map(|right| (*left, right))
            }
            _ => None,
        })
        .collect();
    let arrived: Vec<usize> = moved.values().copied().collect();
    let mut parts = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (left, right) in pairs {
        if let (None, Some(right)) = (left, right)
            && arrived.contains(&right)
        {
            continue;
        }
        let (right, was_moved) = match left.and_then(|left| moved.get(&left)) {
            Some(place) => (Some(*place), true),
            None => (right, false),
        };
        let part = part(one, other, left, right, was_moved);
        let word = match part.change {
            Change::Same if part.outputs_differ => "with other outputs",
            Change::Same => "",
            Change::Changed => "changed",
            Change::Added => "added",
            Change::Gone => "gone",
            Change::Moved => "moved",
        };
        *counts.entry(word).or_default() += 1;
        parts.push(part);
    }
    let mut said: Vec<String> = Vec::new();
    for word in ["changed", "added", "gone", "moved", "with other outputs"] {
        if let Some(count) = counts.get(word) {
            let noun = match (said.is_empty(), count) {
                (true, 1) => "1 cell".to_owned(),
                (true, many) => format!("{many} cells"),
                (false, many) => many.to_string(),
            };
            said.push(format!("{noun} {word}"));
        }
    }
    let mut summary = if said.is_empty() {
        "The same.".to_owned()
    } else {
        format!("{}.", said.join(", "))
    };
    if cut {
        summary.push_str(" Only the first cells were compared.");
    }
    (summary, parts)
}

fn part(
    one: &[CellSource],
    other: &[CellSource],
    left: Option<usize>,
    right: Option<usize>,
    moved: bool,
) -> ComparedPart {
    let label =
        |place: Option<usize>| place.map_or(String::new(), |place| format!("Cell {}", place + 1));
    let text = |cell: Option<&CellSource>| cell.map_or("", |cell| cell.text.as_str()).to_owned();
    let (before, after) = (
        left.and_then(|place| one.get(place)),
        right.and_then(|place| other.get(place)),
    );
    let (old, new) = (text(before), text(after));
    let change = match (before, after) {
        (Some(_), None) => Change::Gone,
        (None, _) => Change::Added,
        (Some(_), Some(_)) if moved => Change::Moved,
        (Some(before), Some(after)) if before.text == after.text && before.kind == after.kind => {
            Change::Same
        }
        _ => Change::Changed,
    };
    let diff = diff(&old, &new);
    let lines = diff
        .iter_all_changes()
        .take(LINES)
        .map(|change| compared(change.tag(), change.value()))
        .collect();
    ComparedPart {
        change,
        left_label: label(left),
        right_label: label(right),
        lines: beside_each_other(lines),
        outputs_differ: matches!((before, after), (Some(a), Some(b)) if a.outputs != b.outputs),
    }
}

#[cfg(test)]
mod tests;
