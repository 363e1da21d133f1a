//! The one primitive that the relay uses by itself. Everything else is `passerby_protocol`'s.

use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of bytes, raw: how bodies and response codes are compared and kept.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
