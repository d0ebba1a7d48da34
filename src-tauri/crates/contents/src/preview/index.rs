//! Where the lines of a file begin, so that any of a million can be shown without the others.
//!
//! Counting goes on behind, while the first lines are shown already: by the source where the file
//! lies, or else by reading the file once. What is kept is one mark for many lines, and one after
//! each very long line, so that a line of 100 MB is stepped over and not read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::StreamExt;
use tokio::sync::watch;

use super::encoding::Unit;
use super::reader::{PIECE, Reader};
use super::source::LineMarks;
use crate::{Problem, Result};

/// Lines between two marks.
const EVERY: u32 = 256;
/// Bytes of a line after which the next line gets its own mark.
const LONG: u64 = 64 * 1024;
/// Bytes of one line that are read before waiting for the mark behind it.
const PATIENCE: u64 = 4 * 1024 * 1024;
/// Marks that are kept; a file with more lines is shown up to there.
const MARKS: usize = 4_000_000;

/// One line as it lies in the file, without its line end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLine {
    pub bytes: Vec<u8>,
    /// Bytes that were left out.
    pub left_out: u64,
}

/// How lines are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// The byte at which the first line begins.
    pub start: u64,
    pub unit: Unit,
    /// Line ends between two of these bytes are none.
    pub quote: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    lines: u64,
    done: bool,
}

struct Counted {
    marks: Mutex<BTreeMap<u64, u64>>,
    failed: Mutex<Option<Problem>>,
    progress: watch::Sender<Progress>,
    /// All lines, where somebody has read to the end before they were counted.
    total: OnceLock<u64>,
}

/// Counts while it lives.
pub struct LineIndex {
    reader: Reader,
    rules: Lines,
    counted: Arc<Counted>,
    counting: tokio::task::JoinHandle<()>,
}

impl Drop for LineIndex {
    fn drop(&mut self) {
        self.counting.abort();
    }
}

impl LineIndex {
    /// Begins to count. Within a tokio runtime.
    pub fn start(reader: Reader, rules: Lines) -> Self {
        let counted = Arc::new(Counted {
            marks: Mutex::new(BTreeMap::from([(0, rules.start)])),
            failed: Mutex::new(None),
            progress: watch::Sender::new(Progress::default()),
            total: OnceLock::new(),
        });
        let counting = tokio::spawn({
            let (reader, counted) = (reader.clone(), Arc::clone(&counted));
            async move {
                if let Err(problem) = count(&reader, rules, &counted).await {
                    *counted
                        .failed
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = Some(problem);
                }
                counted
                    .progress
                    .send_modify(|progress| progress.done = true);
            }
        });
        Self {
            reader,
            rules,
            counted,
            counting,
        }
    }

    /// `None` while they are counted.
    pub fn total(&self) -> Option<u32> {
        let progress = *self.counted.progress.borrow();
        let counted = progress.done.then_some(progress.lines);
        self.counted
            .total
            .get()
            .copied()
            .or(counted)
            .map(|lines| u32::try_from(lines).unwrap_or(u32::MAX))
    }

    /// Lines from `from` on, at most `count` and about 16 MiB; of each at most `keep` bytes.
    pub async fn read(&self, from: u64, count: usize, keep: usize) -> Result<Vec<RawLine>> {
        self.wait_for(from).await;
        let (mut line, mut begin) = self.mark_before(from);
        if from.saturating_sub(line) > 4 * u64::from(EVERY) {
            // Beyond everything that was counted: there is no such line, or counting failed.
            return match &*self
                .counted
                .failed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
            {
                Some(problem) => Err(problem.clone()),
                None => Ok(Vec::new()),
            };
        }
        let mut rows = Vec::new();
        let mut held = 0_usize;
        let mut at = begin;
        let mut ends = Ends::new(self.rules);
        let mut current = RawLine::default();
        while rows.len() < count && at < self.reader.size() && held < 16 * 1024 * 1024 {
            let ahead = if at - begin > LONG { PIECE } else { PIECE / 4 };
            let bytes = self.reader.read(at, u64::from(ahead)).await?;
            if bytes.is_empty() {
                break;
            }
            let mut rest = &bytes[..];
            while rows.len() < count && !rest.is_empty() {
                let end = ends.next(rest);
                let part = &rest[..end.unwrap_or(rest.len())];
                if line >= from {
                    current.take(part, keep);
                }
                at += part.len() as u64;
                rest = &rest[part.len()..];
                if end.is_some() {
                    self.remember(line + 1, begin, at);
                    if line >= from {
                        let full = std::mem::take(&mut current).without_end(self.rules.unit);
                        held += full.bytes.len();
                        rows.push(full);
                    }
                    line += 1;
                    begin = at;
                }
            }
            if rest.is_empty() && at - begin > LONG {
                if at - begin > PATIENCE {
                    self.wait_for(line + 1).await;
                }
                if let Some(next) = self.mark_of(line + 1).filter(|next| *next > at) {
                    current.left_out += next - at;
                    if line >= from {
                        rows.push(std::mem::take(&mut current).without_end(self.rules.unit));
                    }
                    line += 1;
                    (begin, at) = (next, next);
                    ends = Ends::new(self.rules);
                } else if self
                    .total()
                    .is_some_and(|total| line + 1 >= u64::from(total))
                {
                    // The last line, and nothing follows it.
                    current.left_out += self.reader.size() - at;
                    at = self.reader.size();
                }
            }
        }
        if rows.len() < count && begin < at && at >= self.reader.size() && line >= from {
            rows.push(current);
            line += 1;
        }
        if at >= self.reader.size() && rows.len() < count && line >= from {
            let _ = self.counted.total.set(line);
        }
        Ok(rows)
    }

