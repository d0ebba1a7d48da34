use proptest::prelude::*;

use super::*;

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(1_u8.., 1..12),
        "[a\\\\x\n\u{202e}é0-9A-F]{1,8}".prop_map(String::into_bytes),
    ]
    .prop_filter("a name of a file", |name| {
        !name.contains(&b'/') && name != b"." && name != b".."
    })
}

proptest! {
    #[test]
    fn every_path_comes_back_byte_by_byte(names in proptest::collection::vec(name(), 0..5)) {
        let path = Raw(names.join(&b'/'));
        let key = EntryPath::of(&path);
        prop_assert_eq!(key.raw().unwrap(), path);
    }

    #[test]
    fn no_two_keys_are_one_path(text in "[a/\\\\x0-9A-F.é]{0,12}") {
        let key = EntryPath(text);
        if let Ok(path) = key.raw() {
            prop_assert_eq!(EntryPath::of(&path), key);
        }
    }

    #[test]
    fn what_is_shown_has_nothing_that_is_invisible(name in name()) {
        let (shown, odd) = visible(&name);
        prop_assert!(shown.chars().all(|letter| sign(letter).is_none()));
        prop_assert_eq!(odd, shown.as_bytes() != name);
    }

    #[test]
    fn the_order_is_one(a in name(), b in name(), c in name()) {
        use std::cmp::Ordering;
        prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
        prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
        if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
            prop_assert!(natural(&a, &c).is_le());
        }
    }
}

#[test]
fn paths_that_lead_elsewhere_are_none() {
    for text in [
        "..", "a/../b", ".", "/a", "a/", "a//b", "\\", "\\x2", "\\x41", "\\xfF", "\\xff", "a\\x00",
    ] {
        assert!(EntryPath(text.to_owned()).raw().is_err(), "{text}");
    }
}

#[test]
fn names_that_play_tricks_are_shown_as_they_are() {
    let names: [&[u8]; 7] = [
        "Übung 1.ipynb".as_bytes(),
        b"two\nlines",
        "invoice\u{202e}gpj.exe".as_bytes(),
        b"latin\xe9",
        b"back\\slash",
        "no\u{200b}space".as_bytes(),
        b"\x1b[31mred",
    ];
    let shown: Vec<String> = names
        .iter()
        .map(|name| {
            let (shown, odd) = visible(name);
            format!(
                "{shown} {odd} {}",
                EntryPath::of(&Raw(name.to_vec())).0.escape_debug()
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn names_are_ordered_as_people_count() {
    let mut names = [
        "b", "file10", "File9", "file2", "file02", "file", "2", "10", "a", ".x",
    ];
    names.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
    assert_eq!(
        names,
        [
            ".x", "2", "10", "a", "b", "file", "file02", "file2", "File9", "file10"
        ]
    );
}

#[test]
fn permissions_are_written_as_ls_does() {
    for (mode, text) in [
        (0o644, "rw-r--r--"),
        (0o755, "rwxr-xr-x"),
        (0o4755, "rwsr-xr-x"),
        (0o2644, "rw-r-Sr--"),
        (0o1777, "rwxrwxrwt"),
        (0o1000, "--------T"),
        (0, "---------"),
    ] {
        assert_eq!(permissions(mode), text);
    }
}
