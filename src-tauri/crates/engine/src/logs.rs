//! A container's log: followed into a ring, read by range.
//!
//! The reader fills a ring of numbered lines; screens ask for the rows they show. Messages to the
//! screen are only hints ("there is more"). Lines are capped in length, ANSI sequences are taken
//! out, and what fell out of the ring is counted, never hidden.

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::watch;

use crate::{ContainerId, Engine, Result, UnixMillis};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LogStream {
    Stdout,
    Stderr,
    /// A terminal joins both.
    Terminal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Counts from 0 at the first line read.
    pub number: u32,
    pub stream: LogStream,
    pub time: Option<UnixMillis>,
    pub text: String,
    /// The line was longer than what is kept of it.
    pub cut: bool,
}

/// Where the ring stands; published at most ten times a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogState {
    /// Number of the oldest line that is still kept.
    pub first: u32,
    /// One past the newest line.
    pub end: u32,
    /// The container's log has ended (it stopped).
    pub ended: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LogQuery {
    /// First row wanted: a line number without `search`, the index of the match with it.
    pub start: u32,
    /// At most 1,000 are given.
    pub count: u32,
    /// Only lines that contain this, ignoring case; empty for all.
    pub search: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    pub state: LogState,
    /// Lines in the ring that match; all of them without a search.
    pub matches: u32,
}

/// A followed log. Dropping it ends the reading.
pub struct FollowedLog {
    state: watch::Receiver<LogState>,
}

impl FollowedLog {
    pub fn state(&self) -> watch::Receiver<LogState> {
        self.state.clone()
    }

    pub fn read(&self, query: &LogQuery) -> LogPage {
        let _ = query;
        todo!("engine")
    }
}

impl Engine {
    /// Follows a container's log from its last `tail` lines on. Texts in `masked` (passwords,
    /// tokens) are replaced by dots before a line is kept.
    ///
    /// # Errors
    /// `NotFound`, `NotSupported` for log drivers that cannot be read.
    pub async fn follow_log(&self, id: &ContainerId, tail: u32, masked: Vec<String>) -> Result<FollowedLog> {
        let _ = (id, tail, masked);
        todo!("engine")
    }

    /// The last lines of a log, once, unmasked (for reading tokens and for failure messages).
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn last_log_lines(&self, id: &ContainerId, count: u32) -> Result<Vec<LogLine>> {
        let _ = (id, count);
        todo!("engine")
    }
}
