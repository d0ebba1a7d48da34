//! Names that somebody types.

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;
use slipway_porthole::{ASIDE, TRASH};

use crate::{Problem, Result};

/// What file systems of Linux take, in bytes.
const LONGEST: usize = 255;

/// The path of a typed name in a folder.
///
/// # Errors
/// At `name`, where no file can be called like that or should not.
pub(super) fn in_folder(folder: &Raw, name: &str) -> Result<Raw> {
    let wrong = |title: &str, hint: &str| {
        Err(Problem::new(ProblemKind::InvalidForm, title)
            .hint(hint)
            .at("name"))
    };
    if name.trim().is_empty() {
        return wrong("It needs a name.", "Type one.");
    }
    if name == "." || name == ".." {
        return wrong(
            "This name stands for a folder already.",
            "Choose another name.",
        );
    }
    if name.contains('/') {
        return wrong(
            "A name cannot have a slash.",
            "Make the folder first, then what lies in it.",
        );
    }
    if name.chars().any(char::is_control) {
        return wrong(
            "A name cannot have line breaks or control characters.",
            "Use letters, digits, blanks and signs.",
        );
    }
    if name.len() > LONGEST {
        return wrong(
            "The name is too long.",
            "Choose one of up to 255 letters; some letters count two to four times.",
        );
    }
    if (folder.0.is_empty() && name == TRASH) || name.starts_with(ASIDE) {
        return wrong("Slipway uses this name itself.", "Choose another name.");
    }
    Ok(folder.join(name.as_bytes()))
}

/// `report (2).ipynb` for `report.ipynb`: what the `number`th of the same name is called.
pub(crate) fn numbered(name: &[u8], number: u32) -> Vec<u8> {
    let mark = format!(" ({number})").into_bytes();
    // `.bashrc` has no ending, `data.tar.gz` has two.
    let dot = name
        .iter()
        .skip(1)
        .rposition(|byte| *byte == b'.')
        .map(|at| at + 1)
        .map(|at| {
            if name[..at].ends_with(b".tar") && at > 4 {
                at - 4
            } else {
                at
            }
        })
        .filter(|at| *at > 0 && name.len() - at <= 16)
        .unwrap_or(name.len());
    let (stem, ending) = name.split_at(dot);
    let room = LONGEST.saturating_sub(mark.len() + ending.len());
    let stem = &stem[..stem.len().min(room)];
    // A letter that is cut in two would be none.
    let stem = match std::str::from_utf8(stem) {
        Err(error) if error.error_len().is_none() => &stem[..error.valid_up_to()],
        _ => stem,
    };
    [stem, &mark, ending].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_file_should_have_is_refused_at_its_field() {
        let long = "é".repeat(128);
        for name in [
            "", "  ", ".", "..", "a/b", "a\nb", "\u{7f}", &long, TRASH, ".slipway-part-7",
        ] {
            let refused = in_folder(&Raw::default(), name).expect_err(name);
            assert_eq!(refused.field.as_deref(), Some("name"), "{name:?}");
            assert!(refused.hint.is_some(), "{name:?}");
        }
        for name in ["a", " a", "\u{202e}txt", ".hidden", "a\\b", "Übersicht 3.ipynb"] {
            let path = in_folder(&Raw::from("work"), name).expect(name);
            assert_eq!(path.0, format!("work/{name}").into_bytes());
        }
        assert!(in_folder(&Raw::from("work"), TRASH).is_ok(), "only the root has one");
    }

    #[test]
    fn a_number_stands_before_the_ending() {
        for (name, two) in [
            ("report.ipynb", "report (2).ipynb"),
            ("data.tar.gz", "data (2).tar.gz"),
            (".bashrc", ".bashrc (2)"),
            (".config.json", ".config (2).json"),
            ("folder", "folder (2)"),
            ("v1.2 of something quite long", "v1.2 of something quite long (2)"),
            (".tar.gz", ".tar (2).gz"),
        ] {
            assert_eq!(numbered(name.as_bytes(), 2), two.as_bytes(), "{name}");
        }
        let long = format!("{}.csv", "é".repeat(125));
        let two = numbered(long.as_bytes(), 2);
        assert!(two.len() <= LONGEST && two.ends_with(" (2).csv".as_bytes()));
        assert!(std::str::from_utf8(&two).is_ok(), "no letter is cut in two");
    }
}
