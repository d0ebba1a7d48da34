//! CSV and its kin. No two programs write it alike, so the separator, the quotes, the encoding and
//! the head are judged by a sample; then rows are read by range, a million as well as ten.

use futures_util::future::BoxFuture;

use crate::Result;
use crate::preview::encoding::{TextEncoding, Unit};
use crate::preview::index::{LineIndex, Lines, RawLine};
use crate::preview::reader::Reader;
use crate::preview::{Column, RowPage, Sheet, line};

use super::{COLUMNS, Rows, Table, kind, narrowed};

/// Records of the sample.
const SAMPLE: usize = 200;
/// Bytes of a row that are read.
const KEEP: usize = 64 * 1024;

/// How a file of this kind is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    pub quoted: bool,
    pub columns: usize,
    /// Of 100 records, how many have the usual number of fields.
    pub regular: usize,
}

impl Dialect {
    /// The best guess; `None` where nothing separates anything.
    pub fn guess(sample: &str) -> Option<Self> {
        [b',', b';', b'\t', b'|']
            .into_iter()
            .filter_map(|delimiter| Self::fits(sample, delimiter))
            .max_by_key(|dialect| (dialect.regular / 10, dialect.columns))
    }

    /// One column, as a file with the name of a table may have.
    pub fn single() -> Self {
        Self {
            delimiter: b',',
            quoted: true,
            columns: 1,
            regular: 100,
        }
    }

    fn fits(sample: &str, delimiter: u8) -> Option<Self> {
        let quoted = quotes_close(sample, delimiter);
        let widths: Vec<usize> = records(sample, delimiter, quoted)
            .iter()
            .map(Vec::len)
            .collect();
        let mut sorted = widths.clone();
        sorted.sort_unstable();
        let usual = *sorted.get(sorted.len() / 2)?;
        let regular = widths.iter().filter(|width| **width == usual).count() * 100 / widths.len();
        (usual > 1).then_some(Self {
            delimiter,
            quoted,
            columns: usual,
            regular,
        })
    }

    fn word(self) -> &'static str {
        match self.delimiter {
            b',' => "Comma-separated values",
            b';' => "Semicolon-separated values",
            b'\t' => "Tab-separated values",
            _ => "Bar-separated values",
        }
    }
}

fn reader(text: &str, delimiter: u8, quoted: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quoted)
        .from_reader(text.as_bytes())
}

fn records(text: &str, delimiter: u8, quoted: bool) -> Vec<Vec<String>> {
    let mut read = reader(text, delimiter, quoted);
    read.records()
        .filter_map(std::result::Result::ok)
        .take(SAMPLE)
        .map(|record| record.iter().take(COLUMNS * 2).map(str::to_owned).collect())
        .collect()
}

/// Whether line ends can be told by counting quotes: a quote within a value that is not quoted
/// (5" of rain) would turn everything after it inside out.
fn quotes_close(sample: &str, delimiter: u8) -> bool {
    if !sample.contains('"') {
        return true;
    }
    let mut inside = false;
    let mut before = delimiter;
    for byte in sample.bytes() {
        if byte == b'"' {
            if !inside && before != delimiter && !matches!(before, b'\n' | b'"' | b' ') {
                return false;
            }
            inside = !inside;
        }
        before = byte;
    }
    true
}

/// The sample without its last line, which may be cut.
pub fn sample(head: &[u8], encoding: TextEncoding, whole: bool) -> String {
    let bytes = head.get(usize::from(encoding.mark)..).unwrap_or_default();
    let mut text = encoding.text(bytes);
    if !whole && let Some(end) = text.rfind('\n') {
        text.truncate(end + 1);
    }
    text
}

struct Delimited {
    index: LineIndex,
    dialect: Dialect,
    encoding: TextEncoding,
    head: bool,
    width: usize,
}

/// Opens a table whose separator is known.
pub fn open(reader: &Reader, sample: &str, dialect: Dialect, encoding: TextEncoding) -> Table {
    let records = records(sample, dialect.delimiter, dialect.quoted);
    let head = records.len() > 1 && kind::names_columns(&records[0]);
    let width = records.iter().map(Vec::len).max().unwrap_or(0);
    let mut cautions = Vec::new();
    narrowed(width, &mut cautions);
    if dialect.regular < 90 {
        cautions.push("Not all rows have the same number of values.".to_owned());
    }
    let columns = columns(&records, head, width.min(COLUMNS));
    let quote = (dialect.quoted && encoding.unit() == Unit::Byte).then_some(b'"');
    let rules = Lines {
        start: u64::from(encoding.mark),
        unit: encoding.unit(),
        quote,
    };
    let rows = Delimited {
        index: LineIndex::start(reader.clone(), rules),
        dialect,
        encoding,
        head,
        width: columns.len(),
    };
    Table {
        rows: std::sync::Arc::new(rows),
        sheets: vec![Sheet {
            name: String::new(),
            columns,
            rows: None,
            cut: false,
        }],
        format: format!("{}, {}", dialect.word(), encoding.name()),
        cautions,
    }
}

fn columns(records: &[Vec<String>], head: bool, width: usize) -> Vec<Column> {
    (0..width)
        .map(|number| {
            let name = match records
                .first()
                .filter(|_| head)
                .and_then(|row| row.get(number))
            {
                Some(name) => line::value(name),
                None if head => String::new(),
                None => format!("Column {}", number + 1),
            };
            let values = records
                .iter()
                .skip(usize::from(head))
                .filter_map(|record| record.get(number).map(String::as_str));
            kind::column(name, values)
        })
        .collect()
}

