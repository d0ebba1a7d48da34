//! The last output of a terminal, and what it was set to by the output that is no longer kept.
//!
//! A terminal is told modes in passing (the other screen, mouse, pasting in brackets), and whoever
//! begins to read in the middle has to know them. So what leaves the ring is looked through for them.

use std::collections::{BTreeMap, VecDeque};

use super::TerminalPiece;

/// What is kept, in bytes; some ten thousand lines.
const KEPT: usize = 1024 * 1024;
/// So much goes at once, so that it is rarely done.
const STEP: usize = 128 * 1024;
/// What is given at once.
const PIECE: usize = 256 * 1024;
/// How far the beginning is moved on to stand at the beginning of a line.
const TO_A_LINE: usize = 4 * 1024;
/// A sequence that sets modes is no longer than this.
const LONGEST_SEQUENCE: usize = 64;

#[derive(Default)]
pub(super) struct Ring {
    bytes: VecDeque<u8>,
    /// Position of the first byte that is kept.
    start: u64,
    modes: Modes,
}

impl Ring {
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        if self.bytes.len() > KEPT + STEP {
            let mut gone = self.bytes.len() - KEPT;
            let line = self
                .bytes
                .iter()
                .skip(gone)
                .take(TO_A_LINE)
                .position(|byte| *byte == b'\n');
            gone += line.map_or(0, |at| at + 1);
            let (first, second) = self.bytes.as_slices();
            self.modes
                .see(first.get(..gone.min(first.len())).unwrap_or_default());
            self.modes.see(
                second
                    .get(..gone.saturating_sub(first.len()))
                    .unwrap_or_default(),
            );
            self.bytes.drain(..gone);
            self.start += gone as u64;
        }
    }

    pub(super) fn read(&self, from: u64) -> TerminalPiece {
        let mut bytes = Vec::new();
        let at = if (self.start..=self.end()).contains(&from) && !(from == 0 && self.start > 0) {
            from
        } else {
            bytes = self.modes.restored();
            self.start
        };
        let skip = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let (first, second) = self.bytes.as_slices();
        let mut room = PIECE;
        for part in [
            first.get(skip.min(first.len())..).unwrap_or_default(),
            second
                .get(skip.saturating_sub(first.len())..)
                .unwrap_or_default(),
        ] {
            let taken = part.get(..room.min(part.len())).unwrap_or_default();
            bytes.extend_from_slice(taken);
            room -= taken.len();
        }
        TerminalPiece {
            next: at + (PIECE - room) as u64,
            bytes,
        }
    }
}

/// The private modes (`ESC [ ? … h` and `l`) that output has set.
#[derive(Default)]
struct Modes {
    set: BTreeMap<u16, bool>,
    /// The beginning of a sequence at the end of what was seen last.
    begun: Vec<u8>,
}

impl Modes {
    fn see(&mut self, bytes: &[u8]) {
        let joined;
        let mut rest = if self.begun.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.begun).as_slice(), bytes].concat();
            &joined
        };
        while let Some(at) = rest.iter().position(|byte| *byte == 0x1b) {
            let sequence = rest.get(at..).unwrap_or_default();
            rest = rest.get(at + 1..).unwrap_or_default();
            let parameters = match sequence {
                [0x1b, b'[', b'?', parameters @ ..] => parameters,
                // Everything is as at first.
                [0x1b, b'c', ..] => {
                    self.set.clear();
                    continue;
                }
                [0x1b] | [0x1b, b'['] => {
                    self.begun = sequence.to_vec();
                    return;
                }
                _ => continue,
            };
            let end = parameters
                .iter()
                .position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
            let Some(end) = end else {
                if sequence.len() < LONGEST_SEQUENCE {
                    self.begun = sequence.to_vec();
                }
                return;
            };
            let set = match parameters.get(end) {
                Some(b'h') => true,
                Some(b'l') => false,
                _ => continue,
            };
            let text = String::from_utf8_lossy(parameters.get(..end).unwrap_or_default());
            for mode in text.split(';').filter_map(|mode| mode.parse().ok()) {
                // There are some thirty; whoever makes up more gets no more.
                if self.set.len() < 256 || self.set.contains_key(&mode) {
                    self.set.insert(mode, set);
                }
            }
        }
    }

    /// What brings a terminal, whatever it showed, to an empty screen with these modes.
    fn restored(&self) -> Vec<u8> {
        let mut text = b"\x1bc".to_vec();
        for (mode, set) in &self.set {
            let end = if *set { 'h' } else { 'l' };
            text.extend_from_slice(format!("\x1b[?{mode}{end}").as_bytes());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(ring: &Ring, mut from: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while from < ring.end() {
            let piece = ring.read(from);
            bytes.extend(piece.bytes);
            from = piece.next;
        }
        bytes
    }

    #[test]
    fn whoever_comes_back_reads_on_or_anew() {
        let mut ring = Ring::default();
        ring.push(b"one two");
        assert_eq!(all(&ring, 0), b"one two");
        assert_eq!(all(&ring, 4), b"two", "from where it was");
        assert_eq!(ring.read(7).bytes, b"", "there is nothing new");
    }

    #[test]
    fn it_stays_within_its_bound_and_begins_with_a_line() {
        let mut ring = Ring::default();
        let line = format!("{}\n", "x".repeat(99));
        for _ in 0..50_000 {
            ring.push(line.as_bytes());
        }
        assert_eq!(ring.end(), 5_000_000);
        assert!(ring.bytes.len() <= KEPT + STEP, "{}", ring.bytes.len());
        assert_eq!(ring.start() % 100, 0, "a whole line stands first");
        let seen = all(&ring, 17);
        assert!(
            seen.starts_with(b"\x1bcxxx"),
            "what is gone is not pieced together with what comes"
        );
        assert_eq!(seen.len() as u64, ring.end() - ring.start() + 2);
        assert_eq!(all(&ring, 0), seen, "a new page begins the same way");
    }

    #[test]
    fn modes_outlive_the_output_that_set_them() {
        let mut ring = Ring::default();
        ring.push(b"\x1b[?1049h\x1b[?25;2004h\x1b[31m\x1b[?25l");
        for _ in 0..20 {
            ring.push(&vec![b'.'; KEPT / 8]);
        }
        assert!(
            ring.read(0)
                .bytes
                .starts_with(b"\x1bc\x1b[?25l\x1b[?1049h\x1b[?2004h..")
        );
    }

    proptest! {
        #[test]
        fn modes_are_seen_wherever_the_output_is_cut(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just(b"\x1b[?1049h".to_vec()), Just(b"\x1b[?1049l".to_vec()),
                    Just(b"\x1b[?1;2004h".to_vec()), Just(b"\x1b[?".to_vec()),
                    Just(b"\x1b".to_vec()), Just(b"\x1b[?99".to_vec()),
                    proptest::collection::vec(any::<u8>(), 0..12),
                ],
                0..12,
            ),
            cut in 0_usize..200,
        ) {
            let whole = parts.concat();
            let mut once = Modes::default();
            once.see(&whole);
            let (first, second) = whole.split_at(cut.min(whole.len()));
            let mut twice = Modes::default();
            twice.see(first);
            twice.see(second);
            prop_assert_eq!(once.set, twice.set);
        }
    }
}
