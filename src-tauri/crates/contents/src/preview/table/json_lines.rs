//! JSON lines: one object a line, shown as a table with a column for each key.

use futures_util::future::BoxFuture;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::Result;
use crate::preview::encoding::{TextEncoding, Unit};
use crate::preview::index::{LineIndex, Lines};
use crate::preview::reader::Reader;
use crate::preview::{RowPage, Sheet, line};

use super::{COLUMNS, Rows, Table, kind};

/// Bytes of a line that are read; a longer one cannot be taken apart.
const KEEP: usize = 1024 * 1024;
/// Objects of the sample.
const SAMPLE: usize = 200;

/// An object with its keys in the order of the file.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Object;
            fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(
                self,
                mut map: M,
            ) -> std::result::Result<Object, M::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Object(all))
            }
        }
        from.deserialize_map(Keys)
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(line::value(text)),
        other => Some(line::value(&other.to_string())),
    }
}

struct JsonLines {
    index: LineIndex,
    keys: Vec<String>,
}

/// A table, where every line of the sample is an object; `None` where it is not.
pub fn open(reader: &Reader, sample: &str, encoding: TextEncoding) -> Option<Table> {
    if encoding.unit() != Unit::Byte || !encoding.is_utf_8() {
        return None;
    }
    let objects: Vec<Object> = sample
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SAMPLE)
        .map(|line| serde_json::from_str(line).ok())
        .collect::<Option<_>>()?;
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in objects.iter().flat_map(|object| &object.0) {
        if keys.len() < COLUMNS && !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    // Objects that share no keys are no table.
    let filled: usize = objects.iter().map(|object| object.0.len()).sum();
    if objects.is_empty() || keys.is_empty() || filled * 4 < keys.len() * objects.len() {
        return None;
    }
    let columns = keys
        .iter()
        .map(|key| {
            let values: Vec<String> = objects
                .iter()
                .filter_map(|object| object.0.iter().find(|(name, _)| name == key))
                .filter_map(|(_, value)| shown(value))
                .collect();
            kind::column(line::value(key), values.iter().map(String::as_str))
        })
        .collect();
    let rules = Lines {
        start: u64::from(encoding.mark),
        unit: Unit::Byte,
        quote: None,
    };
    let index = LineIndex::start(reader.clone(), rules);
    Some(Table {
        rows: std::sync::Arc::new(JsonLines { index, keys }),
        sheets: vec![Sheet {
            name: String::new(),
            columns,
            rows: None,
            cut: false,
        }],
        format: "JSON lines".to_owned(),
        cautions: Vec::new(),
    })
}

impl JsonLines {
    async fn page(&self, from: u32, count: u32) -> Result<RowPage> {
        let raw = self
            .index
            .read(u64::from(from), count as usize, KEEP)
            .await?;
        let rows = raw
            .iter()
            .map(|raw| {
                if let Ok(object) = serde_json::from_slice::<Object>(&raw.bytes) {
                    return self.row(&object);
                }
                // Not an object: its text in the first column, so that nothing is hidden.
                let text = String::from_utf8_lossy(&raw.bytes);
                let mut row = vec![None; self.keys.len()];
                row[0] = Some(line::value(&text));
                row
            })
            .collect();
        Ok(RowPage {
            sheet: 0,
            from,
            rows,
            total: self.index.total(),
        })
    }

    fn row(&self, object: &Object) -> Vec<Option<String>> {
        self.keys
            .iter()
            .map(|key| {
                let (_, value) = object.0.iter().find(|(name, _)| name == key)?;
                shown(value)
            })
            .collect()
    }
}

impl Rows for JsonLines {
    fn rows(&self, _sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        Box::pin(self.page(from, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::memory::MemorySource;

    async fn opened(text: &str) -> Option<Table> {
        let (reader, _) = Reader::open(MemorySource::new(text.to_owned()))
            .await
            .unwrap();
        open(&reader, text, TextEncoding::UTF_8)
    }

    #[tokio::test]
    async fn objects_become_rows_in_the_order_of_their_keys() {
        let table = opened("{\"z\":1,\"a\":\"x\"}\n{\"z\":2,\"b\":[1,null]}\n")
            .await
            .unwrap();
        let names: Vec<&str> = table.sheets[0]
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(names, ["z", "a", "b"]);
        let page = table.rows.rows(0, 1, 5).await.unwrap();
        assert_eq!(
            page.rows,
            [[Some("2".to_owned()), None, Some("[1,null]".to_owned())]]
        );
    }

    #[tokio::test]
    async fn what_is_no_table_is_none() {
        assert!(opened("{\"a\":1}\nnot json\n").await.is_none());
        assert!(opened("[1]\n").await.is_none());
        assert!(opened("").await.is_none());
    }
}
