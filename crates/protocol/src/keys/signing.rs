//! Private ES256 keys.

use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRng;
use zeroize::{Zeroize as _, Zeroizing};

use super::PublicKey;
use crate::hazmat::es256::{self, Signs};
use crate::wire::{b64u, json};

/// A private ES256 key: a request key, a root key, a relay's key, the key of one request. Wiped when dropped.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Zeroizing<Vec<u8>>,
    signs: Arc<Signs>,
    public: PublicKey,
}

/// Why bytes are not a private ES256 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private P-256 key")]
pub struct NotASigningKey;

impl SigningKey {
    /// Makes a fresh key.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut scalar = Zeroizing::new([0; 32]);
        loop {
            rng.fill_bytes(scalar.as_mut_slice());
            // All but one in 2^32 candidates are below the order.
            if let Ok(key) = Self::from_scalar(&scalar) {
                return key;
            }
        }
    }

    /// Makes a signature that nobody gets. Before a process's first one aws-lc gathers randomness from how long the processor
    /// takes, which takes some 30 ms by itself: whoever has the time has it done before a person waits for it.
    pub fn warm_up() {
        if let Ok(any) = Self::from_scalar(&[1; 32]) {
            es256::sign(&any, b"");
        }
    }

    /// The key of a private scalar between 1 and N - 1, big-endian.
    pub fn from_scalar(scalar: &[u8; 32]) -> Result<Self, NotASigningKey> {
        Self::from_pair(es256::find_key_pair(scalar))
    }

    /// Reads an unencrypted PKCS#8 document (DER).
    pub fn parse_pkcs8(der: &[u8]) -> Result<Self, NotASigningKey> {
        Self::from_pair(es256::parse_pkcs8(der))
    }

    /// Reads a private JWK: `kty`, `crv`, `x`, `y`, `d`; the public half must fit the private one.
    pub fn parse_jwk(text: &str) -> Result<Self, NotASigningKey> {
        #[derive(serde::Deserialize)]
        struct PrivateJwk {
            kty: String,
            crv: String,
            x: String,
            y: String,
            d: Zeroizing<String>,
        }
        let jwk: PrivateJwk = json::parse(text.as_bytes()).map_err(|_| NotASigningKey)?;
        let mut scalar: Zeroizing<[u8; 32]> = Zeroizing::new([0; 32]);
        let mut bytes = b64u::decode(&jwk.d).map_err(|_| NotASigningKey)?;
        if jwk.kty != "EC" || jwk.crv != "P-256" || bytes.len() != 32 {
            bytes.zeroize();
            return Err(NotASigningKey);
        }
        scalar.copy_from_slice(&bytes);
        bytes.zeroize();
        let key = Self::from_scalar(&scalar)?;
        let fits = jwk.x == b64u::encode(key.public.x()) && jwk.y == b64u::encode(key.public.y());
        if fits { Ok(key) } else { Err(NotASigningKey) }
    }

    fn from_pair(pair: Option<es256::KeyPair>) -> Result<Self, NotASigningKey> {
        let pair = pair.ok_or(NotASigningKey)?;
        let public = PublicKey::parse(pair.x, pair.y).map_err(|_| NotASigningKey)?;
        Ok(Self { pkcs8: pair.pkcs8, signs: Arc::new(pair.signs), public })
    }

    /// The same key, whose public half remembers what this one signed: see [`PublicKey::remembering`].
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { public: self.public.remembering(), ..self }
    }

    pub(crate) fn signs(&self) -> &Signs {
        &self.signs
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The key as an unencrypted PKCS#8 document (DER): for a file that only its owner can read.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The key as a private JWK with `kid` and `alg`: for a file that only its owner can read.
    pub fn to_jwk(&self) -> Result<Zeroizing<String>, NotASigningKey> {
        let scalar = es256::find_scalar(&self.pkcs8).ok_or(NotASigningKey)?;
        Ok(Zeroizing::new(format!(
            r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}","d":"{}","kid":"{}","alg":"ES256"}}"#,
            b64u::encode(self.public.x()),
            b64u::encode(self.public.y()),
            Zeroizing::new(b64u::encode(scalar.as_slice())).as_str(),
            self.public.jkt(),
        )))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.public.jkt())
    }
}
