use proptest::prelude::*;

use super::*;

const WINDOWS: Rules = Rules {
    windows: true,
    text: true,
    folds: true,
};
const MAC: Rules = Rules {
    windows: false,
    text: true,
    folds: true,
};

#[test]
fn what_windows_refuses_is_written_otherwise() {
    for (name, here) in [
        (&b"notes.md"[..], "notes.md"),
        (b"a:b?c*d", "a_b_c_d"),
        (b"back\\slash", "back_slash"),
        (b"two\nlines\x07", "two_lines_"),
        (b"CON", "_CON"),
        (b"con.txt", "_con.txt"),
        (b"nul .log", "_nul .log"),
        (b"COM7", "_COM7"),
        (b"LPT\xC2\xB9", "_LPT\u{b9}"),
        (b"COM10", "COM10"),
        (b"console", "console"),
        (b"ends. .", "ends___"),
        (b"...", "___"),
        (b" ", "_"),
        (b"caf\xE9", "caf%E9"),
        ("invoice\u{202e}fdp.exe".as_bytes(), "invoice_fdp.exe"),
        ("größe.csv".as_bytes(), "größe.csv"),
    ] {
        assert_eq!(legal(name, WINDOWS), here, "{}", name.escape_ascii());
    }
}

#[test]
fn a_mac_takes_what_is_text() {
    assert_eq!(legal(b"a:b?", MAC), "a:b?");
    assert_eq!(legal(b"two\nlines", MAC), "two\nlines");
    assert_eq!(legal(b"caf\xE9", MAC), "caf%E9");
    assert_eq!(legal("a\u{2066}b".as_bytes(), MAC), "a_b");
}

#[test]
fn names_that_are_one_here_are_told_apart() {
    let mut names = Names::new(WINDOWS);
    let mut of = |path: &str| names.of(&Raw::from(path)).into_string().unwrap();
    assert_eq!(of("data/Notes.md"), "Notes.md");
    assert_eq!(of("data/notes.md"), "notes (2).md");
    assert_eq!(of("data/NOTES.md"), "NOTES (3).md");
    assert_eq!(of("data/notes.md"), "notes (2).md", "asked again");
    assert_eq!(of("other/notes.md"), "notes.md", "another folder");
    assert_eq!(of("data/a:b"), "a_b");
    assert_eq!(of("data/a_b"), "a_b (2)");
    assert!(names.is_changed(&Raw::from("data/a:b")));
    assert!(!names.is_changed(&Raw::from("data/Notes.md")));
}

#[test]
fn where_every_name_is_its_bytes_none_changes() {
    let mut names = Names::new(Rules::BYTES);
    for path in ["a/\u{202e}x", "a/two\nlines", "a/CON", "a/A", "a/a"] {
        let path = Raw::from(path);
        let last = path.split().unwrap().1.to_vec();
        assert_eq!(names.of(&path).as_encoded_bytes(), last);
        assert!(!names.is_changed(&path));
    }
}

#[test]
fn a_number_goes_before_the_ending() {
    for (name, second) in [
        ("notes.md", "notes (2).md"),
        ("model.tar.gz", "model (2).tar.gz"),
        ("data", "data (2)"),
        (".bashrc", ".bashrc (2)"),
        ("Mr. Smith and others", "Mr. Smith and others (2)"),
    ] {
        assert_eq!(numbered(name, 2), second);
    }
    assert_eq!(numbered_bytes(b"caf\xE9", 2), b"caf\xE9 (2)");
    assert_eq!(numbered(&"é".repeat(200), 10).len(), 255);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_of_linux_takes_every_name_and_is_left_empty() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Rules::of(folder.path()), Rules::BYTES);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

proptest! {
    #[test]
    fn every_name_becomes_one_that_can_be_made(
        name in proptest::collection::vec(any::<u8>(), 0..400),
        windows in any::<bool>(),
    ) {
        let rules = if windows { WINDOWS } else { MAC };
        let here = legal(&name, rules);
        prop_assert!(!matches!(here.as_str(), "" | "." | ".."));
        prop_assert!(here.len() <= 255, "{} bytes", here.len());
        prop_assert!(!here.contains(['/', '\0']));
        if windows {
            prop_assert!(!here.ends_with(['.', ' ']));
            prop_assert!(!is_device(&here));
            prop_assert!(!here.contains(|letter| is_refused(letter, rules)));
        }
        prop_assert_eq!(legal(here.as_bytes(), rules), here, "a legal name stays");
    }

    #[test]
    fn a_numbered_name_is_another_one_of_the_same_length_at_most(name in "\\PC{1,300}", number in 2..2000u32) {
        let second = numbered(&name, number);
        prop_assert!(second.len() <= 255);
        prop_assert_ne!(second, name);
    }
}
