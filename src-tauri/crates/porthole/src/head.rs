//! What stands before an entry of a tar archive, by POSIX (`pax`), with GNU's records for files with holes.
//!
//! Many readers end a record at its first line break, whatever length it says. So no record here has one:
//! a long name with a line break stands in an entry of its own before, as GNU's tar writes long names.
//!
//! The program packs with it, and so does the app: an upload, a backup of what it reads itself. One writer and
//! one reader of times, so that both ends mean the same by each field.

use tar::{EntryType, Header};

use crate::answer::Moment;
use crate::attributes::Attribute;

/// What comes after a header, or is meant by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    Folder,
    /// So many bytes.
    File(u64),
    /// A file with holes: what is stored with its map, and how long it is.
    Holes {
        stored: u64,
        real: u64,
    },
    /// What the link names.
    Link(&'a [u8]),
    /// Another name of a file that came before.
    SameAs(&'a [u8]),
}

/// What a header says of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Names joined by `/`; of a folder without one at the end.
    pub name: &'a [u8],
    pub body: Body<'a>,
    /// Permissions, the lower twelve bits.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub changed: Moment,
    /// Extended ones, of users.
    pub attributes: &'a [Attribute],
}

/// The largest number of an octal field of eight and of twelve bytes.
const MOST_SHORT: u64 = 0o7_777_777;
const MOST_LONG: u64 = 0o77_777_777_777;

impl Head<'_> {
    /// The bytes before the entry's body, with the records that it needs.
    pub fn bytes(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let mut bytes = Vec::new();
        let mut head = Header::new_ustar();
        let (kind, size, link) = match self.body {
            Body::Folder => (EntryType::Directory, 0, None),
            Body::File(size) => (EntryType::Regular, size, None),
            Body::Holes { stored, .. } => (EntryType::Regular, stored, None),
            Body::Link(target) => (EntryType::Symlink, 0, Some(target)),
            Body::SameAs(first) => (EntryType::Link, 0, Some(first)),
        };
        head.set_entry_type(kind);
        head.set_mode(self.mode & 0o7777);
        let mut name = self.name.to_vec();
        if kind == EntryType::Directory {
            name.push(b'/');
        }
        if let Body::Holes { real, .. } = self.body {
            record(&mut records, b"GNU.sparse.major", b"1");
            record(&mut records, b"GNU.sparse.minor", b"0");
            if !name.contains(&b'\n') {
                record(&mut records, b"GNU.sparse.name", &name);
            }
            record(
                &mut records,
                b"GNU.sparse.realsize",
                real.to_string().as_bytes(),
            );
        }
        let field = &mut head.as_old_mut().name;
        if let Some(long) = put(field, &name) {
            if long.contains(&b'\n') {
                long_name(&mut bytes, EntryType::GNULongName, long);
            } else {
                record(&mut records, b"path", long);
            }
        }
        if let Some(link) = link
            && let Some(long) = put(&mut head.as_old_mut().linkname, link)
        {
            if long.contains(&b'\n') {
                long_name(&mut bytes, EntryType::GNULongLink, long);
            } else {
                record(&mut records, b"linkpath", long);
            }
        }
        number(size, MOST_LONG, b"size", &mut records, |fit| {
            head.set_size(fit);
        });
        number(
            u64::from(self.uid),
            MOST_SHORT,
            b"uid",
            &mut records,
            |fit| {
                head.set_uid(fit);
            },
        );
        number(
            u64::from(self.gid),
            MOST_SHORT,
            b"gid",
            &mut records,
            |fit| {
                head.set_gid(fit);
            },
        );
        let Moment {
            seconds,
            nanoseconds,
        } = self.changed;
        let whole = u64::try_from(seconds).unwrap_or(0).min(MOST_LONG);
        head.set_mtime(whole);
        if nanoseconds > 0 || i64::try_from(whole) != Ok(seconds) {
            record(
                &mut records,
                b"mtime",
                decimal(seconds, nanoseconds).as_bytes(),
            );
        }
        for attribute in self.attributes {
            let (key, value) = attribute.record();
            record(&mut records, &key, &value);
        }
        head.set_cksum();
        if !records.is_empty() {
            before(&mut bytes, &records);
        }
        bytes.extend_from_slice(head.as_bytes());
        bytes
    }
}

