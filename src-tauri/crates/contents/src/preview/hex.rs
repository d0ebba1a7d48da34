//! Anything else: its bytes, sixteen to a line, as `hexdump -C` shows them.

use std::fmt::Write;

use crate::Result;
use crate::document::{Ink, Line, Span};

use super::LinePage;
use super::reader::Reader;

const WIDTH: u64 = 16;
const PAGE: u32 = 1000;

/// How many lines a file of this size has.
pub fn lines(size: u64) -> u32 {
    u32::try_from(size.div_ceil(WIDTH)).unwrap_or(u32::MAX)
}

/// Lines from `from` on.
pub async fn page(reader: &Reader, from: u32, count: u32) -> Result<LinePage> {
    let at = u64::from(from) * WIDTH;
    let bytes = reader.read(at, u64::from(count.min(PAGE)) * WIDTH).await?;
    let lines_shown = bytes
        .chunks(16)
        .zip(0_u64..)
        .map(|(part, number)| one(at + number * WIDTH, part))
        .collect();
    Ok(LinePage {
        from,
        lines: lines_shown,
        total: Some(lines(reader.size())),
    })
}

fn one(at: u64, part: &[u8]) -> Line {
    let mut digits = String::new();
    for (number, byte) in part.iter().enumerate() {
        if number == 8 {
            digits.push(' ');
        }
        let _ = write!(digits, "{byte:02x} ");
    }
    let letters: String = part
        .iter()
        .map(|byte| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '\u{b7}',
        })
        .collect();
    let span = |text, ink| Span {
        text,
        ink,
        bold: false,
    };
    Line {
        spans: vec![
            span(format!("{at:08x}  "), Ink::Faint),
            span(format!("{digits:<50}"), Ink::Plain),
            span(letters, Ink::Text),
        ],
        cut: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::memory::MemorySource;

    #[tokio::test]
    async fn bytes_are_shown_sixteen_to_a_line() {
        let source = MemorySource::new((0_u8..40).map(|byte| byte + 30).collect::<Vec<u8>>());
        let (reader, _) = Reader::open(source).await.unwrap();
        let page = page(&reader, 1, 5).await.unwrap();
        let texts: Vec<String> = page
            .lines
            .iter()
            .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect())
            .collect();
        assert_eq!(
            texts,
            [
                "00000010  2e 2f 30 31 32 33 34 35  36 37 38 39 3a 3b 3c 3d  ./0123456789:;<=",
                "00000020  3e 3f 40 41 42 43 44 45                           >?@ABCDE",
            ]
        );
        assert_eq!(page.total, Some(3));
    }
}
