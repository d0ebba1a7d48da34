//! Text as a tree that the page draws with its own elements: no markup of a file ever reaches it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a piece of code is; the page has one colour for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Ink {
    #[default]
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    Name,
    Type,
    Operator,
    /// Keys of settings and JSON, attributes, tags.
    Key,
    Good,
    Bad,
    Warning,
    Accent,
    Faint,
}

/// A run of one colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    pub text: String,
    pub ink: Ink,
    pub bold: bool,
}

/// One line; a line is cut at 2,000 characters, and `cut` says how many more it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub spans: Vec<Span>,
    pub cut: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Inline {
    Text {
        text: String,
    },
    Code {
        text: String,
    },
    Math {
        text: String,
    },
    Strong {
        parts: Vec<Inline>,
    },
    Emphasis {
        parts: Vec<Inline>,
    },
    Struck {
        parts: Vec<Inline>,
    },
    /// Shown with its address and opened by nothing but a click that shows the address first; only
    /// http, https and mailto, anything else is text.
    Link {
        parts: Vec<Inline>,
        address: String,
    },
    /// A picture that the document names. `key` asks for it where it lies in the place or in the
    /// notebook; `None` where it lies elsewhere, which is never fetched.
    Picture {
        label: String,
        key: Option<String>,
    },
    Break,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Block {
    Heading {
        level: u8,
        parts: Vec<Inline>,
    },
    Paragraph {
        parts: Vec<Inline>,
    },
    Code {
        language: String,
        lines: Vec<Line>,
    },
    Math {
        text: String,
    },
    Quote {
        blocks: Vec<Block>,
    },
    List {
        ordered: bool,
        start: u32,
        items: Vec<ListItem>,
    },
    Table {
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
        align: Vec<Align>,
    },
    Rule,
    /// Markup that is not shown; its text is.
    Plain {
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListItem {
    /// Only for task lists.
    pub ticked: Option<bool>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Align {
    #[default]
    Left,
    Centre,
    Right,
}
