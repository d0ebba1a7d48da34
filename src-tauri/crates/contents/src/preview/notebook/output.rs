//! What a cell has put out. An output often comes in several forms; the one that can be seen
//! without running anything is chosen. What would have to run stands as its text, and says so.

use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::document::{Block, Line};
use crate::preview::reader::{Blocking, unreadable};
use crate::preview::{CellOutput, OutputPicture, ansi, json, line, markdown, picture};

use super::frame;
use super::outline::{Node, Outline};
use super::words::{self, words};

/// Lines that are shown of a long output, and all that are given when asked for.
const LINES: usize = 40;
const ALL_LINES: usize = 5000;
/// Bytes of a text that are read for its beginning, and for all of it.
const BEGINNING: usize = 64 * 1024;
const ALL: usize = 8_000_000;
/// Bytes of a picture.
const PICTURE: usize = 60_000_000;

/// The forms of pictures, best first; format 3 has words of its own.
const PICTURES: [(&str, &str); 8] = [
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/svg+xml", "svg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/bmp", "bmp"),
    ("image/jpg", "jpg"),
    ("image/svg", "svg"),
];

/// The list of outputs, also where it was too heavy to be kept: its first members then.
fn list(file: &mut Blocking, cell: &Node, most: usize) -> Vec<Node> {
    match cell.get("outputs") {
        Some(Node::List(all)) => all.iter().take(most).cloned().collect(),
        Some(Node::Far(far)) => {
            let mut outline = Outline::at(file, far.at);
            let mut first = Vec::new();
            let mut more = outline.enter(b'[').unwrap_or(false);
            while more && first.len() < most {
                let Ok(node) = outline.value() else { break };
                first.push(node);
                more = outline.more(b']').unwrap_or(false);
            }
            first
        }
        _ => Vec::new(),
    }
}

/// The outputs of a cell, long ones by their beginning.
pub fn outputs(
    file: &mut Blocking,
    cell: &Node,
    number: u32,
    most: usize,
) -> Result<Vec<CellOutput>> {
    list(file, cell, most)
        .iter()
        .enumerate()
        .map(|(place, output)| one(file, output, number, place))
        .collect()
}

fn one(file: &mut Blocking, output: &Node, cell: u32, place: usize) -> Result<CellOutput> {
    let kind = output.get("output_type").and_then(Node::text).unwrap_or("");
    match kind {
        "stream" => {
            let name = output.get("name").or_else(|| output.get("stream"));
            let error = name.and_then(Node::text) == Some("stderr");
            long_text(file, output.get("text"), error)
        }
        "error" | "pyerr" => failure(file, output),
        _ => rich(file, output, cell, place),
    }
}

fn long_text(file: &mut Blocking, node: Option<&Node>, error: bool) -> Result<CellOutput> {
    let Some(node) = node else {
        return Ok(CellOutput::Text {
            lines: Vec::new(),
            error,
            more: 0,
        });
    };
    let taken = words(file, node, BEGINNING)?;
    let (lines, more) = ansi::lines(&taken.text, LINES);
    Ok(CellOutput::Text {
        lines,
        error,
        more: more.saturating_add(taken.more_lines()),
    })
}

fn failure(file: &mut Blocking, output: &Node) -> Result<CellOutput> {
    let mut short = |key: &str| -> Result<String> {
        Ok(match output.get(key) {
            Some(node) => line::value(&words(file, node, 4000)?.text),
            None => String::new(),
        })
    };
    let (name, message) = (short("ename")?, short("evalue")?);
    let lines = traceback(file, output, BEGINNING, ALL_LINES)?.0;
    Ok(CellOutput::Failure {
        name,
        message,
        lines,
    })
}

fn traceback(
    file: &mut Blocking,
    output: &Node,
    keep: usize,
    most: usize,
) -> Result<(Vec<Line>, u32)> {
    let mut text = String::new();
    match output.get("traceback") {
        Some(Node::List(parts)) => {
            for part in parts {
                let room = keep.saturating_sub(text.len());
                text.push_str(&words(file, part, room)?.text);
                text.push('\n');
            }
        }
        Some(node) => text = words(file, node, keep)?.text,
        None => {}
    }
    Ok(ansi::lines(text.trim_end_matches('\n'), most))
}

