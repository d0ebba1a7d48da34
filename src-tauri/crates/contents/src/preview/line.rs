//! Lines as they are shown: what could hide or turn the text is made visible, and what is longer
//! than anybody reads is cut.

use crate::document::{Ink, Line, Span};

/// Characters of a line that are shown.
pub const LINE: usize = 2000;
/// Runs of colour in one line; a line with more is shown in fewer colours.
const SPANS: usize = 400;
/// Characters of a value of a table.
pub const VALUE: usize = 500;
/// Columns between two stops of a tab.
const TAB: usize = 4;

/// What a character is shown as, where it cannot be shown as it is: control characters as their
/// signs, marks that turn the direction of writing or take no place by their number.
pub fn sign(character: char) -> Option<String> {
    match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).map(String::from),
        '\u{7f}' => Some("\u{2421}".to_owned()),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => {
            Some(format!("\u{27e8}U+{:04X}\u{27e9}", u32::from(character)))
        }
        _ => None,
    }
}

/// Text on one line, every character visible.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match sign(character) {
            Some(sign) => shown.push_str(&sign),
            None => shown.push(character),
        }
    }
    shown
}

/// A value of a table: one line, cut at 500 characters.
pub fn value(text: &str) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == VALUE {
            shown.push('\u{2026}');
            break;
        }
        match character {
            '\n' => shown.push('\u{21b5}'),
            '\r' => {}
            '\t' => shown.push(' '),
            other => match sign(other) {
                Some(sign) => shown.push_str(&sign),
                None => shown.push(other),
            },
        }
    }
    shown
}

/// Puts a line together from its runs.
#[derive(Default)]
pub struct LineBuilder {
    line: Line,
    column: usize,
    cut: usize,
}

impl LineBuilder {
    pub fn push(&mut self, text: &str, ink: Ink, bold: bool) {
        for character in text.chars() {
            if self.column >= LINE {
                self.cut += 1;
                continue;
            }
            match character {
                '\r' | '\n' => {}
                '\t' => {
                    let spaces = TAB - self.column % TAB;
                    self.add(&"    "[..spaces], ink, bold);
                    self.column += spaces;
                }
                other => {
                    self.column += 1;
                    match sign(other) {
                        Some(sign) => self.add(&sign, ink, bold),
                        None => self.add(other.encode_utf8(&mut [0; 4]), ink, bold),
                    }
                }
            }
        }
    }

    fn add(&mut self, text: &str, ink: Ink, bold: bool) {
        let full = self.line.spans.len() >= SPANS;
        match self.line.spans.last_mut() {
            Some(last) if full || (last.ink == ink && last.bold == bold) => {
                last.text.push_str(text);
            }
            _ => self.line.spans.push(Span {
                text: text.to_owned(),
                ink,
                bold,
            }),
        }
    }

    pub fn done(mut self) -> Line {
        self.line.cut = u32::try_from(self.cut).unwrap_or(u32::MAX);
        self.line
    }
}

/// A line of one colour.
pub fn inked(text: &str, ink: Ink) -> Line {
    let mut line = LineBuilder::default();
    line.push(text, ink, false);
    line.done()
}

/// A line without colours.
pub fn plain(text: &str) -> Line {
    inked(text, Ink::Plain)
}

/// "512 MB", as the rest of the app writes sizes: thousands, not 1,024s.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    let mut whole = bytes;
    let mut rest = 0;
    while whole >= 1000 && (unit < UNITS.len()) {
        rest = whole % 1000;
        whole /= 1000;
        unit += 1;
    }
    let name = UNITS[unit - 1];
    if whole < 10 {
        format!("{whole}.{} {name}", rest / 100)
    } else {
        format!("{whole} {name}")
    }
}

/// The lines of a text; a line end at the very end begins no line.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_the_text_is_visible() {
        let line = plain("a\u{202e}b\0\u{1b}[2J\u{200b}c");
        let text = &line.spans[0].text;
        assert_eq!(
            text, "a⟨U+202E⟩b␀␛[2J⟨U+200B⟩c",
            "nothing acts, everything shows"
        );
        assert_eq!(value("a\r\nb\tc"), "a↵b c", "a value stays on its line");
    }

    #[test]
    fn a_long_line_is_cut_and_says_by_how_much() {
        let line = plain(&"x".repeat(LINE + 7));
        assert_eq!(line.spans[0].text.len(), LINE);
        assert_eq!(line.cut, 7);
        let many: Vec<_> = value(&"y".repeat(VALUE * 2)).chars().collect();
        assert_eq!(many.len(), VALUE + 1, "with the sign that it goes on");
    }

    #[test]
    fn a_line_of_a_thousand_colours_does_not_become_a_thousand_elements() {
        let mut line = LineBuilder::default();
        for number in 0..1000 {
            let ink = if number % 2 == 0 { Ink::Good } else { Ink::Bad };
            line.push("x", ink, false);
        }
        assert_eq!(line.done().spans.len(), SPANS);
    }

    #[test]
    fn tabs_reach_their_stops() {
        assert_eq!(plain("a\tb").spans[0].text, "a   b");
    }
}
