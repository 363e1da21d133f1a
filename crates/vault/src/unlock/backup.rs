//! The seal of a backup: one plaintext, bound to everything its head says openly.

use zeroize::Zeroizing;

use super::seal::{Oversize, bind, open, seal};
use super::{Key, Nonce, VaultId};

/// The seal of a vault's backups in one epoch, kept as long as the vault is open, so that a backup needs no passphrase.
pub(crate) struct BackupSeal {
    vault: VaultId,
    epoch: i64,
    key: Key,
}

impl BackupSeal {
    pub(super) fn new(vault: VaultId, epoch: i64, key: Key) -> Self {
        Self { vault, epoch, key }
    }

    pub(crate) fn vault(&self) -> VaultId {
        self.vault
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.epoch
    }

    /// `nonce || ciphertext || tag`. `head` are the fields that stand beside it, in their order.
    pub(crate) fn seal(&self, nonce: Nonce, head: &[&[u8]], plaintext: &[u8]) -> Result<Vec<u8>, Oversize> {
        seal(&self.key, nonce, &self.bind(head), plaintext)
    }

    /// The plaintext, if this vault sealed it in this epoch under this head.
    pub(crate) fn open(&self, head: &[&[u8]], blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.key, &self.bind(head), blob)
    }

    fn bind(&self, head: &[&[u8]]) -> Vec<u8> {
        let epoch = self.epoch.to_be_bytes();
        let mut place: Vec<&[u8]> = vec![b"backup", &epoch];
        place.extend(head);
        bind(self.vault, &place)
    }
}

impl std::fmt::Debug for BackupSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupSeal(redacted)")
    }
}
