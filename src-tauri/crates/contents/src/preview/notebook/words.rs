//! Texts of a notebook: strings, or lists of strings that belong together, in memory or left in
//! the file.

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::Result;
use crate::preview::reader::{Blocking, unreadable};

use super::outline::{Far, Node, Outline, decode};
use super::stopped;

/// A text by its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub text: String,
    /// Line ends in what was left out.
    ends: u32,
    /// What was left out does not end with a line end.
    open: bool,
    pub cut: bool,
}

impl Words {
    /// Lines that begin in what was left out.
    pub fn more_lines(&self) -> u32 {
        let begun = self.cut && !self.text.is_empty() && !self.text.ends_with('\n');
        (self.ends + u32::from(self.open)).saturating_sub(u32::from(begun))
    }
}

/// The text of a node, at most about `keep` bytes of it.
pub fn words(file: &mut Blocking, node: &Node, keep: usize) -> Result<Words> {
    let mut taken = Words::default();
    add(file, node, keep, &mut taken)?;
    Ok(taken)
}

fn add(file: &mut Blocking, node: &Node, keep: usize, to: &mut Words) -> Result<()> {
    match node {
        Node::Text(text) | Node::Number(text) => to.add(text, keep),
        Node::List(parts) => {
            for part in parts {
                if matches!(part, Node::Text(_) | Node::Far(_)) {
                    add(file, part, keep, to)?;
                }
            }
        }
        Node::Far(far) => add_far(file, *far, keep, to)?,
        Node::Null | Node::Bool(_) | Node::Map(_) => {}
    }
    Ok(())
}

fn add_far(file: &mut Blocking, far: Far, keep: usize, to: &mut Words) -> Result<()> {
    let mut outline = Outline::at(file, far.at);
    match outline.peek().map_err(stopped)? {
        b'"' => one(&mut outline, keep, to),
        b'[' => {
            let mut more = outline.enter(b'[').map_err(stopped)?;
            while more {
                if outline.peek().map_err(stopped)? == b'"' {
                    one(&mut outline, keep, to)?;
                } else {
                    outline.skip().map_err(stopped)?;
                }
                more = outline.more(b']').map_err(stopped)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn one(outline: &mut Outline<'_>, keep: usize, to: &mut Words) -> Result<()> {
    outline.expect(b'"').map_err(stopped)?;
    let mut raw = Vec::new();
    let mut ends = 0_u32;
    let mut open = false;
    let room = keep.saturating_sub(to.text.len());
    let mut left_out = false;
    outline
        .string_body(|part| {
            if raw.len() < room {
                raw.extend_from_slice(part);
            } else if !part.is_empty() {
                left_out = true;
                open = part != b"\\n";
                ends = ends.saturating_add(u32::from(!open));
            }
        })
        .map_err(stopped)?;
    to.add(&decode(&raw), keep);
    if left_out {
        to.cut = true;
        to.open = open;
        to.ends = to.ends.saturating_add(ends);
    }
    Ok(())
}

impl Words {
    fn add(&mut self, text: &str, keep: usize) {
        let room = keep.saturating_sub(self.text.len());
        let mut end = room.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.push_str(&text[..end]);
        if end < text.len() {
            self.cut = true;
            let ends = text[end..].matches('\n').count();
            self.open = !text.ends_with('\n');
            self.ends = self
                .ends
                .saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        }
    }
}

/// The bytes that a text holds in base64, white space and missing padding forgiven.
pub fn bytes(file: &mut Blocking, node: &Node, most: usize) -> Result<Vec<u8>> {
    let words = words(file, node, most / 3 * 4)?;
    if words.cut {
        return Err(unreadable("This picture is too large to be shown."));
    }
    let mut text = words.text.into_bytes();
    text.retain(|byte| !byte.is_ascii_whitespace());
    decode_base64(&text).ok_or_else(|| unreadable("This picture is damaged."))
}

/// The first bytes, for measuring; of what stayed in the file nothing else is read.
pub fn first_bytes(file: &mut Blocking, node: &Node) -> Vec<u8> {
    const FIRST: usize = 4000;
    let mut text = match node {
        Node::Far(far) => match file.range(far.at, FIRST as u64) {
            Ok(raw) => decode(raw.strip_prefix(b"\"").unwrap_or_default()).into_bytes(),
            Err(_) => return Vec::new(),
        },
        near => match words(file, near, FIRST) {
            Ok(words) => words.text.into_bytes(),
            Err(_) => return Vec::new(),
        },
    };
    text.retain(|byte| !byte.is_ascii_whitespace());
    text.truncate(text.len() / 4 * 4);
    decode_base64(&text).unwrap_or_default()
}

fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let forgiving = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, forgiving)
        .decode(text)
        .ok()
}
