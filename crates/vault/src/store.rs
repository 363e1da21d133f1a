//! The rows: all of the vault's SQL, over sealed bytes only.
//!
//! Queries are checked against the schema when the crate is built, from the folder `.sqlx` beside it. To add a
//! migration: a new file in `migrations/`, `SCHEMA` here, then regenerate `.sqlx`.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::error::{RecordError, StorageError, VaultError};
use crate::record::{Change, RecordId};
use crate::unlock::{Slot, SlotHead};

/// The number of the newest migration.
pub(crate) const SCHEMA: i64 = 1;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The one row of `header`.
pub(crate) struct HeaderRow {
    pub(crate) vault_id: Vec<u8>,
    pub(crate) schema: i64,
    pub(crate) epoch: i64,
}

/// A row of `record` without its id.
pub(crate) struct RecordRow {
    pub(crate) ver: i64,
    pub(crate) epoch: i64,
    pub(crate) blob: Vec<u8>,
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
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Brings the tables up to [`SCHEMA`].
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    // `run` takes anything a connection can be acquired from, and a future that awaits it on a reference cannot be proven
    // `Send`; `run_direct` is sqlx's own way around that.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => VaultError::Newer { found, known: SCHEMA },
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => {
            StorageError::from(cause).into()
        }
        other => StorageError::Database(other.into()).into(),
    })
}

pub(crate) async fn find_header(
    connection: &mut SqliteConnection,
) -> Result<Option<HeaderRow>, StorageError> {
    let row = sqlx::query_as!(HeaderRow, "SELECT vault_id, schema, epoch FROM header WHERE one = 1");
    Ok(row.fetch_optional(connection).await?)
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

/// All rows, sorted by id.
pub(crate) async fn read_records(
    connection: &mut SqliteConnection,
) -> Result<Vec<(RecordId, RecordRow)>, StorageError> {
    let rows =
        sqlx::query!("SELECT id, ver, epoch, blob FROM record ORDER BY id").fetch_all(connection).await?;
    rows.into_iter()
        .map(|row| {
            // The table's own check keeps ids at 16 bytes, so another length is a broken table, not a broken row.
            let id = RecordId::try_from(row.id.as_slice()).map_err(|_| StorageError::Damaged)?;
            Ok((id, RecordRow { ver: row.ver, epoch: row.epoch, blob: row.blob }))
        })
        .collect()
}

pub(crate) async fn find_record(
    connection: &mut SqliteConnection,
    id: RecordId,
) -> Result<Option<RecordRow>, StorageError> {
    let id = id.as_bytes().as_slice();
    let row = sqlx::query_as!(RecordRow, "SELECT ver, epoch, blob FROM record WHERE id = ?", id);
    Ok(row.fetch_optional(connection).await?)
}

/// Writes all changes in one transaction, which is on the disk when this returns.
pub(crate) async fn write_records(
    connection: &mut SqliteConnection,
    epoch: i64,
    changes: &[Change],
) -> Result<(), RecordError> {
    let mut transaction = connection.begin().await.map_err(StorageError::from)?;
    for change in changes {
        match change {
            Change::Insert { id, ver, blob } => {
                let id = id.as_bytes().as_slice();
                sqlx::query!(
                    "INSERT INTO record (id, ver, epoch, blob) VALUES (?, ?, ?, ?)",
                    id,
                    ver,
                    epoch,
                    blob
                )
                .execute(&mut *transaction)
                .await
                .map_err(StorageError::from)?;
            }
            Change::Update { id, old_ver, ver, blob } => {
                let key = id.as_bytes().as_slice();
                let done = sqlx::query!(
                    "UPDATE record SET ver = ?, epoch = ?, blob = ? WHERE id = ? AND ver = ?",
                    ver,
                    epoch,
                    blob,
                    key,
                    old_ver
                )
                .execute(&mut *transaction)
                .await
                .map_err(StorageError::from)?;
                // The row is gone or is another version than this process wrote: somebody else changed the file.
                if done.rows_affected() != 1 {
                    return Err(RecordError::Damaged { id: *id });
                }
            }
            Change::Remove { id } => {
                let id = id.as_bytes().as_slice();
                sqlx::query!("DELETE FROM record WHERE id = ?", id)
                    .execute(&mut *transaction)
                    .await
                    .map_err(StorageError::from)?;
            }
        }
    }
    Ok(transaction.commit().await.map_err(StorageError::from)?)
}

/// Moves everything from the write-ahead log into the file, empties the log and closes the file.
pub(crate) async fn close(mut connection: SqliteConnection) -> Result<(), StorageError> {
    let truncated = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
    connection.close().await?;
    truncated?;
    Ok(())
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

    #[test]
    fn the_schema_number_is_the_newest_migration() {
        assert_eq!(MIGRATIONS.iter().map(|migration| migration.version).max(), Some(SCHEMA));
    }
}