/// Fills up to whole blocks.
pub fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

/// Seconds with a fraction; before 1970 the fraction still counts forward, which a decimal number does not.
fn decimal(seconds: i64, nanoseconds: u32) -> String {
    if seconds < 0 && nanoseconds > 0 {
        let sign = if seconds == -1 { "-" } else { "" };
        format!("{sign}{}.{:09}", seconds + 1, 1_000_000_000 - nanoseconds)
    } else {
        format!("{seconds}.{nanoseconds:09}")
    }
}

/// What a record `mtime` says: seconds since 1970 and the nanoseconds after them. `None` for what is no number.
pub fn moment(text: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(9)
        .collect();
    let nanoseconds: u32 = digits.parse().ok()?;
    Some(if whole.starts_with('-') && nanoseconds > 0 {
        Moment {
            seconds: seconds.checked_sub(1)?,
            nanoseconds: 1_000_000_000 - nanoseconds,
        }
    } else {
        Moment {
            seconds,
            nanoseconds,
        }
    })
}

/// Puts into a field what fits; gives all of it where not all does.
fn put<'a>(into: &mut [u8], bytes: &'a [u8]) -> Option<&'a [u8]> {
    let length = bytes.len().min(into.len());
    into[..length].copy_from_slice(&bytes[..length]);
    (bytes.len() > length).then_some(bytes)
}

/// The entry that holds the records of the next one.
fn before(bytes: &mut Vec<u8>, records: &[u8]) {
    let mut head = Header::new_ustar();
    head.set_entry_type(EntryType::XHeader);
    head.set_mode(0o644);
    head.set_size(records.len() as u64);
    head.set_mtime(0);
    head.set_uid(0);
    head.set_gid(0);
    // Read only by programs that know no records.
    let label = b"PaxHeaders/entry";
    head.as_old_mut().name[..label.len()].copy_from_slice(label);
    head.set_cksum();
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(records);
    pad(bytes);
}

/// An entry before the one that is named.
fn long_name(bytes: &mut Vec<u8>, kind: EntryType, name: &[u8]) {
    let mut head = Header::new_gnu();
    let label = b"././@LongLink";
    head.as_old_mut().name[..label.len()].copy_from_slice(label);
    head.set_entry_type(kind);
    head.set_mode(0o644);
    head.set_uid(0);
    head.set_gid(0);
    head.set_mtime(0);
    head.set_size(name.len() as u64 + 1);
    head.set_cksum();
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(name);
    bytes.push(0);
    pad(bytes);
}

fn number(value: u64, most: u64, key: &[u8], records: &mut Vec<u8>, set: impl FnOnce(u64)) {
    if value > most {
        record(records, key, value.to_string().as_bytes());
        set(0);
    } else {
        set(value);
    }
}

/// A record counts its own length, its digits among it.
fn record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} ").as_bytes());
    records.extend_from_slice(key);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, nanoseconds: u32) -> Moment {
        Moment {
            seconds,
            nanoseconds,
        }
    }

    #[test]
    fn times_before_1970_count_their_fraction_forward() {
        assert_eq!(moment(b"12.5"), Some(at(12, 500_000_000)));
        assert_eq!(moment(b"-0.25"), Some(at(-1, 750_000_000)));
        assert_eq!(moment(b"-3"), Some(at(-3, 0)));
        assert_eq!(moment(b"3.1234567899"), Some(at(3, 123_456_789)));
        assert_eq!(moment(b"soon"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_time_that_is_written_is_read_again(seconds in -1_000_000_000_000i64..1_000_000_000_000, nanoseconds in 0u32..1_000_000_000) {
            let text = decimal(seconds, nanoseconds);
            assert_eq!(moment(text.as_bytes()), Some(at(seconds, nanoseconds)), "{text}");
        }
    }
}
