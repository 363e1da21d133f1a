//! What can go wrong with a backup: one enum for writing one, one for restoring from one.
//!
//! No message holds a passphrase, a key, a value or a path.

use std::io;

use super::form::MAX_BACKUP_LEN;
use crate::error::{RecordError, StorageError, VaultError};
use crate::record::RecordId;

/// Writing a backup failed. What stood at its place stands there still.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    // The person's to decide.
    /// Some records of the vault are damaged. A backup without them could take the place of one that still has them.
    #[error("{count} records of the vault are damaged, and a backup would be without them")]
    Damaged {
        /// How many.
        count: usize,
    },
    /// At the given place is something else than a backup of this vault. It was not touched.
    #[error("there is something else than a backup of this vault at this place; it was left as it is")]
    Foreign,
    /// The backup at the given place has seen more changes than this vault: the vault is an older copy, or was changed in
    /// two places. It was not touched.
    #[error("the backup at this place is newer than this vault; it was left as it is")]
    Newer,

    // The program's fault.
    /// A record has no exact spelling in the backup's format.
    #[error("record {id} cannot be written into a backup exactly")]
    Unconvertible {
        /// Its id.
        id: RecordId,
    },
    /// The backup would be larger than a reader accepts.
    #[error("the backup would be larger than {MAX_BACKUP_LEN} bytes")]
    TooLarge,

    // The machine's fault.
    /// The vault itself could not be read.
    #[error(transparent)]
    Vault(#[from] RecordError),
    /// No room is left where the backup was to be written.
    #[error("there is no room left where the backup was to be written")]
    Full,
    /// The folder of the backup is not there.
    #[error("the folder of the backup is not there")]
    NoFolder,
    /// The operating system refused to write it.
    #[error("the operating system refused to write the backup")]
    Write(#[source] io::Error),
}

impl From<StorageError> for BackupError {
    fn from(error: StorageError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NoFolder,
            _ => Self::Write(error),
        }
    }
}

/// Restoring from a backup failed. Nothing was changed and nothing was left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    // The file's fault.
    /// There is no file at the given path.
    #[error("there is no backup at this place")]
    Absent,
    /// The file is something else.
    #[error("this file is not a Passerby backup")]
    NotABackup,
    /// The backup was written by a newer program, in a format this one does not know.
    #[error("this backup was written by a newer program")]
    Newer,
    /// The file is larger than any backup this program writes.
    #[error("this file is larger than {MAX_BACKUP_LEN} bytes, which no backup is")]
    TooLarge,
    /// It is a backup, but something in it was cut off or altered.
    #[error("the backup is damaged")]
    Damaged,
    /// The backup has no slot for this way in.
    #[error("this backup cannot be opened this way")]
    NoSlot,

    // Of the vault it is restored to, and of the slot that opens it.
    /// The passphrase does not fit, a slot is damaged, there is a vault already, the disk is full ..
    #[error(transparent)]
    Vault(#[from] VaultError),

    // The machine's fault.
    /// The operating system refused to read the backup.
    #[error("the operating system refused to read the backup")]
    Read(#[source] io::Error),
}

impl From<StorageError> for RestoreError {
    fn from(error: StorageError) -> Self {
        Self::Vault(error.into())
    }
}
