//! Excel workbooks (.xlsx, .xlsm). They are zipped XML and have to be read as a whole, so small
//! ones are; rows come cell by cell, since a sheet with two cells far apart would else be a table
//! of billions. What the file would unpack to is measured before.

use std::io::Read;
use std::time::Duration;

use calamine::{DataRef, Reader as _, Xlsx};

use crate::Result;
use crate::preview::reader::{Blocking, Reader, unreadable};
use crate::preview::{Sheet, line};

use super::{HeldRows, Table, kind};

const LARGEST: u64 = 64_000_000;
const UNPACKED: u64 = 512_000_000;
const TIME: Duration = Duration::from_secs(40);
/// What is kept of each sheet, and of all.
const ROWS: u32 = 50_000;
const COLUMNS: u32 = 200;
const CELLS: usize = 1_500_000;
const SHEETS: usize = 100;

type Row = Vec<Option<String>>;

fn damaged(error: impl std::fmt::Display) -> crate::Problem {
    unreadable("This Excel file is damaged, incomplete or protected.").detail(error.to_string())
}

/// Reads the workbook.
pub async fn open(reader: &Reader) -> Result<Table> {
    if reader.size() > LARGEST {
        return Err(unreadable(format!(
            "An Excel file has to be read as a whole, and Slipway reads up to {}. This one has {}.",
            line::size(LARGEST),
            line::size(reader.size())
        )));
    }
    let (sheets, rows, more) = reader.aside(TIME, read).await?;
    let mut cautions = Vec::new();
    if more > 0 {
        cautions.push(format!("{more} more sheets are not shown."));
    }
    Ok(Table {
        rows: std::sync::Arc::new(HeldRows(rows)),
        format: match sheets.len() {
            1 => "Excel, 1 sheet".to_owned(),
            many => format!("Excel, {many} sheets"),
        },
        sheets,
        cautions,
    })
}

/// What it unpacks to is counted and not believed.
fn measure(file: Blocking) -> Result<()> {
    let mut zip = zip::ZipArchive::new(file).map_err(damaged)?;
    let mut left = UNPACKED;
    for number in 0..zip.len() {
        let part = zip.by_index(number).map_err(damaged)?;
        let unpacked =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(damaged)?;
        if unpacked > left {
            return Err(unreadable(format!(
                "It would unpack to more than {}.",
                line::size(UNPACKED)
            )));
        }
        left -= unpacked;
    }
    Ok(())
}

fn read(file: Blocking) -> Result<(Vec<Sheet>, Vec<Vec<Row>>, usize)> {
    measure(file.clone())?;
    let mut book: Xlsx<_> = Xlsx::new(file).map_err(damaged)?;
    let names = book.sheet_names();
    let more = names.len().saturating_sub(SHEETS);
    let mut sheets = Vec::new();
    let mut all = Vec::new();
    let mut left = CELLS;
    for name in names.into_iter().take(SHEETS) {
        let (mut rows, cut) = match book.worksheet_cells_reader(&name) {
            Ok(mut cells) => {
                let mut rows: Vec<Row> = Vec::new();
                let mut cut = false;
                loop {
                    // A sheet that is damaged in its middle shows its beginning.
                    let Ok(cell) = cells.next_cell() else {
                        cut = true;
                        break;
                    };
                    let Some(cell) = cell else { break };
                    let (row, column) = cell.get_position();
                    if row >= ROWS || left == 0 {
                        cut = true;
                        break;
                    }
                    cut |= column >= COLUMNS;
                    if column < COLUMNS {
                        left -= put(
                            &mut rows,
                            row as usize,
                            column as usize,
                            shown(cell.get_value()),
                        )
                        .min(left);
                    }
                }
                (rows, cut)
            }
            // A sheet of a chart has no cells.
            Err(_) => (Vec::new(), false),
        };
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        for row in &mut rows {
            row.resize(width, None);
        }
        let columns = columns(&mut rows, width);
        sheets.push(Sheet {
            name: line::value(&name),
            columns,
            rows: u32::try_from(rows.len()).ok(),
            cut,
        });
        all.push(rows);
    }
    Ok((sheets, all, more))
}

