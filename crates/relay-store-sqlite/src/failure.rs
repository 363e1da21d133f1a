//! SQLite's failures in the words of the store.

use std::sync::Arc;

use passerby_relay_store::StoreError;
use sqlx::migrate::MigrateError;

/// Sorts a failure: worth another try, or broken.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    // Primary result codes of SQLite: PERM, BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
    const UNAVAILABLE: [i32; 7] = [3, 5, 6, 8, 10, 13, 14];
    let unavailable = match &error {
        sqlx::Error::Database(cause) => cause
            .code()
            .and_then(|code| code.parse::<i32>().ok())
            .is_some_and(|code| UNAVAILABLE.contains(&(code & 0xff))),
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    if unavailable { StoreError::Unavailable(Box::new(error)) } else { StoreError::Broken(Box::new(error)) }
}

/// The failure of a transaction, for each of those who shared it.
pub(crate) fn shared_error(error: &Arc<StoreError>) -> StoreError {
    let cause = Box::new(Arc::clone(error));
    match **error {
        StoreError::Unavailable(_) => StoreError::Unavailable(cause),
        _ => StoreError::Broken(cause),
    }
}

/// Sorts a failure to bring the tables up to date. sqlx looks at all that were run before it runs one.
pub(crate) fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) => StoreError::Newer,
        error => StoreError::Migration(Box::new(error)),
    }
}
