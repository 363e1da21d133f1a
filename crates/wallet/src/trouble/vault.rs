//! What the vault, its ways in and its backups run into, by the same codes in every program. What to do next, each program
//! says in its own words: a command in a terminal, a room in a window.

use passerby_vault::{BackupError, RestoreError, StorageError, VaultError};

use super::Trouble;
use crate::backup::AutomaticBackupError;
use crate::spare_key::SpareKeyError;
use crate::wallet::CreateError;
use crate::ways_in::ChangeError;

impl Trouble for VaultError {
    fn code(&self) -> &'static str {
        match self {
            Self::WrongPassphrase => "wrong-passphrase",
            Self::WrongWords => "wrong-words",
            Self::NoSlot { .. } => "no-such-way",
            Self::Keyring(_) => "keyring",
            Self::InUse => "vault-in-use",
            Self::Absent => "vault-absent",
            Self::Exists => "vault-exists",
            Self::NotAVault => "not-a-vault",
            Self::Newer { .. } => "vault-newer",
            Self::NotWhole { .. } => "vault-not-whole",
            Self::SlotDamaged | Self::Stretching { .. } => "vault-damaged",
            Self::Storage(StorageError::Full) | Self::Copy(StorageError::Full) => "disk-full",
            _ => "vault",
        }
    }
}

impl Trouble for CreateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase-too-short",
            Self::Vault(error) => error.code(),
            Self::Record(error) => error.code(),
        }
    }
}

impl Trouble for ChangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase-too-short",
            Self::Vault(error) => error.code(),
            Self::Record(error) => error.code(),
        }
    }
}

impl Trouble for BackupError {
    fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "vault-damaged",
            Self::Foreign => "backup-foreign",
            Self::Newer => "backup-newer",
            Self::Unconvertible { .. } | Self::TooLarge => "backup-impossible",
            Self::Full => "disk-full",
            Self::NoFolder => "no-folder",
            _ => "backup",
        }
    }
}

impl Trouble for AutomaticBackupError {
    fn code(&self) -> &'static str {
        match self {
            Self::Backup(error) => error.code(),
            Self::Record(error) => error.code(),
            _ => "backup-folder",
        }
    }
}

impl Trouble for RestoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.code(),
            Self::Absent => "backup-absent",
            Self::NotABackup | Self::TooLarge => "not-a-backup",
            Self::Newer => "backup-newer",
            Self::Damaged => "backup-damaged",
            Self::NoSlot => "no-such-way",
            _ => "backup-unreadable",
        }
    }
}

impl Trouble for SpareKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Passphrase(error) => error.code(),
            Self::Words(error) => error.code(),
            Self::Wrong { .. } => "words-wrong",
            Self::Record(error) => error.code(),
        }
    }
}
