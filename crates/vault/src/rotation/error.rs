//! Why a vault key was not exchanged.

use crate::error::{StorageError, VaultError};
use crate::unlock::{KeyError, SlotKind};
use crate::wholeness::Wholeness;

/// The vault key could not be exchanged. The vault is closed, and as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    // The person's to decide.
    /// Some records cannot be opened and would be lost.
    #[error("{count} damaged records would be left behind by a new key")]
    Damaged {
        /// How many.
        count: usize,
    },
    /// The vault has a slot of this kind, and nothing was given to make its successor for.
    #[error("the vault has a slot of the kind {kind}, which would be lost")]
    Lost {
        /// The kind that is missing among the new slots.
        kind: SlotKind,
    },
    /// A keyring slot belongs to another keyring than the one at hand, or to one that forgot. It has to be taken out first.
    #[error("the vault has a slot for a keyring that is not at hand, which would be lost")]
    KeyringElsewhere(#[source] Box<VaultError>),
    /// A newer program has added a slot. Only that program can make its successor.
    #[error("the vault has a slot of a kind that this program does not know, which would be lost")]
    UnknownSlot,
    /// The vault is not what it was when it was last written.
    #[error("the vault is not whole: {found}")]
    NotWhole {
        /// What was found.
        found: Wholeness,
    },

    /// Opening the vault again, or writing it, failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<StorageError> for RotateError {
    fn from(error: StorageError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<KeyError> for RotateError {
    fn from(error: KeyError) -> Self {
        Self::Vault(error.into())
    }
}
