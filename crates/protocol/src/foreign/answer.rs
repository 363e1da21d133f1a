//! Consent to a foreign verifier, and the sealed answer that follows from it (docs/protocol.md section 13.4).

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use serde::Serialize;
use zeroize::Zeroizing;

use super::ForeignRequest;
use crate::claim::{AttributeValue, ClaimName};
use crate::consent::{Choice, ConsentRefusal};
use crate::keys::{RootSecret, derive_foreign};
use crate::seal::{Response, SealError, mint_profile};
use crate::time::Timestamp;
use crate::wire::jws::{self, JwsError};
use crate::wire::{b64u, jwe};

/// The claims that answer one query.
type Part = (String, Vec<(ClaimName, AttributeValue)>);

/// Consent to one request: these attributes, to this host. Not `Clone`: it is sealed once.
#[derive(Debug)]
pub struct ForeignGrant {
    request: ForeignRequest,
    parts: Vec<Part>,
}

impl ForeignRequest {
    /// Turns the person's choice into a grant. Every needed attribute goes, and exactly the ticked optional ones.
    pub fn consent(self, choice: &Choice) -> Result<ForeignGrant, ConsentRefusal> {
        let asked = self.asked();
        let offered = |claim: &&ClaimName| asked.all().any(|offered| offered == *claim);
        if let Some(stranger) = choice.values.keys().chain(&choice.ticked).find(|claim| !offered(claim)) {
            return Err(ConsentRefusal::NotOffered(stranger.clone()));
        }
        let value = |claim: &ClaimName| {
            let value = choice.values.get(claim).filter(|value| !value.expose().is_empty());
            let found = value.map(|value| (claim.clone(), value.clone()));
            found.ok_or_else(|| ConsentRefusal::Missing(claim.clone()))
        };
        let mut parts = Vec::new();
        for part in &asked.required {
            let values = part.claims.iter().map(value).collect::<Result<_, _>>()?;
            parts.push((part.query.clone(), values));
        }
        for optional in asked.optional.iter().filter(|optional| choice.ticked.contains(&optional.claim)) {
            parts.push((optional.query.clone(), vec![value(&optional.claim)?]));
        }
        if parts.is_empty() {
            Err(ConsentRefusal::Nothing)
        } else {
            Ok(ForeignGrant { request: self, parts })
        }
    }
}

/// A sealed answer.
#[derive(Debug, Clone)]
pub struct ForeignAnswer {
    /// A compact JWE, to be posted as `response`.
    pub jwe: String,
    /// The names of what is in it, sorted.
    pub claims: Vec<ClaimName>,
}

/// A KB-JWT (RFC 9901 section 4.3), with nothing of ours in it.
#[derive(Serialize)]
struct KeyBinding<'a> {
    iat: Timestamp,
    aud: &'a str,
    nonce: &'a str,
    sd_hash: String,
}

impl ForeignGrant {
    /// Seals the grant to the key that the request named. Only here is the person's key at this host derived.
    pub fn seal(
        self,
        root: &RootSecret,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<ForeignAnswer, SealError> {
        let request = self.request.certified();
        let key = derive_foreign(root, request.host()).map_err(|_| JwsError::Signature)?;
        let aud = request.client_id().to_text();
        let mut vp_token = BTreeMap::new();
        for (query, values) in &self.parts {
            let mut presentation = Zeroizing::new(mint_profile(values, &key, now, rng)?);
            let sd_hash = b64u::sha256(presentation.as_str());
            let binding = KeyBinding { iat: now, aud: &aud, nonce: request.nonce(), sd_hash };
            presentation.push_str(&jws::sign(&jws::Header::new("kb+jwt"), &binding, &key)?);
            vp_token.insert(query.clone(), vec![presentation]);
        }
        let plaintext = Response::new(vp_token, request.state().unwrap_or_default())
            .write_padded()
            .map_err(|_| SealError::TooLarge)?;
        let jwe = request.answer_key().seal(&plaintext)?;
        if jwe.len() > jwe::LARGEST {
            return Err(SealError::TooLarge);
        }
        let values = self.parts.iter().flat_map(|(_, values)| values);
        let mut claims: Vec<_> = values.map(|(claim, _)| claim.clone()).collect();
        claims.sort();
        Ok(ForeignAnswer { jwe, claims })
    }
}
