//! Reading a tar archive as it comes, piece by piece.
//!
//! The archive is written by the program inside the container, beside untrusted files, and is believed in
//! nothing: checksums of headers are checked, records are limited, lengths may not overflow, and an archive
//! that ends early is an error and no short archive. Names are given as they stand; whoever writes them
//! somewhere decides what they may be. Bodies are passed on as the pieces that came, without a copy.

use bytes::{Bytes, BytesMut};
use slipway_porthole::head::moment;
use slipway_porthole::raw::Raw;
use tar::{EntryType, Header};

const BLOCK: usize = 512;

/// Of the records before one entry. Two paths of the longest kind fit.
const MOST_RECORDS: u64 = 256 * 1024;

/// Why it is no archive that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Folder,
    File,
    /// A file with holes: its body is a map and the parts that are there.
    Holes {
        real: u64,
    },
    Link,
    /// Another name of a file that came before.
    SameAs,
    /// A named pipe.
    Pipe,
    /// A device, or something unknown.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: Raw,
    pub(crate) what: What,
    /// Bytes of the body that follows.
    pub(crate) stored: u64,
    /// Of links: what they name.
    pub(crate) link: Raw,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Seconds since 1970 and nanoseconds after them.
    pub(crate) changed: (i64, u32),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// Its body follows, then [`Item::End`].
    Entry(Box<Entry>),
    Body(Bytes),
    End,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Head,
    /// Records, with what fills their last block.
    Records {
        length: usize,
    },
    /// A name, or what a link names, that is too long for the header that follows.
    Long {
        length: usize,
        link: bool,
    },
    Body {
        left: u64,
        fill: u64,
    },
    Skip(u64),
    Over,
}

/// Takes pieces of any size, gives entries and their bodies.
#[derive(Debug, Default)]
pub(crate) struct Untar {
    state: State,
    piece: Bytes,
    /// A header or records that came in several pieces.
    block: BytesMut,
    records: Vec<Record>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    zeros: u8,
}

impl Untar {
    /// Takes the next piece; the one before must have been used up.
    pub(crate) fn push(&mut self, piece: Bytes) {
        debug_assert!(self.piece.is_empty(), "each piece is used up first");
        self.piece = piece;
    }

    /// Whether the archive came to its end.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The next item; `None` where another piece is needed.
    pub(crate) fn take(&mut self) -> Result<Option<Item>, Broken> {
        loop {
            match self.state {
                State::Over => {
                    self.piece.clear();
                    return Ok(None);
                }
                State::Head => {
                    let Some(block) = self.gather(BLOCK) else {
                        return Ok(None);
                    };
                    if let Some(entry) = self.head(&block)? {
                        return Ok(Some(Item::Entry(Box::new(entry))));
                    }
                }
                State::Records { length } => {
                    let Some(block) = self.gather(length.next_multiple_of(BLOCK)) else {
                        return Ok(None);
                    };
                    self.records = records(&block[..length])?;
                    self.state = State::Head;
                }
                State::Long { length, link } => {
                    let Some(block) = self.gather(length.next_multiple_of(BLOCK)) else {
                        return Ok(None);
                    };
                    let text = block[..length].split(|byte| *byte == 0).next();
                    let long = if link {
                        &mut self.long_link
                    } else {
                        &mut self.long_name
                    };
                    *long = text.map(<[u8]>::to_vec);
                    self.state = State::Head;
                }
                State::Body { left: 0, fill } => {
                    self.state = State::Skip(fill);
                    return Ok(Some(Item::End));
                }
                State::Body { left, fill } => {
                    if self.piece.is_empty() {
                        return Ok(None);
                    }
                    let most = usize::try_from(left).unwrap_or(usize::MAX);
                    let body = self.piece.split_to(most.min(self.piece.len()));
                    self.state = State::Body {
                        left: left - body.len() as u64,
                        fill,
                    };
                    return Ok(Some(Item::Body(body)));
                }
                State::Skip(0) => self.state = State::Head,
                State::Skip(left) => {
                    if self.piece.is_empty() {
                        return Ok(None);
                    }
                    let most = usize::try_from(left).unwrap_or(usize::MAX);
                    let skipped = self.piece.split_to(most.min(self.piece.len()));
                    self.state = State::Skip(left - skipped.len() as u64);
                }
            }
        }
    }

    /// So many bytes together, as soon as they are there.
    fn gather(&mut self, length: usize) -> Option<Bytes> {
        if self.block.is_empty() && self.piece.len() >= length {
            return Some(self.piece.split_to(length));
        }
        let more = (length - self.block.len()).min(self.piece.len());
        let more = self.piece.split_to(more);
        self.block.extend_from_slice(&more);
        (self.block.len() == length).then(|| std::mem::take(&mut self.block).freeze())
    }

