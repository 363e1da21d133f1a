//! HPKE base mode, single shot (RFC 9180 section 6.1), for the suite of the JOSE identifier `HPKE-4`:
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.

use ::hpke::aead::ChaCha20Poly1305;
use ::hpke::kdf::HkdfSha256;
use ::hpke::kem::X25519HkdfSha256;
use ::hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

type PublicKey = <X25519HkdfSha256 as ::hpke::Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as ::hpke::Kem>::PrivateKey;
type EncappedKey = <X25519HkdfSha256 as ::hpke::Kem>::EncappedKey;

/// Sealing or opening failed. One word, without detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

/// The encapsulated key and the ciphertext with its tag.
pub(crate) struct Sealed {
    pub(crate) encapsulated_key: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

/// Seals `plaintext` to a public key of 32 bytes.
pub(crate) fn seal(
    to: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, Failed> {
    let to = PublicKey::from_bytes(to).map_err(|_| Failed)?;
    let (encapsulated_key, ciphertext) = ::hpke::single_shot_seal_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &to, info, plaintext, aad, rng)
    .map_err(|_| Failed)?;
    Ok(Sealed { encapsulated_key: encapsulated_key.to_bytes().to_vec(), ciphertext })
}

/// Opens what was sealed to the public half of `with`.
pub(crate) fn open(
    with: &[u8; 32],
    encapsulated_key: &[u8],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let with = PrivateKey::from_bytes(with).map_err(|_| Failed)?;
    let encapsulated_key = EncappedKey::from_bytes(encapsulated_key).map_err(|_| Failed)?;
    ::hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &with,
        &encapsulated_key,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| Failed)
}

/// A fresh X25519 key pair: private, public.
pub(crate) fn make_key_pair(rng: &mut impl CryptoRng) -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let (private, public) = X25519HkdfSha256::gen_keypair_with_rng(rng);
    (Zeroizing::new(private.to_bytes().into()), public.to_bytes().into())
}

/// The public half of a private key of 32 bytes.
pub(crate) fn find_public_half(private: &[u8; 32]) -> Option<[u8; 32]> {
    let private = PrivateKey::from_bytes(private).ok()?;
    Some(X25519HkdfSha256::sk_to_pk(&private).to_bytes().into())
}
