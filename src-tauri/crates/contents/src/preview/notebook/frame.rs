//! Tables out of HTML, as pandas and its kin write them. Only the texts of the cells are taken.

use scraper::{ElementRef, Html, Selector};

use crate::preview::line;

/// What is shown of a table.
const ROWS: usize = 60;
const COLUMNS: usize = 100;
/// Columns that one cell may stretch over.
const SPAN: usize = 50;
/// Bytes of HTML that are read.
pub const LARGEST: usize = 500_000;

#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub more: u32,
}

/// The first table of some HTML.
pub fn read(html: &str) -> Option<Frame> {
    let page = Html::parse_fragment(html);
    let selector = |text| Selector::parse(text).ok();
    let (row, table) = (selector("tr")?, selector("table")?);
    let table = page.select(&table).next()?;
    let mut heads: Vec<Vec<String>> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut more = 0_u32;
    for row in table.select(&row) {
        let cells = cells(row);
        let in_head = row
            .parent()
            .and_then(ElementRef::wrap)
            .is_some_and(|parent| parent.value().name() == "thead");
        let only_heads = row.child_elements().all(|cell| cell.value().name() == "th");
        if in_head || (rows.is_empty() && only_heads) {
            heads.push(cells);
        } else if rows.len() < ROWS {
            rows.push(cells);
        } else {
            more = more.saturating_add(1);
        }
    }
    if heads.is_empty() && rows.is_empty() {
        return None;
    }
    let width = heads.iter().chain(&rows).map(Vec::len).max().unwrap_or(0);
    let columns = (0..width)
        .map(|number| {
            // Several heads, one above the other: names of levels, and of the index.
            let mut names: Vec<&str> = heads
                .iter()
                .filter_map(|head| head.get(number).map(String::as_str))
                .filter(|name| !name.is_empty())
                .collect();
            names.dedup();
            names.join(" / ")
        })
        .collect();
    for row in &mut rows {
        row.resize(width, String::new());
    }
    Some(Frame {
        columns,
        rows,
        more,
    })
}

fn cells(row: ElementRef<'_>) -> Vec<String> {
    let mut cells = Vec::new();
    for cell in row.child_elements() {
        if !matches!(cell.value().name(), "td" | "th") {
            continue;
        }
        let text: String = cell.text().collect::<Vec<_>>().join("");
        let text = line::value(
            text.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .as_str(),
        );
        let span = cell
            .value()
            .attr("colspan")
            .and_then(|span| span.parse().ok())
            .unwrap_or(1_usize)
            .clamp(1, SPAN);
        for _ in 0..span {
            if cells.len() < COLUMNS {
                cells.push(text.clone());
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_of_pandas_is_read() {
        let html = r#"<div><style scoped>.x{}</style><table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>name</th><th>price</th></tr></thead><tbody><tr><th>0</th><td>apple &lt;b&gt;</td><td>1.5</td></tr><tr><th>1</th><td onclick="x()">pear<script>alert(1)</script></td><td>NaN</td></tr></tbody></table><p>2 rows</p></div>"#;
        let frame = read(html).unwrap();
        assert_eq!(frame.columns, ["", "name", "price"]);
        assert_eq!(frame.rows[0], ["0", "apple <b>", "1.5"]);
        assert_eq!(frame.rows[1].len(), 3);
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let row = format!("<tr>{}</tr>", "<td colspan=99999999>x</td>".repeat(500));
        let frame = read(&format!("<table>{}</table>", row.repeat(80))).unwrap();
        assert_eq!(
            (frame.rows.len(), frame.rows[0].len(), frame.more),
            (ROWS, COLUMNS, 20)
        );
        assert!(read("no table").is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_markup_is_read(html in "(</?(table|tr|td|th|thead|b)>|x|<|>|&){0,60}") {
            let _ = read(&html);
        }
    }
}
