//! Finding lines in a file that is read in parts.
//!
//! What is sought is looked for in many lines at once, and only a line that may hold it is taken apart:
//! an expression that could reach over a line's end is tried again within the line where it began. A line
//! that is longer than the buffer is looked at in overlapping parts. A zero byte makes a file binary.

use std::os::fd::BorrowedFd;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memrchr};
use regex::bytes::{Regex, RegexBuilder};
use rustix::io::{Errno, read};
use slipway_porthole::answer::HitLine;
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::sought;

use super::super::fault::{Result, fault};

const BUFFER: usize = 128 * 1024;

/// How much of a line that is longer than the buffer is looked at twice.
const OVERLAP: usize = 4 * 1024;

/// How much of the line is told from before the hit.
const BEFORE: usize = 200;

pub enum Lines {
    Text(Box<Finder<'static>>),
    Pattern(Box<Regex>),
}

pub enum Found {
    Line(HitLine),
    NothingYet,
    Binary,
    End,
}

impl Lines {
    pub fn text(text: &[u8], case: bool) -> Result<Lines> {
        let pattern = sought::text(text)?;
        if case {
            return Ok(Lines::Text(Box::new(Finder::new(text).into_owned())));
        }
        Lines::pattern(&pattern, false)
    }

    pub fn pattern(pattern: &str, case: bool) -> Result<Lines> {
        RegexBuilder::new(pattern)
            .case_insensitive(!case)
            .multi_line(true)
            .size_limit(4 << 20)
            .dfa_size_limit(2 << 20)
            .build()
            .map(|regex| Lines::Pattern(Box::new(regex)))
            .map_err(|error| Fault::BadPattern {
                why: error.to_string(),
            })
    }

    fn find(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        match self {
            Lines::Text(finder) => finder
                .find(bytes)
                .map(|at| (at, at + finder.needle().len())),
            Lines::Pattern(regex) => regex.find(bytes).map(|found| (found.start(), found.end())),
        }
    }

    /// Goes on to the next line that holds it, or to the end of what is in the buffer.
    pub fn next(&self, reading: &mut Reading<'_>) -> Result<Found> {
        if reading.at >= reading.ready {
            if reading.over {
                return Ok(Found::End);
            }
            if reading.fill()? {
                return Ok(Found::Binary);
            }
            return Ok(Found::NothingYet);
        }
        let ready = &reading.buffer[reading.at..reading.ready];
        let mut from = 0;
        while let Some((start, _)) = (from < ready.len())
            .then(|| self.find(&ready[from..]))
            .flatten()
        {
            let start = from + start;
            let begin = memrchr(b'\n', &ready[..start]).map_or(0, |at| at + 1);
            let end = memchr(b'\n', &ready[start..]).map_or(ready.len(), |at| start + at);
            let line = &ready[begin..end];
            let shown = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some((start, end_of_hit)) = self.find(shown) {
                let found = reading.line(begin, end, start, end_of_hit);
                return Ok(Found::Line(found));
            }
            // It began in this line and needs another one.
            from = end + 1;
        }
        reading.pass(reading.ready - reading.at);
        Ok(Found::NothingYet)
    }
}

/// One file that is being searched.
pub struct Reading<'a> {
    file: BorrowedFd<'a>,
    buffer: Vec<u8>,
    /// What was looked at, what can be looked at, and what was read.
    at: usize,
    ready: usize,
    filled: usize,
    /// Bytes of the file before the buffer.
    before: u64,
    /// Line breaks before `at`.
    lines: u64,
    /// `at` is within a line: that many bytes of it came before.
    within: u64,
    /// The rest of a line whose hit was told is passed over.
    skipping: bool,
    over: bool,
    /// The size that the file had: once so much was read, one more look is needless.
    size: u64,
    read: u64,
    told: u64,
}

