//! Which encoding a text is written in, and whether it is text at all. A file does not say; its
//! first 64 KiB are looked at, as a browser does.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Where line ends are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Byte,
    Little,
    Big,
}

/// How the bytes of a text are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding {
    encoding: &'static Encoding,
    /// Bytes of the mark at the beginning.
    pub mark: u8,
}

impl TextEncoding {
    #[cfg(test)]
    pub const UTF_8: Self = Self {
        encoding: UTF_8,
        mark: 0,
    };

    /// `None` where the bytes are no text. `whole`: these are all the bytes of the file.
    pub fn guess(head: &[u8], whole: bool) -> Option<Self> {
        if let Some((encoding, mark)) = Encoding::for_bom(head) {
            return Some(Self {
                encoding,
                mark: u8::try_from(mark).unwrap_or(0),
            });
        }
        let known = |encoding| Some(Self { encoding, mark: 0 });
        if let Some(encoding) = wide(head) {
            return known(encoding);
        }
        if binary(head) {
            return None;
        }
        if utf_8(head, whole) {
            return known(UTF_8);
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(head, whole);
        known(detector.guess(None, Utf8Detection::Deny))
    }

    pub fn name(self) -> &'static str {
        match self.encoding.name() {
            "windows-1252" => "Windows-1252",
            other => other,
        }
    }

    pub fn unit(self) -> Unit {
        if self.encoding == UTF_16LE {
            Unit::Little
        } else if self.encoding == UTF_16BE {
            Unit::Big
        } else {
            Unit::Byte
        }
    }

    pub fn is_utf_8(self) -> bool {
        self.encoding == UTF_8
    }

    /// What cannot be read becomes the sign for it.
    pub fn text(self, bytes: &[u8]) -> String {
        let (text, _) = self.encoding.decode_without_bom_handling(bytes);
        text.into_owned()
    }
}

/// UTF-16 without a mark: in most languages every second byte of the first lines is zero.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len().min(4096) / 2;
    if pairs < 8 {
        return None;
    }
    let zeros = |offset: usize| {
        (0..pairs)
            .filter(|pair| head.get(pair * 2 + offset) == Some(&0))
            .count()
    };
    let (first, second) = (zeros(0), zeros(1));
    if second * 10 > pairs * 7 && first * 20 < pairs {
        Some(UTF_16LE)
    } else if first * 10 > pairs * 7 && second * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A byte 0, or more control characters than a log with colours has.
fn binary(head: &[u8]) -> bool {
    let odd = head
        .iter()
        .filter(|byte| matches!(byte, 0x00..=0x07 | 0x0e..=0x1a | 0x1c..=0x1f))
        .count();
    head.contains(&0) || odd * 50 > head.len()
}

fn utf_8(head: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end within a character.
        Err(error) => !whole && error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Option<&'static str> {
        TextEncoding::guess(bytes, true).map(TextEncoding::name)
    }

    #[test]
    fn encodings_are_known_by_their_bytes() {
        assert_eq!(named("Größe; Übung\n".as_bytes()), Some("UTF-8"));
        assert_eq!(named(b"\xef\xbb\xbfa,b\n"), Some("UTF-8"));
        assert_eq!(
            named(b"Gr\xf6\xdfe und \xdcbung f\xfcr alle\n"),
            Some("Windows-1252")
        );
        let wide: Vec<u8> = "name,value\nb,2\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(named(&wide), Some("UTF-16LE"));
        let shift: &[u8] =
            b"\x93\xfa\x96{\x8c\xea\x82\xcc\x83e\x83L\x83X\x83g\x82\xc5\x82\xb7\x81B";
        assert_eq!(named(shift), Some("Shift_JIS"));
        assert_eq!(named(b"\x7fELF\x02\x01\x01\0\0"), None);
        assert_eq!(named(b"log \x1b[31mred\x1b[0m\n"), Some("UTF-8"));
    }

    #[test]
    fn a_head_that_ends_within_a_character_is_still_utf_8() {
        let text = "ä".as_bytes();
        assert!(utf_8(&text[..1], false));
        assert!(!utf_8(&text[..1], true));
    }
}
