//! From the log's bytes to lines of plain text.
//!
//! Without a terminal the engine sends frames (`[stream, 0, 0, 0, length]`, big-endian), one a log
//! entry; with one it sends the text as it is. An entry begins with its time, because we ask for
//! times, and one that does not end in a line break (the engine cuts at 16 KiB) goes on in the next
//! entry of the same stream. Terminal sequences are taken out by a real parser, a carriage return
//! begins the line anew (progress bars), secrets are covered, and only then is the line cut to what
//! is kept of it, so that no half of a secret is left at the cut.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

use super::{Cover, LogLine, LogStream};
use crate::UnixMillis;
use crate::inventory::rows::moment;

/// What is kept of a line.
const LONGEST: usize = 16 * 1024;
const FRAME_HEAD: usize = 8;

/// A line that has not ended yet.
#[derive(Default)]
struct Pending {
    text: Vec<u8>,
    time: Option<UnixMillis>,
    begun: bool,
    overflowed: bool,
}

/// Where the reader is in the frames.
enum Place {
    Head(Vec<u8>),
    Body {
        stream: LogStream,
        left: usize,
        entry_start: bool,
    },
}

/// Reads one log from its first byte on.
pub(super) struct Reader {
    tty: bool,
    cover: Cover,
    /// What is kept of a line, in bytes.
    longest: usize,
    place: Place,
    out: Pending,
    err: Pending,
    /// The beginning of an entry whose time may not be complete yet.
    stamp: Vec<u8>,
    parser: Parser<DefaultCharAccumulator>,
}

impl Reader {
    pub(super) fn new(tty: bool, cover: Cover) -> Self {
        let place = if tty {
            Place::Body {
                stream: LogStream::Terminal,
                left: usize::MAX,
                entry_start: true,
            }
        } else {
            Place::Head(Vec::new())
        };
        Self {
            tty,
            cover,
            longest: LONGEST,
            place,
            out: Pending::default(),
            err: Pending::default(),
            stamp: Vec::new(),
            parser: Parser::<DefaultCharAccumulator>::new(),
        }
    }

    /// A reader of the same log from the beginning of a line, with the same secrets.
    pub(super) fn another(&self) -> Self {
        Self {
            longest: self.longest,
            ..Self::new(self.tty, self.cover.clone())
        }
    }

    /// The same, with so many bytes kept of a line.
    pub(super) fn keeping(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// What is read of a line before it is cut: room for sequences that go, and for secrets at the cut.
    fn room(&self) -> usize {
        4 * self.longest
    }

    /// Takes in some bytes and gives the lines that they complete.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut give: impl FnMut(LogLine)) {
        while !bytes.is_empty() {
            match &mut self.place {
                Place::Head(head) => {
                    let (taken, rest) = bytes.split_at((FRAME_HEAD - head.len()).min(bytes.len()));
                    head.extend_from_slice(taken);
                    bytes = rest;
                    if let [stream, _, _, _, a, b, c, d] = head[..] {
                        let stream = if stream == 2 {
                            LogStream::Stderr
                        } else {
                            LogStream::Stdout
                        };
                        let left = u32::from_be_bytes([a, b, c, d]) as usize;
                        self.place = if left == 0 {
                            Place::Head(Vec::new())
                        } else {
                            Place::Body {
                                stream,
                                left,
                                entry_start: true,
                            }
                        };
                    }
                }
                Place::Body {
                    stream,
                    left,
                    entry_start,
                } => {
                    let (stream, start) = (*stream, *entry_start);
                    let (mine, rest) = bytes.split_at((*left).min(bytes.len()));
                    bytes = rest;
                    *entry_start = false;
                    if !self.tty {
                        *left -= mine.len();
                    }
                    let over = !self.tty && *left == 0;
                    self.entry(stream, mine, start, &mut give);
                    if over {
                        self.flush_stamp(stream);
                        self.place = Place::Head(Vec::with_capacity(FRAME_HEAD));
                    }
                }
            }
        }
    }

    /// The stream is over: what has no line break is a line, too.
    pub(super) fn end(&mut self, mut give: impl FnMut(LogLine)) {
        let stream = if self.tty {
            LogStream::Terminal
        } else {
            LogStream::Stdout
        };
        self.flush_stamp(stream);
        for stream in [stream, LogStream::Stderr] {
            let pending = std::mem::take(self.pending(stream));
            if pending.begun {
                give(self.finished(stream, pending));
            }
        }
    }