impl<'a> Reading<'a> {
    pub fn new(file: BorrowedFd<'a>, size: u64, mut buffer: Vec<u8>) -> Reading<'a> {
        buffer.resize(BUFFER, 0);
        Reading {
            file,
            buffer,
            at: 0,
            ready: 0,
            filled: 0,
            before: 0,
            lines: 0,
            within: 0,
            skipping: false,
            over: false,
            size,
            read: 0,
            told: 0,
        }
    }

    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Bytes that were read since this was last asked.
    pub fn read_now(&mut self) -> u64 {
        let now = self.read - self.told;
        self.told = self.read;
        now
    }

    /// Reads on. True where what came is no text.
    fn fill(&mut self) -> Result<bool> {
        self.buffer.copy_within(self.at..self.filled, 0);
        self.before += self.at as u64;
        self.filled -= self.at;
        self.ready -= self.at;
        self.at = 0;
        let kept = self.filled;
        while self.filled < self.buffer.len() {
            match read(self.file, &mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.over = true;
                    break;
                }
                Ok(count) => {
                    self.filled += count;
                    self.read += count as u64;
                    if self.read >= self.size {
                        self.over = true;
                        break;
                    }
                }
                Err(Errno::INTR) => {}
                Err(other) => return Err(fault(other)),
            }
        }
        let new = &self.buffer[kept..self.filled];
        if memchr(0, new).is_some() {
            return Ok(true);
        }
        if self.skipping {
            // What was kept of that line was already looked at.
            if let Some(at) = memchr(b'\n', &self.buffer[..self.filled]) {
                self.at = at + 1;
                self.lines += 1;
                self.within = 0;
                self.skipping = false;
            } else {
                self.within += self.filled as u64;
                self.at = self.filled;
                self.ready = self.filled;
                return Ok(false);
            }
        }
        self.ready = if self.over {
            self.filled
        } else if let Some(at) = memrchr(b'\n', &self.buffer[self.at..self.filled]) {
            self.at + at + 1
        } else {
            self.filled
        };
        Ok(false)
    }

    /// Has looked at `count` bytes more, and there is nothing in them.
    fn pass(&mut self, count: usize) {
        let passed = &self.buffer[self.at..self.at + count];
        self.lines += memchr_iter(b'\n', passed).count() as u64;
        let partial = !self.over && passed.last().is_some_and(|last| *last != b'\n');
        let mut count = count;
        match memrchr(b'\n', passed) {
            Some(at) => self.within = (count - at - 1) as u64,
            None => self.within += count as u64,
        }
        if partial && count > OVERLAP {
            // In the middle of a line: what is sought may lie across.
            count -= OVERLAP;
            self.within -= OVERLAP as u64;
        }
        self.at += count;
        if partial {
            self.ready = self.at;
        }
    }

    /// Tells of the line at `begin..end` after `at`, with the hit at `start..hit_end` in it, and goes on
    /// behind it.
    fn line(&mut self, begin: usize, end: usize, start: usize, hit_end: usize) -> HitLine {
        let ready = &self.buffer[self.at..self.ready];
        self.lines += memchr_iter(b'\n', &ready[..begin]).count() as u64;
        let line = &ready[begin..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let within = if begin == 0 { self.within } else { 0 };
        let from = if line.len() <= HitLine::LONGEST {
            0
        } else {
            start.saturating_sub(BEFORE)
        };
        let to = line.len().min(from + HitLine::LONGEST);
        let found = HitLine {
            number: self.lines + 1,
            offset: self.before + (self.at + begin) as u64 - within,
            text: Raw::from(&line[from..to]),
            cut: within + from as u64,
            start: u32::try_from(start - from).unwrap_or(u32::MAX),
            end: u32::try_from(hit_end.min(to) - from).unwrap_or(u32::MAX),
        };
        if end < ready.len() {
            self.lines += 1;
            self.within = 0;
            self.at += end + 1;
        } else {
            // The line's end has not been read yet, unless the file ends here.
            self.within = within + (end - begin) as u64;
            self.at += end;
            self.skipping = true;
        }
        found
    }
}
