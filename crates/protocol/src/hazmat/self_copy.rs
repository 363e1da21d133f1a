//! The key and the seal of a self-copy (docs/protocol.md section 14): XChaCha20-Poly1305 under a key derived from the root
//! secret. Random nonces of 24 bytes do not repeat.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

/// In front of each ciphertext.
pub(crate) const NONCE_LENGTH: usize = 24;
/// Behind each ciphertext.
pub(crate) const TAG_LENGTH: usize = 16;

/// `HKDF-Expand(HKDF-Extract(salt, root), info, 32)`, with the salt of the pairwise keys.
pub(crate) fn derive_key(root: &[u8; 32], info: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(super::pairwise::SALT), root).expand(info, key.as_mut_slice()).ok()?;
    Some(key)
}

/// `nonce || ciphertext || tag`.
pub(crate) fn seal(
    key: &[u8; 32],
    bound: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let mut sealed = Vec::with_capacity(NONCE_LENGTH + plaintext.len() + TAG_LENGTH);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plaintext);
    let (_, text) = sealed.split_at_mut_checked(NONCE_LENGTH)?;
    let tag = XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(&XNonce::from(nonce), bound, text.into())
        .ok()?;
    sealed.extend_from_slice(&tag);
    Some(sealed)
}

/// The plaintext, if it was sealed with this key and bound to this.
pub(crate) fn open(key: &[u8; 32], bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
    let mut plaintext = Zeroizing::new(text.to_vec());
    XChaCha20Poly1305::new(key.into())
        .decrypt_in_place(&XNonce::from(*nonce), bound, &mut *plaintext)
        .ok()?;
    Some(plaintext)
}
