//! A log as plain text, from the engine to wherever it is written, without being kept.

use std::fmt::Write as _;

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::lines::Reader;
use super::{Asked, Cover, LogLine, LogSpan};
use crate::classify::{Failure, Subject};
use crate::{ContainerId, Engine, Result};

/// What is written of a line.
const LONGEST: usize = 1024 * 1024;

/// What has been written so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCopied {
    pub lines: u64,
    pub bytes: u64,
}

impl Engine {
    /// Writes a log, as far as it has come, line by line without terminal sequences and secrets. With
    /// `times` each line begins with its time in UTC. `told` hears after each piece how much there is.
    ///
    /// # Errors
    /// `NotFound`, `Interrupted` where the engine goes away. Within stands what the writer says.
    pub async fn copy_log<W: AsyncWrite + Unpin>(
        &self,
        id: &ContainerId,
        span: LogSpan,
        cover: impl Into<Cover>,
        times: bool,
        writer: &mut W,
        mut told: impl FnMut(LogCopied),
    ) -> Result<std::io::Result<LogCopied>> {
        let meaning = |failure: Failure| self.meaning(failure, Subject::Container(&id.0));
        let (mut answer, tty) = self.open_log(id, Asked::all_of(span)).await?;
        let mut reader = Reader::new(tty, cover.into()).keeping(LONGEST);
        let mut copied = LogCopied::default();
        let mut text = String::new();
        loop {
            let piece = answer.piece().await.map_err(meaning)?;
            match &piece {
                Some(piece) => reader.read(piece, |line| {
                    copied.lines += 1;
                    put(&mut text, &line, times);
                }),
                None => reader.end(|line| {
                    copied.lines += 1;
                    put(&mut text, &line, times);
                }),
            }
            copied.bytes += text.len() as u64;
            if let Err(error) = writer.write_all(text.as_bytes()).await {
                return Ok(Err(error));
            }
            text.clear();
            told(copied);
            if piece.is_none() {
                return Ok(writer.flush().await.map(|()| copied));
            }
        }
    }
}

fn put(text: &mut String, line: &LogLine, times: bool) {
    if times
        && let Some(time) = line
            .time
            .and_then(|time| jiff::Timestamp::from_millisecond(time.0).ok())
    {
        // Writing to a text cannot fail.
        let _ = write!(text, "{time:.3} ");
    }
    text.push_str(&line.text);
    if line.cut {
        text.push_str(" …");
    }
    text.push('\n');
}
