//! What the store itself holds at the end: read without a relay in between.

use std::path::Path;

use passerby_relay_store_sqlite::SqliteContents;

use crate::database::Database;

/// How many rows the table of grants has in a file that nobody has open.
pub async fn count_grants_in_file(path: &Path) -> usize {
    let mut contents = SqliteContents::open(path).await.unwrap();
    let table = contents.find_tables().await.unwrap().into_iter().find(|table| table.name == "grants");
    let table = table.unwrap();
    let (mut count, mut last) = (0, None);
    loop {
        let rows = contents.read(&table, last.as_ref()).await.unwrap();
        let Some(row) = rows.last() else { return count };
        last = Some(table.key_of(row));
        count += rows.len();
    }
}

/// The same in a database.
pub async fn count_grants(database: &Database, name: &str) -> usize {
    database.ask(name, "SELECT count(*) FROM grants").await.unwrap().parse().unwrap()
}
