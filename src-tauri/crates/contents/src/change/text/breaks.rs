//! Line breaks and the byte order mark, kept as a file has them.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::BOM;

/// Longer than this nobody waits to save; what is not compared by then counts as new.
const PATIENCE: Duration = Duration::from_millis(500);

/// As a page edits it: no mark, line feeds alone.
pub(super) fn plain(text: &str) -> String {
    text.strip_prefix(BOM)
        .unwrap_or(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n")
}

/// The edited text with the mark and the line breaks of the one before.
pub(super) fn as_before(before: &str, edited: &str) -> String {
    let (mark, before) = match before.strip_prefix(BOM) {
        Some(rest) => (BOM, rest),
        None => ("", before),
    };
    let edited = plain(edited);
    let old = lines(before);
    let count = |wanted: &str| old.iter().filter(|(_, end)| *end == wanted).count();
    let (feeds, pairs, returns) = (count("\n"), count("\r\n"), count("\r"));
    let usual = if pairs > feeds && pairs >= returns {
        "\r\n"
    } else if returns > feeds {
        "\r"
    } else {
        "\n"
    };
    let kinds = [feeds, pairs, returns];
    if kinds.iter().filter(|count| **count > 0).count() <= 1 {
        let text = match usual {
            "\n" => edited,
            other => edited.replace('\n', other),
        };
        return format!("{mark}{text}");
    }
    let new = lines(&edited);
    let of = |lines: &[(&str, &str)]| -> Vec<String> {
        lines.iter().map(|(line, _)| (*line).to_owned()).collect()
    };
    let (old_lines, new_lines) = (of(&old), of(&new));
    let mut ends: Vec<&str> = new
        .iter()
        .map(|(_, end)| if end.is_empty() { "" } else { usual })
        .collect();
    let deadline = Some(Instant::now() + PATIENCE);
    for step in capture_diff_slices_deadline(Algorithm::Myers, &old_lines, &new_lines, deadline) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = step
        {
            for at in 0..len {
                let (Some((_, end)), Some(place)) =
                    (old.get(old_index + at), ends.get_mut(new_index + at))
                else {
                    continue;
                };
                // The last line may have none, in the one or the other.
                if !end.is_empty() && !place.is_empty() {
                    *place = end;
                }
            }
        }
    }
    let mut text = String::with_capacity(mark.len() + edited.len() + new.len());
    text.push_str(mark);
    for ((line, _), end) in new.iter().zip(ends) {
        text.push_str(line);
        // After a lone carriage return an empty line's feed would make one break of two.
        let joins = line.is_empty() && text.ends_with('\r') && end == "\n";
        text.push_str(if joins { "\r" } else { end });
    }
    text
}

/// Lines with their ends; only the last may have none.
fn lines(text: &str) -> Vec<(&str, &str)> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(['\n', '\r']) else {
            lines.push((rest, ""));
            break;
        };
        let (line, after) = rest.split_at(at);
        let length = if after.starts_with("\r\n") { 2 } else { 1 };
        let (end, next) = after.split_at(length);
        lines.push((line, end));
        rest = next;
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn untouched_lines_keep_their_breaks_and_new_ones_get_the_usual() {
        let before = "\u{feff}a\r\nb\nc\r\nd";
        assert_eq!(plain(before), "a\nb\nc\nd");
        assert_eq!(
            as_before(before, "a\nnew\nb\nc\nd\n"),
            "\u{feff}a\r\nnew\r\nb\nc\r\nd\r\n"
        );
        assert_eq!(as_before("x\r\ny\r\n", "x\nz\ny\n"), "x\r\nz\r\ny\r\n");
        assert_eq!(as_before("", "x\ny"), "x\ny");
        assert_eq!(as_before("x", ""), "");
    }

    proptest! {
        #[test]
        fn a_text_that_was_not_touched_is_the_same_to_the_byte(
            text in "(\u{feff})?([ab]{0,3}(\r\n|\n|\r)){0,12}[ab]{0,2}"
        ) {
            prop_assert_eq!(as_before(&text, &plain(&text)), text);
        }

        #[test]
        fn nothing_but_breaks_differs_from_what_was_typed(
            before in "([ab]{0,3}(\r\n|\n|\r)){0,8}", typed in "([abc]{0,3}\n){0,8}[ab]{0,2}"
        ) {
            prop_assert_eq!(plain(&as_before(&before, &typed)), typed);
        }
    }
}
