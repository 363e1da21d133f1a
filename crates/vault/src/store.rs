//! The file as SQLite sees it: opening it, its header, slots and manifest. The records are in `rows.rs`.
//!
//! Queries are checked against the schema when the crate is built, from the folder `.sqlx` beside it. To add a
//! migration: see `migration.rs`.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::error::StorageError;
use crate::manifest::Mark;
use crate::unlock::{Slot, SlotHead};

/// The one row of `header`.
pub(crate) struct HeaderRow {
    pub(crate) vault_id: Vec<u8>,
    pub(crate) schema: i64,
    pub(crate) epoch: i64,
}

/// Opens an existing SQLite file so that a write is on the disk before it is confirmed, nothing spills into temporary
/// files, and a schema from a stranger cannot call functions.
pub(crate) async fn connect(path: &Path) -> Result<SqliteConnection, StorageError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        // SQLite reads ahead this far while rows are opened.
        .row_buffer_size(512)
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Refuses a file whose tables compute what they say, or do something when they are written to. A vault of whatever
/// schema has tables and indexes and nothing else; a view could have rows without end, and be read before any key is.
pub(crate) async fn refuse_computed(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    let computed = "SELECT
            EXISTS (SELECT 1 FROM sqlite_schema WHERE sql NOT GLOB 'CREATE TABLE *'
                AND sql NOT GLOB 'CREATE INDEX *' AND sql NOT GLOB 'CREATE UNIQUE INDEX *')
         OR EXISTS (SELECT 1 FROM sqlite_schema AS found JOIN pragma_table_xinfo(found.name) AS one
                WHERE one.hidden <> 0)";
    let computed: bool = sqlx::query_scalar(computed).fetch_one(connection).await?;
    if computed { Err(StorageError::Damaged) } else { Ok(()) }
}

pub(crate) async fn find_header(
    connection: &mut SqliteConnection,
) -> Result<Option<HeaderRow>, StorageError> {
    let row = sqlx::query_as!(HeaderRow, "SELECT vault_id, schema, epoch FROM header WHERE one = 1");
    Ok(row.fetch_optional(connection).await?)
}

/// A number that changes when something else than this connection writes to the file.
pub(crate) async fn find_version(connection: &mut SqliteConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await?)
}

/// The number of the newest migration that was run on the file, from the list that sqlx keeps there.
pub(crate) async fn find_newest_migration(connection: &mut SqliteConnection) -> Result<i64, StorageError> {
    let newest = sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM _sqlx_migrations");
    Ok(newest.fetch_one(connection).await?.unwrap_or(0))
}

