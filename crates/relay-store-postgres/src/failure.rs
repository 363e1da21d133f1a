//! PostgreSQL's failures in the words of the store.

use passerby_relay_store::StoreError;
use passerby_relay_store::row::ForeignRow;
use sqlx::migrate::MigrateError;

/// Serialization failure, and deadlock detected: the transaction was taken back and may be begun anew.
const TAKEN_BACK: [&str; 2] = ["40001", "40P01"];

/// Sorts a failure: worth another try, or broken.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    // Connections, resources (a full disk, too many connections), what an operator did, the system below, transactions taken back.
    const CLASSES: [&str; 5] = ["08", "53", "57", "58", "40"];
    // A lock not had in time; a standby that only reads; a transaction that stood still for too long.
    const STATES: [&str; 3] = ["55P03", "25006", "25P03"];
    let unavailable = match &error {
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| {
            CLASSES.iter().any(|class| code.starts_with(class)) || STATES.contains(&code.as_ref())
        }),
        // What was read is no PostgreSQL: a server that is ended while it greets says this too.
        sqlx::Error::Protocol(_)
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    if unavailable { StoreError::Unavailable(Box::new(error)) } else { StoreError::Broken(Box::new(error)) }
}

/// Whether PostgreSQL took a transaction back so that another one could go on.
pub(crate) fn was_taken_back(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else { return false };
    matches!(
        cause.downcast_ref(),
        Some(sqlx::Error::Database(cause)) if cause.code().is_some_and(|code| TAKEN_BACK.contains(&code.as_ref()))
    )
}

/// Whether a grant could not be put under a period, or a period could not end, because one is not there or the other still is.
pub(crate) fn lies_under_no_period(error: &sqlx::Error) -> bool {
    let cause = error.as_database_error();
    cause.and_then(|cause| cause.constraint()) == Some("grants_lie_under_a_period")
}

/// Whether a request could not be parked because another one has its id.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    let cause = error.as_database_error();
    cause.and_then(|cause| cause.constraint()) == Some("requests_pkey")
}

/// Sorts a failure to bring the tables up to date. sqlx looks at all that were run before it runs one.
pub(crate) fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) => StoreError::Newer,
        error => StoreError::Migration(Box::new(error)),
    }
}

/// Reads a column of small numbers: PostgreSQL has signed ones only.
pub(crate) fn number(signed: i64) -> Result<u32, ForeignRow> {
    signed.try_into().map_err(|_| ForeignRow("number"))
}