/// Puts a cell where it belongs, and says how many places were made for it.
fn put(rows: &mut Vec<Row>, row: usize, column: usize, value: Option<String>) -> usize {
    let mut made = 0;
    if rows.len() <= row {
        made += row + 1 - rows.len();
        rows.resize(row + 1, Vec::new());
    }
    let cells = &mut rows[row];
    if cells.len() <= column {
        made += column + 1 - cells.len();
        cells.resize(column + 1, None);
    }
    cells[column] = value;
    made
}

fn columns(rows: &mut Vec<Row>, width: usize) -> Vec<crate::preview::Column> {
    let texts = |row: &Row| -> Vec<String> {
        row.iter()
            .map(|cell| cell.clone().unwrap_or_default())
            .collect()
    };
    let head = rows
        .first()
        .map(texts)
        .filter(|row| rows.len() > 1 && kind::names_columns(row));
    if head.is_some() {
        rows.remove(0);
    }
    (0..width)
        .map(|number| {
            let name = match &head {
                Some(names) => names[number].clone(),
                None => letters(number),
            };
            let values = rows
                .iter()
                .take(200)
                .filter_map(|row| row[number].as_deref());
            kind::column(name, values)
        })
        .collect()
}

/// A, B, … Z, AA, as Excel names its columns.
fn letters(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b'A' + u8::try_from(number % 26).unwrap_or(0));
        if number < 26 {
            break;
        }
        number = number / 26 - 1;
    }
    name.reverse();
    String::from_utf8(name).unwrap_or_default()
}

fn shown(value: &DataRef<'_>) -> Option<String> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::SharedString(text) => line::value(text),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(moment) if moment.is_duration() => moment.as_f64().to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            line::value(text)
        }
        DataRef::Error(error) => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::preview::memory::MemorySource;

    /// The smallest workbook that is one.
    fn workbook(sheet: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let parts = [
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Prices\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"),
            ),
        ];
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    async fn opened(bytes: Vec<u8>) -> Result<Table> {
        let (reader, _) = Reader::open(MemorySource::new(bytes)).await?;
        open(&reader).await
    }

    #[tokio::test]
    async fn sheets_have_heads_and_rows() {
        let text = |at: &str, text: &str| {
            format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        };
        let sheet = format!(
            "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>2.5</v></c></row>",
            text("A1", "name"),
            text("B1", "price"),
            text("A2", "apple"),
        );
        let table = opened(workbook(&sheet)).await.unwrap();
        assert_eq!(table.sheets[0].name, "Prices");
        let kinds: Vec<_> = table.sheets[0]
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.kind.as_str()))
            .collect();
        assert_eq!(kinds, [("name", "text"), ("price", "decimal")]);
        let page = table.rows.rows(0, 0, 9).await.unwrap();
        assert_eq!(
            page.rows,
            [[Some("apple".to_owned()), Some("2.5".to_owned())]]
        );
    }

    #[tokio::test]
    async fn two_cells_far_apart_do_not_make_billions() {
        let sheet = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
        let table = opened(workbook(sheet)).await.unwrap();
        assert!(table.sheets[0].cut, "and it says that it is cut");
        assert_eq!(table.rows.rows(0, 0, 9).await.unwrap().rows.len(), 1);
    }

    #[tokio::test]
    async fn a_cut_workbook_says_so() {
        let whole = workbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
        for cut in (0..whole.len()).step_by(97) {
            assert!(opened(whole[..cut].to_vec()).await.is_err());
        }
    }

    #[test]
    fn columns_are_named_as_excel_does() {
        assert_eq!(
            [0, 25, 26, 701, 702].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }
}
