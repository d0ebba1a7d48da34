//! The connection of a terminal: what is typed goes in, what is written comes out, until one side ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use super::ring::Ring;
use super::{End, TerminalEnd, TerminalState};
use crate::Bytes;
use crate::wire::Upgraded;

/// What is read at once.
const PIECE: usize = 64 * 1024;
const HEAD: usize = 8;

/// Takes the engine's frames away, which stand before each piece where there is no terminal (Docker's
/// API, "Attach to a container"), and gives each line break the return that a terminal would add.
#[derive(Default)]
pub(super) struct Frames {
    head: Vec<u8>,
    left: usize,
    returned: bool,
}

impl Frames {
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 32);
        while !bytes.is_empty() {
            if self.left == 0 {
                let (taken, rest) = bytes.split_at((HEAD - self.head.len()).min(bytes.len()));
                self.head.extend_from_slice(taken);
                bytes = rest;
                if let [_, _, _, _, a, b, c, d] = self.head[..] {
                    self.left = u32::from_be_bytes([a, b, c, d]) as usize;
                    self.head.clear();
                }
                continue;
            }
            let (mine, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= mine.len();
            bytes = rest;
            for byte in mine {
                if *byte == b'\n' && !self.returned {
                    text.push(b'\r');
                }
                self.returned = *byte == b'\r';
                text.push(*byte);
            }
        }
        text
    }
}

/// The task behind a terminal.
pub(super) struct Talk {
    pub(super) ring: Arc<Mutex<Ring>>,
    pub(super) sender: watch::Sender<TerminalState>,
    pub(super) frames: Option<Frames>,
}

/// Says how a terminal ended, even where its task is dropped in the middle.
struct LastWord {
    ring: Arc<Mutex<Ring>>,
    sender: watch::Sender<TerminalState>,
    ended: TerminalEnd,
}

impl Drop for LastWord {
    fn drop(&mut self) {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        self.sender.send_replace(TerminalState {
            ended: Some(self.ended),
            ..state_of(&ring)
        });
    }
}

fn state_of(ring: &MutexGuard<'_, Ring>) -> TerminalState {
    TerminalState {
        start: Bytes(ring.start()),
        end: Bytes(ring.end()),
        ended: None,
    }
}

impl Talk {
    pub(super) async fn run(
        mut self,
        connection: Upgraded,
        mut typed: mpsc::Receiver<Vec<u8>>,
        end: End,
    ) {
        let mut last_word = LastWord {
            ring: Arc::clone(&self.ring),
            sender: self.sender.clone(),
            ended: TerminalEnd::Detached,
        };
        let (mut output, mut input) = tokio::io::split(connection);
        let reading = self.read(&mut output);
        let writing = async {
            while let Some(bytes) = typed.recv().await {
                if input.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            // What is written may still come after nothing can be typed any more.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = reading => {}
            () = writing => {}
        }
        last_word.ended = end.find_out().await;
    }

    async fn read(&mut self, output: &mut (impl tokio::io::AsyncRead + Unpin)) {
        let mut piece = vec![0; PIECE];
        loop {
            match output.read(&mut piece).await {
                Ok(0) => return,
                Ok(count) => {
                    let bytes = piece.get(..count).unwrap_or_default();
                    let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
                    match &mut self.frames {
                        Some(frames) => ring.push(&frames.take(bytes)),
                        None => ring.push(bytes),
                    }
                    let state = state_of(&ring);
                    drop(ring);
                    self.sender.send_replace(state);
                }
                Err(error) => {
                    tracing::debug!(%error, "a terminal's connection was cut off");
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_go_and_lines_end_as_in_a_terminal() {
        let whole = [
            &[1, 0, 0, 0, 0, 0, 0, 4][..],
            b"ab\nc",
            &[2, 0, 0, 0, 0, 0, 0, 3],
            b"\r\nd",
        ]
        .concat();
        for cut in 0..whole.len() {
            let mut frames = Frames::default();
            let (first, second) = whole.split_at(cut);
            let text = [frames.take(first), frames.take(second)].concat();
            assert_eq!(text, b"ab\r\nc\r\nd", "cut at {cut}");
        }
    }
}
