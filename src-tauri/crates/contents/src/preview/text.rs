//! Text, code and logs by the lines on screen.
//!
//! A small text is read whole and coloured from its beginning on, since colours depend on what
//! stands before. A large one is read by its line marks and keeps the colours of a terminal only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::Result;
use crate::document::{Ink, Line};

use super::ansi::Ansi;
use super::encoding::TextEncoding;
use super::index::{LineIndex, Lines, RawLine};
use super::ink::{self, Painter};
use super::line::{self, LineBuilder};
use super::reader::{Reader, aside};
use super::{LinePage, PreviewBody};

/// Up to here a text is read whole.
pub const SMALL: u64 = 512 * 1024;
/// Up to here a text may be edited.
const EDITABLE: u64 = 1024 * 1024;
/// Lines that are given at once.
const PAGE: u32 = 1000;
/// Bytes of a line that are read.
const KEEP: usize = 16 * 1024;

/// An opened text.
pub struct Text {
    lines: Source,
    total: Option<u32>,
}

enum Source {
    /// All lines, as they are shown.
    Ready(Vec<Line>),
    /// All lines; the first are coloured.
    Small(Arc<Mutex<Painted>>),
    Large {
        index: LineIndex,
        encoding: TextEncoding,
        log: bool,
    },
}

struct Painted {
    texts: Vec<String>,
    lines: Vec<Line>,
    painter: Painter,
}

impl Text {
    /// Opens a text; `language` is a word that the grammars know or do not know.
    pub async fn open(
        reader: &Reader,
        encoding: TextEncoding,
        language: Option<&str>,
        log: bool,
    ) -> Result<(Self, PreviewBody)> {
        let (text, total) = match language {
            Some(language) if reader.size() <= SMALL => {
                let bytes = reader.read(0, SMALL).await?;
                let whole = whole(&bytes, encoding);
                let texts: Vec<String> = if whole.is_empty() {
                    Vec::new()
                } else {
                    line::split(&whole).map(str::to_owned).collect()
                };
                let total = u32::try_from(texts.len()).ok();
                let painted = Painted {
                    texts,
                    lines: Vec::new(),
                    painter: Painter::new(language),
                };
                (Source::Small(Arc::new(Mutex::new(painted))), total)
            }
            _ => {
                let rules = Lines {
                    start: u64::from(encoding.mark),
                    unit: encoding.unit(),
                    quote: None,
                };
                let index = LineIndex::start(reader.clone(), rules);
                let large = Source::Large {
                    index,
                    encoding,
                    log,
                };
                (large, None)
            }
        };
        let body = PreviewBody::Text {
            lines: total,
            language: language.and_then(ink::language).map(str::to_owned),
            encoding: encoding.name().to_owned(),
            editable: encoding.is_utf_8() && reader.size() <= EDITABLE,
        };
        Ok((Self { lines: text, total }, body))
    }

    /// Lines that were made from the file, such as laid out JSON.
    pub fn ready(lines: Vec<Line>) -> Self {
        let total = u32::try_from(lines.len()).ok();
        Self {
            lines: Source::Ready(lines),
            total,
        }
    }

    /// Lines from `from` on.
    pub async fn page(&self, from: u32, count: u32) -> Result<LinePage> {
        let count = count.min(PAGE) as usize;
        let first = from as usize;
        let (lines, total) = match &self.lines {
            Source::Ready(lines) => (
                lines.iter().skip(first).take(count).cloned().collect(),
                self.total,
            ),
            Source::Small(painted) => {
                let painted = Arc::clone(painted);
                let lines = aside(Duration::from_secs(20), move || {
                    Ok(painted
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .page(first, count))
                })
                .await?;
                (lines, self.total)
            }
            Source::Large {
                index,
                encoding,
                log,
            } => {
                let raw = index.read(u64::from(from), count, KEEP).await?;
                let mut ansi = Ansi::default();
                let lines = raw
                    .into_iter()
                    .map(|raw| far_line(raw, *encoding, *log, &mut ansi))
                    .collect();
                (lines, index.total())
            }
        };
        Ok(LinePage { from, lines, total })
    }
}