    /// `None` where the block only describes what follows.
    fn head(&mut self, block: &[u8]) -> Result<Option<Entry>, Broken> {
        if block.iter().all(|byte| *byte == 0) {
            self.zeros += 1;
            if self.zeros == 2 {
                self.state = State::Over;
            }
            return Ok(None);
        }
        if self.zeros > 0 {
            return Err(Broken("something follows its end"));
        }
        let head = Header::from_byte_slice(block);
        if !is_sound(head) {
            return Err(Broken("the checksum of a header is wrong"));
        }
        let mut stored = head
            .entry_size()
            .map_err(|_| Broken("a header has no size"))?;
        let kind = head.entry_type();
        match kind {
            EntryType::XHeader => {
                if stored == 0 || stored > MOST_RECORDS || !self.records.is_empty() {
                    return Err(Broken("the records before an entry make no sense"));
                }
                let length = usize::try_from(stored).map_err(|_| Broken("too many records"))?;
                self.state = State::Records { length };
                return Ok(None);
            }
            EntryType::GNULongName | EntryType::GNULongLink => {
                let link = kind == EntryType::GNULongLink;
                let again = if link {
                    self.long_link.is_some()
                } else {
                    self.long_name.is_some()
                };
                if stored == 0 || stored > MOST_RECORDS || again || !self.records.is_empty() {
                    return Err(Broken("the name before an entry makes no sense"));
                }
                let length = usize::try_from(stored).map_err(|_| Broken("too long a name"))?;
                self.state = State::Long { length, link };
                return Ok(None);
            }
            EntryType::GNUSparse => {
                return Err(Broken("an entry is of a kind that is not written here"));
            }
            _ => {}
        }
        let mut said = Said::of(std::mem::take(&mut self.records))?;
        said.name = said.name.or(self.long_name.take());
        said.link = said.link.or(self.long_link.take());
        stored = said.size.unwrap_or(stored);
        let fill = stored
            .checked_next_multiple_of(BLOCK as u64)
            .ok_or(Broken("an entry is too long"))?
            - stored;
        self.state = State::Body { left: stored, fill };
        let what = match (kind, said.real) {
            (EntryType::Regular, Some(real)) => What::Holes { real },
            (EntryType::Regular | EntryType::Continuous, _) => What::File,
            (EntryType::Directory, _) => What::Folder,
            (EntryType::Symlink, _) => What::Link,
            (EntryType::Link, _) => What::SameAs,
            (EntryType::Fifo, _) => What::Pipe,
            _ => What::Other,
        };
        let name = match (&what, said.holes_name) {
            (What::Holes { .. }, Some(name)) => name,
            _ => said.name.unwrap_or_else(|| head.path_bytes().into_owned()),
        };
        let link = said
            .link
            .or_else(|| head.link_name_bytes().map(std::borrow::Cow::into_owned));
        let whole = head.mtime().ok().and_then(|time| i64::try_from(time).ok());
        Ok(Some(Entry {
            name: Raw(name),
            what,
            stored,
            link: Raw(link.unwrap_or_default()),
            mode: head.mode().unwrap_or(0o644),
            uid: owner(said.uid, head.uid()),
            gid: owner(said.gid, head.gid()),
            changed: said.changed.unwrap_or((whole.unwrap_or(0), 0)),
        }))
    }
}

/// A number that is none of a user's is nobody's.
fn owner(said: Option<u64>, head: std::io::Result<u64>) -> u32 {
    said.or(head.ok())
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(u32::MAX - 1)
}

/// The header's own sum: all bytes, its field counted as blanks.
fn is_sound(head: &Header) -> bool {
    let bytes = head.as_bytes();
    let sum: u32 = bytes
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    head.cksum().is_ok_and(|said| said == sum)
}

/// Key and value.
type Record = (Vec<u8>, Vec<u8>);

fn records(bytes: &[u8]) -> Result<Vec<Record>, Broken> {
    let wrong = Broken("a record before an entry cannot be read");
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let blank = rest
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or_else(|| wrong.clone())?;
        let length: usize = std::str::from_utf8(&rest[..blank])
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| wrong.clone())?;
        if length <= blank + 1 || length > rest.len() || rest[length - 1] != b'\n' {
            return Err(wrong);
        }
        let record = &rest[blank + 1..length - 1];
        let at = record
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or_else(|| wrong.clone())?;
        all.push((record[..at].to_vec(), record[at + 1..].to_vec()));
        rest = &rest[length..];
    }
    Ok(all)
}

/// What records say of an entry.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    changed: Option<(i64, u32)>,
    real: Option<u64>,
    holes_name: Option<Vec<u8>>,
}

impl Said {
    fn of(records: Vec<Record>) -> Result<Self, Broken> {
        let mut said = Self::default();
        let mut major = false;
        for (key, value) in records {
            let number = || {
                std::str::from_utf8(&value)
                    .ok()
                    .and_then(|value| value.parse::<u64>().ok())
                    .ok_or(Broken("a size is no number"))
            };
            match &key[..] {
                b"size" => said.size = Some(number()?),
                b"GNU.sparse.realsize" => said.real = Some(number()?),
                b"GNU.sparse.major" => major = value == b"1",
                b"mtime" => {
                    said.changed = moment(&value).map(|at| (at.seconds, at.nanoseconds));
                }
                b"uid" => said.uid = Some(number()?),
                b"gid" => said.gid = Some(number()?),
                b"path" => said.name = Some(value),
                b"linkpath" => said.link = Some(value),
                b"GNU.sparse.name" => said.holes_name = Some(value),
                _ => {}
            }
        }
        if !major {
            said.real = None;
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests;
