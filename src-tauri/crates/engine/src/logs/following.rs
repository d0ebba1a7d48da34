//! The task that reads a log's stream into its ring, and says how far it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::lines::Reader;
use super::ring::Ring;
use super::{Asked, LogState};
use crate::wire::Answer;
use crate::{ContainerId, Engine};

/// The shortest time between two states.
const PACE: Duration = Duration::from_millis(100);

/// The task behind a [`FollowedLog`].
pub(super) struct Following {
    pub(super) engine: Engine,
    pub(super) id: ContainerId,
    pub(super) reader: Reader,
    /// Whether the engine tells what is still to come.
    pub(super) follow: bool,
    pub(super) ring: Arc<Mutex<Ring>>,
    pub(super) sender: watch::Sender<LogState>,
}

impl Following {
    /// Reads the stream into the ring to its end, and says how far it is.
    pub(super) async fn run(mut self, mut answer: Answer) {
        let ended_well = self.fill(&mut answer).await;
        let mut reader = self.reader.another();
        std::mem::swap(&mut self.reader, &mut reader);
        reader.end(|line| self.ring().take(line));
        if ended_well && self.follow {
            self.add_last_line().await;
        }
        let mut ring = self.ring();
        ring.end(!ended_well);
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
                    self.reader.read(&piece, |line| ring.take(line));
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
        let Ok((mut answer, _)) = self.engine.open_log(&self.id, Asked::last(1)).await else {
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
                ring.take(line);
            }
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
