//! The last lines of a log, numbered, within a bound of lines and of bytes.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

use super::{LogLine, LogPage, LogQuery, LogState};

/// The most lines that are kept.
const LINES: usize = 50_000;
/// The most bytes of text that are kept.
const BYTES: usize = 16 * 1024 * 1024;
/// What a line costs besides its text.
const LINE_COST: usize = size_of::<LogLine>();

#[derive(Default)]
pub(super) struct Ring {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Number of the next line.
    next: u32,
    ended: bool,
}

impl Ring {
    /// Keeps a line under the next number, and lets the oldest go where there is no room.
    pub(super) fn push(&mut self, mut line: LogLine) {
        if self.next == u32::MAX {
            // After four thousand million lines the counting starts over, with an empty ring.
            *self = Self {
                ended: self.ended,
                ..Self::default()
            };
        }
        line.number = self.next;
        self.next += 1;
        self.bytes += cost(&line);
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= cost(&oldest);
        }
    }

    /// True where this line is among the last ones already, or older than they are: the two streams
    /// of a container arrive in no strict order.
    pub(super) fn ends_with(&self, line: &LogLine) -> bool {
        let same = |kept: &LogLine| {
            kept.time == line.time && kept.stream == line.stream && kept.text == line.text
        };
        let newest = self.lines.iter().rev().take(20);
        newest.clone().any(same) || newest.filter_map(|kept| kept.time).max() > line.time
    }

    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) fn state(&self) -> LogState {
        LogState {
            first: self.lines.front().map_or(self.next, |line| line.number),
            end: self.next,
            ended: self.ended,
        }
    }

    pub(super) fn into_lines(self) -> Vec<LogLine> {
        self.lines.into()
    }

    pub(super) fn page(&self, query: &LogQuery) -> LogPage {
        let count = query.count as usize;
        let (lines, matches) = match searched(&query.search) {
            None => {
                let skipped = query.start.saturating_sub(self.state().first) as usize;
                (
                    self.lines
                        .iter()
                        .skip(skipped)
                        .take(count)
                        .cloned()
                        .collect(),
                    self.lines.len(),
                )
            }
            Some(pattern) => {
                let hits: Vec<&LogLine> = self
                    .lines
                    .iter()
                    .filter(|line| pattern.is_match(&line.text))
                    .collect();
                let lines = hits
                    .iter()
                    .skip(query.start as usize)
                    .take(count)
                    .map(|line| LogLine::clone(line))
                    .collect();
                (lines, hits.len())
            }
        };
        LogPage {
            lines,
            state: self.state(),
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
        }
    }
}

fn cost(line: &LogLine) -> usize {
    line.text.capacity() + LINE_COST
}

/// The words as they stand, in any case.
fn searched(words: &str) -> Option<Regex> {
    if words.is_empty() {
        return None;
    }
    RegexBuilder::new(&regex::escape(words))
        .case_insensitive(true)
        .build()
        .ok()
}
