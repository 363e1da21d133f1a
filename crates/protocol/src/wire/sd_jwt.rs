//! SD-JWT (RFC 9901): disclosures, presentations, and what a verified one says.
//!
//! Disclosure encoding, digests and their resolution are the crate `affinidi-sd-jwt`; signatures are ours
//! ([`super::jws`]), because its `issue()` fixes `typ` and draws salts itself.

use affinidi_sd_jwt::disclosure::Disclosure;
use affinidi_sd_jwt::error::SdJwtError;
use affinidi_sd_jwt::{JwtVerifier, SdJwt, Sha256Hasher, VerificationOptions};
use rand_core::CryptoRng;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{b64u, json, jws};
use crate::keys::PublicKey;

/// The `typ` of every SD-JWT VC.
pub const TYP: &str = "dc+sd-jwt";

/// Why a text is not an SD-JWT presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an SD-JWT presentation")]
pub struct NotAPresentation;

/// A disclosure made here: its text, and the digest that goes into `_sd`.
pub struct MadeDisclosure {
    /// `b64u([salt, name, value])`.
    pub text: String,
    /// The SHA-256 digest of the text, base64url.
    pub digest: String,
}

/// Makes a disclosure of an object member with a salt of 16 random bytes (RFC 9901 section 4.2.1).
pub fn make_disclosure(
    name: &str,
    value: &str,
    rng: &mut impl CryptoRng,
) -> Result<MadeDisclosure, NotAPresentation> {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    Disclosure::new_claim_with_salt(&b64u::encode(salt), name, Value::from(value), &Sha256Hasher)
        .map(|made| MadeDisclosure { text: made.serialized, digest: made.digest })
        .map_err(|_| NotAPresentation)
}

/// `<JWS>~<disclosure>~..~`: what a key binding signs over.
#[must_use]
pub fn assemble(jws: &str, disclosures: &[MadeDisclosure]) -> String {
    let mut text = format!("{jws}~");
    for disclosure in disclosures {
        text.push_str(&disclosure.text);
        text.push('~');
    }
    text
}

/// A presentation with key binding: `<JWS>~<disclosure>~..~<KB-JWT>`.
#[derive(Clone)]
pub struct Presentation {
    unbound: Zeroizing<String>,
    key_binding: String,
}

impl Presentation {
    /// Splits a presentation; every part must be there, the last one being the KB-JWT.
    pub fn parse(text: &str) -> Result<Self, NotAPresentation> {
        if text.len() > jws::LARGEST {
            return Err(NotAPresentation);
        }
        let (unbound, key_binding) = text.rsplit_once('~').ok_or(NotAPresentation)?;
        if unbound.is_empty() || key_binding.is_empty() || unbound.split('~').any(str::is_empty) {
            return Err(NotAPresentation);
        }
        Ok(Self { unbound: Zeroizing::new(format!("{unbound}~")), key_binding: key_binding.to_owned() })
    }

    /// The issuer-signed JWS.
    #[must_use]
    pub fn issued(&self) -> &str {
        self.unbound.split('~').next().unwrap_or_default()
    }

    /// The SD-JWT without key binding, with its trailing `~`.
    #[must_use]
    pub fn unbound(&self) -> &str {
        &self.unbound
    }

    /// The KB-JWT.
    #[must_use]
    pub fn key_binding(&self) -> &str {
        &self.key_binding
    }

    /// `sd_hash` (RFC 9901 section 4.3.1).
    #[must_use]
    pub fn sd_hash(&self) -> String {
        b64u::sha256(self.unbound.as_str())
    }

    /// How many disclosures are presented.
    #[must_use]
    pub fn disclosure_count(&self) -> usize {
        self.disclosures().count()
    }

    fn disclosures(&self) -> impl Iterator<Item = &str> {
        self.unbound.split('~').skip(1).filter(|part| !part.is_empty())
    }

    /// Whether every disclosure is strict JSON with unambiguous members.
    pub fn check_disclosures(&self) -> Result<(), NotAPresentation> {
        for text in self.disclosures() {
            let bytes = b64u::decode(text).map_err(|_| NotAPresentation)?;
            json::refuse_ambiguity(&bytes).map_err(|_| NotAPresentation)?;
        }
        Ok(())
    }

    /// Checks the issuer's signature and puts the disclosed members in their places (RFC 9901 section 7.1).
    pub fn resolve(&self, issuer: &PublicKey) -> Result<Value, NotAPresentation> {
        self.check_disclosures()?;
        let sd_jwt = SdJwt::parse(&self.unbound, &Sha256Hasher).map_err(|_| NotAPresentation)?;
        let options = VerificationOptions::default();
        affinidi_sd_jwt::verifier::verify(&sd_jwt, &Issuer(issuer), &Sha256Hasher, &options, None)
            .map(|verified| verified.claims)
            .map_err(|_| NotAPresentation)
    }
}

struct Issuer<'a>(&'a PublicKey);

impl JwtVerifier for Issuer<'_> {
    fn verify_jwt(&self, compact: &str) -> Result<Value, SdJwtError> {
        jws::Unverified::parse(compact, TYP)
            .and_then(|parsed| parsed.verify(self.0))
            .map_err(|refused| SdJwtError::Verification(refused.to_string()))
    }
}
