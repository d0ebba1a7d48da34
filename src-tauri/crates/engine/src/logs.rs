//! A container's log: followed into a ring, read by range.
//!
//! The reader fills a ring of numbered lines; screens ask for the rows they show. Messages to the
//! screen are only hints ("there is more"). Lines are capped in length, ANSI sequences are taken
//! out, and what fell out of the ring is counted, never hidden.

mod lines;
mod ring;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use self::lines::Reader;
use self::ring::Ring;
use crate::classify::{Failure, Subject};
use crate::wire::{Answer, Question, escaped};
use crate::{ContainerId, Engine, Result, UnixMillis};

/// The shortest time between two states.
const PACE: Duration = Duration::from_millis(100);
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
    ring: Arc<Mutex<Ring>>,
    _task: AbortOnDropHandle<()>,
}

impl FollowedLog {
    /// How far the log has been read; wakes when there is more.
    pub fn state(&self) -> watch::Receiver<LogState> {
        self.state.clone()
    }

    /// The rows asked for, as far as they are still kept. Searching reads the whole ring: a matter
    /// of milliseconds.
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
}

impl Engine {
    /// Follows a container's log from its last `tail` lines on. Texts in `masked` (passwords,
    /// tokens) are replaced by dots before a line is kept.
    ///
    /// # Errors
    /// `NotFound`, `NotSupported` for log drivers that cannot be read.
    pub async fn follow_log(
        &self,
        id: &ContainerId,
        tail: u32,
        masked: Vec<String>,
    ) -> Result<FollowedLog> {
        let (answer, tty) = self.open_log(id, tail, true).await?;
        let ring = Arc::new(Mutex::new(Ring::default()));
        let (sender, state) = watch::channel(LogState::default());
        let following = Following {
            engine: self.clone(),
            id: id.clone(),
            reader: Reader::new(tty, masked),
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
        let (mut answer, tty) = self.open_log(id, count, false).await?;
        let mut reader = Reader::new(tty, Vec::new());
        let mut ring = Ring::default();
        while let Some(piece) = answer.piece().await.map_err(meaning)? {
            reader.read(&piece, |line| ring.push(line));
        }
        reader.end(|line| ring.push(line));
        Ok(ring.into_lines())
    }

    /// The log's stream, and whether a terminal wrote it.
    async fn open_log(&self, id: &ContainerId, tail: u32, follow: bool) -> Result<(Answer, bool)> {
        let tty = self.inspection(&id.0).await?.config.tty;
        let question = Question::get(format!("/containers/{}/logs", escaped(&id.0)))
            .query("stdout", "true")
            .query("stderr", "true")
            .query("timestamps", "true")
            .query("follow", if follow { "true" } else { "false" })
            .query("tail", &tail.to_string());
        let answer = self
            .wire
            .ask(question)
            .await
            .map_err(|failure| self.meaning(failure, Subject::Container(&id.0)))?;
        Ok((answer, tty))
    }
}

/// The task behind a [`FollowedLog`].
struct Following {
    engine: Engine,
    id: ContainerId,
    reader: Reader,
    ring: Arc<Mutex<Ring>>,
    sender: watch::Sender<LogState>,
}

impl Following {
    /// Reads the stream into the ring to its end, and says how far it is.
    async fn run(mut self, mut answer: Answer) {
        let ended_well = self.fill(&mut answer).await;
        let mut reader = self.reader.another();
        std::mem::swap(&mut self.reader, &mut reader);
        reader.end(|line| self.ring().push(line));
        if ended_well {
            self.add_last_line().await;
        }
        let mut ring = self.ring();
        ring.end();
        self.sender.send_replace(ring.state());
    }

    /// True where the engine ended the stream itself.
    async fn fill(&mut self, answer: &mut Answer) -> bool {
        let mut due: Option<Instant> = None;
        let mut last = Instant::now()
            .checked_sub(PACE)
            .unwrap_or_else(Instant::now);
        loop {
            let piece = tokio::select! {
                biased;
                () = tokio::time::sleep_until(due.unwrap_or(last).into()), if due.is_some() => {
                    due = None;
                    last = Instant::now();
                    let state = self.ring().state();
                    self.sender.send_replace(state);
                    continue;
                }
                piece = answer.piece() => piece,
            };
            match piece {
                Ok(Some(piece)) => {
                    let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
                    self.reader.read(&piece, |line| ring.push(line));
                    due = due.or(Some(last + PACE));
                }
                Ok(None) => return true,
                Err(failure) => {
                    tracing::debug!(?failure, "a followed log was cut off");
                    return false;
                }
            }
        }
    }

    /// An engine that follows a log gives up the last line where it has no line break (seen with
    /// 20.10), and that is often the one that says what went wrong. Asked once, it gives it.
    async fn add_last_line(&mut self) {
        let Ok((mut answer, _)) = self.engine.open_log(&self.id, 1, false).await else {
            return;
        };
        let mut last = Vec::new();
        while let Ok(Some(piece)) = answer.piece().await {
            self.reader.read(&piece, |line| last.push(line));
        }
        self.reader.end(|line| last.push(line));
        let mut ring = self.ring();
        for line in last {
            if !ring.ends_with(&line) {
                ring.push(line);
            }
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
