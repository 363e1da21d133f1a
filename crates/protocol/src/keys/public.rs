//! Public ES256 keys and their thumbprints.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::remembered::Remembered;
use crate::hazmat::es256::Verifies;
use crate::wire::{b64u, json};

/// A public ES256 key: a point on P-256. In messages a JWK with `kty`, `crv`, `x`, `y` (RFC 7518 section 6.2).
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "EcJwk", into = "EcJwk")]
pub struct PublicKey {
    x: [u8; 32],
    y: [u8; 32],
    verifies: Arc<Verifies>,
    remembered: Option<Arc<Remembered>>,
}

/// The same point.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        (self.x, self.y) == (other.x, other.y)
    }
}

impl Eq for PublicKey {}

/// Why a JWK is not a public ES256 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public P-256 key")]
pub struct NotAPublicKey;

impl PublicKey {
    /// A key from its coordinates, 32 bytes each; refused when they are not on the curve.
    pub fn parse(x: [u8; 32], y: [u8; 32]) -> Result<Self, NotAPublicKey> {
        let verifies = Arc::new(Verifies::find(&x, &y).ok_or(NotAPublicKey)?);
        Ok(Self { x, y, verifies, remembered: None })
    }

    /// The same key with a memory for what it has verified, which its clones share: the same bytes are not verified twice. For a key
    /// that lives long and is asked for the same message again, such as a relay's own.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { remembered: Some(Arc::default()), ..self }
    }

    pub(crate) fn verifies(&self) -> &Verifies {
        &self.verifies
    }

    pub(crate) fn remembers(&self, message: &[u8], signature: &[u8]) -> bool {
        self.remembered.as_ref().is_some_and(|remembered| remembered.has(message, signature))
    }

    /// To be called only with a signature that holds.
    pub(crate) fn remember(&self, message: &[u8], signature: &[u8]) {
        if let Some(remembered) = &self.remembered {
            remembered.add(message, signature);
        }
    }

    pub(crate) fn x(&self) -> &[u8; 32] {
        &self.x
    }

    pub(crate) fn y(&self) -> &[u8; 32] {
        &self.y
    }

    /// The thumbprint of this key (RFC 7638, SHA-256).
    #[must_use]
    pub fn jkt(&self) -> Jkt {
        let jwk = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            b64u::encode(self.x),
            b64u::encode(self.y)
        );
        Jkt(b64u::sha256(jwk))
    }
}

/// Shows the thumbprint only.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.jkt().0)
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct EcJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    /// Never written; a message that carries a private half is refused.
    #[serde(default, skip_serializing, deserialize_with = "json::present")]
    d: Option<serde_json::Value>,
}

impl TryFrom<EcJwk> for PublicKey {
    type Error = NotAPublicKey;

    fn try_from(jwk: EcJwk) -> Result<Self, NotAPublicKey> {
        if jwk.kty != "EC" || jwk.crv != "P-256" || jwk.d.is_some() {
            return Err(NotAPublicKey);
        }
        let coordinate = |text: &str| b64u::decode(text).ok()?.try_into().ok();
        let (x, y) = coordinate(&jwk.x).zip(coordinate(&jwk.y)).ok_or(NotAPublicKey)?;
        Self::parse(x, y)
    }
}

impl From<PublicKey> for EcJwk {
    fn from(key: PublicKey) -> Self {
        Self {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: b64u::encode(key.x),
            y: b64u::encode(key.y),
            d: None,
        }
    }
}

/// The thumbprint of a key: 43 base64url characters (RFC 7638, SHA-256).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jkt(String);

/// Why a text is not a thumbprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key's thumbprint of 43 characters")]
pub struct NotAJkt;

impl Jkt {
    /// Reads a thumbprint.
    pub fn parse(text: &str) -> Result<Self, NotAJkt> {
        match b64u::decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(NotAJkt),
        }
    }

    /// The thumbprint of any JWK given its RFC 7638 canonical form.
    pub(crate) fn of_canonical(jwk: &str) -> Self {
        Self(b64u::sha256(jwk))
    }

    /// The thumbprint as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `urn:ietf:params:oauth:jwk-thumbprint:sha-256:<thumbprint>` (RFC 9278).
    #[must_use]
    pub fn urn(&self) -> String {
        format!("urn:ietf:params:oauth:jwk-thumbprint:sha-256:{}", self.0)
    }

    /// The commitment to a future root key in a Statement: `b64u(SHA-256(thumbprint))`.
    #[must_use]
    pub fn commitment(&self) -> String {
        b64u::sha256(&self.0)
    }
}

impl fmt::Debug for Jkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jkt({})", self.0)
    }
}

impl fmt::Display for Jkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Jkt {
    type Error = NotAJkt;

    fn try_from(text: String) -> Result<Self, NotAJkt> {
        Self::parse(&text)
    }
}

impl From<Jkt> for String {
    fn from(jkt: Jkt) -> Self {
        jkt.0
    }
}
