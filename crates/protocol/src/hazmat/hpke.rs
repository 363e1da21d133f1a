//! HPKE base mode, single shot (RFC 9180 section 6.1), for the suites of two JOSE identifiers.
//!
//! `HPKE-4`: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. `HPKE-9`: MLKEM768-X25519 (KEM 0x647a),
//! SHAKE256, AES-256-GCM (draft-ietf-jose-hpke-pq-pqt, draft-ietf-hpke-pq).

use ::hpke::aead::{Aead, AesGcm256, ChaCha20Poly1305};
use ::hpke::kdf::{HkdfSha256, Kdf, KdfShake256};
use ::hpke::kem::{X25519HkdfSha256, XWing};
use ::hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// What a release is sealed with. Private keys are 32 bytes in each: the X25519 key, or the seed of the hybrid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReleaseSuite {
    /// X25519 alone.
    Hpke4,
    /// ML-KEM-768 and X25519 together: holds as long as one of the two does.
    Hpke9,
}

/// Sealing or opening failed. One word, without detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

/// The encapsulated key and the ciphertext with its tag.
pub(crate) struct Sealed {
    pub(crate) encapsulated_key: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

/// Seals `plaintext` to a public key of the suite.
pub(crate) fn seal(
    suite: ReleaseSuite,
    to: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, Failed> {
    match suite {
        ReleaseSuite::Hpke4 => {
            seal_with::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(to, info, aad, plaintext, rng)
        }
        ReleaseSuite::Hpke9 => seal_with::<AesGcm256, KdfShake256, XWing>(to, info, aad, plaintext, rng),
    }
}

fn seal_with<A: Aead, D: Kdf, K: Kem>(
    to: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, Failed> {
    let to = K::PublicKey::from_bytes(to).map_err(|_| Failed)?;
    let (encapsulated_key, ciphertext) =
        ::hpke::single_shot_seal_with_rng::<A, D, K>(&OpModeS::Base, &to, info, plaintext, aad, rng)
            .map_err(|_| Failed)?;
    Ok(Sealed { encapsulated_key: encapsulated_key.to_bytes().to_vec(), ciphertext })
}

/// Opens what was sealed to the public half of `with`.
pub(crate) fn open(
    suite: ReleaseSuite,
    with: &[u8; 32],
    encapsulated_key: &[u8],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    match suite {
        ReleaseSuite::Hpke4 => open_with::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            with,
            encapsulated_key,
            info,
            aad,
            ciphertext,
        ),
        ReleaseSuite::Hpke9 => {
            open_with::<AesGcm256, KdfShake256, XWing>(with, encapsulated_key, info, aad, ciphertext)
        }
    }
}

fn open_with<A: Aead, D: Kdf, K: Kem>(
    with: &[u8; 32],
    encapsulated_key: &[u8],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let with = K::PrivateKey::from_bytes(with).map_err(|_| Failed)?;
    let encapsulated_key = K::EncappedKey::from_bytes(encapsulated_key).map_err(|_| Failed)?;
    ::hpke::single_shot_open::<A, D, K>(&OpModeR::Base, &with, &encapsulated_key, info, ciphertext, aad)
        .map(Zeroizing::new)
        .map_err(|_| Failed)
}

/// Whether these bytes are a public key of the suite: their number, and for `HPKE-9` the check of FIPS 203 section 7.2.
pub(crate) fn is_public_key(suite: ReleaseSuite, bytes: &[u8]) -> bool {
    match suite {
        ReleaseSuite::Hpke4 => <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(bytes).is_ok(),
        ReleaseSuite::Hpke9 => <XWing as Kem>::PublicKey::from_bytes(bytes).is_ok(),
    }
}

/// A fresh key pair: private, public.
pub(crate) fn make_key_pair(suite: ReleaseSuite, rng: &mut impl CryptoRng) -> (Zeroizing<[u8; 32]>, Vec<u8>) {
    match suite {
        ReleaseSuite::Hpke4 => {
            let (private, public) = X25519HkdfSha256::gen_keypair_with_rng(rng);
            (Zeroizing::new(private.to_bytes().into()), public.to_bytes().to_vec())
        }
        ReleaseSuite::Hpke9 => {
            let (private, public) = XWing::gen_keypair_with_rng(rng);
            (Zeroizing::new(private.to_bytes().into()), public.to_bytes().to_vec())
        }
    }
}

/// The public half of a private key.
pub(crate) fn find_public_half(suite: ReleaseSuite, private: &[u8; 32]) -> Option<Vec<u8>> {
    match suite {
        ReleaseSuite::Hpke4 => public_half_with::<X25519HkdfSha256>(private),
        ReleaseSuite::Hpke9 => public_half_with::<XWing>(private),
    }
}

fn public_half_with<K: Kem>(private: &[u8; 32]) -> Option<Vec<u8>> {
    let private = K::PrivateKey::from_bytes(private).ok()?;
    Some(K::sk_to_pk(&private).to_bytes().to_vec())
}