/// One of the forms of an output: format 4 has them in `data`, format 3 beside the type.
fn form<'a>(output: &'a Node, mime: &str, old: &str) -> Option<&'a Node> {
    match output.get("data") {
        Some(data) => data.get(mime),
        None => output.get(old),
    }
}

fn rich(file: &mut Blocking, output: &Node, cell: u32, place: usize) -> Result<CellOutput> {
    let plain = form(output, "text/plain", "text");
    for (mime, old) in PICTURES {
        if let Some(node) = form(output, mime, old) {
            let label = match plain {
                Some(plain) => line::value(&words(file, plain, 400)?.text),
                None => String::new(),
            };
            let size = picture::size_of_head(&words::first_bytes(file, node));
            return Ok(CellOutput::Picture {
                key: format!("o:{cell}:{place}"),
                width: size.map(|(width, _)| width),
                height: size.map(|(_, height)| height),
                label,
            });
        }
    }
    if let Some(what) = running(output) {
        return withheld(file, what, plain);
    }
    if let Some(node) = form(output, "text/html", "html") {
        return html(file, node, plain);
    }
    if let Some(node) = form(output, "text/markdown", "markdown") {
        let text = words(file, node, markdown::LARGEST)?.text;
        let (blocks, _) = markdown::blocks(&text, &|_| None);
        return Ok(CellOutput::Document { blocks });
    }
    if let Some(node) = form(output, "text/latex", "latex") {
        let text = words(file, node, BEGINNING)?.text;
        let text = text.trim().trim_matches('$').trim();
        let text = line::visible(&text.replace('\n', " "));
        return Ok(CellOutput::Document {
            blocks: vec![Block::Math { text }],
        });
    }
    if let Some(node) = form(output, "application/json", "json")
        && plain.is_none_or(|plain| {
            plain
                .text()
                .is_some_and(|text| text.starts_with("<IPython"))
        })
    {
        let (mut lines, _) = json::lay_out(&as_json(node));
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        return Ok(CellOutput::Text {
            lines,
            error: false,
            more: u32::try_from(more).unwrap_or(u32::MAX),
        });
    }
    long_text(file, plain, false)
}

/// What kind of program an output would need to be seen.
fn running(output: &Node) -> Option<&'static str> {
    let mimes = output.get("data").map(Node::entries).unwrap_or_default();
    mimes
        .iter()
        .find_map(|(mime, _)| {
            let known = [
                ("application/vnd.jupyter.widget", "An interactive widget"),
                ("application/vnd.plotly", "An interactive Plotly chart"),
                ("application/vnd.vega", "An interactive Vega chart"),
                ("application/vnd.bokeh", "An interactive Bokeh chart"),
                (
                    "application/vnd.holoviews",
                    "An interactive HoloViews chart",
                ),
                ("application/geo+json", "A map"),
                ("application/javascript", "A script"),
            ];
            known
                .into_iter()
                .find(|(begin, _)| mime.starts_with(begin))
                .map(|(_, what)| what)
        })
        .or_else(|| output.get("javascript").map(|_| "A script"))
}

fn withheld(file: &mut Blocking, what: &str, text: Option<&Node>) -> Result<CellOutput> {
    let text = match text {
        Some(node) => words(file, node, BEGINNING)?.text,
        None => String::new(),
    };
    Ok(CellOutput::Withheld {
        what: what.to_owned(),
        text: ansi::lines(&text, LINES).0,
    })
}

fn html(file: &mut Blocking, node: &Node, plain: Option<&Node>) -> Result<CellOutput> {
    let markup = words(file, node, frame::LARGEST)?.text;
    let lower = markup.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["<iframe", "leaflet", "folium"]) {
        return withheld(file, "A map or another page", plain);
    }
    if has(&[
        "<script", "<object", "<embed", "<form", "<video", "<audio", "<canvas",
    ]) {
        return withheld(
            file,
            "Something interactive, which would run a script",
            plain,
        );
    }
    if lower.contains("<table")
        && let Some(frame) = frame::read(&markup)
    {
        return Ok(CellOutput::Table {
            columns: frame.columns,
            rows: frame.rows,
            more: frame.more,
        });
    }
    let text = markdown::text_of_markup(&markup);
    if text.trim().is_empty() {
        return withheld(file, "A page that holds no text", plain);
    }
    let (lines, more) = ansi::lines(&text, LINES);
    Ok(CellOutput::Text {
        lines,
        error: false,
        more,
    })
}

