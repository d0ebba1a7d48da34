//! SQLite databases. SQLite wants a file of its own computer, so the database is copied into a
//! temporary one and opened there: read-only, as a file that nobody changes, without trusting what
//! its schema would like to run. Nothing is ever written next to the original.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::Result;
use crate::preview::reader::{Blocking, PIECE, Reader, aside, unreadable};
use crate::preview::{Column, RowPage, Sheet, line};

use super::{COLUMNS, Rows, Table};

/// The largest database that is copied.
pub const LARGEST: u64 = 512_000_000;
/// Tables and views that are listed.
const TABLES: usize = 200;
/// How long the copy may take, and how long one question.
const COPYING: Duration = Duration::from_mins(2);
const ASKING: Duration = Duration::from_secs(10);
/// How long all rows of all tables may be counted for.
const COUNTING: Duration = Duration::from_secs(3);
/// Memory that SQLite may take.
const MEMORY: u32 = 256 * 1024 * 1024;

struct Database {
    connection: Mutex<Connection>,
    tables: Vec<String>,
    // Deleted with the last row that was asked for; after the connection.
    _copy: tempfile::NamedTempFile,
}

struct DatabaseRows(Arc<Database>);

fn damaged(error: rusqlite::Error) -> crate::Problem {
    unreadable("SQLite cannot read this database: it is damaged, incomplete or encrypted.")
        .detail(error.to_string())
}

/// Copies the database and lists its tables.
pub async fn open(reader: &Reader) -> Result<Table> {
    if reader.size() > LARGEST {
        return Err(unreadable(format!(
            "A database is copied to be looked into, and Slipway copies up to {}. This one has {}.",
            line::size(LARGEST),
            line::size(reader.size())
        )));
    }
    let copy = reader.aside(COPYING, |file| copy(&file)).await?;
    let runtime = tokio::runtime::Handle::current();
    let (database, sheets, more) = aside(ASKING + COUNTING, move || {
        let connection = connect(&copy)?;
        let within = Interrupt::after(&runtime, &connection, ASKING);
        let listed = tables(&connection).map_err(damaged)?;
        drop(within);
        let more = listed.len().saturating_sub(TABLES);
        let within = Interrupt::after(&runtime, &connection, COUNTING);
        let sheets: Vec<Sheet> = listed
            .iter()
            .take(TABLES)
            .map(|(name, view)| sheet(&connection, name, *view))
            .collect();
        drop(within);
        let database = Database {
            connection: Mutex::new(connection),
            tables: listed.into_iter().map(|(name, _)| name).collect(),
            _copy: copy,
        };
        Ok((database, sheets, more))
    })
    .await?;
    let mut cautions = Vec::new();
    if more > 0 {
        cautions.push(format!("{more} more tables are not shown."));
    }
    Ok(Table {
        rows: Arc::new(DatabaseRows(Arc::new(database))),
        format: match sheets.len() {
            1 => "SQLite database, 1 table".to_owned(),
            many => format!("SQLite database, {many} tables and views"),
        },
        sheets,
        cautions,
    })
}

fn copy(file: &Blocking) -> Result<tempfile::NamedTempFile> {
    let failed = |error: std::io::Error| {
        unreadable("There is no room on this computer for a copy to look into.")
            .detail(error.to_string())
    };
    let mut copy = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut at = 0;
    while at < file.size() {
        let bytes = file.range(at, u64::from(PIECE))?;
        if bytes.is_empty() {
            break;
        }
        at += bytes.len() as u64;
        copy.write_all(&bytes).map_err(failed)?;
    }
    copy.flush().map_err(failed)?;
    Ok(copy)
}

