//! Files that a document names beside itself. An address is turned into a path of the place, or
//! into nothing: what lies on the web, at the root, or above the place is never asked for.

use crate::place::EntryPath;

/// What the keys of such pictures begin with.
const MARK: &str = "f:";

/// The key of a picture at a relative address, seen from a folder.
pub fn key(folder: &EntryPath, address: &str) -> Option<String> {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    if address.is_empty() || address.starts_with(['/', '\\']) || address.contains(':') {
        return None;
    }
    let address = decode_percent(address);
    let mut parts: Vec<String> = match folder.0.as_str() {
        "" => Vec::new(),
        folder => folder.split('/').map(str::to_owned).collect(),
    };
    for name in address.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ if name.chars().any(char::is_control) => return None,
            name => parts.push(name.replace('\\', "\\\\")),
        }
    }
    Some(format!("{MARK}{}", parts.join("/")))
}

/// The path that a key names.
pub fn path(key: &str) -> Option<EntryPath> {
    key.strip_prefix(MARK)
        .map(|path| EntryPath(path.to_owned()))
}

/// `%20` and the like; what is no such sign stays.
pub fn decode_percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes
            .get(at + 1..at + 3)
            .filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(value) = digits {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The folder in which an entry lies, and its own name.
pub fn split(path: &EntryPath) -> (EntryPath, &str) {
    match path.0.rsplit_once('/') {
        Some((folder, name)) => (EntryPath(folder.to_owned()), name),
        None => (EntryPath::default(), &path.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_place_has_a_key() {
        let folder = EntryPath("a/b".to_owned());
        let key = |address: &str| key(&folder, address);
        assert_eq!(
            key("img/my%20plot.png?x=1").as_deref(),
            Some("f:a/b/img/my plot.png")
        );
        assert_eq!(key("../c.png").as_deref(), Some("f:a/c.png"));
        assert_eq!(key("./a\\b.png").as_deref(), Some("f:a/b/a\\\\b.png"));
        for outside in [
            "../../../etc/passwd",
            "%2e%2e/%2e%2e/%2e%2e/x",
            "/etc/passwd",
            "//host/x.png",
            "https://example.org/x.png",
            "file:///x",
            "data:image/png;base64,AA",
            "C:\\x",
            "",
            "#a",
            "a%00b",
        ] {
            assert_eq!(key(outside), None, "{outside}");
        }
    }
}
