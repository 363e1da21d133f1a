//! From a passphrase to a slot key: Argon2id (RFC 9106) within fixed bounds, then HKDF-SHA256 (RFC 5869).
//!
//! What it must never do: accept parameters outside the bounds because a file states them. Weaker ones would hand the
//! passphrase to whoever edits the file, larger ones would let a file stop the machine.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use hkdf::Hkdf;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Key, LABEL};
use crate::error::VaultError;

const MIB: u32 = 1024;
/// RFC 9106's second recommended choice is also the least this program accepts.
const FLOOR: Stretching = Stretching { memory_kib: 64 * MIB, passes: 3, lanes: 4 };
/// Above this a file is taken for an attack on the machine, not for a careful person.
const CAP: Stretching = Stretching { memory_kib: 1024 * MIB, passes: 16, lanes: 16 };

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

/// How a passphrase is stretched: the parameters of Argon2id, kept in the slot as CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stretching {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Stretching {
    /// What new slots get.
    pub(crate) const NEW: Self = FLOOR;

    /// The CBOR map that stands in the slot.
    pub(crate) fn encode(self) -> Result<Vec<u8>, KeyError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(&self, &mut bytes).map_err(|_| KeyError::Refused)?;
        Ok(bytes)
    }

    /// Parameters as a slot states them, if they lie within the bounds.
    pub(crate) fn parse(mut bytes: &[u8]) -> Result<Self, VaultError> {
        let Self { memory_kib, passes, lanes } =
            ciborium::from_reader(&mut bytes).map_err(|_| VaultError::SlotDamaged)?;
        if !bytes.is_empty() {
            return Err(VaultError::SlotDamaged);
        }
        if (FLOOR.memory_kib..=CAP.memory_kib).contains(&memory_kib)
            && (FLOOR.passes..=CAP.passes).contains(&passes)
            && (FLOOR.lanes..=CAP.lanes).contains(&lanes)
        {
            return Ok(Self { memory_kib, passes, lanes });
        }
        Err(VaultError::Stretching { memory_kib, passes, lanes })
    }
}

/// What a passphrase becomes after stretching; it opens one slot.
pub(crate) struct SlotKey(Key);

impl SlotKey {
    /// Stretches a passphrase. Takes a tenth of a second or more and tens of MiB: not for an async thread.
    pub(crate) fn derive(
        passphrase: &SecretString,
        salt: &[u8],
        stretching: Stretching,
    ) -> Result<Self, KeyError> {
        let params = Params::new(stretching.memory_kib, stretching.passes, stretching.lanes, Some(32))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(memory_kib: u32, passes: u32, lanes: u32) -> Vec<u8> {
        Stretching { memory_kib, passes, lanes }.encode().unwrap()
    }

    #[test]
    fn bounds_hold_on_each_side_of_each_parameter() {
        assert!(Stretching::parse(&encoded(65_536, 3, 4)).is_ok());
        assert!(Stretching::parse(&encoded(1_048_576, 16, 16)).is_ok());
        for (memory, passes, lanes) in [
            (65_535, 3, 4),
            (65_536, 2, 4),
            (65_536, 3, 3),
            (1_048_577, 3, 4),
            (65_536, 17, 4),
            (65_536, 3, 17),
            (0, 0, 0),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            let refused = Stretching::parse(&encoded(memory, passes, lanes));
            assert!(matches!(refused, Err(VaultError::Stretching { .. })), "{memory} {passes} {lanes}");
        }
    }

    #[test]
    fn parameters_that_are_not_exactly_one_map_are_damage() {
        let mut trailing = encoded(65_536, 3, 4);
        trailing.push(0);
        for bytes in [&b""[..], b"\xff", b"\xa0", &trailing] {
            assert!(matches!(Stretching::parse(bytes), Err(VaultError::SlotDamaged)));
        }
    }
}
