//! JSON read as an outline: what is small is there, what is large is known by where it lies.
//!
//! A notebook of 200 MB is mostly pictures and printed texts in a few very long strings. This
//! reader goes through the bytes once and keeps a range in the place of each of them, so that the
//! notebook needs no more memory than its cells have source. It reads by pieces, recurses no deeper
//! than its limit, and stops with the place where the text is no JSON any more.

use crate::Problem;
use crate::preview::reader::Blocking;

/// Bytes of a string that are kept; of a longer one its range.
const TEXT: u64 = 64 * 1024;
/// What a list or an object may weigh; of a heavier one its range is kept.
const WEIGHT: usize = 1024 * 1024;
/// How deep lists and objects may lie in each other; what is deeper is a range.
const DEEP: usize = 40;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Far(Far),
}

/// A value that stayed in the file: the range of its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Far {
    pub at: u64,
    pub long: u64,
}

/// Why reading ended.
#[derive(Debug)]
pub enum Stop {
    /// The file could not be read.
    Read(Problem),
    /// The text ends too early.
    Ends,
    /// It is no JSON.
    Wrong,
}

type Step<T> = Result<T, Stop>;

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn entries(&self) -> &[(String, Node)] {
        match self {
            Node::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn whole(&self) -> Option<u32> {
        match self {
            Node::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Reads values one behind the other.
pub struct Outline<'a> {
    file: &'a mut Blocking,
    pub at: u64,
}

impl<'a> Outline<'a> {
    pub fn at(file: &'a mut Blocking, at: u64) -> Self {
        Self { file, at }
    }

    fn ahead(&mut self) -> Step<&[u8]> {
        let ahead = self.file.ahead(self.at).map_err(Stop::Read)?;
        if ahead.is_empty() {
            Err(Stop::Ends)
        } else {
            Ok(ahead)
        }
    }

    /// The next byte that is no white space, without going past it.
    pub fn peek(&mut self) -> Step<u8> {
        loop {
            let ahead = self.ahead()?;
            let long = ahead.len() as u64;
            let found = ahead
                .iter()
                .zip(0_u64..)
                .find(|(byte, _)| !byte.is_ascii_whitespace());
            if let Some((byte, skipped)) = found {
                let byte = *byte;
                self.at += skipped;
                return Ok(byte);
            }
            self.at += long;
        }
    }

    /// Goes past this byte, which has to be there.
    pub fn expect(&mut self, wanted: u8) -> Step<()> {
        if self.peek()? == wanted {
            self.at += 1;
            Ok(())
        } else {
            Err(Stop::Wrong)
        }
    }

    /// Between two members: whether another follows.
    pub fn more(&mut self, close: u8) -> Step<bool> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Stop::Wrong),
        }
    }

    /// Goes into a list or object: whether it has members.
    pub fn enter(&mut self, open: u8) -> Step<bool> {
        self.expect(open)?;
        let close = if open == b'{' { b'}' } else { b']' };
        if self.peek()? == close {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// The key of a member, with its colon.
    pub fn key(&mut self) -> Step<String> {
        let key = match self.string()? {
            Node::Text(key) => key,
            _ => String::new(),
        };
        self.expect(b':')?;
        Ok(key)
    }

    /// The next value.
    pub fn value(&mut self) -> Step<Node> {
        self.weighed(0).map(|(node, _)| node)
    }

    fn weighed(&mut self, depth: usize) -> Step<(Node, usize)> {
        match self.peek()? {
            b'"' => {
                let node = self.string()?;
                let weight = node.text().map_or(0, str::len) + 32;
                Ok((node, weight))
            }
            b'{' | b'[' if depth >= DEEP => Ok((self.skip().map(Node::Far)?, 32)),
            b'[' => self.members(depth, b'['),
            b'{' => self.members(depth, b'{'),
            _ => self.word().map(|node| (node, 32)),
        }
    }

    fn members(&mut self, depth: usize, open: u8) -> Step<(Node, usize)> {
        self.peek()?;
        let begin = self.at;
        let close = if open == b'{' { b'}' } else { b']' };
        let mut entries = Vec::new();
        let mut weight = 32;
        let mut more = self.enter(open)?;
        while more {
            let key = if open == b'{' {
                self.key()?
            } else {
                String::new()
            };
            if weight > WEIGHT {
                self.skip()?;
            } else {
                let (node, heavy) = self.weighed(depth + 1)?;
                weight += heavy + key.len();
                entries.push((key, node));
                if weight > WEIGHT {
                    entries = Vec::new();
                }
            }
            more = self.more(close)?;
        }
        if weight > WEIGHT {
            let long = self.at - begin;
            return Ok((Node::Far(Far { at: begin, long }), 32));
        }
        let node = if open == b'{' {
            Node::Map(entries)
        } else {
            Node::List(entries.into_iter().map(|(_, node)| node).collect())
        };
        Ok((node, weight))
    }

    fn word(&mut self) -> Step<Node> {
        let mut word = Vec::new();
        loop {
            let ahead = match self.ahead() {
                Ok(ahead) => ahead,
                Err(Stop::Ends) if !word.is_empty() => break,
                Err(stop) => return Err(stop),
            };
            let long = ahead
                .iter()
                .position(|byte| !byte.is_ascii_alphanumeric() && !b"+-.".contains(byte))
                .unwrap_or(ahead.len());
            word.extend_from_slice(&ahead[..long]);
            let ended = long < ahead.len();
            self.at += long as u64;
            if word.len() > 400 {
                return Err(Stop::Wrong);
            }
            if ended {
                break;
            }
        }
        match word.as_slice() {
            b"null" => Ok(Node::Null),
            b"true" => Ok(Node::Bool(true)),
            b"false" => Ok(Node::Bool(false)),
            // Python writes the words too, though JSON has none for what is no number.
            b"NaN" | b"Infinity" | [b'-' | b'0'..=b'9', ..] => {
                Ok(Node::Number(String::from_utf8_lossy(&word).into_owned()))
            }
            _ => Err(Stop::Wrong),
        }
    }

    fn string(&mut self) -> Step<Node> {
        self.expect(b'"')?;
        let begin = self.at - 1;
        let mut raw = Vec::new();
        self.string_body(|part| {
            if raw.len() as u64 <= TEXT {
                raw.extend_from_slice(part);
            }
        })?;
        let long = self.at - begin;
        if long - 2 > TEXT {
            return Ok(Node::Far(Far { at: begin, long }));
        }
        Ok(Node::Text(decode(&raw)))
    }

    /// What stands between the quotes, in parts that end with no half escape; goes past the end.
    pub fn string_body(&mut self, mut part: impl FnMut(&[u8])) -> Step<()> {
        loop {
            let ahead = self.ahead()?;
            let plain = ahead
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\'))
                .unwrap_or(ahead.len());
            part(&ahead[..plain]);
            let sign = ahead.get(plain).copied();
            self.at += plain as u64;
            match sign {
                None => {}
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => {
                    self.at += 1;
                    let escaped = *self.ahead()?.first().ok_or(Stop::Ends)?;
                    part(&[b'\\', escaped]);
                    self.at += 1;
                }
            }
        }
    }

    /// Goes past the next value, however deep it is.
    pub fn skip(&mut self) -> Step<Far> {
        let first = self.peek()?;
        let begin = self.at;
        match first {
            b'"' => {
                self.at += 1;
                self.string_body(|_| {})?;
            }
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    let ahead = self.ahead()?;
                    let found = ahead
                        .iter()
                        .position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'));
                    let Some(found) = found else {
                        self.at += ahead.len() as u64;
                        continue;
                    };
                    let sign = ahead[found];
                    self.at += found as u64 + 1;
                    match sign {
                        b'"' => self.string_body(|_| {})?,
                        b'{' | b'[' => depth += 1,
                        _ => depth -= 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                self.word()?;
            }
        }
        Ok(Far {
            at: begin,
            long: self.at - begin,
        })
    }
}

/// The text of a JSON string's inside; what is no text becomes the sign for it.
pub fn decode(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if !text.contains('\\') {
        return text.into_owned();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let sign = after.next();
        rest = after.as_str();
        match sign {
            Some('n') => decoded.push('\n'),
            Some('t') => decoded.push('\t'),
            Some('r') => decoded.push('\r'),
            Some('b') => decoded.push('\u{8}'),
            Some('f') => decoded.push('\u{c}'),
            Some('u') => rest = unicode(rest, &mut decoded),
            Some(other) => decoded.push(other),
            None => {}
        }
    }
    decoded.push_str(rest);
    decoded
}

/// Four digits, or eight for a pair; gives back what follows them.
fn unicode<'a>(rest: &'a str, decoded: &mut String) -> &'a str {
    let four = |text: &str| {
        text.get(..4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(first) = four(rest) else {
        decoded.push('\u{fffd}');
        return rest;
    };
    let after = &rest[4..];
    if (0xd800..0xdc00).contains(&first)
        && let Some(pair) = after.strip_prefix("\\u")
        && let Some(second) = four(pair).filter(|second| (0xdc00..0xe000).contains(second))
    {
        let point = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        decoded.push(char::from_u32(point).unwrap_or('\u{fffd}'));
        return &pair[4..];
    }
    decoded.push(char::from_u32(first).unwrap_or('\u{fffd}'));
    after
}
