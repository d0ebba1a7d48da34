//! The last lines of a log, numbered, within a bound of lines and of bytes.

use std::collections::VecDeque;

use regex::Regex;

use super::search::{Search, compiled, hits};
use super::{LogFound, LogLine, LogPage, LogPattern, LogQuery, LogState};

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
    /// Lines that came, kept or not.
    read: u32,
    /// Only lines in which this is found are kept.
    only: Option<Regex>,
    /// The last search, so that it need not begin anew.
    search: Option<Search>,
    ended: bool,
    broken: bool,
}

impl Ring {
    /// A ring for just the lines in which this is found.
    pub(super) fn keeping(only: Option<Regex>) -> Self {
        Self {
            only,
            ..Self::default()
        }
    }

    /// Counts a line, and keeps it where it is one of those that are kept.
    pub(super) fn take(&mut self, line: LogLine) {
        self.read = self.read.saturating_add(1);
        if self
            .only
            .as_ref()
            .is_none_or(|only| only.is_match(&line.text))
        {
            self.push(line);
        }
    }

    /// Keeps a line under the next number, and lets the oldest go where there is no room.
    pub(super) fn push(&mut self, mut line: LogLine) {
        if self.next == u32::MAX {
            // After four thousand million lines the counting starts over, with an empty ring.
            *self = Self {
                ended: self.ended,
                read: self.read,
                only: self.only.take(),
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

    /// There will be no more; `broken` where there should have been.
    pub(super) fn end(&mut self, broken: bool) {
        self.ended = true;
        self.broken = broken;
    }

    pub(super) fn state(&self) -> LogState {
        LogState {
            first: self.lines.front().map_or(self.next, |line| line.number),
            end: self.next,
            read: self.read,
            ended: self.ended,
            broken: self.broken,
        }
    }

    pub(super) fn into_lines(self) -> Vec<LogLine> {
        self.lines.into()
    }

    /// Brings the search up to date; `None` where nothing is looked for.
    ///
    /// # Errors
    /// A sentence: the pattern is none.
    fn search(&mut self, pattern: &LogPattern) -> Result<Option<&Search>, String> {
        if self
            .search
            .as_ref()
            .is_none_or(|search| &search.pattern != pattern)
        {
            self.search = compiled(pattern)?.map(|regex| Search::new(pattern.clone(), regex));
        }
        if let Some(search) = &mut self.search {
            search.catch_up(&self.lines);
        }
        Ok(self.search.as_ref())
    }

    pub(super) fn page(&mut self, query: &LogQuery) -> LogPage {
        let (found, fault) = match self.search(&query.search) {
            Ok(search) => (
                search.map(|search| (search.regex.clone(), search.len())),
                None,
            ),
            Err(fault) => (None, Some(fault)),
        };
        let state = self.state();
        let matches = found.as_ref().map_or(0, |(_, count)| *count);
        let (start, count) = (query.start as usize, query.count as usize);
        let only = query.only && found.is_some();
        let mut page = LogPage {
            state,
            matches: small(matches),
            rows: small(if only { matches } else { self.lines.len() }),
            fault,
            ..LogPage::default()
        };
        let indices: Vec<usize> = if only {
            let numbers = self.search.iter().flat_map(|search| {
                (start..start.saturating_add(count)).map_while(|place| search.number(place))
            });
            numbers
                .map(|number| number.saturating_sub(state.first) as usize)
                .collect()
        } else {
            let skipped = start.saturating_sub(state.first as usize);
            (skipped..self.lines.len().min(skipped.saturating_add(count))).collect()
        };
        for line in indices
            .into_iter()
            .filter_map(|index| self.lines.get(index))
        {
            let line = shortened(line, query.longest as usize, &mut page.shortened);
            let marks = found.as_ref().map(|(regex, _)| hits(regex, &line.text));
            page.hits.push(marks.unwrap_or_default());
            page.lines.push(line);
        }
        page
    }

    pub(super) fn find(
        &mut self,
        pattern: &LogPattern,
        from: u32,
        backwards: bool,
    ) -> Option<LogFound> {
        let search = self.search(pattern).ok()??;
        let place = search.next(from, backwards)?;
        Some(LogFound {
            number: search.number(place)?,
            place: small(place),
            matches: small(search.len()),
        })
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The line with at most so many bytes of its text (0: all), and a note where it had more.
fn shortened(line: &LogLine, longest: usize, noted: &mut Vec<u32>) -> LogLine {
    if longest == 0 || line.text.len() <= longest {
        return line.clone();
    }
    noted.push(line.number);
    let end = line.text.floor_char_boundary(longest);
    LogLine {
        text: line.text.get(..end).unwrap_or_default().to_owned(),
        ..*line
    }
}

fn cost(line: &LogLine) -> usize {
    line.text.capacity() + LINE_COST
}

#[cfg(test)]
mod tests {
    use super::super::LogStream;
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine {
            number: 0,
            stream: LogStream::Stdout,
            time: None,
            text: text.into(),
            cut: false,
        }
    }

    fn ring(texts: &[&str]) -> Ring {
        let mut ring = Ring::default();
        for text in texts {
            ring.take(line(text));
        }
        ring
    }

    fn query(search: &str, only: bool) -> LogQuery {
        LogQuery {
            count: 10,
            search: search.into(),
            only,
            ..LogQuery::default()
        }
    }

    #[test]
    fn a_search_marks_all_lines_or_leaves_only_those_found() {
        let mut ring = ring(&["one", "two", "three", "twenty-two"]);
        let page = ring.page(&query("two", false));
        assert_eq!((page.lines.len(), page.rows, page.matches), (4, 4, 2));
        assert!(page.hits[0].is_empty() && page.hits[1].len() == 1);
        let page = ring.page(&query("two", true));
        let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!((texts, page.rows), (vec!["two", "twenty-two"], 2));
        ring.take(line("two more"));
        assert_eq!(
            ring.page(&query("two", true)).rows,
            3,
            "what comes is found"
        );
        let found = ring.find(&"two".into(), 3, false).unwrap();
        assert_eq!((found.number, found.place, found.matches), (4, 2, 3));
    }

    #[test]
    fn what_falls_out_is_no_longer_found() {
        let mut ring = ring(&["first"]);
        assert_eq!(ring.page(&query("first", true)).matches, 1);
        for _ in 0..LINES {
            ring.take(line("x"));
        }
        let page = ring.page(&query("first", true));
        assert_eq!((page.matches, page.state.first, page.rows), (0, 1, 0));
        assert_eq!(ring.find(&"first".into(), 0, false), None);
    }

    #[test]
    fn a_fault_is_told_and_all_lines_stay() {
        let mut ring = ring(&["a(b"]);
        let mut asked = query("(", true);
        asked.search.regex = true;
        let page = ring.page(&asked);
        assert_eq!((page.rows, page.lines.len(), page.matches), (1, 1, 0));
        assert!(page.fault.is_some());
    }

    #[test]
    fn a_page_can_be_spared_long_lines() {
        let mut ring = ring(&["ééééé", "short"]);
        let page = ring.page(&LogQuery {
            count: 2,
            longest: 5,
            ..LogQuery::default()
        });
        assert_eq!(page.lines[0].text, "éé", "cut between characters");
        assert_eq!(page.shortened, [0]);
    }

    #[test]
    fn a_ring_for_a_search_counts_what_it_does_not_keep() {
        let mut ring = Ring::keeping(compiled(&"err".into()).unwrap());
        for text in ["ok", "an ERROR", "ok"] {
            ring.take(line(text));
        }
        let state = ring.state();
        assert_eq!((state.read, state.end), (3, 1));
    }
}
