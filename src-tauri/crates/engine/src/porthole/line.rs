//! The attached connection: what the program writes, taken out of the engine's frames.
//!
//! Eight bytes stand before each piece: which stream, three zeros, and the length (Docker's API,
//! "Attach to a container", stream format).

use bytes::{Buf, Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::classify::{Failure, Subject, classify};
use crate::endpoint::Endpoint;
use crate::{Error, Result};

const HEAD: usize = 8;

/// What is read from the connection at once.
const PIECE: usize = 128 * 1024;

/// What is noted of the program's complaints; it has none while all is well.
const COMPLAINTS: usize = 4096;

#[derive(Clone, Copy)]
enum From {
    Output,
    Complaint,
    Nothing,
}

struct Demux<R> {
    reader: R,
    buffer: BytesMut,
    from: From,
    /// Bytes of the frame that are still to come.
    left: usize,
    complained: usize,
}

/// What the program writes to its standard output; what it writes to the other is noted in the log.
pub(super) fn output<R>(reader: R, endpoint: Endpoint) -> BoxStream<'static, Result<Bytes>>
where
    R: AsyncRead + Send + Unpin + 'static,
{
    let demux = Demux {
        reader,
        buffer: BytesMut::new(),
        from: From::Nothing,
        left: 0,
        complained: 0,
    };
    stream::try_unfold((demux, endpoint), |(mut demux, endpoint)| async move {
        match demux.piece().await {
            Ok(piece) => Ok(piece.map(|piece| (piece, (demux, endpoint)))),
            Err(failure) => Err::<_, Error>(classify(failure, &endpoint, Subject::Engine)),
        }
    })
    .boxed()
}

impl<R: AsyncRead + Unpin> Demux<R> {
    async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            if self.left > 0 && !self.buffer.is_empty() {
                let length = self.left.min(self.buffer.len());
                self.left -= length;
                let piece = self.buffer.split_to(length).freeze();
                match self.from {
                    From::Output => return Ok(Some(piece)),
                    From::Complaint => self.note(&piece),
                    From::Nothing => {}
                }
                continue;
            }
            if self.left == 0 && self.buffer.len() >= HEAD {
                let mut head = self.buffer.split_to(HEAD);
                self.from = match head.get_u32() >> 24 {
                    1 => From::Output,
                    2 => From::Complaint,
                    _ => From::Nothing,
                };
                self.left = usize::try_from(head.get_u32()).unwrap_or(usize::MAX);
                continue;
            }
            self.buffer.reserve(PIECE);
            let read = self
                .reader
                .read_buf(&mut self.buffer)
                .await
                .map_err(|error| Failure::cut(&error))?;
            if read == 0 {
                if self.left == 0 && self.buffer.is_empty() {
                    return Ok(None);
                }
                return Err(Failure::Cut {
                    text: "the connection ended within a frame".to_owned(),
                });
            }
        }
    }

    fn note(&mut self, piece: &[u8]) {
        if self.complained < COMPLAINTS {
            self.complained += piece.len();
            let text = String::from_utf8_lossy(&piece[..piece.len().min(COMPLAINTS)]);
            tracing::warn!(text = %text.trim().escape_debug(), "the porthole complains");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::endpoint::EndpointSource;

    fn frame(stream: u8, bytes: &[u8]) -> Vec<u8> {
        let mut frame = vec![stream, 0, 0, 0];
        frame.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
        frame.extend(bytes);
        frame
    }

    async fn read(pieces: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        let (mut far, near) = tokio::io::duplex(7);
        let writing = tokio::spawn(async move {
            for piece in pieces {
                tokio::io::AsyncWriteExt::write_all(&mut far, &piece)
                    .await
                    .unwrap();
            }
        });
        let endpoint = Endpoint::new("unix:///x", EndpointSource::DockerHost);
        let mut output = output(near, endpoint);
        let mut whole = Vec::new();
        while let Some(piece) = output.next().await {
            whole.extend_from_slice(&piece?);
        }
        writing.await.unwrap();
        Ok(whole)
    }

    proptest! {
        #[test]
        fn the_output_comes_whole_whatever_stands_between(
            frames in proptest::collection::vec((0_u8..4, proptest::collection::vec(any::<u8>(), 0..40)), 0..12)
        ) {
            let expected: Vec<u8> = frames
                .iter()
                .filter(|(stream, _)| *stream == 1)
                .flat_map(|(_, bytes)| bytes.clone())
                .collect();
            let frames = frames.iter().map(|(stream, bytes)| frame(*stream, bytes)).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            prop_assert_eq!(runtime.block_on(read(frames)).unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn a_connection_that_ends_within_a_frame_is_no_end() {
        let mut half = frame(1, b"whole");
        half.pop();
        assert!(matches!(
            read(vec![half]).await,
            Err(Error::Interrupted { .. })
        ));
    }
}
