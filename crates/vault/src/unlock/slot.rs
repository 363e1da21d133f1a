//! One way in: the vault key, sealed for one secret.
//!
//! Everything a slot says openly is bound into its seal. Each [`SlotKind`] has its own way to a [`SlotKey`]; wrapping and
//! unwrapping are the same for all. A kind this program does not know is left alone: another program may open the vault
//! with it.

use secrecy::{ExposeSecret, ExposeSecretMut};

use super::seal::{bind, open, seal};
use super::{Key, KeyError, Nonce, SlotKey, VaultId, VaultKey};
use crate::error::VaultError;

/// What kind of secret a slot opens for. The name stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotKind {
    /// A passphrase, stretched by Argon2id; the slot's parameters are [`Stretching`](super::Stretching).
    Passphrase,
    /// A [`RecoverySecret`](super::RecoverySecret), which the person has as 24 words; no parameters.
    Words,
    /// A random secret in the keyring of the system; the parameters name the store that holds it.
    Keyring,
}

impl SlotKind {
    const ALL: [Self; 3] = [Self::Passphrase, Self::Words, Self::Keyring];

    /// The name, as it stands in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Words => "words",
            Self::Keyring => "keyring",
        }
    }

    /// Whether a slot of this kind opens for what the person knows or has on paper, on any computer.
    pub(crate) fn opens_anywhere(self) -> bool {
        matches!(self, Self::Passphrase | Self::Words)
    }

    /// The kind of this name, if this program knows it.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl std::fmt::Display for SlotKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a slot says openly about itself.
#[derive(Debug, Clone)]
pub(crate) struct SlotHead {
    pub(crate) id: Vec<u8>,
    /// A [`SlotKind`]'s name, or one this program does not know.
    pub(crate) kind: String,
    /// What the kind needs to come to its key, in the kind's own form.
    pub(crate) parameters: Vec<u8>,
    pub(crate) salt: Vec<u8>,
}

/// A row of the table `slot`.
#[derive(Debug, Clone)]
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

    /// The vault key, or `None` if this slot was made for another key than `slot_key`. If it was made for this one and
    /// something in it was altered, it is damaged.
    pub(crate) fn unwrap(
        &self,
        (vault, epoch): (VaultId, i64),
        slot_key: &SlotKey,
    ) -> Result<Option<VaultKey>, VaultError> {
        if !slot_key.fits(&self.commitment)? {
            return Ok(None);
        }
        let key = slot_key.derive_wrapping_key()?;
        let opened =
            open(&key, &self.head.bind(vault, epoch), &self.wrapped).ok_or(VaultError::SlotDamaged)?;
        let mut vault_key = Key::default();
        if opened.len() != vault_key.expose_secret().len() {
            return Err(VaultError::SlotDamaged);
        }
        vault_key.expose_secret_mut().copy_from_slice(&opened);
        Ok(Some(VaultKey(vault_key)))
    }

    /// Whether the slot is of this kind.
    pub(crate) fn is(&self, kind: SlotKind) -> bool {
        self.head.kind == kind.name()
    }
}

impl SlotHead {
    fn bind(&self, vault: VaultId, epoch: i64) -> Vec<u8> {
        let Self { id, kind, parameters, salt } = self;
        bind(vault, &[b"slot", id, kind.as_bytes(), parameters, salt, &epoch.to_be_bytes()])
    }
}
