//! ES256: ECDSA on P-256 with SHA-256, signatures as r || s (RFC 7518 section 3.4).
//!
//! aws-lc draws the randomness of a signature itself, so signatures never repeat byte for byte. A key is read into its form once, and
//! wiped by aws-lc when its last holder is gone.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _};
use zeroize::Zeroizing;

use crate::keys::{PublicKey, SigningKey};
use crate::wire::b64u;

/// r and s, 32 bytes each.
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// A private key as PKCS#8 and as it signs, and the coordinates of its public half.
pub(crate) struct KeyPair {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
    pub(crate) signs: Signs,
    pub(crate) x: [u8; 32],
    pub(crate) y: [u8; 32],
}

/// The key pair of a private scalar, or nothing if the scalar is zero or not below the order.
pub(crate) fn find_key_pair(scalar: &[u8; 32]) -> Option<KeyPair> {
    key_pair(&SecretKey::from_slice(scalar).ok()?)
}

/// The key pair in a PKCS#8 document of an unencrypted P-256 key.
pub(crate) fn parse_pkcs8(der: &[u8]) -> Option<KeyPair> {
    key_pair(&SecretKey::from_pkcs8_der(der).ok()?)
}

fn key_pair(secret: &SecretKey) -> Option<KeyPair> {
    let point = secret.public_key().to_sec1_point(false);
    let pkcs8 = Zeroizing::new(secret.to_pkcs8_der().ok()?.as_bytes().to_vec());
    let signs = Signs(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).ok()?);
    Some(KeyPair { pkcs8, signs, x: (*point.x()?).into(), y: (*point.y()?).into() })
}

/// The private scalar in a PKCS#8 document.
pub(crate) fn find_scalar(pkcs8: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let secret = SecretKey::from_pkcs8_der(pkcs8).ok()?;
    Some(Zeroizing::new(secret.to_bytes().into()))
}

/// The coordinates of the P-256 key in a `SubjectPublicKeyInfo`; nothing for a key of another kind.
pub(crate) fn find_point(spki: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let point = p256::PublicKey::from_public_key_der(spki).ok()?.to_sec1_point(false);
    Some(((*point.x()?).into(), (*point.y()?).into()))
}

/// What signs.
pub(crate) struct Signs(EcdsaKeyPair);

/// What verifies: a point on the curve, other than the one at infinity.
#[derive(Debug)]
pub(crate) struct Verifies(ParsedPublicKey);

impl Verifies {
    /// Nothing when the coordinates are not on the curve.
    pub(crate) fn find(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        // SEC 1 section 2.3.3: uncompressed.
        let point = [&[4][..], x, y].concat();
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok().map(Self)
    }
}

/// A signature over `message`, base64url. Nothing when aws-lc has no randomness.
pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Option<String> {
    let signature = key.signs().0.sign(&SystemRandom::new(), message).ok()?;
    key.public().remember(message, signature.as_ref());
    Some(b64u::encode(signature))
}

/// Whether `signature` (base64url) is a signature by `key` over `message`.
pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &str) -> bool {
    let Ok(signature) = b64u::decode(signature) else { return false };
    if key.remembers(message, &signature) {
        return true;
    }
    let holds = key.verifies().0.verify_sig(message, &signature).is_ok();
    if holds {
        key.remember(message, &signature);
    }
    holds
}
