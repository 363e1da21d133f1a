//! JSON Web Encryption, compact, with HPKE in integrated mode (draft-ietf-jose-hpke-encrypt, draft-ietf-jose-hpke-pq-pqt).
//!
//! `enc` is absent, the Encrypted Key is HPKE's encapsulated key, initialization vector and tag are empty, and the
//! AAD is the encoded header. Drafts may move: `alg` and `info` are decided here and in [`crate::seal`], nowhere else.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{b64u, json};
use crate::hazmat::hpke;
use crate::keys::{ReleaseKey, ReleasePublicKey};

/// The largest JWE accepted, in bytes.
pub const LARGEST: usize = 65_536;

/// Why a JWE could not be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JweError {
    /// Not a compact JWE of ours, or too large.
    #[error("the sealed message is malformed")]
    Malformed,
    /// Sealed to a key or by an algorithm that is not at hand.
    #[error("the message is sealed to another key")]
    Key,
    /// One word, without detail: the key, the context or the bytes do not fit.
    #[error("the sealed message does not open")]
    Open,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default, skip_serializing, deserialize_with = "json::present")]
    enc: Option<serde_json::Value>,
    #[serde(default, skip_serializing, deserialize_with = "json::present")]
    crit: Option<serde_json::Value>,
    #[serde(default, skip_serializing, deserialize_with = "json::present")]
    zip: Option<serde_json::Value>,
}

/// Seals `plaintext` to a release key, bound to `info`.
pub fn seal(
    plaintext: &[u8],
    to: &ReleasePublicKey,
    info: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<String, JweError> {
    let (alg, kid) = (to.suite().name().to_owned(), to.kid().to_owned());
    let header = Header { alg, kid, enc: None, crit: None, zip: None };
    let header = b64u::encode(serde_json::to_vec(&header).map_err(|_| JweError::Malformed)?);
    let sealed = hpke::seal(to.suite(), to.bytes(), info, header.as_bytes(), plaintext, rng)
        .map_err(|_| JweError::Open)?;
    Ok(format!("{header}.{}..{}.", b64u::encode(sealed.encapsulated_key), b64u::encode(sealed.ciphertext)))
}

/// Opens a JWE with the one of `keys` that its `kid` and `alg` name.
pub fn open(compact: &str, keys: &[ReleaseKey], info: &[u8]) -> Result<Zeroizing<Vec<u8>>, JweError> {
    if compact.len() > LARGEST {
        return Err(JweError::Malformed);
    }
    let parts: Vec<&str> = compact.split('.').collect();
    let [header, encapsulated_key, "", ciphertext, ""] = parts.as_slice() else {
        return Err(JweError::Malformed);
    };
    let decode = |part: &str| b64u::decode(part).map_err(|_| JweError::Malformed);

    let kind: Header = json::parse(&decode(header)?).map_err(|_| JweError::Malformed)?;
    if kind.enc.is_some() || kind.crit.is_some() || kind.zip.is_some() {
        return Err(JweError::Malformed);
    }
    let (encapsulated_key, ciphertext) = (decode(encapsulated_key)?, decode(ciphertext)?);
    let fits = |key: &&ReleaseKey| key.public().kid() == kind.kid && key.public().suite().name() == kind.alg;
    let key = keys.iter().find(fits).ok_or(JweError::Key)?;
    let suite = key.public().suite();
    hpke::open(suite, key.private(), &encapsulated_key, info, header.as_bytes(), &ciphertext)
        .map_err(|_| JweError::Open)
}
