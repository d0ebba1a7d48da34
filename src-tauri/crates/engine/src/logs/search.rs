//! Looking for something in the lines that are kept, and in those that come.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

use super::{LogHit, LogLine, LogPattern};

/// The most memory that a pattern may take, compiled.
const LARGEST_PATTERN: usize = 1 << 20;
/// The most hits that are marked in one line.
const MARKED: usize = 200;

/// The pattern, ready to look with; `None` where there is nothing to look for.
///
/// # Errors
/// A sentence: it is no regular expression.
pub(super) fn compiled(pattern: &LogPattern) -> Result<Option<Regex>, String> {
    if pattern.text.is_empty() {
        return Ok(None);
    }
    let text = if pattern.regex {
        pattern.text.clone()
    } else {
        regex::escape(&pattern.text)
    };
    RegexBuilder::new(&text)
        .case_insensitive(!pattern.match_case)
        .size_limit(LARGEST_PATTERN)
        .build()
        .map(Some)
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "This regular expression is too large.".to_owned(),
            _ => "This is not a regular expression yet.".to_owned(),
        })
}

/// A search and the numbers of the lines in which it was found.
pub(super) struct Search {
    pub(super) pattern: LogPattern,
    pub(super) regex: Regex,
    numbers: VecDeque<u32>,
    /// Lines up to here were looked at.
    upto: u32,
}

impl Search {
    pub(super) fn new(pattern: LogPattern, regex: Regex) -> Self {
        Self {
            pattern,
            regex,
            numbers: VecDeque::new(),
            upto: 0,
        }
    }

    /// Looks at the lines that have come, and forgets those that have gone.
    pub(super) fn catch_up(&mut self, lines: &VecDeque<LogLine>) {
        let Some(first) = lines.front().map(|line| line.number) else {
            self.numbers.clear();
            return;
        };
        while self.numbers.front().is_some_and(|number| *number < first) {
            self.numbers.pop_front();
        }
        let seen = self.upto.saturating_sub(first) as usize;
        for line in lines.iter().skip(seen) {
            if self.regex.is_match(&line.text) {
                self.numbers.push_back(line.number);
            }
            self.upto = line.number + 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn number(&self, place: usize) -> Option<u32> {
        self.numbers.get(place).copied()
    }

    /// The place of the next match after a line, or of the one before it; around the end.
    pub(super) fn next(&self, from: u32, backwards: bool) -> Option<usize> {
        let count = self.numbers.len();
        if count == 0 {
            return None;
        }
        Some(if backwards {
            let before = self.numbers.partition_point(|number| *number < from);
            before.checked_sub(1).unwrap_or(count - 1)
        } else {
            let after = self.numbers.partition_point(|number| *number <= from);
            if after == count { 0 } else { after }
        })
    }
}

/// Where a line is to be marked.
pub(super) fn hits(regex: &Regex, text: &str) -> Vec<LogHit> {
    let mut hits = Vec::new();
    let (mut units, mut seen) = (0_u32, 0);
    let mut count = |to: usize| {
        let more = text
            .get(seen..to)
            .map_or(0, |part| part.encode_utf16().count());
        seen = to;
        units += u32::try_from(more).unwrap_or(u32::MAX);
        units
    };
    for found in regex
        .find_iter(text)
        .filter(|found| !found.is_empty())
        .take(MARKED)
    {
        let from = count(found.start());
        let to = count(found.end());
        hits.push(LogHit { from, to });
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str, regex: bool, match_case: bool) -> LogPattern {
        LogPattern {
            text: text.into(),
            regex,
            match_case,
        }
    }

    fn marked(pattern: &LogPattern, text: &str) -> Vec<String> {
        let regex = compiled(pattern).unwrap().unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        hits(&regex, text)
            .iter()
            .map(|hit| String::from_utf16(&units[hit.from as usize..hit.to as usize]).unwrap())
            .collect()
    }

    #[test]
    fn words_are_words_and_patterns_are_patterns() {
        assert_eq!(
            marked(&pattern("a.b", false, false), "A.B axb a.b"),
            ["A.B", "a.b"]
        );
        assert_eq!(
            marked(&pattern("a.b", true, true), "A.B axb a.b"),
            ["axb", "a.b"]
        );
        assert!(
            marked(&pattern("x*", true, false), "abc").is_empty(),
            "nothing is marked where nothing stands"
        );
    }

    #[test]
    fn marks_count_as_the_page_counts() {
        assert_eq!(
            marked(&pattern("stan", false, false), "🦀 İstanbul stan"),
            ["stan", "stan"],
            "neither a crab nor a dot shifts a mark"
        );
    }

    #[test]
    fn what_is_no_pattern_says_so() {
        assert!(compiled(&pattern("(", true, false)).is_err());
        assert!(
            compiled(&pattern("(", false, false)).is_ok(),
            "a word may be anything"
        );
        let huge = compiled(&pattern("(\\w{300}){300}{300}", true, false));
        assert_eq!(huge.unwrap_err(), "This regular expression is too large.");
        assert!(compiled(&pattern("", true, false)).unwrap().is_none());
    }

    #[test]
    fn the_next_match_is_found_both_ways_and_around() {
        let regex = compiled(&"x".into()).unwrap().unwrap();
        let mut search = Search::new("x".into(), regex);
        search.numbers = [3, 7, 9].into();
        assert_eq!(search.next(3, false), Some(1));
        assert_eq!(search.next(9, false), Some(0), "on at the beginning");
        assert_eq!(search.next(7, true), Some(0));
        assert_eq!(search.next(3, true), Some(2), "on at the end");
        assert_eq!(search.next(0, false), Some(0));
    }
}
