//! One way in: the vault key, sealed for one secret.
//!
//! Everything a slot says openly is bound into its seal. Other kinds (keyring, recovery words) come as further [`SlotKind`]s
//! with their own way to a [`SlotKey`]; wrapping and unwrapping stay as they are. A kind this program does not know is
//! left alone: another program may open the vault with it.

use secrecy::{ExposeSecret, ExposeSecretMut};

use super::seal::{bind, open, seal};
use super::{Key, KeyError, Nonce, SlotKey, VaultId, VaultKey};
use crate::error::VaultError;

/// What kind of secret a slot opens for. The name stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotKind {
    /// A passphrase, stretched by Argon2id; the slot's parameters are [`Stretching`](super::Stretching).
    Passphrase,
}

impl SlotKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
        }
    }
}

/// What a slot says openly about itself.
#[derive(Debug)]
pub(crate) struct SlotHead {
    pub(crate) id: Vec<u8>,
    /// A [`SlotKind`]'s name, or one this program does not know.
    pub(crate) kind: String,
    /// What the kind needs to come to its key, in the kind's own form.
    pub(crate) parameters: Vec<u8>,
    pub(crate) salt: Vec<u8>,
}

/// A row of the table `slot`.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) head: SlotHead,
    pub(crate) commitment: Vec<u8>,
    pub(crate) wrapped: Vec<u8>,
}

impl Slot {
    /// A slot that `slot_key` will open, for the vault key of this epoch.
    pub(crate) fn wrap(
        head: SlotHead,
        (vault, epoch): (VaultId, i64),
        slot_key: &SlotKey,
        vault_key: &VaultKey,
        nonce: Nonce,
    ) -> Result<Self, KeyError> {
        let commitment = slot_key.derive_commitment()?.expose_secret().to_vec();
        let key = slot_key.derive_wrapping_key()?;
        let bound = head.bind(vault, epoch);
        let wrapped =
            seal(&key, nonce, &bound, vault_key.0.expose_secret()).map_err(|_| KeyError::Refused)?;
        Ok(Self { head, commitment, wrapped })
    }

    /// The vault key, if `slot_key` is the one this slot was made for and nothing in the slot was altered.
    pub(crate) fn unwrap(
        &self,
        (vault, epoch): (VaultId, i64),
        slot_key: &SlotKey,
    ) -> Result<VaultKey, VaultError> {
        if !slot_key.fits(&self.commitment)? {
            return Err(VaultError::WrongPassphrase);
        }
        let key = slot_key.derive_wrapping_key()?;
        let opened =
            open(&key, &self.head.bind(vault, epoch), &self.wrapped).ok_or(VaultError::SlotDamaged)?;
        let mut vault_key = Key::default();
        if opened.len() != vault_key.expose_secret().len() {
            return Err(VaultError::SlotDamaged);
        }
        vault_key.expose_secret_mut().copy_from_slice(&opened);
        Ok(VaultKey(vault_key))
    }
}

impl SlotHead {
    fn bind(&self, vault: VaultId, epoch: i64) -> Vec<u8> {
        let Self { id, kind, parameters, salt } = self;
        bind(vault, &[b"slot", id, kind.as_bytes(), parameters, salt, &epoch.to_be_bytes()])
    }
}
