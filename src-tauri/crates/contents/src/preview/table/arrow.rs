//! Arrow files (also called Feather, version 2) and Arrow streams. Both are batches of rows one
//! behind the other; a file lists where they are, a stream has to be read from its beginning.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;
use futures_util::future::BoxFuture;

use crate::Result;
use crate::preview::reader::{Blocking, Reader, unreadable};
use crate::preview::{RowPage, Sheet};

use super::{COLUMNS, Rows, Table, cells, narrowed};

const TIME: Duration = Duration::from_secs(30);
/// A stream is read from its beginning for every page, so only small ones are shown.
const STREAM: u64 = 256 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    File,
    Stream,
}

struct ArrowRows {
    reader: Reader,
    shape: Shape,
    /// How many rows each batch has, as far as they were read.
    batches: Arc<Mutex<Vec<usize>>>,
    shown: Vec<usize>,
}

fn damaged(error: impl std::fmt::Display) -> crate::Problem {
    unreadable("This Arrow file is damaged or incomplete.").detail(error.to_string())
}

/// Reads the schema.
pub async fn open(reader: &Reader, shape: Shape) -> Result<Table> {
    if shape == Shape::Stream && reader.size() > STREAM {
        return Err(unreadable(
            "An Arrow stream can only be read from its beginning, and this one is larger than 256 MB.",
        ));
    }
    let schema = reader
        .aside(TIME, move |file| match shape {
            Shape::File => FileReader::try_new(file, None)
                .map(|file| file.schema())
                .map_err(damaged),
            Shape::Stream => StreamReader::try_new(file, None)
                .map(|stream| stream.schema())
                .map_err(damaged),
        })
        .await?;
    let mut cautions = Vec::new();
    narrowed(schema.fields().len(), &mut cautions);
    let sheet = Sheet {
        name: String::new(),
        columns: cells::columns(&schema),
        rows: None,
        cut: false,
    };
    let rows = ArrowRows {
        reader: reader.clone(),
        shape,
        batches: Arc::default(),
        shown: (0..schema.fields().len().min(COLUMNS)).collect(),
    };
    Ok(Table {
        rows: Arc::new(rows),
        sheets: vec![sheet],
        format: match shape {
            Shape::File => "Arrow".to_owned(),
            Shape::Stream => "Arrow stream".to_owned(),
        },
        cautions,
    })
}

/// Batches from one on: its number, and how many there are where that is known.
fn batches(
    file: Blocking,
    shape: Shape,
    first: usize,
    shown: Vec<usize>,
) -> Result<Box<dyn Iterator<Item = std::result::Result<RecordBatch, ArrowError>>>> {
    Ok(match shape {
        Shape::File => {
            let mut all = FileReader::try_new(file, Some(shown)).map_err(damaged)?;
            if first >= all.num_batches() {
                return Ok(Box::new(std::iter::empty()));
            }
            all.set_index(first).map_err(damaged)?;
            Box::new(all)
        }
        Shape::Stream => {
            let all = StreamReader::try_new(file, Some(shown)).map_err(damaged)?;
            Box::new(all.skip(first))
        }
    })
}

impl ArrowRows {
    async fn page(&self, from: u32, count: u32) -> Result<RowPage> {
        let known = Arc::clone(&self.batches);
        let (shape, shown) = (self.shape, self.shown.clone());
        let (rows, total) = self
            .reader
            .aside(TIME, move |file| {
                read(file, shape, shown, &known, from as usize, count as usize)
            })
            .await?;
        Ok(RowPage {
            sheet: 0,
            from,
            rows,
            total: total.map(|total| u32::try_from(total).unwrap_or(u32::MAX)),
        })
    }
}

type Read = (Vec<Vec<Option<String>>>, Option<usize>);

fn read(
    file: Blocking,
    shape: Shape,
    shown: Vec<usize>,
    known: &Mutex<Vec<usize>>,
    from: usize,
    count: usize,
) -> Result<Read> {
    // The batches whose length is known and that lie before the rows are not read again.
    let (mut number, mut begin) = (0, 0_usize);
    for rows in known.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        if begin + rows > from {
            break;
        }
        number += 1;
        begin += rows;
    }
    let mut rows = Vec::new();
    for batch in batches(file, shape, number, shown)? {
        let batch = batch.map_err(damaged)?;
        {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() == number {
                known.push(batch.num_rows());
            }
        }
        number += 1;
        let end = begin + batch.num_rows();
        if end > from {
            let first = from.max(begin) - begin;
            rows.extend(cells::rows(&batch, first, count - rows.len()));
        }
        begin = end;
        if rows.len() >= count {
            return Ok((rows, None));
        }
    }
    Ok((rows, Some(begin)))
}

impl Rows for ArrowRows {
    fn rows(&self, _sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        Box::pin(self.page(from, count))
    }
}
