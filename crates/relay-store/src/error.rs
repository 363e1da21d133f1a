//! Why a store could not do what it was asked.

use std::error::Error;

/// A failure of the store itself. What a caller may expect ("not there", "somebody was first") is never an error but a
/// variant of the method's result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database could not be reached, is busy for too long, or its disk is full. Asking again later may help.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered with something this program did not write, or could not run a statement.
    #[error("the store failed")]
    Broken(#[source] Box<dyn Error + Send + Sync>),
    /// The database has migrations that this program does not know. Nothing was changed.
    #[error("a newer program was here: run that one, or put back the copy from before its first start")]
    Newer,
    /// The database was made by another program, or its upgrade failed.
    #[error("the store's tables could not be brought up to date")]
    Migration(#[source] Box<dyn Error + Send + Sync>),
}
