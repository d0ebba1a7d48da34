//! What is sought, as the regular expression that finds it: one meaning for the program and the app.
//!
//! The expressions are in the syntax of the crate `regex` and are meant for bytes. Building them into
//! something that searches is left to who needs it.

use std::fmt::Write as _;

use crate::fault::Fault;

/// Any number of bytes, line breaks among them.
const ANYTHING: &str = "(?s-u:.*)";

/// One character, or one byte of a name that is no UTF-8.
const ONE: &str = "(?s-u:[\\x00-\\xFF][\\x80-\\xBF]{0,3})";

/// Finds a name: with `*` or `?` the whole of it, otherwise any part.
pub fn name(text: &[u8]) -> String {
    let whole = text.contains(&b'*') || text.contains(&b'?');
    let mut pattern = String::new();
    // As characters where it is text, so that upper and lower case of all alphabets are the same;
    // what is no text is meant byte by byte.
    for part in text.utf8_chunks() {
        for sign in part.valid().chars() {
            match sign {
                '*' if whole => pattern.push_str(ANYTHING),
                '?' if whole => pattern.push_str(ONE),
                other => letter(&mut pattern, other),
            }
        }
        bytes(&mut pattern, part.invalid());
    }
    if whole {
        pattern = format!("\\A(?:{pattern})\\z");
    }
    pattern
}

/// Finds a part of a line, as it stands.
///
/// # Errors
/// `BadRequest` for what is in no line.
pub fn text(text: &[u8]) -> Result<String, Fault> {
    if text.is_empty() || text.contains(&b'\n') {
        return Err(Fault::BadRequest);
    }
    let mut pattern = String::new();
    match std::str::from_utf8(text) {
        Ok(text) => {
            for sign in text.chars() {
                letter(&mut pattern, sign);
            }
        }
        Err(_) => bytes(&mut pattern, text),
    }
    Ok(pattern)
}

/// One letter, which means nothing but itself.
fn letter(pattern: &mut String, sign: char) {
    if matches!(
        sign,
        '\\' | '.'
            | '+'
            | '*'
            | '?'
            | '('
            | ')'
            | '|'
            | '['
            | ']'
            | '{'
            | '}'
            | '^'
            | '$'
            | '#'
            | '&'
            | '-'
            | '~'
    ) {
        pattern.push('\\');
    }
    pattern.push(sign);
}

/// Writes bytes so that an expression means just them.
fn bytes(pattern: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(pattern, "(?-u:\\x{byte:02X})");
    }
}