/// A value as it may have been written; what stayed in the file is left out.
fn as_json(node: &Node) -> String {
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    match node {
        Node::Null => "null".to_owned(),
        Node::Bool(flag) => flag.to_string(),
        Node::Number(text) => text.clone(),
        Node::Text(text) => quote(text),
        Node::Far(_) => quote("\u{2026}"),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(as_json).collect();
            format!("[{}]", items.join(","))
        }
        Node::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", quote(key), as_json(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// All lines of one output, and how many there are.
pub fn all_lines(file: &mut Blocking, cell: &Node, place: u32) -> Result<(Vec<Line>, u32)> {
    let place = place as usize;
    match list(file, cell, place + 1).get(place) {
        Some(output) => lines_of(file, output),
        None => Ok((Vec::new(), 0)),
    }
}

fn lines_of(file: &mut Blocking, output: &Node) -> Result<(Vec<Line>, u32)> {
    let total = |lines: Vec<Line>, more: u32| {
        let total = u32::try_from(lines.len())
            .unwrap_or(u32::MAX)
            .saturating_add(more);
        (lines, total)
    };
    match output.get("output_type").and_then(Node::text) {
        Some("error" | "pyerr") => {
            let (lines, more) = traceback(file, output, ALL, ALL_LINES)?;
            return Ok(total(lines, more));
        }
        Some("stream") | None => {}
        Some(_) => {
            if let Some(node) = form(output, "application/json", "json") {
                let (mut lines, _) = json::lay_out(&as_json(node));
                let more = lines.len().saturating_sub(ALL_LINES);
                lines.truncate(ALL_LINES);
                return Ok(total(lines, u32::try_from(more).unwrap_or(u32::MAX)));
            }
        }
    }
    let html = form(output, "text/html", "html");
    let plain = form(output, "text/plain", "text").or_else(|| output.get("text"));
    let taken = match (html, plain) {
        (_, Some(node)) => words(file, node, ALL)?,
        (Some(node), None) => {
            let mut taken = words(file, node, frame::LARGEST)?;
            taken.text = markdown::text_of_markup(&taken.text);
            taken
        }
        (None, None) => return Ok((Vec::new(), 0)),
    };
    let (lines, more) = ansi::lines(&taken.text, ALL_LINES);
    Ok(total(lines, more.saturating_add(taken.more_lines())))
}

/// What a cell put out, for comparing: its texts as one, and its pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PutOut {
    pub text: String,
    pub pictures: Vec<(OutputPicture, Fingerprint)>,
}

/// The outputs of a cell as they would be seen, long texts by their beginning.
pub fn put_out(file: &mut Blocking, cell: &Node, number: u32, most: usize) -> Result<PutOut> {
    let mut all = PutOut::default();
    for (place, output) in list(file, cell, most).iter().enumerate() {
        let lines = match one(file, output, number, place)? {
            CellOutput::Picture {
                key,
                width,
                height,
                label,
            } => {
                let bytes = PICTURES
                    .iter()
                    .find_map(|(mime, old)| form(output, mime, old))
                    .unwrap_or(output);
                let picture = OutputPicture {
                    key,
                    width,
                    height,
                    label,
                };
                all.pictures.push((picture, Print::of_one(file, bytes)));
                continue;
            }
            CellOutput::Withheld { what, text } => {
                all.text.push_str(&what);
                all.text.push('\n');
                text
            }
            CellOutput::Failure {
                name,
                message,
                lines,
            } if lines.is_empty() => vec![line::plain(&format!("{name}: {message}"))],
            CellOutput::Document { .. } => {
                let source = form(output, "text/markdown", "markdown")
                    .or_else(|| form(output, "text/latex", "latex"));
                match source {
                    Some(node) => ansi::lines(&words(file, node, BEGINNING)?.text, ALL_LINES).0,
                    None => Vec::new(),
                }
            }
            _ => lines_of(file, output)?.0,
        };
        for line in lines {
            for span in &line.spans {
                all.text.push_str(&span.text);
            }
            all.text.push('\n');
        }
    }
    Ok(all)
}