impl Delimited {
    async fn page(&self, from: u32, count: u32) -> Result<RowPage> {
        let skipped = u32::from(self.head);
        let first = u64::from(from) + u64::from(skipped);
        let raw = self.index.read(first, count as usize, KEEP).await?;
        Ok(RowPage {
            sheet: 0,
            from,
            rows: raw.iter().map(|raw| self.row(raw)).collect(),
            total: self
                .index
                .total()
                .map(|total| total.saturating_sub(skipped)),
        })
    }

    fn row(&self, raw: &RawLine) -> Vec<Option<String>> {
        let text = self.encoding.text(&raw.bytes);
        let mut read = reader(&text, self.dialect.delimiter, self.dialect.quoted);
        let record = read.records().next().and_then(std::result::Result::ok);
        let mut row: Vec<Option<String>> = record
            .iter()
            .flatten()
            .take(self.width)
            .map(|field| (!field.is_empty()).then(|| line::value(field)))
            .collect();
        if raw.left_out > 0
            && let Some(last) = row.last_mut()
        {
            // Also behind a cell without a value: the row goes on where nothing is shown.
            let last = last.get_or_insert_default();
            if !last.ends_with('\u{2026}') {
                last.push('\u{2026}');
            }
        }
        row.resize(self.width, None);
        row
    }
}

impl Rows for Delimited {
    fn rows(&self, _sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        Box::pin(self.page(from, count))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::preview::memory::MemorySource;

    async fn opened(bytes: &[u8]) -> Table {
        let (reader, head) = Reader::open(MemorySource::new(bytes.to_vec()))
            .await
            .unwrap();
        let encoding = TextEncoding::guess(&head, true).unwrap();
        let sample = sample(&head, encoding, bytes.len() == head.len());
        let dialect = Dialect::guess(&sample).unwrap_or_else(Dialect::single);
        open(&reader, &sample, dialect, encoding)
    }

    fn kinds(table: &Table) -> Vec<(&str, &str)> {
        table.sheets[0]
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.kind.as_str()))
            .collect()
    }

    #[tokio::test]
    async fn separators_quotes_heads_and_kinds_are_guessed() {
        let table =
            opened(b"id;name;price\n1;\"Gr\xf6\xdfe; x\";1,5\n2;\"two\nlines\";2,25\n").await;
        assert_eq!(
            kinds(&table),
            [
                ("id", "whole number"),
                ("name", "text"),
                ("price", "decimal")
            ]
        );
        assert!(table.format.starts_with("Semicolon"), "{}", table.format);
        let page = table.rows.rows(0, 0, 10).await.unwrap();
        assert_eq!(page.rows[0][1].as_deref(), Some("Größe; x"));
        assert_eq!(page.rows[1][1].as_deref(), Some("two↵lines"));
        assert_eq!(page.rows.len(), 2);
    }

    #[tokio::test]
    async fn tables_without_a_head_have_numbered_columns() {
        let table = opened(b"1\t2\n3\t4\n").await;
        assert_eq!(kinds(&table)[0], ("Column 1", "whole number"));
        assert_eq!(table.rows.rows(0, 0, 10).await.unwrap().rows.len(), 2);
    }

    #[tokio::test]
    async fn a_lone_quote_does_not_swallow_the_rest() {
        let table = opened(b"size,n\n5\" pipe,1\n6\" pipe,2\n7 pipe,3\n").await;
        let page = table.rows.rows(0, 0, 10).await.unwrap();
        assert_eq!(page.rows.len(), 3);
        assert_eq!(page.rows[0][0].as_deref(), Some("5\" pipe"));
    }

    #[tokio::test]
    async fn a_million_rows_are_read_by_range() {
        let mut text = "n,square\n".to_owned();
        for number in 0..1_000_000_u64 {
            writeln!(text, "{number},{}", number * number).unwrap();
        }
        let source = MemorySource::new(text);
        let (reader, head) = Reader::open(Arc::<MemorySource>::clone(&source))
            .await
            .unwrap();
        let sample = sample(&head, TextEncoding::UTF_8, false);
        let dialect = Dialect::guess(&sample).unwrap();
        let table = open(&reader, &sample, dialect, TextEncoding::UTF_8);
        let page = table.rows.rows(0, 999_999, 10).await.unwrap();
        assert_eq!(page.rows[0][0].as_deref(), Some("999999"));
        let before = source.read_bytes();
        let page = table.rows.rows(0, 500_000, 100).await.unwrap();
        assert_eq!(page.rows[99][0].as_deref(), Some("500099"));
        assert!(
            source.read_bytes() - before < 2_000_000,
            "only the part that is shown"
        );
        assert_eq!(page.total, Some(1_000_000));
    }

    #[tokio::test]
    async fn a_row_of_a_hundred_columns_too_many_is_narrowed_and_says_so() {
        let wide = vec!["1"; COLUMNS + 100].join(",");
        let table = opened(format!("{wide}\n{wide}\n").as_bytes()).await;
        assert_eq!(table.sheets[0].columns.len(), COLUMNS);
        assert_eq!(table.cautions.len(), 1);
        assert_eq!(
            table.rows.rows(0, 0, 1).await.unwrap().rows[0].len(),
            COLUMNS
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_in_the_file_nothing_breaks(bytes in prop::collection::vec(
            prop::sample::select(b"a1\",;\n\r\t| \xff\0x".to_vec()), 0..400,
        )) {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            runtime.block_on(async {
                if TextEncoding::guess(&bytes, true).is_some() {
                    let table = opened(&bytes).await;
                    let page = table.rows.rows(0, 0, 100).await.unwrap();
                    let width = table.sheets[0].columns.len();
                    assert!(page.rows.iter().all(|row| row.len() == width), "rows fit their head");
                }
            });
        }
    }
}
