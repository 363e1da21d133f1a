//! JSON Web Signatures, compact, ES256 only (RFC 7515, RFC 8725).
//!
//! Reading comes in two moves, so that no caller can forget one: [`Unverified::parse`] checks the form, the `typ`
//! and the `alg`; [`Unverified::verify`] checks the signature and only then hands the content out.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hazmat::es256;
use crate::keys::{PublicKey, SigningKey};
use crate::wire::{b64u, json};

/// The largest JWS accepted, in bytes.
pub const LARGEST: usize = 65_536;

/// The JOSE header of our messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// Always `ES256`.
    pub alg: String,
    /// What kind of message this is; compared exactly.
    pub typ: String,
    /// Which key signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The key that signed, where the message brings it along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwk: Option<PublicKey>,
    /// A verifier attestation (OpenID4VP 1.0 section 12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<String>,
    /// A certificate chain (RFC 7515 section 4.1.6); read where one is expected, and never written by us.
    #[serde(default, skip_serializing)]
    pub x5c: Option<Value>,
}

impl Header {
    /// A header with a type and nothing else.
    #[must_use]
    pub fn new(typ: &str) -> Self {
        Self { alg: "ES256".into(), typ: typ.into(), kid: None, jwk: None, jwt: None, x5c: None }
    }

    /// The same header, naming the key by its thumbprint.
    #[must_use]
    pub fn with_kid(mut self, key: &PublicKey) -> Self {
        self.kid = Some(key.jkt().as_str().to_owned());
        self
    }

    /// The same header, carrying the key itself.
    #[must_use]
    pub fn with_jwk(mut self, key: &PublicKey) -> Self {
        self.jwk = Some(key.clone());
        self
    }

    /// The same header, carrying an attestation.
    #[must_use]
    pub fn with_jwt(mut self, attestation: &str) -> Self {
        self.jwt = Some(attestation.to_owned());
        self
    }
}

/// Why a JWS was refused, without detail from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Longer than [`LARGEST`].
    #[error("the message is larger than 65,536 bytes")]
    TooLarge,
    /// Not a compact JWS, or its JSON is not what the message needs.
    #[error("the message is malformed")]
    Malformed,
    /// Another `typ` or `alg` than expected, or a `crit` member.
    #[error("the message is of another type or algorithm")]
    Type,
    /// The signature does not fit the key.
    #[error("the signature does not fit")]
    Signature,
}

/// Signs a payload: header and payload are written as JSON, base64url, joined by dots.
pub fn sign<T: Serialize>(header: &Header, payload: &T, key: &SigningKey) -> Result<String, JwsError> {
    let header = serde_json::to_vec(header).map_err(|_| JwsError::Malformed)?;
    let payload = serde_json::to_vec(payload).map_err(|_| JwsError::Malformed)?;
    let input = format!("{}.{}", b64u::encode(header), b64u::encode(payload));
    let signature = es256::sign(key, input.as_bytes()).ok_or(JwsError::Signature)?;
    Ok(format!("{input}.{signature}"))
}

/// A JWS that was read but whose signature was not checked yet.
#[derive(Debug, Clone)]
pub struct Unverified<T> {
    header: Header,
    payload: T,
    signed: String,
    signature: String,
}

impl<T: DeserializeOwned> Unverified<T> {
    /// Reads a compact JWS of the given `typ`.
    pub fn parse(compact: &str, typ: &str) -> Result<Self, JwsError> {
        if compact.len() > LARGEST {
            return Err(JwsError::TooLarge);
        }
        let (signed, signature) = compact.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
        let decode = |part| b64u::decode(part).map_err(|_| JwsError::Malformed);
        let (header, payload) = (decode(header)?, decode(payload)?);
        let kind: Kind = json::parse(&header).map_err(|_| JwsError::Malformed)?;
        let payload = json::parse(&payload).map_err(|_| JwsError::Malformed)?;
        let is = |member: &Option<Value>, expected| member.as_ref().and_then(Value::as_str) == Some(expected);
        if !is(&kind.alg, "ES256") || !is(&kind.typ, typ) || kind.crit.is_some() {
            return Err(JwsError::Type);
        }
        if decode(signature)?.len() != es256::SIGNATURE_LENGTH {
            return Err(JwsError::Malformed);
        }
        Ok(Self {
            header: json::parse(&header).map_err(|_| JwsError::Malformed)?,
            payload,
            signed: signed.to_owned(),
            signature: signature.to_owned(),
        })
    }

    /// The header, which nobody vouches for yet.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The content, which nobody vouches for yet: only to find the key it must be checked with.
    #[must_use]
    pub fn peek(&self) -> &T {
        &self.payload
    }

    /// Checks the signature and hands the content out.
    pub fn verify(self, key: &PublicKey) -> Result<T, JwsError> {
        self.check(key)?;
        Ok(self.payload)
    }

    /// Checks the signature only.
    pub fn check(&self, key: &PublicKey) -> Result<(), JwsError> {
        if es256::verify(key, self.signed.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(JwsError::Signature)
        }
    }
}

/// What decides whether a message is ours at all; read before the rest of the header, so that a foreign type is called that.
#[derive(Deserialize)]
struct Kind {
    alg: Option<Value>,
    typ: Option<Value>,
    /// Refused whatever it holds, `null` too.
    #[serde(default, deserialize_with = "json::present")]
    crit: Option<Value>,
}
