//! How an archive says the extended attributes of a file.
//!
//! Only those of users (`user.…`) are kept: all others belong to the system, and may mean rights. GNU tar
//! and bsdtar write each as a record `SCHILY.xattr.<name>` with the value as it stands. Not every reader
//! takes a line break there, or a `=` in the name; those are written as libarchive does it, with the name
//! as in a web address and the value in base64.

const PLAIN: &[u8] = b"SCHILY.xattr.";
const WRITTEN: &[u8] = b"LIBARCHIVE.xattr.";
const KEPT: &[u8] = b"user.";

/// Names are no longer on Linux (`XATTR_NAME_MAX`), nor values (`XATTR_SIZE_MAX`).
const LONGEST_NAME: usize = 255;
const LONGEST_VALUE: usize = 64 * 1024;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// One extended attribute of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// With its class: `user.mime_type`.
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

impl Attribute {
    /// Whether an attribute of this name goes into an archive and comes back from one.
    pub fn is_kept(name: &[u8]) -> bool {
        name.len() > KEPT.len()
            && name.len() <= LONGEST_NAME
            && name.starts_with(KEPT)
            && !name.contains(&0)
    }

    /// The key and the value of its record.
    pub fn record(&self) -> (Vec<u8>, Vec<u8>) {
        let plain = |byte: &u8| matches!(byte, b'!'..=b'~') && !matches!(byte, b'=' | b'%');
        if self.name.iter().all(plain) && !self.value.contains(&b'\n') {
            return ([PLAIN, &self.name].concat(), self.value.clone());
        }
        let mut key = WRITTEN.to_vec();
        for byte in &self.name {
            if plain(byte) {
                key.push(*byte);
            } else {
                key.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
        (key, to_base64(&self.value))
    }

    /// `None` for a record that says something else, or an attribute that is not kept.
    pub fn of_record(key: &[u8], value: &[u8]) -> Option<Self> {
        let attribute = if let Some(name) = key.strip_prefix(PLAIN) {
            Self {
                name: name.to_vec(),
                value: value.to_vec(),
            }
        } else {
            Self {
                name: from_address(key.strip_prefix(WRITTEN)?)?,
                value: from_base64(value)?,
            }
        };
        let kept = Self::is_kept(&attribute.name) && attribute.value.len() <= LONGEST_VALUE;
        kept.then_some(attribute)
    }
}

fn from_address(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    Some(bytes)
}

/// Without `=` at the end, as libarchive writes it.
fn to_base64(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..=three.len() {
            text.push(DIGITS[(all >> (18 - 6 * digit)) as usize & 63]);
        }
    }
    text
}

fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|digit| *digit != b'=');
    let text = &text[..end.map_or(0, |end| end + 1)];
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for four in text.chunks(4) {
        let mut all = 0_u32;
        for at in 0..4 {
            let digit = match four.get(at) {
                Some(digit) => DIGITS.iter().position(|known| known == digit)?,
                None => 0,
            };
            all = all << 6 | u32::try_from(digit).ok()?;
        }
        let [_, first, second, third] = all.to_be_bytes();
        // A single digit says less than a byte.
        let count = four.len().checked_sub(1).filter(|count| *count > 0)?;
        bytes.extend_from_slice(&[first, second, third][..count]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn attribute(name: &[u8], value: &[u8]) -> Attribute {
        Attribute {
            name: name.to_vec(),
            value: value.to_vec(),
        }
    }

    #[test]
    fn what_every_tar_reads_stands_as_it_is() {
        let (key, value) = attribute(b"user.mime_type", b"text/csv").record();
        assert_eq!(key, b"SCHILY.xattr.user.mime_type");
        assert_eq!(value, b"text/csv");
        let (key, value) = attribute(b"user.a=b c", b"1\n2").record();
        assert_eq!(key, b"LIBARCHIVE.xattr.user.a%3Db%20c");
        assert_eq!(value, b"MQoy");
    }

    #[test]
    fn what_means_rights_is_no_attribute_of_a_user() {
        for key in [
            "SCHILY.xattr.security.capability",
            "SCHILY.xattr.trusted.overlay.opaque",
            "SCHILY.xattr.system.posix_acl_access",
            "SCHILY.xattr.user.",
            "SCHILY.acl.access",
            "LIBARCHIVE.xattr.security%2Ecapability",
            "LIBARCHIVE.xattr.user.a%0",
            "LIBARCHIVE.xattr.user.a%+1",
            "path",
        ] {
            assert_eq!(Attribute::of_record(key.as_bytes(), b"MQ"), None, "{key}");
        }
        let padded = Attribute::of_record(b"LIBARCHIVE.xattr.user.a", b"MQ==");
        assert_eq!(padded, Some(attribute(b"user.a", b"1")));
        for value in [&b"M"[..], b"MQ=Q", b"M\n"] {
            let none = Attribute::of_record(b"LIBARCHIVE.xattr.user.a", value);
            assert_eq!(none, None, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn every_attribute_comes_back(
            name in proptest::collection::vec(1_u8.., 1..250),
            value in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let one = attribute(&[KEPT, &name].concat(), &value);
            let (key, text) = one.record();
            prop_assert!(!key.contains(&b'\n') && !key.contains(&b'=') && !text.contains(&b'\n'));
            prop_assert_eq!(Attribute::of_record(&key, &text), Some(one));
        }

        #[test]
        fn no_record_is_too_much(key in proptest::collection::vec(any::<u8>(), 0..60), value in proptest::collection::vec(any::<u8>(), 0..60)) {
            for begin in [&b""[..], PLAIN, WRITTEN, b"LIBARCHIVE.xattr.user."] {
                let _ = Attribute::of_record(&[begin, &key].concat(), &value);
            }
        }
    }
}
