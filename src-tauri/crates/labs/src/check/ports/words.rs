//! What is wrong with a number that is no port.

use crate::check::shortened;
use crate::form::{typed_number, typed_port};

/// What is wrong with a port or a range, and the range the right way round where it runs backwards.
pub(super) fn wrong_range(typed: &str, place: &str) -> (String, Option<String>) {
    let ends = typed
        .split_once('-')
        .and_then(|(first, last)| Some((typed_port(first)?, typed_port(last)?)));
    match ends {
        Some((first, last)) => (
            format!("The range runs backwards: {first} is more than {last}."),
            Some(format!("{last}-{first}")),
        ),
        None => (wrong_number(typed, place), None),
    }
}

pub(super) fn wrong_number(typed: &str, place: &str) -> String {
    let typed = typed.trim();
    match typed_number(typed) {
        _ if typed.is_empty() => format!("Type the port {place}, a number from 1 to 65535."),
        Some(0) => "There is no port 0. Ports go from 1 to 65535.".to_owned(),
        Some(number) => format!("There is no port {number}. Ports go from 1 to 65535."),
        None if typed.bytes().all(|byte| byte.is_ascii_digit()) => {
            "This port is too large. Ports go from 1 to 65535.".to_owned()
        }
        None => format!(
            "“{}” is not a port. Ports are whole numbers from 1 to 65535.",
            shortened(typed)
        ),
    }
}
