//! The ways in, and the only room of this crate with cryptographic primitives.
//!
//! ```text
//!  passphrase -----------Argon2id--\
//!  recovery secret --HKDF "words"----> SlotKey --HKDF "commit"--> compared with the slot's commitment
//!  keyring secret --HKDF "keyring"-/        \----HKDF "wrap"----> opens the slot: VaultKey --HKDF "record"--> RecordSeal
//! ```
//!
//! The format, for another implementation (integers are big-endian, `u64`):
//!
//! - The label is `passerby-vault/1`. Every key is HKDF-SHA256 with the label as salt and 32 bytes long.
//! - A *binding* of some fields is each field behind its length. It begins with the label and the vault's id and is the
//!   associated data of XChaCha20-Poly1305; a sealed blob is `nonce (24) || ciphertext || tag (16)`.
//! - Slots differ only in how they come to their slot key. `passphrase`: parameters are the CBOR map
//!   `{memory_kib, passes, lanes}`; Argon2id 1.3 over the passphrase (UTF-8, in the spelling of [`derive_spelling`]) and the
//!   salt. `words`: no parameters; `HKDF(recovery secret, "words" || salt)`. `keyring`: the CBOR map `{store}`;
//!   `HKDF(keyring secret, "keyring" || salt)`, where the secret is 32 bytes.
//! - Every slot: the commitment is `HKDF(slot key, "commit")`. Wrapped is the vault key, sealed by
//!   `HKDF(slot key, "wrap")` and bound to `"slot", slot id, kind, parameters, salt, epoch`.
//! - Record: its padded plaintext, sealed by `HKDF(vault key, "record" || epoch)` and bound to
//!   `"record", record id, ver, epoch`.
//! - Backup: its padded plaintext, sealed by `HKDF(vault key, "backup" || epoch)` and bound to `"backup", epoch` and the
//!   fields of its head (docs/vault-format.md).
//! - Manifest: HMAC-SHA256 under `HKDF(vault key, "manifest" || epoch)`; what it covers stands in docs/vault-format.md.
//!
//! What it must never do: hand a key out of this crate, seal twice under one nonce, or try to open a slot before its
//! commitment was compared (Poly1305 alone does not commit to a key).

mod backup;
mod kdf;
mod manifest;
mod seal;
mod secrets;
mod slot;
mod spelling;
mod stretching;
#[cfg(test)]
mod vector;

use rand_core::CryptoRng;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};

pub(crate) use backup::BackupSeal;
pub use kdf::KeyError;
pub(crate) use kdf::SlotKey;
pub(crate) use manifest::{MAC_LEN, ManifestKey, SlotDigest};
pub(crate) use seal::{Nonce, RecordSeal, TAG_LEN};
pub(crate) use secrets::KeyringSecret;
pub use secrets::RecoverySecret;
pub use slot::SlotKind;
pub(crate) use slot::{Slot, SlotHead};
pub(crate) use spelling::derive_spelling;
pub use stretching::Stretching;

/// The first part of every binding and the salt of every key derivation: another format gets another label.
const LABEL: &[u8] = b"passerby-vault/1";

/// The epoch of a new vault's first key. Vaults that were made before there was a manifest began with 1, so that a vault
/// of a later epoch never lacks one, and nobody can make it look as if it came from then: the epoch is in every seal.
pub(crate) const FIRST_EPOCH: i64 = 2;

/// Sixteen random bytes that name a vault and bind every seal to it. Not a secret, but an identifier: never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct VaultId(pub(crate) [u8; 16]);

impl VaultId {
    pub(crate) fn make(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The name under which other stores keep something for this vault: 32 lower-case hex digits.
    pub(crate) fn name(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for VaultId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultId(redacted)")
    }
}

/// The random key everything in a vault hangs on. It exists in memory only while a vault is being opened or created.
pub(crate) struct VaultKey(Key);

impl VaultKey {
    pub(crate) fn make(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut key = Key::default();
        rng.fill_bytes(key.expose_secret_mut());
        Self(key)
    }

    /// The seal for the records of one epoch.
    pub(crate) fn derive_record_seal(&self, vault: VaultId, epoch: i64) -> Result<RecordSeal, KeyError> {
        let key = kdf::derive_key(self.0.expose_secret(), &[b"record", &epoch.to_be_bytes()])?;
        Ok(RecordSeal::new(vault, epoch, key))
    }

    /// Everything an open vault of one epoch works with. The vault key itself is not needed until the next opening.
    pub(crate) fn derive_keys(&self, vault: VaultId, epoch: i64) -> Result<Keys, KeyError> {
        let manifest = kdf::derive_key(self.0.expose_secret(), &[b"manifest", &epoch.to_be_bytes()])?;
        let backup = kdf::derive_key(self.0.expose_secret(), &[b"backup", &epoch.to_be_bytes()])?;
        Ok(Keys {
            backup: BackupSeal::new(vault, epoch, backup),
            record: self.derive_record_seal(vault, epoch)?,
            manifest: ManifestKey::new(vault, epoch, &manifest)?,
        })
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey(redacted)")
    }
}

/// What is kept of the vault key while a vault is open: a key for each use.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) record: RecordSeal,
    pub(crate) manifest: ManifestKey,
    pub(crate) backup: BackupSeal,
}

/// Thirty-two secret bytes on the heap: moving them leaves no copy, dropping them wipes them.
type Key = SecretBox<[u8; 32]>;
