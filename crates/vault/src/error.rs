//! What can go wrong with a vault, one enum an operation, grouped by whose fault it is.
//!
//! No message holds a passphrase, a key, a value or a path.

use std::io;

use crate::keyring::KeyringError;
use crate::record::RecordId;
use crate::unlock::{KeyError, SlotKind};
use crate::wholeness::Wholeness;

/// Creating, opening or locking a vault, or changing its slots, failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    // The person's to solve.
    /// The passphrase does not fit the vault's slot. A slot whose salt, parameters or commitment were altered looks
    /// exactly the same from inside, so this is not a proof that the passphrase was mistyped.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
    /// The words belong to another vault, or their slot was altered.
    #[error("these words do not open this vault")]
    WrongWords,
    /// The vault has no slot for this way in.
    #[error("this vault cannot be opened this way: it has no slot of the kind {kind}")]
    NoSlot {
        /// The kind that was looked for.
        kind: SlotKind,
    },
    /// More keyrings have slots in this vault than are ever asked.
    #[error("this vault has slots for {limit} keyrings already; take one out first")]
    TooManyKeyrings {
        /// The most there may be.
        limit: usize,
    },
    /// A vault cannot be closed with an empty passphrase.
    #[error("a vault cannot be closed with an empty passphrase")]
    EmptyPassphrase,
    /// Another process, or another part of this one, has the vault open.
    #[error("the vault is in use by another program; close it there first")]
    InUse,
    /// There is no file at the given path.
    #[error("there is no vault at this place")]
    Absent,
    /// There is already a file at the path a new vault was to be created at. It was not touched.
    #[error("there is already a file at this place; it was left as it is")]
    Exists,

    // The file's fault.
    /// The file is something else. It was not touched.
    #[error("this file is not a Passerby vault")]
    NotAVault,
    /// The vault was written by a newer program. It was not touched.
    #[error("this vault was written by a newer program (schema {found}, this program knows {known})")]
    Newer {
        /// The schema number in the file.
        found: i64,
        /// The newest schema number this program knows.
        known: i64,
    },
    /// The slot asks for a key derivation that is weaker, or far costlier, than this program accepts.
    #[error(
        "the vault's slot asks for key derivation with {memory_kib} KiB, {passes} passes and {lanes} lanes, \
         which this program refuses"
    )]
    Stretching {
        /// Argon2 memory in KiB.
        memory_kib: u32,
        /// Argon2 passes.
        passes: u32,
        /// Argon2 lanes.
        lanes: u32,
    },
    /// The vault is not what it was when it was last written, and a person has not accepted it yet.
    #[error("the vault is not whole, so nothing is written: {found}")]
    NotWhole {
        /// What was found.
        found: Wholeness,
    },
    /// The secret fits, but the slot's sealed key or the fields bound to it were altered, or the slot is not
    /// there or cannot be parsed.
    #[error("the vault's slot is damaged")]
    SlotDamaged,

    // The machine's fault.
    /// The vault comes from an older program, and no copy of it could be laid beside it before it is brought up to
    /// date. It was left as it was.
    #[error(
        "the vault has to be brought up to date, and no copy of it could be made first; it was left as it is"
    )]
    Copy(#[source] StorageError),
    /// The keyring of the system does not open the vault. The passphrase does.
    #[error("the keyring does not open this vault")]
    Keyring(#[from] KeyringError),
    /// The key could not be derived.
    #[error("deriving the vault's key failed")]
    Key(#[from] KeyError),
    /// The file could not be read or written.
    #[error("reading or writing the vault file failed")]
    Storage(#[from] StorageError),
}

/// Reading or writing records of an open vault failed. A failed write has changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    // The caller's fault.
    /// There is no record of this kind under this id to update.
    #[error("there is no {kind} record {id} to update")]
    Missing {
        /// The id that was given.
        id: RecordId,
        /// The kind that was to be written.
        kind: &'static str,
    },
    /// The record is authentic but does not have the shape of the type it was read as, or a value could not be
    /// encoded. The cause is left out on purpose: decoders quote the values they stumble over.
    #[error("a {kind} record does not have the shape this program expects")]
    Shape {
        /// The kind that was to be read or written.
        kind: &'static str,
    },
    /// The encoded record is longer than [`MAX_RECORD_LEN`](crate::MAX_RECORD_LEN).
    #[error("a {kind} record is longer than {limit} bytes")]
    TooLong {
        /// The kind that was to be written.
        kind: &'static str,
        /// The most bytes a record may have.
        limit: usize,
    },

    // The file's fault.
    /// The record's seal does not fit its place; its kind is unknown. Other records can still be read.
    #[error("record {id} is damaged, its kind cannot be told")]
    Damaged {
        /// The id of the damaged row.
        id: RecordId,
    },

    /// The vault is not what it was when it was last written, so nothing is written over it. It can be read, and
    /// [`Vault::accept`](crate::Vault::accept) takes it as it is now.
    #[error("nothing was written: {found}")]
    NotWhole {
        /// What the vault is instead.
        found: Wholeness,
    },

    // The machine's fault.
    /// The file could not be read or written.
    #[error("reading or writing the vault file failed")]
    Storage(#[from] StorageError),
}

impl RecordError {
    /// The same of a file that this program is making: whatever is wrong there is the file's fault, never the person's.
    pub(crate) fn into_storage(self) -> StorageError {
        match self {
            Self::Storage(error) => error,
            _ => StorageError::Damaged,
        }
    }
}

/// The file system or SQLite refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// No room is left on the disk. Nothing was changed.
    #[error("the disk is full")]
    Full,
    /// SQLite found the file's own structure broken.
    #[error("the vault file is damaged; keep it as it is, and restore a backup or an older copy")]
    Damaged,
    /// The file was taken away or replaced while it was open. What was confirmed before may be in the file that was.
    #[error("the vault file was taken away or replaced while it was open")]
    Gone,
    /// The file, its folder or its disk cannot be written to. Nothing was changed.
    #[error("the vault file, its folder or its disk cannot be written to")]
    ReadOnly,
    /// Another program wrote to the file while it was open. Nothing was changed.
    #[error("the vault file was changed by something else while it was open")]
    Changed,
    /// The operating system refused.
    #[error("the operating system refused to read or write the vault file")]
    Io(#[source] io::Error),
    /// SQLite refused for another reason.
    #[error("SQLite refused to read or write the vault file")]
    Database(#[source] sqlx::Error),
}

/// SQLite's primary result codes, from its public interface.
const SQLITE_READONLY: i32 = 8;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(error),
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        // Extended result codes keep the primary one in their low byte.
        let code = error.as_database_error().and_then(|cause| cause.code()?.parse::<i32>().ok());
        match code.map(|code| code & 0xff) {
            Some(SQLITE_FULL) => Self::Full,
            Some(SQLITE_READONLY) => Self::ReadOnly,
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => Self::Damaged,
            // A text that is none, where the table promised one.
            None if matches!(error, sqlx::Error::ColumnDecode { .. }) => Self::Damaged,
            _ => Self::Database(error),
        }
    }
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        Self::Storage(error.into())
    }
}
