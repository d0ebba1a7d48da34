//! A file as it can be seen without starting anything.
//!
//! A preview opens with its head: what it is, how much there is. The parts on screen are asked for
//! by range. Nothing of a file is run, and only the parts that are shown are read.

mod ansi;
mod archive;
mod beside;
mod compare;
#[cfg(test)]
mod corpus;
mod encoding;
mod hex;
mod index;
mod ink;
mod json;
mod line;
mod markdown;
#[cfg(test)]
mod memory;
mod notebook;
mod opening;
mod picture;
mod previews;
mod reader;
mod recognise;
pub mod source;
mod table;
mod text;
mod vector;

pub use compare::compare;
pub use previews::Previews;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::document::{Block, Line};
use crate::place::EntryPath;

/// An opened preview, until another is opened in its place or the place is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct PreviewId(pub u32);

/// The head of a preview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    pub id: PreviewId,
    pub path: EntryPath,
    pub name: String,
    pub size: Bytes,
    pub changed: Option<UnixMillis>,
    /// "Notebook, Python 3.10"; "Comma-separated values, UTF-8".
    pub format: String,
    pub body: PreviewBody,
    /// What a reader has to know: that the file is damaged, cut, changed while it was read.
    pub cautions: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum PreviewBody {
    Empty,
    /// Cells by `preview_cells`.
    Notebook {
        cells: u32,
        language: String,
    },
    /// Rows by `preview_rows`. A CSV has one sheet; SQLite and Excel one for each table.
    Table {
        sheets: Vec<Sheet>,
    },
    /// Lines by `preview_lines`: code, settings, JSON, logs, plain text.
    Text {
        /// `None` while they are counted.
        lines: Option<u32>,
        language: Option<String>,
        encoding: String,
        /// May be edited: small, text, and of a known encoding.
        editable: bool,
    },
    Document {
        blocks: Vec<Block>,
        /// The rest of a very long document is left out.
        cut: bool,
    },
    /// Its bytes, checked, by `preview_picture` with the key `""`.
    Picture {
        width: u32,
        height: u32,
    },
    /// Its bytes by `preview_bytes`; drawn by a library that runs no script of it.
    Pdf {},
    /// Rows by `preview_rows`; one sheet: name, size, date.
    Archive {
        entries: u32,
        unpacked: Bytes,
        sheets: Vec<Sheet>,
    },
    /// Lines by `preview_hex`.
    Hex {
        lines: u32,
    },
    /// A pipe, a socket, a device, a link that leads nowhere: nothing to show, and why.
    Nothing {
        why: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Sheet {
    pub name: String,
    pub columns: Vec<Column>,
    /// `None` while they are counted.
    pub rows: Option<u32>,
    /// Only the first rows can be read.
    pub cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    pub name: String,
    /// "text", "whole number", "decimal", "date", "yes or no", or the format's own word.
    pub kind: String,
    /// Shown at the right.
    pub number: bool,
}

/// Rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RowPage {
    pub sheet: u32,
    pub from: u32,
    /// `None`: no value. A value is cut at 500 characters.
    pub rows: Vec<Vec<Option<String>>>,
    /// As known now; `None` while they are counted.
    pub total: Option<u32>,
}

/// Lines of a text, or of hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinePage {
    pub from: u32,
    pub lines: Vec<Line>,
    pub total: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CellPage {
    pub from: u32,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// From 0.
    pub number: u32,
    #[serde(flatten)]
    pub body: CellBody,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum CellBody {
    Markdown {
        blocks: Vec<Block>,
    },
    Code {
        /// What stands in the brackets beside it.
        execution: Option<u32>,
        lines: Vec<Line>,
        outputs: Vec<CellOutput>,
    },
    Raw {
        lines: Vec<Line>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum CellOutput {
    /// Long texts are given by their beginning; `more` lines follow.
    Text {
        lines: Vec<Line>,
        /// Written to the error stream.
        error: bool,
        more: u32,
    },
    /// A pandas table, out of its HTML.
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
        more: u32,
    },
    /// Bytes by `preview_picture`.
    Picture {
        key: String,
        width: Option<u32>,
        height: Option<u32>,
        label: String,
    },
    Document {
        blocks: Vec<Block>,
    },
    Failure {
        name: String,
        message: String,
        lines: Vec<Line>,
    },
    /// Something that would have to run to be seen: a widget, a script, a map. Its text stands in its place.
    Withheld {
        what: String,
        text: Vec<Line>,
    },
}

/// Two files, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub left: EntryPath,
    pub right: EntryPath,
    /// "3 cells changed, 1 added, 1 gone"; "The same."
    pub summary: String,
    /// Of cells that are the same only the labels.
    pub parts: Vec<ComparedPart>,
    /// More parts that differ than are shown.
    pub more: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    Same,
    Changed,
    Added,
    Gone,
    Moved,
}

/// A cell, or a run of lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedPart {
    pub change: Change,
    /// "Cell 4", "Lines 10 to 18".
    pub left_label: String,
    pub right_label: String,
    pub lines: Vec<ComparedLine>,
    /// Lines that are left out behind those.
    pub more_lines: u32,
    /// What the cell put out is not the same on both sides.
    pub outputs_differ: bool,
    /// Outputs where they differ, and those of a cell that is on one side alone; empty where what differs cannot
    /// be seen. `None` where they were not compared: they are the same, or in a cell beyond the first few dozen.
    pub outputs: Option<Vec<ComparedOutput>>,
}

/// What a cell put out on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum ComparedOutput {
    /// Everything that is text, line by line; tables as their texts.
    Text {
        lines: Vec<ComparedLine>,
        /// Lines that are left out behind those.
        #[serde(rename = "moreLines")]
        more_lines: u32,
    },
    /// Pictures that differ; `None` where the other side has more of them.
    Pictures {
        left: Option<OutputPicture>,
        right: Option<OutputPicture>,
    },
}

/// A picture that a cell put out; bytes by `preview_picture` of a preview of its notebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutputPicture {
    pub key: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparedLine {
    pub change: Change,
    pub left: Option<Line>,
    pub right: Option<Line>,
    /// From 1: of the file, or of the cell or its output.
    pub left_number: Option<u32>,
    pub right_number: Option<u32>,
}
