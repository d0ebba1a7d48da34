//! Parquet: its footer says where everything lies, so rows are read from their row group and
//! nothing else is.

use std::io::Read;
use std::time::Duration;

use arrow_schema::Schema;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::Result;
use crate::preview::reader::{Blocking, Reader, unreadable};
use crate::preview::{RowPage, Sheet};

use super::{COLUMNS, Rows, Table, cells, narrowed};

/// How long one reading may take.
const TIME: Duration = Duration::from_secs(30);
/// Bytes of the footer, which is read whole.
const FOOTER: u64 = 64 * 1024 * 1024;

struct Ranges(Blocking);

impl Length for Ranges {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Ranges {
    type T = Blocking;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Blocking> {
        let mut from = self.0.clone();
        std::io::Seek::seek(&mut from, std::io::SeekFrom::Start(start))?;
        Ok(from)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self
            .0
            .range(start, length as u64)
            .map_err(|problem| ParquetError::External(Box::new(problem)))?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("the file ends before".to_owned()));
        }
        Ok(bytes)
    }
}

struct ParquetRows {
    reader: Reader,
    metadata: ArrowReaderMetadata,
}

fn damaged(error: impl std::fmt::Display) -> crate::Problem {
    unreadable("This Parquet file is damaged or incomplete.").detail(error.to_string())
}

/// Reads the footer.
pub async fn open(reader: &Reader) -> Result<Table> {
    let metadata = reader
        .aside(TIME, |mut file| {
            check_footer(&mut file)?;
            let options = ArrowReaderOptions::new();
            ArrowReaderMetadata::load(&Ranges(file), options).map_err(damaged)
        })
        .await?;
    let schema: &Schema = metadata.schema();
    let mut cautions = Vec::new();
    narrowed(schema.fields().len(), &mut cautions);
    let facts = metadata.metadata().file_metadata();
    let sheet = Sheet {
        name: String::new(),
        columns: cells::columns(schema),
        rows: Some(u32::try_from(facts.num_rows()).unwrap_or(u32::MAX)),
        cut: false,
    };
    let groups = metadata.metadata().num_row_groups();
    let format = match groups {
        1 => "Parquet, 1 row group".to_owned(),
        many => format!("Parquet, {many} row groups"),
    };
    Ok(Table {
        rows: std::sync::Arc::new(ParquetRows {
            reader: reader.clone(),
            metadata,
        }),
        sheets: vec![sheet],
        format,
        cautions,
    })
}

/// The last eight bytes: how long the footer is, and the sign of the format.
fn check_footer(file: &mut Blocking) -> Result<()> {
    std::io::Seek::seek(file, std::io::SeekFrom::End(-8)).map_err(damaged)?;
    let mut end = [0; 8];
    file.read_exact(&mut end).map_err(damaged)?;
    let [a, b, c, d, sign @ ..] = end;
    let long = u64::from(u32::from_le_bytes([a, b, c, d]));
    if &sign == b"PARE" {
        return Err(unreadable("This Parquet file is encrypted."));
    }
    if &sign != b"PAR1" || long + 8 > file.size() {
        return Err(damaged("no footer"));
    }
    if long > FOOTER {
        return Err(unreadable(
            "The list of what this Parquet file holds is too large.",
        ));
    }
    Ok(())
}

impl ParquetRows {
    async fn page(&self, from: u32, count: u32) -> Result<RowPage> {
        let metadata = self.metadata.clone();
        let groups = metadata.metadata().row_groups();
        let total: i64 = groups.iter().map(|group| group.num_rows().max(0)).sum();
        // Only the row groups in which the rows lie.
        let (first, last) = (i64::from(from), i64::from(from) + i64::from(count));
        let mut wanted = Vec::new();
        let mut skip = 0;
        let mut begin = 0_i64;
        for (number, group) in groups.iter().enumerate() {
            let end = begin.saturating_add(group.num_rows().max(0));
            if begin < last && end > first {
                if wanted.is_empty() {
                    skip = usize::try_from(first - begin).unwrap_or(0);
                }
                wanted.push(number);
            }
            begin = end;
        }
        let rows = if wanted.is_empty() {
            Vec::new()
        } else {
            self.reader
                .aside(TIME, move |file| {
                    read(file, metadata, wanted, skip, count as usize)
                })
                .await?
        };
        Ok(RowPage {
            sheet: 0,
            from,
            rows,
            total: Some(u32::try_from(total).unwrap_or(u32::MAX)),
        })
    }
}

fn read(
    file: Blocking,
    metadata: ArrowReaderMetadata,
    groups: Vec<usize>,
    skip: usize,
    count: usize,
) -> Result<Vec<Vec<Option<String>>>> {
    let shown = 0..metadata.schema().fields().len().min(COLUMNS);
    let mask = ProjectionMask::roots(metadata.parquet_schema(), shown);
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(Ranges(file), metadata)
        .with_row_groups(groups)
        .with_projection(mask)
        .with_offset(skip)
        .with_limit(count)
        .with_batch_size(count)
        .build()
        .map_err(damaged)?;
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.map_err(damaged)?;
        rows.extend(cells::rows(&batch, 0, count - rows.len().min(count)));
    }
    Ok(rows)
}

impl Rows for ParquetRows {
    fn rows(&self, _sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        Box::pin(self.page(from, count))
    }
}
