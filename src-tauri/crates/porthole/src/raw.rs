//! Names and paths as the file system has them.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a name, a path, a link's target or a line of text. A path is relative to the place: names
/// joined by `/`, without one at its beginning or end; the empty path is the place itself. Nothing says
/// that it is UTF-8, nor that it can be shown.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Raw(pub Vec<u8>);

impl Raw {
    /// The longest path that an answer names. Folders can lie deeper; what is in them is counted, and neither
    /// found, packed nor unpacked.
    pub const LONGEST: usize = 64 * 1024;

    /// Its first bytes, where it is longer than an answer can say.
    #[must_use]
    pub fn cut(&self) -> Raw {
        Raw::from(&self.0[..self.0.len().min(1024)])
    }

    /// The path of `name` within this folder.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> Raw {
        let mut path = Vec::with_capacity(self.0.len() + 1 + name.len());
        path.extend_from_slice(&self.0);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        Raw(path)
    }

    /// The names that the path is made of.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty())
    }

    /// The folder that holds it and its name; `None` for the place itself.
    pub fn split(&self) -> Option<(&[u8], &[u8])> {
        if self.0.is_empty() {
            return None;
        }
        Some(match self.0.iter().rposition(|byte| *byte == b'/') {
            Some(at) => (&self.0[..at], &self.0[at + 1..]),
            None => (&[], &self.0),
        })
    }

    /// Whether it is written as this type says: no empty name, no `.` or `..`, no zero byte.
    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
            || (!self.0.contains(&0)
                && self
                    .0
                    .split(|byte| *byte == b'/')
                    .all(|name| !name.is_empty() && name != b"." && name != b".."))
    }
}

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Raw {
        Raw(bytes.to_vec())
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Raw {
        Raw(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\"", self.0.escape_ascii())
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Raw;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Raw, E> {
                Ok(Raw(bytes.to_vec()))
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Raw, E> {
                Ok(Raw(bytes))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Raw, A::Error> {
                let mut raw = Vec::new();
                while let Some(byte) = bytes.next_element()? {
                    raw.push(byte);
                }
                Ok(Raw(raw))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
