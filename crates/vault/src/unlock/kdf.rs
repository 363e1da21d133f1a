//! From the secret of a way in to a slot key: Argon2id (RFC 9106) for a passphrase, HKDF-SHA256 (RFC 5869) for secrets
//! that are random already.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Key, KeyringSecret, LABEL, RecoverySecret, Stretching};

/// A key could not be derived.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The machine could not give the memory that Argon2id needs.
    #[error("there is not enough free memory to derive the key")]
    Memory,
    /// A primitive refused the length of its input, or the thread it ran on was stopped.
    #[error("the key derivation was refused or stopped")]
    Refused,
}

/// What the secret of a way in becomes; it opens one slot.
pub(crate) struct SlotKey(Key);

impl SlotKey {
    /// Stretches a passphrase, taken as it is spelled here. Takes a tenth of a second or more and tens of MiB: not for
    /// an async thread.
    pub(crate) fn derive(
        passphrase: &SecretString,
        salt: &[u8],
        stretching: Stretching,
    ) -> Result<Self, KeyError> {
        let params = Params::new(stretching.memory_kib(), stretching.passes(), stretching.lanes(), Some(32))
            .map_err(|_| KeyError::Refused)?;
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(params.block_count()).map_err(|_| KeyError::Memory)?;
        blocks.resize(params.block_count(), Block::default());

        let mut key = Key::default();
        let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                passphrase.expose_secret().as_bytes(),
                salt,
                key.expose_secret_mut(),
                &mut blocks,
            );
        blocks.zeroize();
        stretched.map_err(|_| KeyError::Refused)?;
        Ok(Self(key))
    }

    /// The key for a slot of the kind `words`.
    pub(crate) fn derive_from_words(secret: &RecoverySecret, salt: &[u8]) -> Result<Self, KeyError> {
        derive_key(secret.expose(), &[b"words", salt]).map(Self)
    }

    /// The key for a slot of the kind `keyring`.
    pub(crate) fn derive_from_keyring(secret: &KeyringSecret, salt: &[u8]) -> Result<Self, KeyError> {
        derive_key(secret.expose(), &[b"keyring", salt]).map(Self)
    }

    /// The key that seals the vault key inside the slot.
    pub(super) fn derive_wrapping_key(&self) -> Result<Key, KeyError> {
        derive_key(self.0.expose_secret(), &[b"wrap"])
    }

    /// A value only this key has. It stands in the slot beside the sealed key and tells nothing about either.
    pub(super) fn derive_commitment(&self) -> Result<Key, KeyError> {
        derive_key(self.0.expose_secret(), &[b"commit"])
    }

    /// Whether a slot's commitment was made with this key, in constant time.
    pub(super) fn fits(&self, commitment: &[u8]) -> Result<bool, KeyError> {
        Ok(self.derive_commitment()?.expose_secret().as_slice().ct_eq(commitment).into())
    }
}

impl std::fmt::Debug for SlotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlotKey(redacted)")
    }
}

/// One key from another, HKDF-SHA256 with the crate's label as salt and the parts of `info` in order.
pub(super) fn derive_key(secret: &[u8], info: &[&[u8]]) -> Result<Key, KeyError> {
    let mut key = Key::default();
    Hkdf::<Sha256>::new(Some(LABEL), secret)
        .expand_multi_info(info, key.expose_secret_mut())
        .map_err(|_| KeyError::Refused)?;
    Ok(key)
}
