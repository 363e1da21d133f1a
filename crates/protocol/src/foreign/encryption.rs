//! What an answer to a foreign verifier is encrypted with (OpenID4VP 1.0 section 8.3, RFC 7518 section 4.6).

use serde::Deserialize;
use serde_json::{Value, json};

use super::ForeignRefusal;
use crate::hazmat::ecdh_es::{self, Encryption};
use crate::keys::PublicKey;
use crate::wire::jwe::JweError;

/// The part of `client_metadata` that is looked at.
#[derive(Deserialize)]
struct Metadata {
    jwks: Jwks,
    encrypted_response_enc_values_supported: Option<Vec<String>>,
    vp_formats_supported: Option<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

/// The members beside the point that decide whether a key is for answers.
#[derive(Deserialize)]
struct Purpose {
    alg: Option<String>,
    r#use: Option<String>,
    kid: Option<String>,
}

/// A verifier's key for one answer.
#[derive(Debug, Clone)]
pub(super) struct AnswerKey {
    key: PublicKey,
    kid: Option<String>,
    encryption: Encryption,
}

impl AnswerKey {
    /// The first usable key of `client_metadata`.
    pub(super) fn parse(metadata: Option<&Value>) -> Result<Self, ForeignRefusal> {
        let read = metadata.and_then(|metadata| Metadata::deserialize(metadata).ok());
        let metadata = read.ok_or(ForeignRefusal::Encryption)?;
        if metadata.vp_formats_supported.is_some_and(|formats| !formats.contains_key("dc+sd-jwt")) {
            return Err(ForeignRefusal::Encryption);
        }
        let offered = metadata.encrypted_response_enc_values_supported;
        let offers = |name: &str| match &offered {
            Some(names) => names.iter().any(|offered| offered == name),
            None => name == "A128GCM",
        };
        let encryption = if offers("A256GCM") {
            Encryption::A256Gcm
        } else if offers("A128GCM") {
            Encryption::A128Gcm
        } else {
            return Err(ForeignRefusal::Encryption);
        };
        let usable = |jwk: &Value| {
            let purpose = Purpose::deserialize(jwk).ok()?;
            let for_answers = purpose.alg.as_deref() == Some("ECDH-ES")
                && purpose.r#use.is_none_or(|purpose| purpose == "enc")
                && purpose.kid.as_ref().is_none_or(|kid| kid.len() <= 512);
            let key = PublicKey::deserialize(jwk).ok()?;
            for_answers.then_some(Self { key, kid: purpose.kid, encryption })
        };
        metadata.jwks.keys.iter().find_map(usable).ok_or(ForeignRefusal::Encryption)
    }

    /// Seals an answer to it: a compact JWE.
    pub(super) fn seal(&self, plaintext: &[u8]) -> Result<String, JweError> {
        let mut jwk = json!(self.key);
        if let Some(kid) = &self.kid {
            jwk["kid"] = json!(kid);
        }
        ecdh_es::seal(plaintext, &jwk, self.encryption).ok_or(JweError::Open)
    }
}
