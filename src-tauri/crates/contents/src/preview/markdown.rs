//! Markdown as a tree of our own blocks. Markup within it is taken for text, so nothing of a
//! document ever acts; a picture is named by a key that this side answers, and never by an address
//! that something would fetch.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::document::{Align, Block, Inline, ListItem};

use super::{ink, line};

/// Bytes of a document that are read.
pub const LARGEST: usize = 1_000_000;
const BLOCKS: usize = 5000;
const DEEP: usize = 16;

/// Where the pictures of a document lie: the key of an address, `None` where it is elsewhere.
pub type Pictures<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The blocks of a text, and whether some were left out.
pub fn blocks(text: &str, pictures: Pictures<'_>) -> (Vec<Block>, bool) {
    let (text, mut cut) = match text.char_indices().find(|(at, _)| *at >= LARGEST) {
        Some((at, _)) => (&text[..at], true),
        None => (text, false),
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut builder = Builder {
        frames: vec![Frame::default()],
        over: 0,
        pictures,
        count: 0,
    };
    for event in Parser::new_ext(text, options) {
        builder.event(event);
        if builder.count > BLOCKS {
            cut = true;
            break;
        }
    }
    while builder.frames.len() > 1 {
        builder.close();
    }
    let mut root = builder.frames.pop().unwrap_or_default();
    root.flush();
    (root.blocks, cut)
}

/// What is open at the moment.
#[derive(Default)]
struct Frame {
    kind: Kind,
    blocks: Vec<Block>,
    parts: Vec<Inline>,
    /// Items of a list, rows of a table, text of code.
    items: Vec<ListItem>,
    head: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
    row: Vec<Vec<Inline>>,
    ticked: Option<bool>,
    text: String,
}

#[derive(Default)]
enum Kind {
    #[default]
    Root,
    Paragraph,
    Heading(u8),
    Quote,
    List(Option<u64>),
    Item,
    Code(String),
    Markup,
    Table(Vec<Align>),
    Row,
    Cell,
    Strong,
    Emphasis,
    Struck,
    Link(String),
    Picture(String),
}

impl Frame {
    /// Text that stands in a list item or a quote without a paragraph of its own.
    fn flush(&mut self) {
        if !self.parts.is_empty() {
            let parts = std::mem::take(&mut self.parts);
            self.blocks.push(Block::Paragraph { parts });
        }
    }
}

struct Builder<'a> {
    frames: Vec<Frame>,
    /// Levels that are open and too deep to be shown as such.
    over: usize,
    pictures: Pictures<'a>,
    count: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::FootnoteReference(text) => {
                self.text(&text);
            }
            Event::Code(text) => self.part(Inline::Code {
                text: line::visible(&text),
            }),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.part(Inline::Math {
                text: line::visible(&text.replace('\n', " ")),
            }),
            Event::InlineHtml(text) => {
                if text.to_ascii_lowercase().starts_with("<br") {
                    self.part(Inline::Break);
                } else {
                    self.text(&text);
                }
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.part(Inline::Break),
            Event::Rule => self.block(Block::Rule),
            Event::TaskListMarker(ticked) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.ticked = Some(ticked);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        if matches!(frame.kind, Kind::Code(_) | Kind::Markup) {
            frame.text.push_str(text);
            return;
        }
        let text = line::visible(&text.replace('\n', " "));
        match frame.parts.last_mut() {
            Some(Inline::Text { text: before }) => before.push_str(&text),
            _ => frame.parts.push(Inline::Text { text }),
        }
    }

    fn part(&mut self, part: Inline) {
        if let Some(frame) = self.frames.last_mut() {
            frame.parts.push(part);
        }
    }

    fn block(&mut self, block: Block) {
        self.count += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.flush();
            frame.blocks.push(block);
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        if self.frames.len() > DEEP || self.over > 0 {
            self.over += 1;
            return;
        }
        let kind = match tag {
            Tag::Heading { level, .. } => Kind::Heading(level_of(level)),
            Tag::BlockQuote(_) => Kind::Quote,
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) => {
                let word = language
                    .split([' ', ',', '{', '}'])
                    .find(|word| !word.is_empty());
                Kind::Code(line::value(word.unwrap_or_default()))
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => Kind::Code(String::new()),
            Tag::HtmlBlock | Tag::MetadataBlock(_) => Kind::Markup,
            Tag::List(start) => Kind::List(start),
            Tag::Item => Kind::Item,
            Tag::Table(align) => Kind::Table(align.into_iter().map(align_of).collect()),
            Tag::TableHead | Tag::TableRow => Kind::Row,
            Tag::TableCell => Kind::Cell,
            Tag::Emphasis => Kind::Emphasis,
            Tag::Strong => Kind::Strong,
            Tag::Strikethrough => Kind::Struck,
            Tag::Link { dest_url, .. } => Kind::Link(dest_url.into_string()),
            Tag::Image { dest_url, .. } => Kind::Picture(dest_url.into_string()),
            _ => Kind::Paragraph,
        };
        self.frames.push(Frame {
            kind,
            ..Frame::default()
        });
    }

    fn end(&mut self, tag: TagEnd) {
        if self.over > 0 {
            self.over -= 1;
            return;
        }
        self.close();
        if tag == TagEnd::TableHead
            && let Some(table) = self.frames.last_mut()
            && let Some(head) = table.rows.pop()
        {
            table.head = head;
        }
    }

    /// Closes what was opened last, and puts it into what is open then.
    fn close(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        match std::mem::take(&mut frame.kind) {
            Kind::Strong => self.part(Inline::Strong { parts: frame.parts }),
            Kind::Emphasis => self.part(Inline::Emphasis { parts: frame.parts }),
            Kind::Struck => self.part(Inline::Struck { parts: frame.parts }),
            Kind::Link(address) => self.link(address, frame.parts),
            Kind::Picture(address) => {
                let key = (self.pictures)(&address);
                let label = plain(&frame.parts);
                self.part(Inline::Picture { label, key });
            }
            Kind::Item => {
                frame.flush();
                if let Some(list) = self.frames.last_mut() {
                    list.items.push(ListItem {
                        ticked: frame.ticked,
                        blocks: frame.blocks,
                    });
                }
            }
            Kind::Cell => {
                if let Some(row) = self.frames.last_mut() {
                    row.row.push(frame.parts);
                }
            }
            Kind::Row => {
                self.count += 1;
                if let Some(table) = self.frames.last_mut() {
                    table.rows.push(frame.row);
                }
            }
            Kind::Root | Kind::Paragraph => self.paragraph(frame),
            Kind::Heading(level) => self.block(Block::Heading {
                level,
                parts: frame.parts,
            }),
            Kind::Quote => {
                frame.flush();
                self.block(Block::Quote {
                    blocks: frame.blocks,
                });
            }
            Kind::List(start) => self.block(Block::List {
                ordered: start.is_some(),
                start: u32::try_from(start.unwrap_or(1)).unwrap_or(u32::MAX),
                items: frame.items,
            }),
            Kind::Code(language) => {
                let lines = ink::paint(&frame.text, &language);
                self.block(Block::Code { language, lines });
            }
            Kind::Markup => self.block(Block::Plain {
                text: text_of_markup(&frame.text),
            }),
            Kind::Table(align) => self.block(Block::Table {
                head: frame.head,
                rows: frame.rows,
                align,
            }),
        }
    }

    fn paragraph(&mut self, mut frame: Frame) {
        for block in frame.blocks.drain(..) {
            self.block(block);
        }
        // A formula on a line of its own.
        if let [Inline::Math { text }] = &frame.parts[..] {
            let text = text.clone();
            self.block(Block::Math { text });
        } else if !frame.parts.is_empty() {
            self.block(Block::Paragraph { parts: frame.parts });
        }
    }

    fn link(&mut self, address: String, parts: Vec<Inline>) {
        let lower = address.to_ascii_lowercase();
        let known = ["http://", "https://", "mailto:"]
            .iter()
            .any(|scheme| lower.starts_with(scheme));
        let clean = address
            .chars()
            .all(|character| line::sign(character).is_none() && !character.is_whitespace());
        if known && clean && address.len() <= 2000 {
            self.part(Inline::Link { parts, address });
        } else {
            for part in parts {
                self.part(part);
            }
        }
    }
}

