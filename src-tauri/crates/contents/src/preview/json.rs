//! JSON laid out for reading: one value a line, its keys in the order of the file, numbers as they
//! were written. Only what was checked to be JSON comes here.

use crate::document::{Ink, Line};

use super::line::LineBuilder;

/// Bytes that are laid out; a larger file is shown as it was written.
pub const LARGEST: u64 = 4_000_000;
const LINES: usize = 200_000;

/// Why it is no JSON; `None` where it is.
pub fn wrong(text: &str) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .err()
        .map(|error| error.to_string())
}

/// Whether it was written for machines: everything on few long lines.
pub fn dense(text: &str) -> bool {
    text.lines().any(|line| line.len() > 400)
        || (text.len() > 120 && text.trim_end().lines().count() < 2)
}

/// The lines of a JSON text, and whether some were left out.
pub fn lay_out(text: &str) -> (Vec<Line>, bool) {
    let mut layout = Layout {
        lines: Vec::new(),
        line: LineBuilder::default(),
        depth: 0,
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && layout.lines.len() < LINES {
        let begin = at;
        at += 1;
        match bytes[begin] {
            b'"' => {
                at = end_of_string(bytes, at);
                let next = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                let ink = if next == Some(&b':') {
                    Ink::Key
                } else {
                    Ink::Text
                };
                layout.push(text.get(begin..at).unwrap_or_default(), ink);
            }
            b'{' | b'[' => {
                let close = if bytes[begin] == b'{' { b'}' } else { b']' };
                let ahead = bytes[at..]
                    .iter()
                    .position(|byte| !byte.is_ascii_whitespace());
                if let Some(ahead) = ahead.filter(|ahead| bytes[at + ahead] == close) {
                    layout.push(if close == b'}' { "{}" } else { "[]" }, Ink::Operator);
                    at += ahead + 1;
                } else {
                    layout.push(&text[begin..at], Ink::Operator);
                    layout.depth += 1;
                    layout.end();
                }
            }
            b'}' | b']' => {
                layout.depth = layout.depth.saturating_sub(1);
                layout.end();
                layout.push(&text[begin..at], Ink::Operator);
            }
            b',' => {
                layout.push(",", Ink::Operator);
                layout.end();
            }
            b':' => layout.push(": ", Ink::Operator),
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                while at < bytes.len() && !b",]} \t\r\n".contains(&bytes[at]) {
                    at += 1;
                }
                let word = text.get(begin..at).unwrap_or_default();
                let number = word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
                layout.push(word, if number { Ink::Number } else { Ink::Keyword });
            }
        }
    }
    layout.lines.push(layout.line.done());
    (layout.lines, at < bytes.len())
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

struct Layout {
    lines: Vec<Line>,
    line: LineBuilder,
    depth: usize,
}

impl Layout {
    fn push(&mut self, text: &str, ink: Ink) {
        self.line.push(text, ink, false);
    }

    /// Begins the next line.
    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(line.done());
        self.push(&"  ".repeat(self.depth.min(64)), Ink::Plain);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn laid_out(text: &str) -> String {
        let (lines, _) = lay_out(text);
        lines
            .iter()
            .map(|line| {
                line.spans
                    .iter()
                    .map(|span| span.text.as_str())
                    .collect::<String>()
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn values_get_lines_and_keys_keep_their_order() {
        assert_eq!(
            laid_out(r#"{"z":1.50,"a":[true,{}, [ ]],"s":"x\"y"}"#),
            "{\n  \"z\": 1.50,\n  \"a\": [\n    true,\n    {},\n    []\n  ],\n  \"s\": \"x\\\"y\"\n}"
        );
        assert_eq!(lay_out("{\"a\":1}").0[1].spans[1].ink, Ink::Key);
    }

    #[test]
    fn what_is_no_json_is_found() {
        assert!(wrong("{\"a\":1}").is_none());
        assert!(wrong("{\"a\":}").is_some());
        assert!(
            wrong(&"[".repeat(100_000)).is_some(),
            "and nothing overflows"
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_laid_out(text in "[\\[\\]{}\":,0-9a-cä\\\\ \n]{0,100}") {
            let _ = laid_out(&text);
        }

        #[test]
        fn what_is_laid_out_means_the_same(numbers in prop::collection::vec(any::<i64>(), 0..20), word in "[a-z\\\\\"ä]{0,8}") {
            let value = serde_json::json!({ "a": numbers, "b": { "c": word, "d": null } });
            let back: serde_json::Value = serde_json::from_str(&laid_out(&value.to_string())).unwrap();
            prop_assert_eq!(back, value);
        }
    }
}
