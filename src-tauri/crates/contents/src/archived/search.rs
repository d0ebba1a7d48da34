//! Searching: names in what was read of the place, lines in one archive of all that is searched.

use std::time::{Duration, Instant};

use regex::bytes::{Regex, RegexBuilder};
use slipway_engine::porthole::ArchiveUse;
use slipway_porthole::answer::{Answer, Hit, HitLine, Kind, Moment, Outcome, SearchTotals};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Search, SearchFor};
use slipway_porthole::sought;

use super::answers::Seen;
use super::entries::below;
use super::talk::Talk;
use crate::moving::untar::{Entry, Item, What};

const STEP_BYTES: usize = 24 * 1024;
const STEP_TIME: Duration = Duration::from_millis(100);

/// Names that are looked at before others have their turn.
const STEP_NAMES: usize = 10_000;

/// What of a line is looked at together.
const WINDOW: usize = 128 * 1024;

/// How much of a longer line is looked at twice.
const OVERLAP: usize = 4 * 1024;

/// How much of the line is told from before the hit.
const BEFORE: usize = 200;

/// What was found and not told yet.
struct Told<'a> {
    talk: &'a Talk,
    most: u64,
    totals: SearchTotals,
    hits: Vec<Hit>,
    bytes: usize,
    since: Instant,
}

