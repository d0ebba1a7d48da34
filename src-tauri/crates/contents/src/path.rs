//! Names as bytes, as keys and as a person can read them.
//!
//! Linux promises no more of a name than that it has no `/` and no zero byte in it. A key
//! ([`EntryPath`]) must bring back each byte; what is shown must not play tricks: a control character
//! or a mark that turns the direction of writing stands there as a sign that can be seen.

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;

use crate::place::EntryPath;
use crate::{Problem, Result};

impl EntryPath {
    /// The key of a path.
    pub fn of(path: &Raw) -> Self {
        let mut text = String::with_capacity(path.0.len());
        escape(&path.0, &mut text);
        Self(text)
    }

    /// The path's bytes.
    ///
    /// # Errors
    /// A key that no path has: another spelling of one, `.` or `..` in it, a zero byte.
    pub fn raw(&self) -> Result<Raw> {
        let path = self.bytes()?;
        if path.is_plain() {
            Ok(path)
        } else {
            Err(refused())
        }
    }

    /// The bytes of a path that may lead anywhere, as that of a link.
    ///
    /// # Errors
    /// Another spelling of one.
    pub(crate) fn bytes(&self) -> Result<Raw> {
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first != b'\\' {
                bytes.push(*first);
                rest = after;
                continue;
            }
            match after {
                [b'\\', after @ ..] => {
                    bytes.push(b'\\');
                    rest = after;
                }
                [b'x', high, low, after @ ..] => {
                    bytes.push(
                        digit(*high).ok_or_else(refused)? << 4 | digit(*low).ok_or_else(refused)?,
                    );
                    rest = after;
                }
                _ => return Err(refused()),
            }
        }
        let path = Raw(bytes);
        // One way to write each: what is not written so again was never given out.
        if Self::of(&path) == *self {
            Ok(path)
        } else {
            Err(refused())
        }
    }
}

fn refused() -> Problem {
    Problem::new(ProblemKind::Other, "This path is none of this place.")
        .because("It is not written as paths are written here.")
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn escape(bytes: &[u8], text: &mut String) {
    use std::fmt::Write as _;
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter == '\\' {
                text.push('\\');
            }
            text.push(letter);
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
}

/// A name as it can be shown, and whether it differs from what the file system has.
pub fn visible(name: &[u8]) -> (String, bool) {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(name.len());
    let mut odd = false;
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match sign(letter) {
                None => text.push(letter),
                Some(Sign::Letter(sign)) => {
                    odd = true;
                    text.push(sign);
                }
                Some(Sign::Code) => {
                    odd = true;
                    let _ = write!(text, "⟨U+{:04X}⟩", u32::from(letter));
                }
            }
        }
        for byte in chunk.invalid() {
            odd = true;
            let _ = write!(text, "⟨{byte:02X}⟩");
        }
    }
    (text, odd)
}

enum Sign {
    Letter(char),
    Code,
}

/// The sign for a letter that cannot be seen, or that changes how others are seen.
fn sign(letter: char) -> Option<Sign> {
    match letter {
        // Unicode has pictures of the ASCII control characters.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).map(Sign::Letter),
        '\x7f' => Some(Sign::Letter('\u{2421}')),
        // Control characters, marks of direction, isolates, separators of lines, joiners and spaces
        // without width, variation selectors, tags, blanks that look like nothing, private use.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Some(Sign::Code),
        _ => None,
    }
}

/// `rw-r--r--`, with `s`, `S`, `t` and `T` as `ls` writes them.
pub fn permissions(mode: u16) -> String {
    let mut text = String::with_capacity(9);
    for (shift, special, with, without) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let bits = mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (bits & 1 == 0, mode & special == 0) {
            (true, true) => '-',
            (false, true) => 'x',
            (true, false) => without,
            (false, false) => with,
        });
    }
    text
}

/// The order in which people count: `file2` before `file10`, capitals like small letters. Names that
/// are the same so far are ordered by their bytes, so that the order is one.
pub fn natural(left: &[u8], right: &[u8]) -> std::cmp::Ordering {
    let (mut a, mut b) = (left, right);
    loop {
        match (a.first(), b.first()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return std::cmp::Ordering::Less,
            (Some(_), None) => return std::cmp::Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (first, after_first) = number(a);
                let (second, after_second) = number(b);
                let order = first
                    .len()
                    .cmp(&second.len())
                    .then_with(|| first.cmp(second));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (after_first, after_second);
            }
            (Some(x), Some(y)) => {
                let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
                if order.is_ne() {
                    return order;
                }
                (a, b) = (&a[1..], &b[1..]);
            }
        }
    }
}

/// The digits at the beginning without leading zeros, and what follows.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests;
