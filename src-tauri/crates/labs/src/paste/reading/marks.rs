//! Where in the text each sentence belongs, for the coloured copy of it.

use std::collections::HashMap;

use crate::paste::fill::Said;
use crate::paste::options::shortened;
use crate::paste::words::Span;
use crate::paste::{CommandPart, Meaning, NotTaken, PartKind, PastedCommand};

/// Parts, meanings and what is not taken, in the order of the text.
pub(super) fn mark(
    pasted: &mut PastedCommand,
    mut said: Vec<Said>,
    mut rest: Vec<(Span, String)>,
    text: &str,
) {
    // The image comes first among the meanings; all else stands in the order of the command.
    said.sort_by_key(|said| (said.kind != PartKind::Image, said.span.start));
    let mut stretches: Vec<(Span, PartKind, Option<u32>, Vec<Span>)> = Vec::new();
    let mut known = HashMap::new();
    for mut said in said {
        let (span, kind) = (said.span, said.kind);
        let variables = std::mem::take(&mut said.variables);
        let meaning = if said.lead.is_empty() {
            None
        } else {
            Some(meaning_of(pasted, &mut known, said))
        };
        stretches.push((span, kind, meaning, variables));
    }
    rest.sort_by_key(|(span, _)| (span.start, span.end));
    for (span, why) in rest {
        let stretch = text.get(span.start..span.end).unwrap_or_default();
        pasted.not_taken.push(NotTaken {
            text: shortened(stretch),
            why,
        });
        stretches.push((span, PartKind::NotTaken, None, Vec::new()));
    }
    stretches.sort_by_key(|(span, kind, ..)| (span.start, *kind == PartKind::NotTaken, span.end));
    let place = Utf16::of(text);
    let both = |span: &Span| (place.at(span.start), place.at(span.end));
    // Flags in one quoted word share its place: it is marked for the first of them.
    let mut marked = 0;
    for (span, kind, meaning, variables) in stretches {
        let from = span.start.max(marked);
        let hidden = text.get(from..span.end).unwrap_or_default();
        let start = from + hidden.len() - hidden.trim_start().len();
        if start >= span.end {
            continue;
        }
        marked = span.end;
        let (start, end) = both(&Span {
            start,
            end: span.end,
        });
        pasted.parts.push(CommandPart {
            start,
            end,
            kind,
            meaning,
            variables: variables
                .iter()
                .map(both)
                .filter(|(first, _)| *first >= start)
                .collect(),
        });
    }
}

/// Flags that say the same share one sentence.
fn meaning_of(
    pasted: &mut PastedCommand,
    known: &mut HashMap<(String, String), u32>,
    said: Said,
) -> u32 {
    let place = u32::try_from(pasted.meanings.len()).unwrap_or(u32::MAX);
    *known
        .entry((said.lead.clone(), said.detail.clone()))
        .or_insert_with(|| {
            pasted.meanings.push(Meaning {
                kind: said.kind,
                lead: said.lead,
                detail: said.detail,
            });
            place
        })
}

/// From bytes to the units that a text area counts in.
enum Utf16 {
    /// A text of so many bytes, each of which is one unit.
    Ascii(usize),
    /// The unit of each byte, and of the end.
    Places(Vec<u32>),
}

impl Utf16 {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        let mut places = vec![0; text.len() + 1];
        let mut units = 0_u32;
        for (at, letter) in text.char_indices() {
            if let Some(stretch) = places.get_mut(at..at + letter.len_utf8()) {
                stretch.fill(units);
            }
            units += if letter.len_utf16() == 2 { 2 } else { 1 };
        }
        if let Some(last) = places.last_mut() {
            *last = units;
        }
        Self::Places(places)
    }

    fn at(&self, byte: usize) -> u32 {
        match self {
            Self::Ascii(length) => u32::try_from(byte)
                .ok()
                .filter(|_| byte <= *length)
                .unwrap_or_default(),
            Self::Places(places) => places.get(byte).copied().unwrap_or_default(),
        }
    }
}
