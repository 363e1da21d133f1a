//! Opening the file and bringing its tables up to date.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use passerby_relay_store::StoreError;
use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use crate::failure::{migration_error, store_error};
use crate::group::Writer;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a statement waits for another process, such as a backup, to let go of the file.
const BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
/// What a reader keeps of the file (KiB, negative as SQLite wants it): each commit empties it, and the system has the file in memory anyway.
const CACHE: &str = "-256";

/// A relay's store in one SQLite file. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens a file, makes it if it is not there, and runs the migrations it lacks.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        make_private_file(path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            .pragma("trusted_schema", "OFF");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .after_release(|connection, _| Box::pin(is_settled(connection)))
            .connect_with(options.clone())
            .await
            .map_err(store_error)?;
        MIGRATIONS.run(&writer).await.map_err(migration_error)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.read_only(true).pragma("cache_size", CACHE))
            .await
            .map_err(store_error)?;
        Ok(Self { writer: Writer::new(writer), readers })
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }
}

/// Whether a connection can be used for another transaction. sqlx counts transactions, and its count is wrong once SQLite has taken
/// one back by itself, as it does when a disk is full: no further one would begin, even with room again. Such a connection is closed.
async fn is_settled(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was dropped is taken back behind our back: before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Makes the file, if it is not there, for its owner only; the files that `SQLite` puts beside it take its mode over.
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