fn level_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn align_of(align: pulldown_cmark::Alignment) -> Align {
    match align {
        pulldown_cmark::Alignment::Center => Align::Centre,
        pulldown_cmark::Alignment::Right => Align::Right,
        _ => Align::Left,
    }
}

/// The words of some parts.
fn plain(parts: &[Inline]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Inline::Text { text } | Inline::Code { text } | Inline::Math { text } => text.clone(),
            Inline::Strong { parts }
            | Inline::Emphasis { parts }
            | Inline::Struck { parts }
            | Inline::Link { parts, .. } => plain(parts),
            Inline::Picture { label, .. } => label.clone(),
            Inline::Break => " ".to_owned(),
        })
        .collect()
}

/// What a reader would read of some HTML, without anything that is not text.
pub fn text_of_markup(markup: &str) -> String {
    let page = scraper::Html::parse_fragment(markup);
    let mut text = String::new();
    for node in page.root_element().descendants() {
        let Some(words) = node.value().as_text() else {
            continue;
        };
        let hidden = node
            .parent()
            .and_then(|parent| {
                parent
                    .value()
                    .as_element()
                    .map(scraper::node::Element::name)
            })
            .is_some_and(|name| matches!(name, "script" | "style" | "noscript" | "template"));
        if !hidden {
            let words = words.trim();
            if !words.is_empty() {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(words);
            }
        }
    }
    text.split('\n')
        .map(line::visible)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests;
