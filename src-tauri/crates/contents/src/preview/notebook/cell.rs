//! One cell as it is shown.

use crate::Result;
use crate::document::{Block, Inline};
use crate::place::EntryPath;
use crate::preview::reader::Blocking;
use crate::preview::{CellBody, beside, ink, line, markdown};

use super::outline::Node;
use super::output;
use super::words::{Words, words};

/// Bytes of a cell's source that are shown.
const SOURCE: usize = 400_000;
/// Outputs of a cell that are shown.
const OUTPUTS: usize = 200;

/// What comparing looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: Option<String>,
    pub kind: String,
    pub text: String,
    pub outputs: output::Fingerprint,
}

fn kind(cell: &Node) -> &str {
    cell.get("cell_type").and_then(Node::text).unwrap_or("raw")
}

fn source(file: &mut Blocking, cell: &Node) -> Result<Words> {
    match cell.get("source").or_else(|| cell.get("input")) {
        Some(node) => words(file, node, SOURCE),
        None => Ok(Words::default()),
    }
}

/// A cell as the page draws it.
pub fn body(
    file: &mut Blocking,
    cell: &Node,
    number: u32,
    language: &str,
    folder: &EntryPath,
) -> Result<CellBody> {
    let source = source(file, cell)?;
    let mut body = match kind(cell) {
        "markdown" => {
            let attached = |name: &str| {
                cell.get("attachments")
                    .is_some_and(|all| all.get(name).is_some())
            };
            let pictures = |address: &str| match address.strip_prefix("attachment:") {
                Some(name) => {
                    let name = beside::decode_percent(name);
                    attached(&name).then(|| format!("a:{number}:{name}"))
                }
                None => beside::key(folder, address),
            };
            let (mut blocks, cut) = markdown::blocks(&source.text, &pictures);
            if cut || source.cut {
                blocks.push(rest_left_out());
            }
            return Ok(CellBody::Markdown { blocks });
        }
        "heading" => {
            let level = cell.get("level").and_then(Node::whole).unwrap_or(1);
            let text = line::visible(&source.text.replace('\n', " "));
            let heading = Block::Heading {
                level: u8::try_from(level.clamp(1, 6)).unwrap_or(6),
                parts: vec![Inline::Text { text }],
            };
            return Ok(CellBody::Markdown {
                blocks: vec![heading],
            });
        }
        "code" => {
            let language = cell
                .get("language")
                .and_then(Node::text)
                .unwrap_or(language);
            let language = magic(&source.text).unwrap_or(language);
            CellBody::Code {
                execution: cell
                    .get("execution_count")
                    .or_else(|| cell.get("prompt_number"))
                    .and_then(Node::whole),
                lines: ink::paint(&source.text, language),
                outputs: output::outputs(file, cell, number, OUTPUTS)?,
            }
        }
        _ if source.text.is_empty() => CellBody::Raw { lines: Vec::new() },
        _ => CellBody::Raw {
            lines: line::split(&source.text).map(line::plain).collect(),
        },
    };
    if source.cut
        && let CellBody::Code { lines, .. } | CellBody::Raw { lines } = &mut body
    {
        lines.push(line::inked(
            "\u{2026} the rest of this cell is left out",
            crate::document::Ink::Faint,
        ));
    }
    Ok(body)
}

fn rest_left_out() -> Block {
    Block::Plain {
        text: "\u{2026} the rest of this cell is left out".to_owned(),
    }
}

/// The language that a cell's first line switches to: `%%bash`, `%%sql`.
fn magic(source: &str) -> Option<&'static str> {
    let word = source.strip_prefix("%%")?.split_whitespace().next()?;
    match word {
        "bash" | "sh" | "script" => Some("bash"),
        "sql" | "bigquery" => Some("sql"),
        "html" | "HTML" => Some("html"),
        "javascript" | "js" => Some("js"),
        "latex" => Some("latex"),
        "markdown" => Some("markdown"),
        "R" => Some("r"),
        "ruby" => Some("ruby"),
        "perl" => Some("perl"),
        _ => None,
    }
}

/// What comparing looks at, of one cell.
pub fn source_of(file: &mut Blocking, cell: &Node) -> Result<Source> {
    let text = source(file, cell)?.text;
    Ok(Source {
        id: cell
            .get("id")
            .and_then(Node::text)
            .filter(|id| id.len() <= 64)
            .map(str::to_owned),
        kind: kind(cell).to_owned(),
        text,
        outputs: output::Print::of(file, cell),
    })
}