impl Painted {
    fn page(&mut self, from: usize, count: usize) -> Vec<Line> {
        let end = from.saturating_add(count).min(self.texts.len());
        while self.lines.len() < end {
            let line = self.painter.line(&self.texts[self.lines.len()]);
            self.lines.push(line);
        }
        self.lines.get(from..end).unwrap_or_default().to_vec()
    }
}

/// A text that was read whole.
pub fn whole(bytes: &Bytes, encoding: TextEncoding) -> String {
    encoding.text(bytes.get(usize::from(encoding.mark)..).unwrap_or_default())
}

fn far_line(raw: RawLine, encoding: TextEncoding, log: bool, ansi: &mut Ansi) -> Line {
    let text = encoding.text(&raw.bytes);
    let mut line = if text.contains(['\u{1b}', '\r']) {
        ansi.line(&text)
    } else {
        let mut built = LineBuilder::default();
        let ink = if log { level(&text) } else { Ink::Plain };
        built.push(&text, ink, false);
        built.done()
    };
    // Characters that were not read are counted by their bytes.
    line.cut = line
        .cut
        .saturating_add(u32::try_from(raw.left_out).unwrap_or(u32::MAX));
    line
}

/// How bad a line of a log is, by the words that most logs use.
fn level(line: &str) -> Ink {
    let mut words = line
        .split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .take(16);
    words
        .find_map(|word| match word {
            "ERROR" | "FATAL" | "CRITICAL" | "SEVERE" | "Traceback" => Some(Ink::Bad),
            "WARN" | "WARNING" => Some(Ink::Warning),
            "DEBUG" | "TRACE" => Some(Ink::Faint),
            _ => None,
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::memory::MemorySource;

    async fn opened(bytes: &[u8], language: Option<&str>, log: bool) -> (Text, PreviewBody) {
        let source = MemorySource::new(bytes.to_vec());
        let (reader, head) = Reader::open(source).await.unwrap();
        let encoding = TextEncoding::guess(&head, true).unwrap();
        Text::open(&reader, encoding, language, log).await.unwrap()
    }

    fn plain(line: &Line) -> String {
        line.spans.iter().map(|span| span.text.as_str()).collect()
    }

    #[tokio::test]
    async fn code_is_coloured_from_its_beginning_wherever_the_page_begins() {
        let mut code = "\"\"\"\n".to_owned();
        code.push_str(&"inside = 1\n".repeat(50));
        code.push_str("\"\"\"\nx = 1\n");
        let (text, body) = opened(code.as_bytes(), Some("py"), false).await;
        let PreviewBody::Text {
            lines, editable, ..
        } = body
        else {
            panic!("a text")
        };
        assert_eq!((lines, editable), (Some(53), true));
        let page = text.page(40, 1).await.unwrap();
        assert_ne!(
            page.lines[0].spans[0].ink,
            Ink::Plain,
            "it stands in a string"
        );
        assert_eq!(plain(&page.lines[0]), "inside = 1");
    }

    #[tokio::test]
    async fn logs_have_the_colours_of_their_levels_and_of_terminals() {
        let log = b"10:00 ERROR no\n10:01 [WARN] hm\n\x1b[32mok\x1b[0m\n\xe4\xf6\xfc stra\xdfe\n";
        let (text, body) = opened(log, None, true).await;
        let page = text.page(0, 10).await.unwrap();
        let inks: Vec<Ink> = page.lines.iter().map(|line| line.spans[0].ink).collect();
        assert_eq!(inks, [Ink::Bad, Ink::Warning, Ink::Good, Ink::Plain]);
        assert_eq!(plain(&page.lines[3]), "äöü straße");
        let PreviewBody::Text { editable, .. } = body else {
            panic!("a text")
        };
        assert!(!editable, "only UTF-8 is written back as it was");
    }
}
