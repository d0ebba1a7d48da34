//! Colours of a terminal, as kernels, tools and logs write them (ECMA-48, SGR). Everything else
//! that a terminal would do (move, erase, name its window) is left out; a carriage return writes
//! over the line, which is how progress bars draw.

use crate::document::{Ink, Line};

use super::line::LineBuilder;

/// Colours go on from one line to the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ansi {
    ink: Ink,
    bold: bool,
}

impl Ansi {
    /// One line, without its line end.
    pub fn line(&mut self, text: &str) -> Line {
        let text = text.trim_end_matches(['\r', '\n']);
        let shown = text.rsplit('\r').next().unwrap_or(text);
        // Colours that were set in what is written over still count.
        let over = &text[..text.len() - shown.len()];
        let mut unseen = LineBuilder::default();
        self.runs(over, &mut unseen);
        let mut line = LineBuilder::default();
        self.runs(shown, &mut line);
        line.done()
    }

    fn runs(&mut self, text: &str, line: &mut LineBuilder) {
        let mut rest = text;
        while let Some(at) = rest.find('\u{1b}') {
            line.push(&rest[..at], self.ink, self.bold);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('[') {
                let end = after
                    .char_indices()
                    .take(64)
                    .find(|(_, character)| ('@'..='~').contains(character));
                let Some((end, last)) = end else {
                    rest = after;
                    continue;
                };
                if last == 'm' {
                    self.colour(&after[..end]);
                }
                rest = &after[end + last.len_utf8()..];
            } else if let Some(after) = rest.strip_prefix(']') {
                // A title or a link: until BEL or ESC \.
                let bell = after.find('\u{7}').map(|at| (at, 1));
                let string = after.find("\u{1b}\\").map(|at| (at, 2));
                rest = match bell.into_iter().chain(string).min() {
                    Some((at, long)) => &after[at + long..],
                    None => "",
                };
            } else {
                let mut characters = rest.chars();
                characters.next();
                rest = characters.as_str();
            }
        }
        line.push(rest, self.ink, self.bold);
    }

    fn colour(&mut self, codes: &str) {
        let mut codes = codes
            .split([';', ':'])
            .map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                22 => {
                    self.bold = false;
                    if self.ink == Ink::Faint {
                        self.ink = Ink::Plain;
                    }
                }
                2 | 30 | 37 | 90 => self.ink = Ink::Faint,
                31 | 91 => self.ink = Ink::Bad,
                32 | 92 => self.ink = Ink::Good,
                33 | 93 => self.ink = Ink::Warning,
                34 | 94 => self.ink = Ink::Accent,
                35 | 95 => self.ink = Ink::Keyword,
                36 | 96 => self.ink = Ink::Type,
                38 => {
                    // One of 256, or red, green and blue: near enough to one of the page's colours.
                    match codes.next() {
                        Some(5) => self.ink = of_256(codes.next().unwrap_or(0)),
                        Some(2) => {
                            let mut part = || codes.next().unwrap_or(0);
                            self.ink = of_rgb(part(), part(), part());
                        }
                        _ => {}
                    }
                }
                48 => match codes.next() {
                    Some(5) => _ = codes.next(),
                    Some(2) => _ = codes.nth(2),
                    _ => {}
                },
                39 => self.ink = Ink::Plain,
                _ => {}
            }
        }
    }
}

fn of_256(code: u16) -> Ink {
    match code {
        1 | 9 => Ink::Bad,
        2 | 10 => Ink::Good,
        3 | 11 => Ink::Warning,
        4 | 12 => Ink::Accent,
        5 | 13 => Ink::Keyword,
        6 | 14 => Ink::Type,
        8 | 232..=248 => Ink::Faint,
        16..=231 => {
            let code = code - 16;
            of_rgb(code / 36 * 51, code / 6 % 6 * 51, code % 6 * 51)
        }
        _ => Ink::Plain,
    }
}

fn of_rgb(red: u16, green: u16, blue: u16) -> Ink {
    let high = red.max(green).max(blue);
    let low = red.min(green).min(blue);
    if high.saturating_sub(low) < 40 {
        return Ink::Plain;
    }
    let near = |part: u16| high - part < 60;
    match (near(red), near(green), near(blue)) {
        (true, true, _) => Ink::Warning,
        (true, _, true) => Ink::Keyword,
        (_, true, true) => Ink::Type,
        (true, ..) => Ink::Bad,
        (_, true, _) => Ink::Good,
        _ => Ink::Accent,
    }
}

/// All lines of a text, at most so many, and how many more there are.
pub fn lines(text: &str, most: usize) -> (Vec<Line>, u32) {
    if text.is_empty() {
        return (Vec::new(), 0);
    }
    let mut ansi = Ansi::default();
    let mut all = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let shown = all
        .by_ref()
        .take(most)
        .map(|line| ansi.line(line))
        .collect();
    (shown, u32::try_from(all.count()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, Ink, bool)> {
        Ansi::default()
            .line(text)
            .spans
            .into_iter()
            .map(|span| (span.text, span.ink, span.bold))
            .collect()
    }

    #[test]
    fn colours_become_inks_and_everything_else_goes() {
        assert_eq!(
            shown(
                "\u{1b}[0;31mbad\u{1b}[0m \u{1b}[1;38;5;2mgood\u{1b}[m\u{1b}[2J\u{1b}]0;title\u{7}end"
            ),
            [
                ("bad".to_owned(), Ink::Bad, false),
                (" ".to_owned(), Ink::Plain, false),
                ("good".to_owned(), Ink::Good, true),
                ("end".to_owned(), Ink::Plain, false),
            ]
        );
    }

    #[test]
    fn a_progress_bar_shows_where_it_ended() {
        assert_eq!(shown(" 10%\r 50%\r100%\r\n")[0].0, "100%");
    }

    #[test]
    fn broken_sequences_do_no_harm() {
        for text in [
            "\u{1b}",
            "\u{1b}[",
            "\u{1b}[38;5",
            "\u{1b}]8;;http",
            "\u{1b}[38;2;999;9;9mx",
            "\u{1b}ü",
        ] {
            let _ = shown(text);
        }
    }

    #[test]
    fn lines_are_counted_beyond_those_that_are_shown() {
        let (lines, more) = lines("a\nb\nc\n", 2);
        assert_eq!((lines.len(), more), (2, 1));
    }
}
