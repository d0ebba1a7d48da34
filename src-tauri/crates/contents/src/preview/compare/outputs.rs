//! What cells put out, where it differs: texts line by line, pictures side by side.

use std::collections::HashMap;

use crate::preview::notebook::PutOut;
use crate::preview::{ComparedOutput, ComparedPart};

use super::cells::Pair;
use super::{Change, lines};

/// Cells whose outputs are compared; of more it is said that they differ.
const CELLS: usize = 60;

/// A cell whose outputs are to be compared.
pub(super) struct Wanted {
    part: usize,
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
}

/// Cells with other outputs, and those that are on one side alone.
pub(super) fn wanted(cells: &[Pair]) -> Vec<Wanted> {
    cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| {
            cell.part.outputs_differ || matches!(cell.part.change, Change::Added | Change::Gone)
        })
        .take(CELLS)
        .map(|(part, cell)| Wanted {
            part,
            left: cell.left,
            right: cell.right,
        })
        .collect()
}

/// Puts what the cells put out into their parts.
pub(super) fn fill(
    parts: &mut [ComparedPart],
    wanted: &[Wanted],
    before: &HashMap<u32, PutOut>,
    after: &HashMap<u32, PutOut>,
) {
    let nothing = PutOut::default();
    for cell in wanted {
        let of = |side: Option<usize>, all: &HashMap<u32, PutOut>| {
            side.and_then(|number| u32::try_from(number).ok())
                .and_then(|number| all.get(&number).cloned())
                .unwrap_or_else(|| nothing.clone())
        };
        if let Some(part) = parts.get_mut(cell.part) {
            part.outputs = Some(compared(&of(cell.left, before), &of(cell.right, after)));
        }
    }
}

fn compared(one: &PutOut, other: &PutOut) -> Vec<ComparedOutput> {
    let mut outputs = Vec::new();
    if one.text != other.text {
        let shown = lines::all(&one.text, &other.text);
        outputs.push(ComparedOutput::Text {
            lines: shown.lines,
            more_lines: shown.more,
        });
    }
    for at in 0..one.pictures.len().max(other.pictures.len()) {
        let (left, right) = (one.pictures.get(at), other.pictures.get(at));
        if left.map(|picture| &picture.1) != right.map(|picture| &picture.1) {
            outputs.push(ComparedOutput::Pictures {
                left: left.map(|picture| picture.0.clone()),
                right: right.map(|picture| picture.0.clone()),
            });
        }
    }
    outputs
}