impl Told<'_> {
    /// False where there are hits enough.
    async fn hit(&mut self, hit: Hit) -> Result<bool, Fault> {
        if self.totals.hits >= self.most {
            self.totals.capped = true;
            return Ok(false);
        }
        self.totals.hits += 1;
        self.bytes += 48 + hit.path.0.len() + hit.line.as_ref().map_or(0, |line| line.text.0.len());
        self.hits.push(hit);
        self.now_and_then().await?;
        Ok(true)
    }

    async fn now_and_then(&mut self) -> Result<(), Fault> {
        if self.bytes < STEP_BYTES && self.since.elapsed() < STEP_TIME {
            return Ok(());
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Fault> {
        self.bytes = 0;
        self.since = Instant::now();
        if !self.hits.is_empty() {
            let hits = std::mem::take(&mut self.hits);
            self.talk.answer(Answer::Hits(hits)).await?;
        }
        self.talk.answer(Answer::Searched(self.totals)).await
    }
}

fn build(pattern: &str, case: bool) -> Result<Regex, Fault> {
    RegexBuilder::new(pattern)
        .case_insensitive(!case)
        .multi_line(true)
        // As lines are told: without the sign that Windows ends them with.
        .crlf(true)
        .size_limit(4 << 20)
        .dfa_size_limit(2 << 20)
        .build()
        .map_err(|error| Fault::BadPattern {
            why: error.to_string(),
        })
}

impl Seen {
    pub(super) async fn search(&self, search: Search, talk: &Talk) -> Result<Outcome, Fault> {
        let mut told = Told {
            talk,
            most: u64::from(search.most),
            totals: SearchTotals::default(),
            hits: Vec::new(),
            bytes: 0,
            since: Instant::now(),
        };
        match &search.what {
            SearchFor::Name(text) => {
                let names = build(&sought::name(&text.0), search.case)?;
                self.names(&search, &names, &mut told).await?;
            }
            SearchFor::Text(text) => {
                let lines = build(&sought::text(&text.0)?, search.case)?;
                self.contents(&search, &lines, &mut told).await?;
            }
            SearchFor::Pattern(pattern) => {
                let lines = build(pattern, search.case)?;
                self.contents(&search, &lines, &mut told).await?;
            }
        }
        told.flush().await?;
        Ok(Outcome::Search(told.totals))
    }

    async fn names(
        &self,
        search: &Search,
        names: &Regex,
        told: &mut Told<'_>,
    ) -> Result<(), Fault> {
        let look = self.look();
        // In the order in which they came: what lies in a folder comes after it.
        let mut inside: Vec<bool> = Vec::new();
        let round = look.progress().borrow().round;
        let base = look.find(&search.path, true).await?;
        loop {
            let ended = look.has_ended();
            if look.progress().borrow().round != round {
                return Err(Fault::Changed);
            }
            let (found, all) = {
                let tree = look.tree();
                let mut found = Vec::new();
                let from = inside.len();
                let to = tree.nodes.len().min(from + STEP_NAMES);
                for at in from..to {
                    let node = &tree.nodes[at];
                    let Ok(id) = u32::try_from(at) else { break };
                    let shown = search.hidden || !node.name.starts_with(b".");
                    let is_in = id == base
                        || (at > 0 && shown && inside.get(node.parent as usize) == Some(&true));
                    inside.push(is_in);
                    if !is_in || id == base {
                        continue;
                    }
                    told.totals.files += 1;
                    if names.is_match(&node.name) {
                        found.push(Hit {
                            path: search
                                .path
                                .join(tree_path(&tree.path(id), &tree.path(base))),
                            kind: node.kind,
                            size: node.size,
                            changed: node.changed,
                            line: None,
                        });
                    }
                }
                (found, inside.len() >= tree.nodes.len())
            };
            for hit in found {
                if !told.hit(hit).await? {
                    return Ok(());
                }
            }
            told.now_and_then().await?;
            if all && ended {
                return look.fault().map_or(Ok(()), Err);
            }
            if all {
                look.more_than(inside.len()).await;
            }
        }
    }

    async fn contents(
        &self,
        search: &Search,
        lines: &Regex,
        told: &mut Told<'_>,
    ) -> Result<(), Fault> {
        let base = if search.path.0.is_empty() {
            Raw::default()
        } else {
            self.real(&search.path).await?
        };
        let _turn = self.carrying.lock().await;
        let mut entries = self.way.entries(ArchiveUse::Carry, &base).await?;
        let most = search.most_of_one.max(1);
        while let Some(item) = entries.next().await? {
            let Item::Entry(entry) = item else { continue };
            let Some(path) = wanted(search, &entry) else {
                continue;
            };
            told.totals.files += 1;
            let mut reading = Reading::default();
            let mut of_one = 0;
            while let Some(item) = entries.next().await? {
                let Item::Body(piece) = item else {
                    reading.over = true;
                    let left = most - of_one;
                    report(&mut reading, lines, left, &path, &entry, told).await?;
                    break;
                };
                told.totals.bytes += piece.len() as u64;
                told.now_and_then().await?;
                if reading.binary || of_one >= most {
                    continue;
                }
                if piece.contains(&0) {
                    told.totals.binary += 1;
                    reading.binary = true;
                    continue;
                }
                reading.buffer.extend_from_slice(&piece);
                match report(&mut reading, lines, most - of_one, &path, &entry, told).await? {
                    Some(hits) => of_one += hits,
                    None => return Ok(()),
                }
            }
            if told.totals.capped {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn tree_path<'a>(path: &'a Raw, base: &Raw) -> &'a [u8] {
    let rest = path.0.strip_prefix(&base.0[..]).unwrap_or_default();
    rest.strip_prefix(b"/").unwrap_or(rest)
}

/// The path of a file that is to be searched.
fn wanted(search: &Search, entry: &Entry) -> Option<Raw> {
    if entry.what != What::File {
        return None;
    }
    let rest = below(&entry.name.0);
    let path = if rest.is_empty() {
        search.path.clone()
    } else {
        search.path.join(rest)
    };
    let hidden = rest
        .split(|byte| *byte == b'/')
        .any(|name| name.starts_with(b"."));
    (path.is_plain() && path.0.len() <= Raw::LONGEST && (search.hidden || !hidden)).then_some(path)
}

/// Tells of the lines that are found by now; `None` where there are hits enough.
async fn report(
    reading: &mut Reading,
    lines: &Regex,
    most: u32,
    path: &Raw,
    entry: &Entry,
    told: &mut Told<'_>,
) -> Result<Option<u32>, Fault> {
    let mut count = 0;
    while count < most
        && let Some(line) = reading.next(lines)
    {
        let hit = Hit {
            path: path.clone(),
            kind: Kind::File,
            size: entry.stored,
            changed: Moment {
                seconds: entry.changed.0,
                nanoseconds: 0,
            },
            line: Some(line),
        };
        if !told.hit(hit).await? {
            return Ok(None);
        }
        count += 1;
    }
    Ok(Some(count))
}

/// One file that is being searched.
#[derive(Default)]
struct Reading {
    /// What came and was not looked at, from the beginning of a line or within a very long one.
    buffer: Vec<u8>,
    /// Bytes of the file before the buffer.
    before: u64,
    /// Whole lines before it.
    lines: u64,
    /// Bytes of the same line before it.
    within: u64,
    /// The rest of a line whose hit was told is passed over.
    skipping: bool,
    over: bool,
    binary: bool,
}

impl Reading {
    /// The next line that holds what is sought, as far as the buffer goes.
    fn next(&mut self, sought: &Regex) -> Option<HitLine> {
        loop {
            if self.skipping {
                if let Some(at) = self.buffer.iter().position(|byte| *byte == b'\n') {
                    self.pass_line(at);
                    self.skipping = false;
                } else {
                    self.pass_within(self.buffer.len());
                    return None;
                }
            }
            let whole = self.buffer.iter().rposition(|byte| *byte == b'\n');
            let ready = match whole {
                _ if self.over => self.buffer.len(),
                Some(at) => at + 1,
                None if self.buffer.len() >= WINDOW => self.buffer.len(),
                None => return None,
            };
            if ready == 0 {
                return None;
            }
            // In many lines at once; an expression that reaches over a line's end is tried in that line alone.
            let Some(found) = sought.find(&self.buffer[..ready]) else {
                self.pass(ready);
                return None;
            };
            let start = found.start().min(ready - 1);
            let begin = self.buffer[..start]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let end = self.buffer[start..ready]
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|at| start + at);
            self.pass(begin);
            let end = end.map(|end| end - begin);
            let text = &self.buffer[..end.unwrap_or(ready - begin)];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let line = sought
                .find(text)
                .map(|hit| self.line(text, hit.start(), hit.end()));
            match end {
                Some(end) => self.pass_line(end),
                None if line.is_some() => self.skipping = true,
                None => self.pass(ready - begin),
            }
            if line.is_some() {
                return line;
            }
        }
    }

    fn line(&self, text: &[u8], start: usize, end: usize) -> HitLine {
        let from = if text.len() <= HitLine::LONGEST {
            0
        } else {
            start.saturating_sub(BEFORE)
        };
        let to = text.len().min(from + HitLine::LONGEST);
        HitLine {
            number: self.lines + 1,
            offset: self.before - self.within,
            text: Raw::from(&text[from..to]),
            cut: self.within + from as u64,
            start: u32::try_from(start - from).unwrap_or(u32::MAX),
            end: u32::try_from(end.min(to) - from).unwrap_or(u32::MAX),
        }
    }

    /// The line that ends with the line break at `at` is done with.
    fn pass_line(&mut self, at: usize) {
        self.buffer.drain(..=at);
        self.before += at as u64 + 1;
        self.lines += 1;
        self.within = 0;
    }

    /// So many bytes were looked at, whole lines and perhaps a part of one.
    #[expect(
        clippy::naive_bytecount,
        reason = "the engine sends slower than this counts"
    )]
    fn pass(&mut self, count: usize) {
        let passed = &self.buffer[..count];
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        let rest = passed
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(count, |at| count - at - 1);
        let within = if breaks > 0 { 0 } else { self.within };
        // In the middle of a line: what is sought may lie across.
        let again = if self.over { 0 } else { rest.min(OVERLAP) };
        let count = count - again;
        self.buffer.drain(..count);
        self.before += count as u64;
        self.lines += breaks;
        self.within = within + (rest - again) as u64;
    }

    fn pass_within(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.before += count as u64;
        self.within += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &[u8], piece: usize, sought: &str) -> Vec<HitLine> {
        let sought = build(sought, true).unwrap();
        let mut reading = Reading::default();
        let mut all = Vec::new();
        for piece in text.chunks(piece.max(1)) {
            reading.buffer.extend_from_slice(piece);
            all.extend(std::iter::from_fn(|| reading.next(&sought)));
        }
        reading.over = true;
        all.extend(std::iter::from_fn(|| reading.next(&sought)));
        all
    }

    #[test]
    fn a_line_is_told_with_its_number_and_place() {
        let lines = found(b"one\ntwo needle\r\nthree\nneedle", 5, "needle");
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.offset, line.start, line.end, line.cut))
            .collect();
        assert_eq!(told, [(2, 4, 4, 10, 0), (4, 22, 0, 6, 0)]);
        assert_eq!(lines[0].text, Raw::from("two needle"));
    }

    #[test]
    fn a_line_without_end_is_looked_through_in_parts() {
        let mut text = vec![b'x'; 3 * WINDOW];
        text.extend_from_slice(b" needle and more needle ");
        text.resize(5 * WINDOW, b'y');
        text.extend_from_slice(b"\nnext needle\n");
        let lines = found(&text, 10_000, "needle");
        assert_eq!(lines.len(), 2, "once for each line");
        assert_eq!((lines[0].number, lines[0].offset), (1, 0));
        let (start, end) = (lines[0].start as usize, lines[0].end as usize);
        assert_eq!(&lines[0].text.0[start..end], b"needle");
        assert_eq!(
            lines[0].cut + u64::from(lines[0].start),
            3 * WINDOW as u64 + 1
        );
        assert_eq!(
            (lines[1].number, lines[1].offset),
            (2, 5 * WINDOW as u64 + 1)
        );
    }

    proptest! {
        #[test]
        fn lines_are_found_however_they_come(
            lines in proptest::collection::vec("[abn \r]{0,8}", 0..30),
            piece in 1usize..40,
            sought in prop_oneof![Just("a"), Just("ab"), Just("n$"), Just("b\\s*a"), Just("^ ")],
        ) {
            let text = lines.join("\n");
            let regex = build(sought, true).unwrap();
            let mut expected = Vec::new();
            for (at, line) in text.split('\n').enumerate() {
                let line = line.strip_suffix('\r').unwrap_or(line);
                if let Some(hit) = regex.find(line.as_bytes()) && !(line.is_empty() && at + 1 == text.split('\n').count()) {
                    expected.push((at as u64 + 1, u32::try_from(hit.start()).unwrap()));
                }
            }
            let told: Vec<_> = found(text.as_bytes(), piece, sought)
                .iter()
                .map(|line| (line.number, line.start))
                .collect();
            prop_assert_eq!(told, expected);
        }
    }
}
