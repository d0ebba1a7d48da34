//! A container's log: followed into a ring, read by range.
//!
//! The reader fills a ring of numbered lines; screens ask for the rows they show. Messages to the
//! screen are only hints ("there is more"). Lines are capped in length, ANSI sequences are taken
//! out, and what fell out of the ring is counted, never hidden. What is older than the ring is searched
//! (`LogView::only`) and saved (`copy_log`) from the engine's own stream, without being kept.

mod copying;
mod cover;
mod following;
mod lines;
mod ring;
mod search;

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub use self::copying::LogCopied;
pub use self::cover::Cover;
use self::following::Following;
use self::lines::Reader;
use self::ring::Ring;
use crate::classify::{Failure, Subject};
use crate::wire::{Answer, Question, escaped};
use crate::{ContainerId, Engine, Error, Result, UnixMillis};

/// The most lines that one page gives.
const PAGE: u32 = 1_000;

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
    /// Lines that were read; more than were ever kept where only some are (`LogView::only`).
    pub read: u32,
    /// The log has ended: the container stopped, or what was asked for is read.
    pub ended: bool,
    /// It ended because the connection did, so that lines may be missing.
    pub broken: bool,
}

/// What is looked for in lines. An empty text is in none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LogPattern {
    pub text: String,
    /// The text is a regular expression, in the syntax of the crate `regex`, which cannot run away.
    pub regex: bool,
    pub match_case: bool,
}

impl From<&str> for LogPattern {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

/// Which lines of a log are wanted, by their time; both ends belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LogSpan {
    pub since: Option<UnixMillis>,
    /// With an end, the log is read up to it and not followed.
    pub until: Option<UnixMillis>,
}

impl LogSpan {
    fn is_whole(self) -> bool {
        self == Self::default()
    }
}

/// What of a log is read into the ring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LogView {
    pub span: LogSpan,
    /// Only lines in which this is found are kept, of the whole log up to now.
    pub only: Option<LogPattern>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct LogQuery {
    /// First row wanted: a line number, or the index of the match with `only`.
    pub start: u32,
    /// At most 1,000 are given.
    pub count: u32,
    /// What is marked in the lines, and counted.
    pub search: LogPattern,
    /// The rows are just the lines in which `search` is found.
    pub only: bool,
    /// So many bytes of a line are given at most; 0 for all that is kept of it.
    pub longest: u32,
}

/// Where something was found in a line, in UTF-16 units, as the page counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogHit {
    pub from: u32,
    pub to: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    /// What was found in each of the lines.
    pub hits: Vec<Vec<LogHit>>,
    /// Numbers of those lines of which only the beginning is given.
    pub shortened: Vec<u32>,
    pub state: LogState,
    /// Lines in the ring in which `search` is found.
    pub matches: u32,
    /// Rows that there are: the lines kept, or the matches with `only`.
    pub rows: u32,
    /// Why `search` cannot be looked for, in a sentence.
    pub fault: Option<String>,
}

/// The next line in which something is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogFound {
    /// The line's number.
    pub number: u32,
    /// Which of the matches it is, from 0 on.
    pub place: u32,
    pub matches: u32,
}

/// A followed log. Dropping it ends the reading.
pub struct FollowedLog {
    state: watch::Receiver<LogState>,
    ring: Arc<Mutex<Ring>>,
    _task: AbortOnDropHandle<()>,
}

impl FollowedLog {
    /// How far the log has been read; wakes when there is more.
    pub fn state(&self) -> watch::Receiver<LogState> {
        self.state.clone()
    }

    /// The rows asked for, as far as they are still kept. A new search reads the whole ring, a matter of
    /// milliseconds; the same search again reads only what has come since.
    pub fn read(&self, query: &LogQuery) -> LogPage {
        let query = LogQuery {
            count: query.count.min(PAGE),
            ..query.clone()
        };
        self.ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .page(&query)
    }

    /// The match after this line, or before it; at the end it goes on at the other end. `None`: there is none.
    pub fn find(&self, pattern: &LogPattern, from: u32, backwards: bool) -> Option<LogFound> {
        self.ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .find(pattern, from, backwards)
    }
}

