//! Keys that releases are sealed to: `HPKE-9`, the post-quantum hybrid, and `HPKE-4`.

use std::fmt;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::Jkt;
use crate::hazmat::hpke;
pub use crate::hazmat::hpke::ReleaseSuite;
use crate::wire::{b64u, json};

impl ReleaseSuite {
    /// The suites of this revision, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Hpke9, Self::Hpke4];

    /// The JOSE identifier.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hpke4 => "HPKE-4",
            Self::Hpke9 => "HPKE-9",
        }
    }
}

/// A shop's public release key, a JWK with `use: enc`: an X25519 key with `alg: HPKE-4` (RFC 8037), or 1,216 bytes with
/// `alg: HPKE-9` (RFC 9964).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PublicJwk", into = "PublicJwk")]
pub struct ReleasePublicKey {
    suite: ReleaseSuite,
    bytes: Vec<u8>,
    kid: String,
}

/// Why a JWK is not a release key this program can seal to or open with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a release key: an AKP key with alg HPKE-9 or an X25519 key with alg HPKE-4, use enc and a kid is needed"
)]
pub struct NotAReleaseKey;

impl ReleasePublicKey {
    /// Which key of the shop this is.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What is sealed with it.
    #[must_use]
    pub fn suite(&self) -> ReleaseSuite {
        self.suite
    }

    /// The thumbprint (RFC 7638; RFC 8037 section 2 for OKP, RFC 9964 for AKP): how a Statement takes a key back.
    #[must_use]
    pub fn jkt(&self) -> Jkt {
        let bytes = b64u::encode(&self.bytes);
        Jkt::of_canonical(&match self.suite {
            ReleaseSuite::Hpke4 => format!(r#"{{"crv":"X25519","kty":"OKP","x":"{bytes}"}}"#),
            ReleaseSuite::Hpke9 => format!(r#"{{"alg":"HPKE-9","kty":"AKP","pub":"{bytes}"}}"#),
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows the suite and the name only: a key of 1,216 bytes hides everything beside it.
impl fmt::Debug for ReleasePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleasePublicKey({}, {})", self.suite.name(), self.kid)
    }
}

/// A shop's private release key. Never near the shop's web server. Wiped when dropped.
#[derive(Clone)]
pub struct ReleaseKey {
    private: Zeroizing<[u8; 32]>,
    public: ReleasePublicKey,
}

impl ReleaseKey {
    /// Makes a fresh key; its `kid` is its thumbprint.
    pub fn make(suite: ReleaseSuite, rng: &mut impl CryptoRng) -> Self {
        let (private, bytes) = hpke::make_key_pair(suite, rng);
        let mut public = ReleasePublicKey { suite, bytes, kid: String::new() };
        public.kid = public.jkt().into();
        Self { private, public }
    }

    /// Reads a private JWK: the members of the public one, and `d` (OKP) or `priv` (AKP), of 32 bytes.
    pub fn parse_jwk(text: &str) -> Result<Self, NotAReleaseKey> {
        #[derive(Deserialize)]
        struct PrivateJwk {
            d: Option<Zeroizing<String>>,
            r#priv: Option<Zeroizing<String>>,
            #[serde(flatten)]
            public: PublicJwk,
        }
        let jwk: PrivateJwk = json::parse(text.as_bytes()).map_err(|_| NotAReleaseKey)?;
        let public = ReleasePublicKey::try_from(jwk.public)?;
        let private = match public.suite {
            ReleaseSuite::Hpke4 => jwk.d,
            ReleaseSuite::Hpke9 => jwk.r#priv,
        };
        let mut bytes = b64u::decode(&private.ok_or(NotAReleaseKey)?).map_err(|_| NotAReleaseKey)?;
        let private = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new);
        bytes.zeroize();
        let private = private.map_err(|_| NotAReleaseKey)?;
        if hpke::find_public_half(public.suite, &private).as_ref() == Some(&public.bytes) {
            Ok(Self { private, public })
        } else {
            Err(NotAReleaseKey)
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &ReleasePublicKey {
        &self.public
    }

    pub(crate) fn private(&self) -> &[u8; 32] {
        &self.private
    }

    /// The key as a private JWK: for a file that only its owner can read.
    #[must_use]
    pub fn to_jwk(&self) -> Zeroizing<String> {
        let private = Zeroizing::new(b64u::encode(self.private.as_slice()));
        let (private, public) = (private.as_str(), b64u::encode(&self.public.bytes));
        // A name from a file may hold anything: quoted and escaped as JSON wants it.
        let kid = serde_json::Value::from(self.public.kid.as_str());
        Zeroizing::new(match self.public.suite {
            ReleaseSuite::Hpke4 => format!(
                r#"{{"kty":"OKP","crv":"X25519","x":"{public}","d":"{private}","kid":{kid},"alg":"HPKE-4","use":"enc"}}"#
            ),
            ReleaseSuite::Hpke9 => format!(
                r#"{{"kty":"AKP","pub":"{public}","priv":"{private}","kid":{kid},"alg":"HPKE-9","use":"enc"}}"#
            ),
        })
    }
}

impl fmt::Debug for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleaseKey({}, ..)", self.public.kid)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kty")]
enum PublicJwk {
    #[serde(rename = "OKP")]
    Okp { crv: String, x: String, kid: String, alg: String, r#use: String },
    #[serde(rename = "AKP")]
    Akp { r#pub: String, kid: String, alg: String, r#use: String },
}

impl TryFrom<PublicJwk> for ReleasePublicKey {
    type Error = NotAReleaseKey;

    fn try_from(jwk: PublicJwk) -> Result<Self, NotAReleaseKey> {
        let (suite, bytes, kid, alg, purpose) = match jwk {
            PublicJwk::Okp { crv, x, kid, alg, r#use } if crv == "X25519" => {
                (ReleaseSuite::Hpke4, x, kid, alg, r#use)
            }
            PublicJwk::Akp { r#pub, kid, alg, r#use } => (ReleaseSuite::Hpke9, r#pub, kid, alg, r#use),
            PublicJwk::Okp { .. } => return Err(NotAReleaseKey),
        };
        if alg != suite.name() || purpose != "enc" || kid.is_empty() || kid.len() > 128 {
            return Err(NotAReleaseKey);
        }
        let bytes = b64u::decode(&bytes).map_err(|_| NotAReleaseKey)?;
        if hpke::is_public_key(suite, &bytes) { Ok(Self { suite, bytes, kid }) } else { Err(NotAReleaseKey) }
    }
}

impl From<ReleasePublicKey> for PublicJwk {
    fn from(key: ReleasePublicKey) -> Self {
        let (bytes, kid) = (b64u::encode(&key.bytes), key.kid);
        let (alg, purpose) = (key.suite.name().into(), "enc".into());
        match key.suite {
            ReleaseSuite::Hpke4 => Self::Okp { crv: "X25519".into(), x: bytes, kid, alg, r#use: purpose },
            ReleaseSuite::Hpke9 => Self::Akp { r#pub: bytes, kid, alg, r#use: purpose },
        }
    }
}
