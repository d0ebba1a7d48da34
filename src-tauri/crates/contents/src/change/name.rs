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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_file_should_have_is_refused_at_its_field() {
        let long = "é".repeat(128);
        for name in [
            "",
            "  ",
            ".",
            "..",
            "a/b",
            "a\nb",
            "\u{7f}",
            &long,
            TRASH,
            ".slipway-part-7",
        ] {
            let refused = in_folder(&Raw::default(), name).expect_err(name);
            assert_eq!(refused.field.as_deref(), Some("name"), "{name:?}");
            assert!(refused.hint.is_some(), "{name:?}");
        }
        for name in [
            "a",
            " a",
            "\u{202e}txt",
            ".hidden",
            "a\\b",
            "Übersicht 3.ipynb",
        ] {
            let path = in_folder(&Raw::from("work"), name).expect(name);
            assert_eq!(path.0, format!("work/{name}").into_bytes());
        }
        assert!(
            in_folder(&Raw::from("work"), TRASH).is_ok(),
            "only the root has one"
        );
    }
}
