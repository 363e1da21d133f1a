//! Keys that releases are sealed to.

use std::fmt;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::Jkt;
use crate::hazmat::hpke;
use crate::wire::{b64u, json};

/// The JOSE identifier of the one suite of this revision.
const HPKE_4: &str = "HPKE-4";

/// A shop's public release key: an X25519 JWK with `alg: HPKE-4` and `use: enc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OkpJwk", into = "OkpJwk")]
pub struct ReleasePublicKey {
    x: [u8; 32],
    kid: String,
}

/// Why a JWK is not a release key this program can seal to or open with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a release key: an X25519 key with alg HPKE-4, use enc and a kid is needed")]
pub struct NotAReleaseKey;

impl ReleasePublicKey {
    /// Which key of the shop this is.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The thumbprint (RFC 7638; for OKP keys RFC 8037 section 2): how a Statement takes a key back.
    #[must_use]
    pub fn jkt(&self) -> Jkt {
        Jkt::of_canonical(&format!(r#"{{"crv":"X25519","kty":"OKP","x":"{}"}}"#, b64u::encode(self.x)))
    }

    pub(crate) fn x(&self) -> &[u8; 32] {
        &self.x
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
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let (private, x) = hpke::make_key_pair(rng);
        let mut public = ReleasePublicKey { x, kid: String::new() };
        public.kid = public.jkt().into();
        Self { private, public }
    }

    /// Reads a private JWK: `kty`, `crv`, `x`, `d`, `kid`, `alg`, `use`.
    pub fn parse_jwk(text: &str) -> Result<Self, NotAReleaseKey> {
        #[derive(Deserialize)]
        struct PrivateJwk {
            d: Zeroizing<String>,
            #[serde(flatten)]
            public: OkpJwk,
        }
        let jwk: PrivateJwk = json::parse(text.as_bytes()).map_err(|_| NotAReleaseKey)?;
        let public = ReleasePublicKey::try_from(jwk.public)?;
        let mut bytes = b64u::decode(&jwk.d).map_err(|_| NotAReleaseKey)?;
        let private = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new);
        bytes.zeroize();
        let private = private.map_err(|_| NotAReleaseKey)?;
        if hpke::find_public_half(&private) == Some(public.x) {
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
        let d = Zeroizing::new(b64u::encode(self.private.as_slice()));
        Zeroizing::new(format!(
            r#"{{"kty":"OKP","crv":"X25519","x":"{}","d":"{}","kid":"{}","alg":"HPKE-4","use":"enc"}}"#,
            b64u::encode(self.public.x),
            d.as_str(),
            self.public.kid,
        ))
    }
}

impl fmt::Debug for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleaseKey({}, ..)", self.public.kid)
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct OkpJwk {
    kty: String,
    crv: String,
    x: String,
    kid: String,
    alg: String,
    r#use: String,
}

impl TryFrom<OkpJwk> for ReleasePublicKey {
    type Error = NotAReleaseKey;

    fn try_from(jwk: OkpJwk) -> Result<Self, NotAReleaseKey> {
        let kind = (jwk.kty.as_str(), jwk.crv.as_str(), jwk.alg.as_str(), jwk.r#use.as_str());
        if kind != ("OKP", "X25519", HPKE_4, "enc") || jwk.kid.is_empty() || jwk.kid.len() > 128 {
            return Err(NotAReleaseKey);
        }
        let x = b64u::decode(&jwk.x).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(NotAReleaseKey)?;
        Ok(Self { x, kid: jwk.kid })
    }
}

impl From<ReleasePublicKey> for OkpJwk {
    fn from(key: ReleasePublicKey) -> Self {
        Self {
            kty: "OKP".into(),
            crv: "X25519".into(),
            x: b64u::encode(key.x),
            kid: key.kid,
            alg: HPKE_4.into(),
            r#use: "enc".into(),
        }
    }
}
