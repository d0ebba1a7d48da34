use proptest::prelude::*;

use super::Reader;
use crate::logs::{Cover, LogLine, LogStream};

const TIME: &str = "2026-11-20T10:00:00.123456789Z";

fn frame(stream: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[stream, 0, 0, 0][..], &length, text.as_bytes()].concat()
}

fn read(tty: bool, masked: &[&str], pieces: &[&[u8]]) -> Vec<LogLine> {
    let masked: Vec<String> = masked.iter().map(|text| (*text).to_owned()).collect();
    let mut reader = Reader::new(tty, masked.into());
    let mut lines = Vec::new();
    for piece in pieces {
        reader.read(piece, |line| lines.push(line));
    }
    reader.end(|line| lines.push(line));
    lines
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn entries_become_lines() {
    let bytes = [
        frame(1, &format!("{TIME} one\n")),
        frame(2, &format!("{TIME} two\n")),
        frame(1, &format!("{TIME} \n")),
        frame(1, &format!("{TIME} half and ")),
        frame(2, &format!("{TIME} between\n")),
        frame(1, &format!("{TIME} half\n")),
        frame(1, "no time at all\n"),
        frame(1, &format!("{TIME} a\nb\n")),
        frame(1, &format!("{TIME} end")),
    ]
    .concat();
    let lines = read(false, &[], &[&bytes]);
    assert_eq!(
        texts(&lines),
        [
            "one",
            "two",
            "",
            "between",
            "half and half",
            "no time at all",
            "a",
            "b",
            "end"
        ],
        "in order of their ends"
    );
    assert_eq!(lines[1].stream, LogStream::Stderr, "streams stay apart");
    assert_eq!(
        lines[0].time.map(|time| time.0 % 1000),
        Some(123),
        "with their time"
    );
    assert_eq!(lines[5].time, None, "an entry without a time is text");
}

#[test]
fn terminals_text_is_made_plain() {
    let plain = |text: &str| {
        read(true, &[], &[format!("{TIME} {text}\r\n").as_bytes()])
            .pop()
            .unwrap()
            .text
    };
    assert_eq!(
        plain("\u{1b}[1;31mred\u{1b}[0m and plain"),
        "red and plain",
        "colours"
    );
    assert_eq!(plain("\u{1b}]0;title\u{7}text"), "text", "titles");
    assert_eq!(
        plain("  5%\r 50%\r100%"),
        "100%",
        "progress bars keep their last state"
    );
    assert_eq!(plain("gone\r"), "gone", "a return at the end takes nothing");
    assert_eq!(plain("a\tb"), "a\tb", "tabs stay");
    assert_eq!(plain("abc\u{8}d"), "abd", "backspace");
    assert_eq!(
        plain("grün ✓ 漢字 \u{1b}[K"),
        "grün ✓ 漢字 ",
        "letters of the world"
    );
    assert_eq!(
        plain("<script>alert(1)</script>"),
        "<script>alert(1)</script>",
        "text is text"
    );
}

#[test]
fn secrets_are_covered_before_anything_is_kept() {
    let covered = |text: &str| {
        read(
            true,
            &["s3cret", "s3cret-and-more", ""],
            &[format!("{TIME} {text}\n").as_bytes()],
        )
        .pop()
        .unwrap()
        .text
    };
    assert_eq!(covered("token=s3cret&x"), "token=••••••&x", "one");
    assert_eq!(covered("s3cret-and-more"), "••••••", "the longer one whole");
    assert_eq!(
        covered("s3\u{1b}[1mcret"),
        "••••••",
        "not hidden by colours"
    );
    let long = format!("{TIME} {}s3cret tail\n", "x".repeat(16 * 1024 - 3));
    let line = read(true, &["s3cret"], &[long.as_bytes()]).pop().unwrap();
    assert!(
        line.cut && !line.text.contains("s3c"),
        "no beginning of it at the cut"
    );
    let split = [
        frame(1, &format!("{TIME} token=s3c")),
        frame(1, &format!("{TIME} ret\n")),
    ]
    .concat();
    assert_eq!(
        texts(&read(false, &["s3cret"], &[&split])),
        ["token=••••••"],
        "not hidden by the engine's own cuts"
    );
    let huge = format!(
        "{TIME} {}s3cret{}\n",
        "\u{1b}[m".repeat(21_845),
        "y".repeat(100)
    );
    let line = read(true, &["s3cret"], &[huge.as_bytes()]).pop().unwrap();
    assert!(
        line.cut && !line.text.contains('s'),
        "nor at the end of what is read: {:?}",
        line.text
    );
}

#[test]
fn a_line_without_end_takes_no_more_memory() {
    let mut reader = Reader::new(true, Cover::default());
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..20 {
        reader.read(&piece, |line| {
            panic!("no line has ended: {}", line.text.len())
        });
    }
    let mut lines = Vec::new();
    reader.read(b"\nnext\n", |line| lines.push(line));
    assert_eq!(
        (lines[0].text.len(), lines[0].cut, lines[1].text.as_str()),
        (16 * 1024, true, "next"),
        "cut, and it goes on"
    );
}

proptest! {
    #[test]
    fn it_does_not_matter_how_the_bytes_arrive(
        entries in prop::collection::vec((1u8..3, "[ -~é]{0,40}", any::<bool>()), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        tty in any::<bool>(),
    ) {
        let mut bytes = Vec::new();
        for (stream, text, ended) in &entries {
            let end = if *ended { "\n" } else { "" };
            let entry = format!("{TIME} {text}{end}");
            bytes.extend(if tty { format!("{TIME} {text}\r\n").into_bytes() } else { frame(*stream, &entry) });
        }
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(read(tty, &[], &pieces), read(tty, &[], &[&bytes]));
    }

    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..400), tty in any::<bool>()) {
        read(tty, &["x"], &[&bytes]);
    }
}