    /// Until the line was counted, or all are.
    async fn wait_for(&self, line: u64) {
        let mut progress = self.counted.progress.subscribe();
        let _ = progress
            .wait_for(|progress| progress.done || progress.lines >= line)
            .await;
    }

    fn mark_before(&self, line: u64) -> (u64, u64) {
        let marks = self.counted.lock();
        marks
            .range(..=line)
            .next_back()
            .map_or((0, self.rules.start), |(line, offset)| (*line, *offset))
    }

    fn mark_of(&self, line: u64) -> Option<u64> {
        self.counted.lock().get(&line).copied()
    }

    fn remember(&self, line: u64, begin: u64, next: u64) {
        if next - begin > LONG {
            self.counted.add(line, next);
        }
    }
}

impl Counted {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, u64>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: u64, offset: u64) {
        let mut marks = self.lock();
        if marks.len() < MARKS {
            marks.insert(line, offset);
        }
    }
}

async fn count(reader: &Reader, rules: Lines, counted: &Counted) -> Result<()> {
    if rules.unit == Unit::Byte
        && let Some(mut marked) = reader.source().lines(EVERY, rules.quote)
    {
        while let Some(step) = marked.next().await {
            take_step(reader, rules, counted, step?);
        }
        return Ok(());
    }
    let mut ends = Ends::new(rules);
    let mut at = rules.start;
    let (mut lines, mut begin) = (0_u64, rules.start);
    while at < reader.size() {
        let bytes = reader.read(at, u64::from(PIECE)).await?;
        if bytes.is_empty() {
            break;
        }
        let mut rest = &bytes[..];
        while let Some(end) = ends.next(rest) {
            at += end as u64;
            rest = &rest[end..];
            lines += 1;
            if lines.is_multiple_of(u64::from(EVERY)) || at - begin > LONG {
                counted.add(lines, at);
            }
            begin = at;
        }
        at += rest.len() as u64;
        counted
            .progress
            .send_modify(|progress| progress.lines = lines);
    }
    if begin < at {
        counted.progress.send_modify(|progress| progress.lines += 1);
    }
    Ok(())
}

/// What the source counted, as far as it belongs to the state of the file that is shown.
fn take_step(reader: &Reader, rules: Lines, counted: &Counted, step: LineMarks) {
    for (line, offset) in step.marks {
        if line > 0 && offset > rules.start && offset < reader.size() {
            counted.add(line, offset);
        }
    }
    if step.through <= reader.size() {
        counted
            .progress
            .send_modify(|progress| progress.lines = step.lines);
    }
}

/// Finds line ends, piece by piece.
struct Ends {
    rules: Lines,
    inside: bool,
}

impl Ends {
    fn new(rules: Lines) -> Self {
        Self {
            rules,
            inside: false,
        }
    }

    /// How many bytes the line takes, with its end; `None` where it does not end here.
    fn next(&mut self, bytes: &[u8]) -> Option<usize> {
        match (self.rules.unit, self.rules.quote) {
            (Unit::Byte, None) => bytes
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|at| at + 1),
            (Unit::Byte, Some(quote)) => {
                for (at, byte) in bytes.iter().enumerate() {
                    if *byte == quote {
                        self.inside = !self.inside;
                    } else if *byte == b'\n' && !self.inside {
                        return Some(at + 1);
                    }
                }
                None
            }
            (unit, _) => {
                let end: &[u8] = if unit == Unit::Little {
                    b"\n\0"
                } else {
                    b"\0\n"
                };
                bytes
                    .chunks(2)
                    .position(|pair| pair == end)
                    .map(|at| at * 2 + 2)
            }
        }
    }
}

impl RawLine {
    fn take(&mut self, part: &[u8], keep: usize) {
        let fits = keep.saturating_sub(self.bytes.len()).min(part.len());
        self.bytes.extend_from_slice(&part[..fits]);
        self.left_out += (part.len() - fits) as u64;
    }

    fn without_end(mut self, unit: Unit) -> Self {
        if self.left_out > 0 {
            // The line end was left out too, and is no part of the line.
            let end = if unit == Unit::Byte { 1 } else { 2 };
            self.left_out = self.left_out.saturating_sub(end);
            return self;
        }
        let ends: [&[u8]; 2] = match unit {
            Unit::Byte => [b"\n", b"\r"],
            Unit::Little => [b"\n\0", b"\r\0"],
            Unit::Big => [b"\0\n", b"\0\r"],
        };
        for end in ends {
            if self.bytes.ends_with(end) {
                self.bytes.truncate(self.bytes.len() - end.len());
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
