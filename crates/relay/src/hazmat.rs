//! The primitives that the relay uses by itself: a digest, and the seal around what it keeps. Everything else is
//! `passerby_protocol`'s.
//!
//! A sealed blob is `nonce (24) || ciphertext || tag (16)`, XChaCha20-Poly1305. Never in here: a nonce that is used twice, or more said
//! about a failed opening than that it failed.

use std::fmt;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The SHA-256 digest of bytes, raw: how bodies and response codes are compared and kept.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The same of everything that a reader gives.
pub(crate) fn sha256_of(mut reader: impl std::io::Read) -> std::io::Result<[u8; 32]> {
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

const NONCE_LEN: usize = 24;

/// A key of 32 random bytes, wiped when it is dropped.
pub(crate) struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    pub(crate) fn make(rng: &mut dyn CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self(key)
    }

    /// `None`: not as long as a key is.
    pub(crate) fn find(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// Random bytes for one seal. Neither `Clone` nor `Copy`.
pub(crate) struct Nonce([u8; NONCE_LEN]);

impl Nonce {
    pub(crate) fn make(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; NONCE_LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// The plaintext is longer than the cipher can seal.
#[derive(Debug, thiserror::Error)]
#[error("this is too long to be sealed")]
pub(crate) struct Oversize;

/// Seals bytes; what they are bound to must be the same when they are opened.
#[expect(clippy::needless_pass_by_value, reason = "a nonce is used up by its seal")]
pub(crate) fn seal(key: &SealKey, nonce: Nonce, bound: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Oversize> {
    let mut blob = Vec::with_capacity(NONCE_LEN + plaintext.len() + 16);
    blob.extend_from_slice(&nonce.0);
    blob.extend_from_slice(plaintext);
    let (_, inside) = blob.split_at_mut(NONCE_LEN);
    let tag = cipher(key)
        .encrypt_inout_detached(&XNonce::from(nonce.0), bound, inside.into())
        .map_err(|_| Oversize)?;
    blob.extend_from_slice(&tag);
    Ok(blob)
}

/// What was sealed, if it was sealed by this key and bound to this.
pub(crate) fn open(key: &SealKey, bound: &[u8], blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = blob.split_first_chunk::<NONCE_LEN>()?;
    let mut plaintext = Zeroizing::new(sealed.to_vec());
    cipher(key).decrypt_in_place(&XNonce::from(*nonce), bound, &mut *plaintext).ok()?;
    Some(plaintext)
}

fn cipher(key: &SealKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng;

    use super::*;

    #[test]
    fn only_the_same_key_and_place_open_a_seal() {
        let mut rng = rng::seeded(1);
        let (key, other) = (SealKey::make(&mut rng), SealKey::make(&mut rng));
        let blob = seal(&key, Nonce::make(&mut rng), b"here", b"sealed to a shop").unwrap();
        assert_eq!(open(&key, b"here", &blob).unwrap().as_slice(), b"sealed to a shop");
        assert!(open(&key, b"there", &blob).is_none());
        assert!(open(&other, b"here", &blob).is_none());
        for place in 0..blob.len() {
            let mut altered = blob.clone();
            altered[place] ^= 1;
            assert!(open(&key, b"here", &altered).is_none(), "byte {place}");
        }
        assert!(open(&key, b"here", &blob[..NONCE_LEN]).is_none());
        assert!(!format!("{key:?}").contains(char::is_numeric), "{key:?}");
    }

    /// draft-irtf-cfrg-xchacha-03, A.3.1: the same cipher as everybody's.
    #[test]
    fn it_is_the_cipher_that_it_says() {
        let key =
            SealKey::find(&std::array::from_fn::<u8, 32, _>(|i| 0x80 + u8::try_from(i).unwrap())).unwrap();
        let nonce = Nonce(std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap()));
        let bound = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let blob = seal(&key, nonce, &bound, text).unwrap();
        assert_eq!(blob[24..32], [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b]);
        assert_eq!(blob[blob.len() - 16..][..4], [0xc0, 0x87, 0x59, 0x24]);
    }
}