fn connect(copy: &tempfile::NamedTempFile) -> Result<Connection> {
    let path = copy.path().to_string_lossy().replace('\\', "/");
    let mut address = "file:".to_owned();
    if !path.starts_with('/') {
        address.push('/');
    }
    for character in path.chars() {
        match character {
            '%' => address.push_str("%25"),
            '?' => address.push_str("%3f"),
            '#' => address.push_str("%23"),
            other => address.push(other),
        }
    }
    address.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address, flags).map_err(damaged)?;
    let guarded = || -> rusqlite::Result<()> {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "temp_store", 2)?;
        connection.pragma_update_and_check(None, "hard_heap_limit", MEMORY, |_| Ok(()))?;
        Ok(())
    };
    guarded().map_err(damaged)?;
    Ok(connection)
}

/// Ends what SQLite does when the time is up.
struct Interrupt(tokio::task::JoinHandle<()>);

impl Interrupt {
    fn after(runtime: &tokio::runtime::Handle, connection: &Connection, time: Duration) -> Self {
        let handle = connection.get_interrupt_handle();
        Self(runtime.spawn(async move {
            tokio::time::sleep(time).await;
            // Again and again: an interrupt ends only what runs at the moment.
            for _ in 0..100 {
                handle.interrupt();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }))
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, bool)>> {
    let mut statement = connection.prepare(
        "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name LIMIT 10000",
    )?;
    let rows = statement.query_map([], |row| {
        let name = match row.get_ref(0)? {
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            _ => String::new(),
        };
        Ok((name, row.get(1)?))
    })?;
    rows.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn sheet(connection: &Connection, name: &str, view: bool) -> Sheet {
    // A table that cannot be read is listed all the same, without columns.
    let columns = columns(connection, name).unwrap_or_default();
    let rows = if view {
        None
    } else {
        connection
            .query_row(
                &format!("SELECT count(*) FROM {}", quoted(name)),
                [],
                |row| row.get::<_, i64>(0),
            )
            .ok()
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    };
    Sheet {
        name: line::value(name),
        columns,
        rows,
        cut: false,
    }
}

fn columns(connection: &Connection, name: &str) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare(&format!("PRAGMA table_info({})", quoted(name)))?;
    let rows = statement.query_map([], |row| {
        let text = |value: ValueRef<'_>| match value {
            ValueRef::Text(text) => line::value(&String::from_utf8_lossy(text)),
            _ => String::new(),
        };
        Ok((text(row.get_ref(1)?), text(row.get_ref(2)?)))
    })?;
    rows.take(COLUMNS)
        .map(|column| column.map(|(name, declared)| kind(name, &declared)))
        .collect()
}

/// The kinds of SQLite's documentation of column affinity.
fn kind(name: String, declared: &str) -> Column {
    let upper = declared.to_ascii_uppercase();
    let (kind, number) = if upper.contains("INT") {
        ("whole number", true)
    } else if ["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]
        .iter()
        .any(|word| upper.contains(word))
    {
        ("decimal", true)
    } else if upper.contains("BOOL") {
        ("yes or no", false)
    } else if upper.contains("DATE") || upper.contains("TIME") {
        ("date", false)
    } else if upper.contains("BLOB") {
        ("bytes", false)
    } else if upper.is_empty() {
        ("any", false)
    } else {
        ("text", false)
    };
    Column {
        name,
        kind: kind.to_owned(),
        number,
    }
}

impl Database {
    fn page(
        &self,
        runtime: &tokio::runtime::Handle,
        sheet: u32,
        from: u32,
        count: u32,
    ) -> Result<RowPage> {
        let Some(table) = self.tables.get(sheet as usize) else {
            return Ok(RowPage::default());
        };
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let within = Interrupt::after(runtime, &connection, ASKING);
        let rows = read(&connection, table, from, count).map_err(damaged)?;
        drop(within);
        // Fewer than were asked for: there are no more. The counted rows stand in the sheet.
        let end = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let total = (end < count && (end > 0 || from == 0)).then(|| from.saturating_add(end));
        Ok(RowPage {
            sheet,
            from,
            rows,
            total,
        })
    }
}

fn read(
    connection: &Connection,
    table: &str,
    from: u32,
    count: u32,
) -> rusqlite::Result<Vec<Vec<Option<String>>>> {
    let mut statement = connection.prepare(&format!(
        "SELECT * FROM {} LIMIT ?1 OFFSET ?2",
        quoted(table)
    ))?;
    let width = statement.column_count().min(COLUMNS);
    let rows = statement.query_map((count, from), |row| {
        (0..width)
            .map(|number| Ok(shown(row.get_ref(number)?)))
            .collect()
    })?;
    rows.collect()
}

fn shown(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => {
            let beginning = &text[..text.len().min(line::VALUE * 4 + 4)];
            Some(line::value(&String::from_utf8_lossy(beginning)))
        }
        ValueRef::Blob(bytes) => Some(format!("{} of bytes", line::size(bytes.len() as u64))),
    }
}

impl Rows for DatabaseRows {
    fn rows(&self, sheet: u32, from: u32, count: u32) -> BoxFuture<'_, Result<RowPage>> {
        let database = Arc::clone(&self.0);
        let runtime = tokio::runtime::Handle::current();
        Box::pin(aside(ASKING * 2, move || {
            database.page(&runtime, sheet, from, count)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::memory::MemorySource;

    fn database(sql: &str) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let connection = Connection::open(file.path()).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        std::fs::read(file.path()).unwrap()
    }

    async fn opened(bytes: Vec<u8>) -> Result<Table> {
        let (reader, _) = Reader::open(MemorySource::new(bytes)).await?;
        open(&reader).await
    }

    #[tokio::test]
    async fn tables_and_views_are_listed_with_their_rows() {
        let table = opened(database(
            "CREATE TABLE \"odd \"\"name\" (id INTEGER, price REAL, note TEXT, raw BLOB);
             INSERT INTO \"odd \"\"name\" VALUES (1, 2.5, 'a
b', x'00ff'), (2, NULL, 'c', NULL);
             CREATE VIEW few AS SELECT id FROM \"odd \"\"name\" WHERE id > 1;",
        ))
        .await
        .unwrap();
        let names: Vec<_> = table
            .sheets
            .iter()
            .map(|sheet| (sheet.name.as_str(), sheet.rows))
            .collect();
        assert_eq!(names, [("odd \"name", Some(2)), ("few", None)]);
        let page = table.rows.rows(0, 0, 10).await.unwrap();
        let first: Vec<_> = page.rows[0].iter().map(Option::as_deref).collect();
        assert_eq!(
            first,
            [Some("1"), Some("2.5"), Some("a↵b"), Some("2 B of bytes")]
        );
        let page = table.rows.rows(1, 0, 10).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (1, Some(1)));
        assert!(table.rows.rows(7, 0, 10).await.unwrap().rows.is_empty());
    }

    #[tokio::test]
    async fn a_view_that_never_ends_is_given_up_while_others_are_read() {
        let table = opened(database(
            "CREATE TABLE good (a); INSERT INTO good VALUES (1);
             CREATE VIEW bomb AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n;",
        ))
        .await
        .unwrap();
        assert_eq!(table.sheets.len(), 2);
        assert!(
            table.rows.rows(1, 0, 10).await.is_err(),
            "it ends after its time"
        );
        assert_eq!(table.rows.rows(0, 0, 10).await.unwrap().rows.len(), 1);
    }

    #[tokio::test]
    async fn damaged_databases_say_so() {
        let whole = database("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);");
        for cut in [100, 1000, 4000] {
            let outcome = opened(whole[..cut].to_vec()).await;
            if let Ok(table) = outcome {
                let _ = table.rows.rows(0, 0, 10).await;
            }
        }
        let mut wrong = whole;
        for byte in &mut wrong[200..4096] {
            *byte = byte.wrapping_mul(31).wrapping_add(7);
        }
        assert!(opened(wrong).await.is_err());
    }
}
