//! Searching a place: in the porthole, with hits as they are found.

mod run;

pub(crate) use self::run::Searching;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use specta::Type;

use crate::entry::{EntryKind, FileSort};
use crate::place::EntryPath;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SearchWhere {
    /// In names; with `*` and `?` the whole name, otherwise any part of it.
    #[default]
    Names,
    /// In the lines of files.
    Contents,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchQuery {
    /// Only below this folder.
    pub folder: EntryPath,
    pub text: String,
    pub within: SearchWhere,
    /// Upper and lower case are not the same.
    pub case: bool,
    /// `text` is a regular expression (contents only).
    pub pattern: bool,
    /// Hidden files and folders too.
    pub hidden: bool,
}

/// One found name, or one found line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    pub path: EntryPath,
    pub name: String,
    /// The folder that it lies in, as it can be shown.
    pub folder: String,
    pub kind: EntryKind,
    pub sort: FileSort,
    pub size: Bytes,
    pub changed: Option<UnixMillis>,
    /// Only for contents.
    pub line: Option<FoundLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundLine {
    /// From 1.
    pub number: u32,
    /// The line around the hit, at most 300 characters. For notebooks the text is as it stands in the file.
    pub text: String,
    /// Where the hit is within `text`, in UTF-16 units, as the page counts.
    pub start: u32,
    pub end: u32,
}

/// How far a search is. Its hits are read by range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchState {
    pub hits: u32,
    /// Files looked at.
    pub files: u32,
    pub bytes: Bytes,
    pub done: bool,
    /// The search stopped at 10,000 hits.
    pub capped: bool,
    /// Why it ended early, or what could not be read.
    pub problem: Option<crate::Problem>,
}
