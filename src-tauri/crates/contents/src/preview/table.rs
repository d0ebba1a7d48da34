//! What all tables have in common: sheets with columns, rows by range.

pub mod arrow;
mod cells;
pub mod delimited;
pub mod excel;
pub mod json_lines;
mod kind;
pub mod parquet;
pub mod sqlite;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::Result;

use super::{RowPage, Sheet};

/// Rows that are given at once.
pub const PAGE: u32 = 500;
/// Columns that are shown.
pub const COLUMNS: usize = 500;

/// An opened table.
pub trait Rows: Send + Sync + 'static {
    /// Rows of a sheet; past its end there are none. At most `PAGE` are asked for.
    fn rows(&self, sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>>;
}

/// A table with what is to be said about it.
pub struct Table {
    pub rows: Arc<dyn Rows>,
    pub sheets: Vec<Sheet>,
    /// "Comma-separated values, UTF-8"
    pub format: String,
    pub cautions: Vec<String>,
}

/// A caution where not all columns are shown.
fn narrowed(columns: usize, cautions: &mut Vec<String>) {
    if columns > COLUMNS {
        cautions.push(format!(
            "This table has {columns} columns. The first {COLUMNS} are shown."
        ));
    }
}

/// Rows that are in memory already.
pub struct HeldRows(pub Vec<Vec<Vec<Option<String>>>>);

impl Rows for HeldRows {
    fn rows(&self, sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        let rows = self
            .0
            .get(sheet as usize)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let shown = rows.iter().skip(from as usize).take(count as usize);
        let page = RowPage {
            sheet,
            from,
            rows: shown.cloned().collect(),
            total: u32::try_from(rows.len()).ok(),
        };
        Box::pin(async move { Ok(page) })
    }
}
