//! base64url without padding (RFC 4648 section 5), canonical only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Why a text is not base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub struct NotBase64Url;

/// Writes bytes as base64url.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url; padding, white space and stray trailing bits are refused.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// `b64u(SHA-256(bytes))`: 43 characters.
#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    encode(Sha256::digest(bytes))
}
