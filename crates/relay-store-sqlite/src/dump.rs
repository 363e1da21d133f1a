//! A file as SQL text, and a file from such a text: for recordings that tests keep, never part of a program.
//!
//! The text says how the tables are laid out and which migrations made them, so that a later program can bring them up to date.

use std::path::Path;

use passerby_relay_store::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::failure::store_error;

/// What a file held at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// How it is laid out, and the migrations that it has been through: the same for each file of one program.
    pub schema: String,
    /// What is in its tables, a row a statement, in the order of the tables and their keys.
    pub rows: String,
}

impl Dump {
    /// Reads a file, while others may write to it.
    pub async fn read(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
        let mut moment = connection.begin().await.map_err(store_error)?;
        let laid_out: Vec<String> = sqlx::query_scalar(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
        )
        .fetch_all(&mut *moment)
        .await
        .map_err(store_error)?;
        let mut schema = laid_out.into_iter().map(|statement| statement + ";\n").collect::<Vec<_>>().concat();
        let mut rows = String::new();
        for (table, columns, key) in list_tables(&mut moment).await? {
            let written = write_rows(&mut moment, &table, &columns, &key).await?;
            let into = if table == "_sqlx_migrations" { &mut schema } else { &mut rows };
            into.push_str(&written);
        }
        moment.rollback().await.map_err(store_error)?;
        connection.close().await.map_err(store_error)?;
        Ok(Self { schema, rows })
    }

    /// Makes a file, which is not there yet.
    pub async fn write(&self, path: &Path) -> Result<(), StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
        let all = format!("BEGIN;\n{}{}COMMIT;\n", self.schema, self.rows);
        sqlx::raw_sql(AssertSqlSafe(all)).execute(&mut connection).await.map_err(store_error)?;
        connection.close().await.map_err(store_error)
    }
}

/// Each table with its columns and those of its key.
async fn list_tables(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, Vec<String>, Vec<String>)>, StoreError> {
    let columns: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT t.name, c.name, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.rowid, c.cid",
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    let table = |columns: &[(String, String, i64)]| {
        let mut key: Vec<_> = columns.iter().filter(|column| column.2 > 0).collect();
        key.sort_by_key(|column| column.2);
        let name = columns.first().map(|column| column.0.clone()).unwrap_or_default();
        let of = |column: &(String, String, i64)| column.1.clone();
        (name, columns.iter().map(of).collect(), key.into_iter().map(of).collect())
    };
    Ok(columns.chunk_by(|one, next| one.0 == next.0).map(table).collect())
}

/// The rows of a table as statements. `SQLite` itself writes the values.
async fn write_rows(
    connection: &mut SqliteConnection,
    table: &str,
    columns: &[String],
    key: &[String],
) -> Result<String, StoreError> {
    let quoted: Vec<_> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
    let order = if key.is_empty() { "rowid".to_owned() } else { key.join(", ") };
    let select = format!(
        "SELECT {} FROM \"{table}\" ORDER BY {order}",
        quoted.join(" || ',' || char(10) || '  ' || ")
    );
    let rows: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(connection).await.map_err(store_error)?;
    let names = columns.join(", ");
    let statement = |row: &String| format!("INSERT INTO {table} ({names}) VALUES (\n  {row});\n");
    Ok(rows.iter().map(statement).collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use passerby_relay_store::{ShopStore as _, SweepStore as _};

    use super::*;
    use crate::SqliteStore;

    #[tokio::test]
    async fn a_file_comes_back_from_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first.db", "second.db"].map(|name| folder.path().join(name));
        let store = SqliteStore::open(&first).await.unwrap();
        store.add_shop("it's.example", "root", 7).await.unwrap();
        let text = Dump::read(&first).await.unwrap();
        assert!(text.rows.contains("'it''s.example',\n  'root',\n  7,\n  NULL"), "{}", text.rows);
        text.write(&second).await.unwrap();
        store.close().await;

        let again = SqliteStore::open(&second).await.unwrap();
        assert_eq!(again.find_shop("it's.example").await.unwrap().unwrap().added_at, 7);
        assert_eq!(Dump::read(&second).await.unwrap(), text, "nothing was left to bring up to date");
        again.close().await;
    }
}
