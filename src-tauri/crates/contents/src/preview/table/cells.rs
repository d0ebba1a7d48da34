//! Values of Arrow arrays as text. A value can be a list of a million; only its beginning is
//! written out.

use std::fmt::Write;

use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Schema};

use crate::preview::{Column, line};

/// Bytes of a value that are written out.
const VALUE: usize = 2100;

struct Beginning(String);

impl Write for Beginning {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        // Stops the one who writes.
        if self.0.len() > VALUE {
            Err(std::fmt::Error)
        } else {
            Ok(())
        }
    }
}

/// Rows of a batch.
pub fn rows(batch: &RecordBatch, from: usize, count: usize) -> Vec<Vec<Option<String>>> {
    let end = from.saturating_add(count).min(batch.num_rows());
    let options = FormatOptions::default();
    let formatters: Vec<Option<ArrayFormatter<'_>>> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).ok())
        .collect();
    (from..end)
        .map(|row| {
            batch
                .columns()
                .iter()
                .zip(&formatters)
                .map(|(column, formatter)| {
                    if column.is_null(row) {
                        return None;
                    }
                    let mut text = Beginning(String::new());
                    match formatter {
                        Some(formatter) => _ = write!(text, "{}", formatter.value(row)),
                        None => text.0.push('?'),
                    }
                    Some(line::value(&text.0))
                })
                .collect()
        })
        .collect()
}

/// The columns of a schema, as far as they are shown.
pub fn columns(schema: &Schema) -> Vec<Column> {
    schema
        .fields()
        .iter()
        .take(super::COLUMNS)
        .map(|field| Column {
            name: line::value(field.name()),
            kind: word(field.data_type()),
            number: field.data_type().is_numeric(),
        })
        .collect()
}

fn word(kind: &DataType) -> String {
    use DataType as T;
    let word = match kind {
        T::Utf8 | T::LargeUtf8 | T::Utf8View => "text",
        T::Boolean => "yes or no",
        T::Date32 | T::Date64 => "date",
        T::Timestamp(..) => "date and time",
        T::Time32(_) | T::Time64(_) => "time",
        T::Duration(_) | T::Interval(_) => "duration",
        T::Float16
        | T::Float32
        | T::Float64
        | T::Decimal32(..)
        | T::Decimal64(..)
        | T::Decimal128(..)
        | T::Decimal256(..) => "decimal",
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => "bytes",
        T::List(_)
        | T::LargeList(_)
        | T::FixedSizeList(..)
        | T::ListView(_)
        | T::LargeListView(_) => "list",
        T::Struct(_) => "record",
        T::Map(..) => "map",
        T::Null => "nothing",
        T::Dictionary(_, values) => return word_of_values(values),
        other if other.is_integer() => "whole number",
        _ => "other",
    };
    word.to_owned()
}

/// A dictionary is a column of few different values, which pandas calls a category.
fn word_of_values(values: &DataType) -> String {
    match values {
        DataType::Dictionary(..) => "category".to_owned(),
        plain => format!("category of {}", word(plain)),
    }
}