impl Engine {
    /// Follows a container's log from its last `tail` lines on. What the cover hides (passwords, tokens)
    /// is replaced by dots before a line is kept.
    ///
    /// # Errors
    /// `NotFound`, `NotSupported` for log drivers that cannot be read.
    pub async fn follow_log(
        &self,
        id: &ContainerId,
        tail: u32,
        cover: impl Into<Cover>,
    ) -> Result<FollowedLog> {
        self.view_log(id, &LogView::default(), tail, cover).await
    }

    /// Reads what the view asks for; without a span and a search it begins with the last `tail` lines.
    ///
    /// # Errors
    /// As `follow_log`; `NotSupported` where what is searched for is no regular expression.
    pub async fn view_log(
        &self,
        id: &ContainerId,
        view: &LogView,
        tail: u32,
        cover: impl Into<Cover>,
    ) -> Result<FollowedLog> {
        let only = match &view.only {
            Some(pattern) => {
                search::compiled(pattern).map_err(|what| Error::NotSupported { what })?
            }
            None => None,
        };
        let asked = Asked {
            tail: (view.only.is_none() && view.span.is_whole()).then_some(tail),
            span: view.span,
            follow: view.only.is_none() && view.span.until.is_none(),
        };
        let (answer, tty) = self.open_log(id, asked).await?;
        let ring = Arc::new(Mutex::new(Ring::keeping(only)));
        let (sender, state) = watch::channel(LogState::default());
        let following = Following {
            engine: self.clone(),
            id: id.clone(),
            reader: Reader::new(tty, cover.into()),
            follow: asked.follow,
            ring: Arc::clone(&ring),
            sender,
        };
        let task = AbortOnDropHandle::new(tokio::spawn(following.run(answer)));
        Ok(FollowedLog {
            state,
            ring,
            _task: task,
        })
    }

    /// The last lines of a log, once, unmasked (for reading tokens and for failure messages).
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn last_log_lines(&self, id: &ContainerId, count: u32) -> Result<Vec<LogLine>> {
        let meaning = |failure: Failure| self.meaning(failure, Subject::Container(&id.0));
        let (mut answer, tty) = self.open_log(id, Asked::last(count)).await?;
        let mut reader = Reader::new(tty, Cover::default());
        let mut ring = Ring::default();
        while let Some(piece) = answer.piece().await.map_err(meaning)? {
            reader.read(&piece, |line| ring.push(line));
        }
        reader.end(|line| ring.push(line));
        Ok(ring.into_lines())
    }

    /// The log's stream, and whether a terminal wrote it.
    async fn open_log(&self, id: &ContainerId, asked: Asked) -> Result<(Answer, bool)> {
        let tty = self.inspection(&id.0).await?.config.tty;
        let tail = asked.tail.map_or("all".to_owned(), |tail| tail.to_string());
        let mut question = Question::get(format!("/containers/{}/logs", escaped(&id.0)))
            .query("stdout", "true")
            .query("stderr", "true")
            .query("timestamps", "true")
            .query("follow", if asked.follow { "true" } else { "false" })
            .query("tail", &tail);
        for (name, time) in [("since", asked.span.since), ("until", asked.span.until)] {
            if let Some(UnixMillis(millis)) = time {
                let millis = millis.max(0);
                // Seconds with nine places, as the engine writes them itself.
                let text = format!("{}.{:03}000000", millis / 1000, millis % 1000);
                question = question.query(name, &text);
            }
        }
        let answer = self
            .wire
            .ask(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        Ok((answer, tty))
    }
}

/// Which part of a log the engine is asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// Its last lines only. The engine counts them before it looks at times.
    tail: Option<u32>,
    span: LogSpan,
    follow: bool,
}

impl Asked {
    fn last(count: u32) -> Self {
        Self {
            tail: Some(count),
            span: LogSpan::default(),
            follow: false,
        }
    }

    fn all_of(span: LogSpan) -> Self {
        Self {
            tail: None,
            span,
            follow: false,
        }
    }
}
