//! JWE with `ECDH-ES` on P-256, direct, and AES-GCM (RFC 7518 sections 4.6 and 5.3): what OpenID4VP verifiers open.
//!
//! The crate draws the ephemeral key and the initialization vector itself, so two JWE over one text never agree.

use affinidi_oid4vc_core::jwe::{ContentEncryption, encrypt_compact};
use serde_json::Value;

/// What the text is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    A128Gcm,
    A256Gcm,
}

/// Seals `plaintext` to a public JWK; its `kid` goes into the header. Nothing if the key is not on P-256.
pub(crate) fn seal(plaintext: &[u8], to: &Value, encryption: Encryption) -> Option<String> {
    let encryption = match encryption {
        Encryption::A128Gcm => ContentEncryption::A128Gcm,
        Encryption::A256Gcm => ContentEncryption::A256Gcm,
    };
    encrypt_compact(plaintext, to, encryption, &[], &[]).ok()
}
