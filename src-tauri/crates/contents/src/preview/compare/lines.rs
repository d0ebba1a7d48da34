//! Texts line by line. Lines that were replaced stand beside each other, and each has its number.

use std::ops::Range;

use similar::{Algorithm, DiffOp, TextDiff, TextDiffConfig};

use crate::preview::{Change, ComparedLine, ComparedPart, line};

use super::{Compared, PARTS, TIME};

/// Lines of a part that are shown, and of all parts together.
const LINES: usize = 2000;
pub(super) const ALL: usize = 20_000;
/// Lines around a change.
const AROUND: usize = 3;

pub(super) fn diff<'a>(one: &'a str, other: &'a str) -> TextDiff<'a, 'a, str> {
    TextDiffConfig::default()
        .algorithm(Algorithm::Patience)
        .timeout(TIME / 2)
        .diff_lines(one, other)
}

/// Lines that are shown, and how many more there are.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shown {
    pub(super) lines: Vec<ComparedLine>,
    pub(super) more: u32,
}

/// All lines of two texts.
pub(super) fn all(one: &str, other: &str) -> Shown {
    let diff = diff(one, other);
    lines_of(&diff, diff.ops(), LINES)
}

fn lines_of(diff: &TextDiff<'_, '_, str>, ops: &[DiffOp], most: usize) -> Shown {
    let (old, new) = (diff.old_lookup(), diff.new_lookup());
    let number = |at: usize| u32::try_from(at + 1).ok();
    let mut shown = Shown::default();
    for op in ops {
        let (left, right) = (op.old_range(), op.new_range());
        let rows = left.len().max(right.len());
        let room = most.saturating_sub(shown.lines.len()).min(rows);
        shown.more = shown
            .more
            .saturating_add(u32::try_from(rows - room).unwrap_or(u32::MAX));
        let at = |range: &Range<usize>, row: usize| {
            Some(range.start + row).filter(|at| range.contains(at))
        };
        shown.lines.extend((0..room).map(|row| {
            let (before, after) = (at(&left, row), at(&right, row));
            ComparedLine {
                change: match (op, before, after) {
                    (DiffOp::Equal { .. }, ..) => Change::Same,
                    (_, Some(_), Some(_)) => Change::Changed,
                    (_, Some(_), None) => Change::Gone,
                    _ => Change::Added,
                },
                left: before.map(|at| line::plain(&old[at])),
                right: after.map(|at| line::plain(&new[at])),
                left_number: before.and_then(number),
                right_number: after.and_then(number),
            }
        }));
    }
    shown
}

/// Two texts, where they differ.
pub(super) fn texts(one: &str, other: &str, cut: bool) -> Compared {
    let rest = if cut {
        " Only the beginning was compared."
    } else {
        ""
    };
    if one == other {
        return (format!("The same.{rest}"), Vec::new(), 0);
    }
    let diff = diff(one, other);
    let (mut added, mut gone) = (0_usize, 0_usize);
    for op in diff.ops() {
        if !matches!(op, DiffOp::Equal { .. }) {
            gone += op.old_range().len();
            added += op.new_range().len();
        }
    }
    let groups = diff.grouped_ops(AROUND);
    let mut room = ALL;
    let parts: Vec<ComparedPart> = groups
        .iter()
        .take(PARTS)
        .map_while(|group| {
            if room == 0 {
                return None;
            }
            let shown = lines_of(&diff, group, LINES.min(room));
            room -= shown.lines.len();
            Some(ComparedPart {
                change: Change::Changed,
                left_label: label(group, DiffOp::old_range),
                right_label: label(group, DiffOp::new_range),
                lines: shown.lines,
                more_lines: shown.more,
                outputs_differ: false,
                outputs: None,
            })
        })
        .collect();
    let lines = |count: usize| match count {
        1 => "1 line".to_owned(),
        many => format!("{many} lines"),
    };
    let summary = format!("{} added, {} gone.{rest}", lines(added), lines(gone));
    let more = groups.len() - parts.len();
    (summary, parts, more)
}

/// "Line 4"; "Lines 10 to 18".
fn label(group: &[DiffOp], range: fn(&DiffOp) -> Range<usize>) -> String {
    let first = group.first().map_or(0, |op| range(op).start);
    let last = group.last().map_or(0, |op| range(op).end);
    if first + 1 >= last {
        format!("Line {}", first + 1)
    } else {
        format!("Lines {} to {last}", first + 1)
    }
}
