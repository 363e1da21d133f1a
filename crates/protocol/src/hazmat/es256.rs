//! ES256: ECDSA on P-256 with SHA-256, signatures as r || s (RFC 7518 section 3.4).
//!
//! aws-lc draws the randomness of a signature itself, so signatures never repeat byte for byte.

use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use p256::SecretKey;
use p256::elliptic_curve::sec1::{FromSec1Point as _, ToSec1Point as _};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _};
use zeroize::Zeroizing;

use crate::keys::{PublicKey, SigningKey};
use crate::wire::b64u;

/// r and s, 32 bytes each.
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// A private key as PKCS#8, and the coordinates of its public half.
pub(crate) struct KeyPair {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
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
    Some(KeyPair { pkcs8, x: (*point.x()?).into(), y: (*point.y()?).into() })
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

/// Whether two coordinates are a point on the curve, other than the one at infinity.
pub(crate) fn is_on_curve(x: &[u8; 32], y: &[u8; 32]) -> bool {
    let point = p256::Sec1Point::from_affine_coordinates(&(*x).into(), &(*y).into(), false);
    bool::from(p256::PublicKey::from_sec1_point(&point).is_some())
}

/// A signature over `message`, base64url.
pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> Result<String, jsonwebtoken::errors::Error> {
    crypto::sign(message, &EncodingKey::from_ec_der(key.pkcs8()), Algorithm::ES256)
}

/// Whether `signature` (base64url) is a signature by `key` over `message`.
pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &str) -> bool {
    let Ok(key) = DecodingKey::from_ec_components(&b64u::encode(key.x()), &b64u::encode(key.y())) else {
        return false;
    };
    crypto::verify(signature, message, &key, Algorithm::ES256).unwrap_or(false)
}
