//! Notebooks cell by cell: which cell of one side is which of the other.

use std::collections::HashMap;
use std::time::Instant;

use similar::{Algorithm, DiffOp};

use crate::preview::{Change, ComparedPart};

use super::{CellSource, TIME, lines};

/// A cell of both sides, or of one, by its place there.
pub(super) struct Pair {
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
    pub(super) part: ComparedPart,
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
    lines::diff(&one.text, &other.text).ratio() > 0.4
}

/// A summary, and all cells in the order of both sides.
pub(super) fn cells(one: &[CellSource], other: &[CellSource], cut: bool) -> (String, Vec<Pair>) {
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
        parts.push(Pair { left, right, part });
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
    // The page counts what is the same, and shows none of it.
    let shown = if change == Change::Same {
        lines::Shown::default()
    } else {
        lines::all(&old, &new)
    };
    ComparedPart {
        change,
        left_label: label(left),
        right_label: label(right),
        lines: shown.lines,
        more_lines: shown.more,
        outputs_differ: matches!((before, after), (Some(a), Some(b)) if a.outputs != b.outputs),
        outputs: None,
    }
}
