use proptest::prelude::*;

use super::*;
use crate::preview::memory::MemorySource;

const BYTES: Lines = Lines {
    start: 0,
    unit: Unit::Byte,
    quote: None,
};

async fn index(bytes: Vec<u8>, rules: Lines) -> (LineIndex, Arc<MemorySource>) {
    let source = MemorySource::new(bytes);
    let (reader, _) = Reader::open(Arc::<MemorySource>::clone(&source))
        .await
        .unwrap();
    (LineIndex::start(reader, rules), source)
}

async fn texts(index: &LineIndex, from: u64, count: usize) -> Vec<String> {
    let lines = index.read(from, count, 100).await.unwrap();
    lines
        .into_iter()
        .map(|line| String::from_utf8_lossy(&line.bytes).into_owned())
        .collect()
}

#[tokio::test]
async fn any_of_many_lines_is_found() {
    let text = crate::preview::memory::numbered(100_000, "\r\n");
    let (index, _) = index(text.into_bytes(), BYTES).await;
    assert_eq!(
        texts(&index, 99_998, 10).await,
        ["line 99998", "line 99999"]
    );
    assert_eq!(index.total(), Some(100_000));
    assert_eq!(texts(&index, 511, 2).await, ["line 511", "line 512"]);
    assert!(texts(&index, 100_000, 5).await.is_empty());
    assert!(texts(&index, 9_000_000, 5).await.is_empty());
}

#[tokio::test]
async fn a_very_long_line_is_stepped_over() {
    let mut bytes = b"first\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 30_000_000));
    bytes.extend(b"\nlast");
    let (index, source) = index(bytes, BYTES).await;
    index.wait_for(u64::MAX).await;
    let before = source.read_bytes();
    let lines = index.read(0, 10, 100).await.unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!((lines[1].bytes.len(), lines[1].left_out), (100, 29_999_900));
    assert_eq!(lines[2].bytes, b"last");
    assert!(
        source.read_bytes() - before < 1_000_000,
        "the middle of the line is not read again"
    );
}

#[tokio::test]
async fn a_line_end_between_quotes_is_none() {
    let rules = Lines {
        quote: Some(b'"'),
        ..BYTES
    };
    let (index, _) = index(b"a,\"b\nc\"\nd,e\n".to_vec(), rules).await;
    assert_eq!(texts(&index, 0, 9).await, ["a,\"b\nc\"", "d,e"]);
}

#[tokio::test]
async fn wide_characters_have_wide_line_ends() {
    // U+010A has the byte of a line end and is none.
    let bytes: Vec<u8> = "\u{feff}a\u{10a}\r\nb\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let rules = Lines {
        start: 2,
        unit: Unit::Little,
        quote: None,
    };
    let (index, _) = index(bytes, rules).await;
    let lines = index.read(0, 9, 100).await.unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].bytes, [b'a', 0, 0x0a, 0x01]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_line_is_the_one_that_was_written(
        lines in prop::collection::vec("[a-z]{0,12}", 0..700),
        from in 0_usize..700,
        count in 1_usize..50,
    ) {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let shown = runtime.block_on(async {
            let (index, _) = index(text.into_bytes(), BYTES).await;
            texts(&index, from as u64, count).await
        });
        let wanted: Vec<String> = lines.into_iter().skip(from).take(count).collect();
        prop_assert_eq!(shown, wanted);
    }
}