pub(crate) async fn insert_header(
    connection: &mut SqliteConnection,
    header: &HeaderRow,
) -> Result<(), StorageError> {
    sqlx::query!(
        "INSERT INTO header (one, vault_id, schema, epoch) VALUES (1, ?, ?, ?)",
        header.vault_id,
        header.schema,
        header.epoch
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn read_slots(connection: &mut SqliteConnection) -> Result<Vec<Slot>, StorageError> {
    let rows = sqlx::query!("SELECT id, kind, parameters, salt, commitment, wrapped FROM slot ORDER BY id");
    let slots = rows.map(|row| Slot {
        head: SlotHead { id: row.id, kind: row.kind, parameters: row.parameters, salt: row.salt },
        commitment: row.commitment,
        wrapped: row.wrapped,
    });
    Ok(slots.fetch_all(connection).await?)
}

pub(crate) async fn insert_slot(connection: &mut SqliteConnection, slot: &Slot) -> Result<(), StorageError> {
    sqlx::query!(
        "INSERT INTO slot (id, kind, parameters, salt, commitment, wrapped) VALUES (?, ?, ?, ?, ?, ?)",
        slot.head.id,
        slot.head.kind,
        slot.head.parameters,
        slot.head.salt,
        slot.commitment,
        slot.wrapped
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts these slots in the place of all there are.
pub(crate) async fn replace_slots(
    transaction: &mut SqliteConnection,
    slots: &[Slot],
) -> Result<(), StorageError> {
    sqlx::query!("DELETE FROM slot").execute(&mut *transaction).await?;
    for slot in slots {
        insert_slot(transaction, slot).await?;
    }
    Ok(())
}

/// Counts the vault's keys on, from the first epoch to the second.
pub(crate) async fn replace_epoch(
    transaction: &mut SqliteConnection,
    (before, next): (i64, i64),
) -> Result<(), StorageError> {
    let done = sqlx::query!("UPDATE header SET epoch = ? WHERE one = 1 AND epoch = ?", next, before);
    match done.execute(transaction).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Changed),
    }
}

/// The manifest's row, if there is one that can be read: a vault without it is reported, and can be read itself.
pub(crate) async fn find_mark(connection: &mut SqliteConnection) -> Result<Option<Mark>, StorageError> {
    let row = sqlx::query!("SELECT counter, mac FROM manifest WHERE one = 1").fetch_optional(connection);
    let row = match row.await.map_err(StorageError::from) {
        Err(StorageError::Damaged) => None,
        row => row?,
    };
    // The table's own checks keep both in bounds, so others are none that was written here.
    Ok(row.and_then(|row| {
        Some(Mark { counter: u64::try_from(row.counter).ok()?, mac: row.mac.try_into().ok()? })
    }))
}

/// Puts `next` in the place of `before`; `false` if something else stands there.
pub(crate) async fn replace_mark(
    transaction: &mut SqliteConnection,
    before: &Mark,
    next: &Mark,
) -> Result<bool, StorageError> {
    let (old_counter, old_mac) = (before.counter.cast_signed(), before.mac.as_slice());
    let (counter, mac) = (next.counter.cast_signed(), next.mac.as_slice());
    let done = sqlx::query!(
        "UPDATE manifest SET counter = ?, mac = ? WHERE one = 1 AND counter = ? AND mac = ?",
        counter,
        mac,
        old_counter,
        old_mac
    )
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a mark in the place of whatever stands there.
pub(crate) async fn put_mark(transaction: &mut SqliteConnection, mark: &Mark) -> Result<(), StorageError> {
    let (counter, mac) = (mark.counter.cast_signed(), mark.mac.as_slice());
    sqlx::query!("INSERT OR REPLACE INTO manifest (one, counter, mac) VALUES (1, ?, ?)", counter, mac)
        .execute(transaction)
        .await?;
    Ok(())
}

/// Writes all tables into an empty file at `path`, in one piece and without what was deleted. Not yet durable.
pub(crate) async fn copy(connection: &mut SqliteConnection, path: &Path) -> Result<(), StorageError> {
    let path = path.to_str().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    sqlx::query("VACUUM INTO ?").bind(path).execute(connection).await?;
    Ok(())
}

/// Writes the file anew, without what was deleted.
pub(crate) async fn compact(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    sqlx::raw_sql("VACUUM").execute(connection).await?;
    Ok(())
}

/// Begins a transaction, and ends first what a failed or abandoned one may have left.
///
/// Not by sqlx's own transactions: they are counted, and the count is wrong once SQLite has taken one back by itself, as it does
/// when a disk is full. What they say is committed after that is in a transaction that nobody ends, and never reaches the file.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    take_back(connection).await;
    sqlx::raw_sql("BEGIN").execute(connection).await?;
    Ok(())
}

/// Commits it. What is refused is taken back by the next [`begin`], or when the file is closed.
pub(crate) async fn commit(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
}

/// Takes back what was begun and not committed.
pub(crate) async fn take_back(connection: &mut SqliteConnection) {
    // There may be nothing to take back, which SQLite calls an error.
    drop(sqlx::raw_sql("ROLLBACK").execute(connection).await);
}

/// Moves everything from the write-ahead log into the file and empties the log.
pub(crate) async fn empty_log(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await?;
    Ok(())
}

/// Empties the log and closes the file.
pub(crate) async fn close(mut connection: SqliteConnection) -> Result<(), StorageError> {
    take_back(&mut connection).await;
    let emptied = empty_log(&mut connection).await;
    connection.close().await?;
    emptied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_pragma_is_in_force() {
        // SQLite says nothing about a pragma it does not know.
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut connection = connect(file.path()).await.unwrap();
        for (pragma, expected) in [
            ("PRAGMA synchronous", 2),
            ("PRAGMA secure_delete", 1),
            ("PRAGMA temp_store", 2),
            ("PRAGMA trusted_schema", 0),
            ("PRAGMA cell_size_check", 1),
        ] {
            let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut connection).await.unwrap();
            assert_eq!(found, expected, "{pragma}");
        }
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
        assert_eq!(mode, "wal");
    }
}