    fn pending(&mut self, stream: LogStream) -> &mut Pending {
        if stream == LogStream::Stderr {
            &mut self.err
        } else {
            &mut self.out
        }
    }

    /// Part of an entry. `start` says that its first byte begins the entry.
    fn entry(
        &mut self,
        stream: LogStream,
        bytes: &[u8],
        start: bool,
        give: &mut impl FnMut(LogLine),
    ) {
        let mut stamping = start || !self.stamp.is_empty();
        let mut rest = bytes;
        while !rest.is_empty() {
            if stamping {
                // The time ends with the first blank.
                let Some(blank) = rest.iter().position(|byte| matches!(byte, b' ' | b'\n')) else {
                    self.stamp.extend_from_slice(rest);
                    if self.stamp.len() > 64 {
                        self.flush_stamp(stream);
                    }
                    return;
                };
                let (head, tail) = rest.split_at(blank);
                self.stamp.extend_from_slice(head);
                let ended_by_blank = tail.first() == Some(&b' ');
                let time = std::str::from_utf8(&self.stamp).ok().and_then(moment);
                if time.is_some() {
                    self.stamp.clear();
                    let pending = self.pending(stream);
                    pending.time = pending.time.or(time);
                    pending.begun = true;
                    rest = if ended_by_blank {
                        tail.get(1..).unwrap_or_default()
                    } else {
                        tail
                    };
                } else {
                    self.flush_stamp(stream);
                    rest = tail;
                }
                stamping = false;
                continue;
            }
            let Some(at) = rest.iter().position(|byte| *byte == b'\n') else {
                let room = self.room();
                self.pending(stream).append(rest, room);
                return;
            };
            let (line, tail) = rest.split_at(at);
            let room = self.room();
            self.pending(stream).append(line, room);
            let pending = std::mem::take(self.pending(stream));
            give(self.finished(stream, pending));
            rest = tail.get(1..).unwrap_or_default();
            // A terminal's entries are told apart only by their lines.
            stamping = self.tty;
            if self.tty && rest.is_empty() {
                self.place = Place::Body {
                    stream,
                    left: usize::MAX,
                    entry_start: true,
                };
            }
        }
    }

    /// What looked like the beginning of a time was text.
    fn flush_stamp(&mut self, stream: LogStream) {
        if !self.stamp.is_empty() {
            let stamp = std::mem::take(&mut self.stamp);
            let room = self.room();
            self.pending(stream).append(&stamp, room);
        }
    }

    fn finished(&mut self, stream: LogStream, pending: Pending) -> LogLine {
        let mut text = self.plain(&pending.text);
        self.cover.hide(&mut text);
        let mut cut = pending.overflowed;
        if cut {
            // The last bytes read may be the beginning of a secret.
            let sure = text.len().saturating_sub(self.cover.longest());
            text.truncate(text.floor_char_boundary(sure));
        }
        if text.len() > self.longest {
            text.truncate(text.floor_char_boundary(self.longest));
            cut = true;
        }
        text.shrink_to_fit();
        LogLine {
            number: 0,
            stream,
            time: pending.time,
            text,
            cut,
        }
    }

    /// The text that a terminal would leave standing.
    fn plain(&mut self, bytes: &[u8]) -> String {
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if !bytes.iter().any(|byte| *byte < b' ' && *byte != b'\t') {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let mut screen = Screen::default();
        for byte in bytes {
            self.parser.advance(&mut screen, *byte);
        }
        // A sequence does not go on in the next line.
        self.parser = Parser::<DefaultCharAccumulator>::new();
        screen.line
    }
}

impl Pending {
    fn append(&mut self, bytes: &[u8], room: usize) {
        self.begun = true;
        let room = room.saturating_sub(self.text.len());
        self.text
            .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.overflowed |= bytes.len() > room;
    }
}

/// One line of a very simple terminal.
#[derive(Default)]
struct Screen {
    line: String,
    /// A carriage return came; what follows writes over the line.
    returned: bool,
}

impl Perform for Screen {
    fn print(&mut self, letter: char) {
        if std::mem::take(&mut self.returned) {
            self.line.clear();
        }
        self.line.push(letter);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => self.print('\t'),
            b'\r' => self.returned = true,
            8 => drop(self.line.pop()),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, _: &Params, _: &[u8], _: bool, _: u8) {}
}

#[cfg(test)]
mod tests;
