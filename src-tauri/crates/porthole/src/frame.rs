//! Frames: a length, the number of the request, what kind, and a body.
//!
//! A frame is four bytes of length (little-endian, of all that follows), four bytes of the request's
//! number, one byte of kind, and the body. Bodies are postcard, except data, which is bytes as they are.
//!
//! Credit: the bodies of [`FromPorthole::Answer`] and [`FromPorthole::Data`] count, byte by byte, against
//! the credit of their request, which begins at [`WINDOW`] and grows with each [`ToPorthole::Credit`].
//! In the other direction [`ToPorthole::Data`] counts the same way against [`FromPorthole::Credit`].
//! A frame may be sent as long as any credit is left; it may so go below zero by one body.
//! Everything else is small and always allowed.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{Answer, Ending};
use crate::request::Request;

/// The most bytes of a body. A longer frame ends the conversation.
pub const MOST_BODY: usize = 256 * 1024;

/// The most bytes of a data frame that either end sends.
pub const CHUNK: usize = 64 * 1024;

/// The credit that each request begins with, in both directions.
pub const WINDOW: u32 = 1024 * 1024;

/// How many requests may run at once; one more is answered with `Fault::Busy`.
pub const MOST_REQUESTS: usize = 32;

/// Bytes before the body.
pub const HEAD: usize = 9;

/// The other end said something that is not of this protocol: the conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    TooLong,
    TooShort,
    UnknownKind,
    Body,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Broken::TooLong => "a frame is too long",
            Broken::TooShort => "a frame is too short",
            Broken::UnknownKind => "a frame is of no known kind",
            Broken::Body => "a frame's body cannot be read",
        })
    }
}

impl std::error::Error for Broken {}

/// What the app sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToPorthole {
    Request(Request),
    /// Bytes that belong to the request: an archive, a text.
    Data(Vec<u8>),
    /// The last of them was sent.
    EndOfData,
    /// So many bytes more may be sent.
    Credit(u32),
    Cancel,
}

/// What the program sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromPorthole {
    Answer(Answer),
    Data(Vec<u8>),
    /// So many bytes more are taken.
    Credit(u32),
    /// Nothing comes after it for this request.
    End(Ending),
}

/// One direction of the conversation.
pub trait Message: Sized {
    fn kind(&self) -> u8;
    fn body(&self, into: &mut Vec<u8>) -> Result<(), Broken>;
    fn read(kind: u8, body: &[u8]) -> Result<Self, Broken>;
}

impl Message for ToPorthole {
    fn kind(&self) -> u8 {
        match self {
            ToPorthole::Request(_) => 1,
            ToPorthole::Data(_) => 2,
            ToPorthole::EndOfData => 3,
            ToPorthole::Credit(_) => 4,
            ToPorthole::Cancel => 5,
        }
    }

    fn body(&self, into: &mut Vec<u8>) -> Result<(), Broken> {
        match self {
            ToPorthole::Request(request) => put(request, into),
            ToPorthole::Data(bytes) => {
                into.extend_from_slice(bytes);
                Ok(())
            }
            ToPorthole::Credit(more) => put(more, into),
            ToPorthole::EndOfData | ToPorthole::Cancel => Ok(()),
        }
    }

    fn read(kind: u8, body: &[u8]) -> Result<ToPorthole, Broken> {
        match kind {
            1 => Ok(ToPorthole::Request(take(body)?)),
            2 => Ok(ToPorthole::Data(body.to_vec())),
            3 if body.is_empty() => Ok(ToPorthole::EndOfData),
            4 => Ok(ToPorthole::Credit(take(body)?)),
            5 if body.is_empty() => Ok(ToPorthole::Cancel),
            3 | 5 => Err(Broken::Body),
            _ => Err(Broken::UnknownKind),
        }
    }
}

