//! Messages that no honest program would make: any header, any payload, really signed.

use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use passerby_protocol::keys::SigningKey;
use passerby_protocol::wire::b64u;
use serde_json::Value;

/// A compact JWS over exactly these two texts.
///
/// # Panics
/// When the key cannot sign, which no key of a scene does.
#[must_use]
pub fn jws_of_text(header: &str, payload: &str, key: &SigningKey) -> String {
    jws_of_bytes(header.as_bytes(), payload.as_bytes(), key)
}

/// A compact JWS over exactly these bytes.
///
/// # Panics
/// When the key cannot sign, which no key of a scene does.
#[must_use]
pub fn jws_of_bytes(header: &[u8], payload: &[u8], key: &SigningKey) -> String {
    let input = format!("{}.{}", b64u::encode(header), b64u::encode(payload));
    #[expect(clippy::expect_used, reason = "a test tool")]
    let signature = crypto::sign(input.as_bytes(), &EncodingKey::from_ec_der(key.pkcs8()), Algorithm::ES256)
        .expect("the key signs");
    format!("{input}.{signature}")
}

/// A compact JWS over these JSON values.
#[must_use]
pub fn jws(header: &Value, payload: &Value, key: &SigningKey) -> String {
    jws_of_text(&header.to_string(), &payload.to_string(), key)
}

/// The payload of a compact JWS, unchecked.
///
/// # Panics
/// When it is not one.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn payload_of(compact: &str) -> Value {
    let payload = compact.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&b64u::decode(payload).expect("base64url")).expect("JSON")
}

/// The same message with one bit of its signature turned.
///
/// # Panics
/// When it is not a compact JWS.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn with_broken_signature(compact: &str) -> String {
    let (signed, signature) = compact.rsplit_once('.').expect("three parts");
    let mut bytes = b64u::decode(signature).expect("base64url");
    bytes[10] ^= 1;
    format!("{signed}.{}", b64u::encode(bytes))
}
