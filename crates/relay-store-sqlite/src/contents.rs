//! Reading a whole file, for carrying it into another database. While that lasts, nobody else has it open.

use std::path::Path;
use std::time::Duration;

use passerby_relay_store::StoreError;
use passerby_relay_store::contents::{Cell, ForeignTable, Row, Table};
use passerby_relay_store::row::ForeignRow;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteLockingMode, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::connect::MIGRATIONS;
use crate::failure::store_error;

/// How long another process may take to let go of the file.
const BUSY: Duration = Duration::from_secs(1);

/// A file that this process has to itself.
#[derive(Debug)]
pub struct SqliteContents {
    connection: SqliteConnection,
}

impl SqliteContents {
    /// Opens a file, which must be there, and brings its tables up to date. `Unavailable` while somebody else has it open, even one who
    /// only waits: a relay that serves.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .locking_mode(SqliteLockingMode::Exclusive)
            .busy_timeout(BUSY)
            .pragma("trusted_schema", "OFF");
        let mut connection = options.connect().await.map_err(store_error)?;
        // Asks for the lock, and keeps it until the end.
        sqlx::raw_sql("BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_schema; COMMIT")
            .execute(&mut connection)
            .await
            .map_err(store_error)?;
        let brought_up = MIGRATIONS.run(&mut connection).await;
        brought_up.map_err(|error| StoreError::Migration(Box::new(error)))?;
        Ok(Self { connection })
    }

    /// All tables, each after those that it refers to.
    pub async fn find_tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let columns: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT t.name, c.name, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> '_sqlx_migrations'
             ORDER BY t.name, c.cid",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(store_error)?;
        let arrows: Vec<(String, String)> = sqlx::query_as(
            "SELECT t.name, f.\"table\" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(store_error)?;
        let mut waiting: Vec<Table> = columns.chunk_by(|one, next| one.0 == next.0).map(make_table).collect();
        let mut ordered: Vec<Table> = Vec::new();
        while !waiting.is_empty() {
            let refers_to_waiting = |table: &Table| {
                let mut to = arrows.iter().filter(|(from, _)| *from == table.name);
                to.any(|(_, to)| waiting.iter().any(|other| other.name == *to))
            };
            let (ready, rest): (Vec<_>, Vec<_>) =
                waiting.iter().cloned().partition(|table| !refers_to_waiting(table));
            match (ready.is_empty(), rest.first()) {
                (true, Some(table)) => return Err(ForeignTable(table.name.clone()).into()),
                _ => ordered.extend(ready),
            }
            waiting = rest;
        }
        Ok(ordered)
    }

    /// The next rows of a table, in the order of its key; none when that was all.
    pub async fn read(&mut self, table: &Table, after: Option<&Row>) -> Result<Vec<Row>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(table.select(after.is_some())));
        for cell in after.into_iter().flatten() {
            query = match cell.clone() {
                Cell::Nothing => query.bind(None::<i64>),
                Cell::Number(number) => query.bind(number),
                Cell::Text(text) => query.bind(text),
                Cell::Bytes(bytes) => query.bind(bytes),
            };
        }
        let rows = query.fetch_all(&mut self.connection).await.map_err(store_error)?;
        rows.iter().map(read_row).collect()
    }
}

fn make_table(columns: &[(String, String, i64)]) -> Table {
    let mut key: Vec<_> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.2 > 0)
        .map(|(place, column)| (column.2, place))
        .collect();
    key.sort_unstable();
    Table {
        name: columns.first().map(|column| column.0.clone()).unwrap_or_default(),
        columns: columns.iter().map(|column| column.1.clone()).collect(),
        key: key.into_iter().map(|(_, place)| place).collect(),
    }
}

fn read_row(row: &SqliteRow) -> Result<Row, StoreError> {
    (0..row.len())
        .map(|place| {
            let raw = row.try_get_raw(place).map_err(store_error)?;
            if raw.is_null() {
                return Ok(Cell::Nothing);
            }
            let cell = match raw.type_info().name() {
                "INTEGER" => row.try_get(place).map(Cell::Number),
                "TEXT" => row.try_get(place).map(Cell::Text),
                "BLOB" => row.try_get(place).map(Cell::Bytes),
                _ => return Err(ForeignRow("value").into()),
            };
            cell.map_err(store_error)
        })
        .collect()
}
