//! Headers of the archive that an upload is sent as: POSIX's, with records for what does not fit.

use tar::{EntryType, Header};

/// The largest number of an octal field of twelve bytes.
const MOST: u64 = 0o77_777_777_777;

/// What a header says of a file, a folder or a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    /// Names joined by `/`.
    pub(crate) name: &'a [u8],
    pub(crate) kind: HeadKind<'a>,
    pub(crate) mode: u32,
    /// Seconds since 1970 and nanoseconds after them.
    pub(crate) changed: (i64, u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadKind<'a> {
    Folder,
    File { size: u64 },
    Link { target: &'a [u8] },
}

impl Head<'_> {
    /// The bytes that stand before the entry's body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let mut head = Header::new_ustar();
        let mut name = self.name.to_vec();
        let (kind, size, target) = match self.kind {
            HeadKind::Folder => {
                name.push(b'/');
                (EntryType::Directory, 0, None)
            }
            HeadKind::File { size } => (EntryType::Regular, size, None),
            HeadKind::Link { target } => (EntryType::Symlink, 0, Some(target)),
        };
        head.set_entry_type(kind);
        head.set_mode(self.mode & 0o777);
        head.set_uid(0);
        head.set_gid(0);
        put(&mut head.as_old_mut().name, &name, b"path", &mut records);
        if let Some(target) = target {
            put(
                &mut head.as_old_mut().linkname,
                target,
                b"linkpath",
                &mut records,
            );
        }
        if size > MOST {
            record(&mut records, b"size", size.to_string().as_bytes());
            head.set_size(0);
        } else {
            head.set_size(size);
        }
        let (seconds, nanoseconds) = self.changed;
        let whole = u64::try_from(seconds).unwrap_or(0).min(MOST);
        head.set_mtime(whole);
        if nanoseconds > 0 || i64::try_from(whole) != Ok(seconds) {
            record(
                &mut records,
                b"mtime",
                decimal(seconds, nanoseconds).as_bytes(),
            );
        }
        head.set_cksum();
        let mut bytes = Vec::new();
        if !records.is_empty() {
            let mut before = Header::new_ustar();
            before.set_entry_type(EntryType::XHeader);
            before.set_mode(0o644);
            before.set_uid(0);
            before.set_gid(0);
            before.set_mtime(0);
            before.set_size(records.len() as u64);
            before.as_old_mut().name[..7].copy_from_slice(b"records");
            before.set_cksum();
            bytes.extend_from_slice(before.as_bytes());
            bytes.extend_from_slice(&records);
            bytes.resize(bytes.len().next_multiple_of(512), 0);
        }
        bytes.extend_from_slice(head.as_bytes());
        bytes
    }
}

/// What fits, and all of it in a record where not all of it does.
fn put(field: &mut [u8], bytes: &[u8], key: &[u8], records: &mut Vec<u8>) {
    let fits = bytes.len().min(field.len());
    field[..fits].copy_from_slice(&bytes[..fits]);
    if fits < bytes.len() {
        record(records, key, bytes);
    }
}

/// `<length> <key>=<value>` and a line break; the length counts its own digits.
fn record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(length.to_string().as_bytes());
    records.push(b' ');
    records.extend_from_slice(key);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

/// A point in time as a decimal number, whose fraction counts away from zero also before 1970.
fn decimal(seconds: i64, nanoseconds: u32) -> String {
    if seconds >= 0 || nanoseconds == 0 {
        return format!("{seconds}.{nanoseconds:09}");
    }
    let whole = seconds + 1;
    let sign = if whole == 0 { "-" } else { "" };
    format!("{sign}{whole}.{:09}", 1_000_000_000 - nanoseconds)
}