impl Message for FromPorthole {
    fn kind(&self) -> u8 {
        match self {
            FromPorthole::Answer(_) => 65,
            FromPorthole::Data(_) => 66,
            FromPorthole::Credit(_) => 67,
            FromPorthole::End(_) => 68,
        }
    }

    fn body(&self, into: &mut Vec<u8>) -> Result<(), Broken> {
        match self {
            FromPorthole::Answer(answer) => put(answer, into),
            FromPorthole::Data(bytes) => {
                into.extend_from_slice(bytes);
                Ok(())
            }
            FromPorthole::Credit(more) => put(more, into),
            FromPorthole::End(ending) => put(ending, into),
        }
    }

    fn read(kind: u8, body: &[u8]) -> Result<FromPorthole, Broken> {
        match kind {
            65 => Ok(FromPorthole::Answer(take(body)?)),
            66 => Ok(FromPorthole::Data(body.to_vec())),
            67 => Ok(FromPorthole::Credit(take(body)?)),
            68 => Ok(FromPorthole::End(take(body)?)),
            _ => Err(Broken::UnknownKind),
        }
    }
}

fn put(value: &impl Serialize, into: &mut Vec<u8>) -> Result<(), Broken> {
    let whole = postcard::to_extend(value, std::mem::take(into)).map_err(|_| Broken::Body)?;
    *into = whole;
    Ok(())
}

/// Takes a body whole: bytes left over are as wrong as bytes that are missing.
fn take<T: DeserializeOwned>(body: &[u8]) -> Result<T, Broken> {
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        _ => Err(Broken::Body),
    }
}

/// The bytes of one frame.
///
/// # Errors
/// [`Broken::TooLong`] where the body would not be taken by the other end.
pub fn encode<M: Message>(request: u32, message: &M) -> Result<Vec<u8>, Broken> {
    let mut frame = vec![0; HEAD];
    message.body(&mut frame)?;
    let body = frame.len() - HEAD;
    frame[..HEAD].copy_from_slice(&head(request, message.kind(), body)?);
    Ok(frame)
}

/// What stands before a body of `body` bytes.
pub fn head(request: u32, kind: u8, body: usize) -> Result<[u8; HEAD], Broken> {
    if body > MOST_BODY {
        return Err(Broken::TooLong);
    }
    let length = u32::try_from(body + HEAD - 4).map_err(|_| Broken::TooLong)?;
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4..8].copy_from_slice(&request.to_le_bytes());
    head[8] = kind;
    Ok(head)
}

/// Puts frames together from bytes that arrive in any pieces.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// Where the next frame begins in `bytes`.
    from: usize,
    /// Bytes of the body of the frame that was given last.
    length: usize,
}

impl Frames {
    /// Bytes of the body of the frame that was given last: what it counts against its credit.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Takes what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.from > 0 && self.from == self.bytes.len() {
            self.bytes.clear();
            self.from = 0;
        } else if self.from > MOST_BODY {
            self.bytes.drain(..self.from);
            self.from = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame: the number of its request, and what it says.
    ///
    /// # Errors
    /// Any error is final: what follows cannot be told apart.
    pub fn next_frame<M: Message>(&mut self) -> Result<Option<(u32, M)>, Broken> {
        let rest = &self.bytes[self.from..];
        let Some((length, rest)) = rest.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length < HEAD - 4 {
            return Err(Broken::TooShort);
        }
        if length > MOST_BODY + HEAD - 4 {
            return Err(Broken::TooLong);
        }
        let Some(frame) = rest.get(..length) else {
            return Ok(None);
        };
        let Some((request, frame)) = frame.split_first_chunk::<4>() else {
            return Err(Broken::TooShort);
        };
        let Some((kind, body)) = frame.split_first() else {
            return Err(Broken::TooShort);
        };
        let message = M::read(*kind, body)?;
        self.from += length + 4;
        self.length = body.len();
        Ok(Some((u32::from_le_bytes(*request), message)))
    }
}