/// Says whether two outputs are the same, however large they are.
#[derive(Default)]
pub struct Print(Sha256);

/// The same for the same outputs.
pub type Fingerprint = [u8; 32];

impl Print {
    /// Of all outputs of a cell.
    pub fn of(file: &mut Blocking, cell: &Node) -> Fingerprint {
        let mut print = Self::default();
        for output in list(file, cell, usize::MAX) {
            print.add(file, &output);
        }
        print.done()
    }

    fn of_one(file: &mut Blocking, node: &Node) -> Fingerprint {
        let mut print = Self::default();
        print.add(file, node);
        print.done()
    }

    fn done(self) -> Fingerprint {
        self.0.finalize().into()
    }

    /// A kind and a length before what is in it, so that nothing reads like something else.
    fn begin(&mut self, kind: u8, long: u64) {
        self.0.update([kind]);
        self.0.update(long.to_le_bytes());
    }

    fn text(&mut self, kind: u8, text: &str) {
        self.begin(kind, text.len() as u64);
        self.0.update(text);
    }

    fn add(&mut self, file: &mut Blocking, node: &Node) {
        match node {
            Node::Null => self.begin(0, 0),
            Node::Bool(flag) => self.begin(1, u64::from(*flag)),
            Node::Number(text) => self.text(2, text),
            Node::Text(text) => self.text(3, text),
            Node::Far(far) => {
                self.begin(4, far.long);
                self.add_far(file, far.at, far.long);
            }
            Node::List(items) => {
                self.begin(5, items.len() as u64);
                for item in items {
                    self.add(file, item);
                }
            }
            Node::Map(entries) => {
                self.begin(6, 0);
                for (key, value) in entries {
                    // Running a cell again numbers it anew, and that is no difference.
                    if key != "execution_count" && key != "prompt_number" {
                        self.text(7, key);
                        self.add(file, value);
                    }
                }
                self.begin(8, 0);
            }
        }
    }

    /// The bytes of what stayed in the file.
    fn add_far(&mut self, file: &mut Blocking, mut at: u64, long: u64) {
        let end = at.saturating_add(long);
        while at < end {
            // What cannot be read fails the whole reading, which its thread has noted.
            let Ok(ahead) = file.ahead(at) else { return };
            let room = usize::try_from(end - at).unwrap_or(usize::MAX);
            let piece = ahead.get(..room).unwrap_or(ahead);
            if piece.is_empty() {
                return;
            }
            self.0.update(piece);
            at += piece.len() as u64;
        }
    }
}

/// The bytes of an output's picture.
pub fn picture(file: &mut Blocking, cell: &Node, place: &str) -> Result<Vec<u8>> {
    let missing = || unreadable("There is no such picture in this notebook.");
    let place: usize = place.parse().map_err(|_| missing())?;
    if place > 100_000 {
        return Err(missing());
    }
    let outputs = list(file, cell, place + 1);
    let output = outputs.get(place).ok_or_else(missing)?;
    let found = PICTURES
        .into_iter()
        .find_map(|(mime, old)| Some((mime, form(output, mime, old)?)));
    let (mime, node) = found.ok_or_else(missing)?;
    bytes_of(file, mime, node)
}

/// The bytes of a picture that is attached to a cell.
pub fn attachment(file: &mut Blocking, cell: &Node, name: &str) -> Result<Vec<u8>> {
    let missing = || unreadable("There is no such picture in this notebook.");
    let forms = cell
        .get("attachments")
        .and_then(|all| all.get(name))
        .ok_or_else(missing)?;
    let found = PICTURES
        .into_iter()
        .find_map(|(mime, _)| Some((mime, forms.get(mime)?)));
    let (mime, node) = found.ok_or_else(missing)?;
    bytes_of(file, mime, node)
}

fn bytes_of(file: &mut Blocking, mime: &str, node: &Node) -> Result<Vec<u8>> {
    if mime.starts_with("image/svg") {
        let taken = words(file, node, crate::preview::vector::LARGEST)?;
        if taken.cut {
            return Err(unreadable("This drawing is too large to be shown."));
        }
        // Most write it as text, some in base64.
        if taken.text.trim_start().starts_with('<') {
            return Ok(taken.text.into_bytes());
        }
    }
    words::bytes(file, node, PICTURE)
}
