//! Where the lines of a big text begin, so that any part of it can be shown.

use std::time::{Duration, Instant};

use memchr::{memchr_iter, memchr2_iter};
use rustix::fs::fstat;
use slipway_porthole::answer::{Answer, LineMarks, LinesEnd, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::frame::CHUNK;
use slipway_porthole::raw::Raw;

use super::conversation::Talk;
use super::fault::{Result, fault};
use super::mount::Mount;
use super::read::part;
use super::row::version;

const STEP_MARKS: usize = 4096;
const STEP_TIME: Duration = Duration::from_millis(60);
const PART: usize = 4 * CHUNK;

/// What has been counted so far.
struct Count {
    every: u64,
    quote: Option<u8>,
    quoted: bool,
    /// Whole lines.
    lines: u64,
    /// Where the line that is not whole yet begins.
    line: u64,
    longest: u64,
    marks: LineMarks,
}

impl Count {
    fn take(&mut self, bytes: &[u8], from: u64) {
        if let Some(quote) = self.quote {
            for at in memchr2_iter(b'\n', quote, bytes) {
                if bytes[at] == quote {
                    // A doubled quote sign within quotes turns it twice, and so changes nothing.
                    self.quoted = !self.quoted;
                } else if !self.quoted {
                    self.end_line(from + at as u64 + 1);
                }
            }
        } else {
            for at in memchr_iter(b'\n', bytes) {
                self.end_line(from + at as u64 + 1);
            }
        }
    }

    fn end_line(&mut self, next: u64) {
        self.lines += 1;
        self.longest = self.longest.max(next - self.line);
        self.line = next;
        if self.lines.is_multiple_of(self.every) {
            if self.marks.offsets.is_empty() {
                self.marks.first = self.lines;
            }
            self.marks.offsets.push(next);
        }
    }
}

pub fn lines(
    mount: &Mount,
    path: &Raw,
    every: u32,
    quote: Option<u8>,
    talk: &Talk,
) -> Result<Outcome> {
    let (file, _) = mount.file(path)?;
    let mut count = Count {
        every: u64::from(every.max(1)),
        quote: quote.filter(|sign| *sign != b'\n'),
        quoted: false,
        lines: 0,
        line: 0,
        longest: 0,
        marks: LineMarks {
            first: 0,
            offsets: vec![0],
            bytes: 0,
        },
    };
    let mut buffer = vec![0; PART];
    let mut at = 0;
    let mut told = Instant::now();
    loop {
        talk.go_on()?;
        let read = part(&file, &mut buffer, at)?;
        if read == 0 {
            break;
        }
        // In steps that are small enough for one answer, even where every byte is a line.
        for bytes in buffer[..read].chunks(STEP_MARKS) {
            count.take(bytes, at);
            at += bytes.len() as u64;
            if count.marks.offsets.len() >= STEP_MARKS {
                tell(&mut count.marks, at, talk)?;
                told = Instant::now();
            }
        }
        if told.elapsed() >= STEP_TIME {
            tell(&mut count.marks, at, talk)?;
            told = Instant::now();
        }
    }
    if !count.marks.offsets.is_empty() {
        tell(&mut count.marks, at, talk)?;
    }
    let rest = at - count.line;
    let version = version(&fstat(&file).map_err(fault)?);
    if version.size < at {
        return Err(Fault::Changed);
    }
    Ok(Outcome::Lines(LinesEnd {
        version,
        lines: count.lines + u64::from(rest > 0),
        bytes: at,
        longest: count.longest.max(rest),
    }))
}

fn tell(marks: &mut LineMarks, bytes: u64, talk: &Talk) -> Result<()> {
    marks.bytes = bytes;
    let told = std::mem::replace(
        marks,
        LineMarks {
            first: marks.first,
            offsets: Vec::new(),
            bytes,
        },
    );
    talk.answer(Answer::Lines(told))
}
