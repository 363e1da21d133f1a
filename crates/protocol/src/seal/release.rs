//! From a grant to a sealed release and the grant claim that travels beside it.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{KeyBinding, Response, profile};
use crate::claim::ClaimName;
use crate::consent::{ConsentReceipt, Grant};
use crate::keys::PairwiseKey;
use crate::passport::{GrantClaim, Passport};
use crate::request::PASSPORT_QUERY;
use crate::time::Timestamp;
use crate::wire::jwe::{self, JweError};
use crate::wire::jws::JwsError;

/// Why a grant could not be sealed. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The passport or the key is another person's or another shop's.
    #[error("the passport does not belong to this shop and this wallet")]
    Passport,
    /// More details, some 30,000 bytes, than fit into the largest JWE that is accepted.
    #[error("the details are too long to be sent")]
    TooLarge,
    /// A signature could not be made.
    #[error("the answer could not be signed")]
    Sign(#[from] JwsError),
    /// The seal could not be made.
    #[error("the answer could not be sealed")]
    Seal(#[from] JweError),
}

/// A release, sealed to the shop, with everything that travels beside it.
#[derive(Debug, Clone)]
pub struct SealedRelease {
    /// The sealed attributes: a compact JWE.
    pub jwe: String,
    /// The grant claim: a compact JWS by the pairwise key.
    pub grant_claim: String,
    /// The consent receipt: a compact JWS by the pairwise key.
    pub consent_receipt: String,
    /// The names of what is in it.
    pub claims: Vec<ClaimName>,
}

impl SealedRelease {
    /// Seals a grant. Takes it by value: one consent yields one release.
    #[expect(clippy::needless_pass_by_value, reason = "a sealed grant must be gone")]
    pub fn seal(
        grant: Grant,
        passport: &Passport,
        key: &PairwiseKey,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SealError> {
        let request = grant.request();
        let fits = key.sector() == request.sector()
            && passport.holder() == key.public()
            && passport.sector() == request.sector();
        if !fits {
            return Err(SealError::Passport);
        }
        let context = request.context();
        let terms_hash = request.terms_text().hash();
        let bind = |unbound: &str| KeyBinding::bind(unbound, &context, &terms_hash, key.signing_key(), now);

        let bound_passport = bind(passport.unbound())?;
        let mut vp_token =
            BTreeMap::from([(PASSPORT_QUERY.to_owned(), vec![Zeroizing::new(bound_passport.clone())])]);
        for part in grant.parts() {
            let minted = Zeroizing::new(profile::mint(&part.values, key.signing_key(), now, rng)?);
            vp_token.insert(part.query.clone(), vec![Zeroizing::new(bind(&minted)?)]);
        }
        let plaintext = Response::new(vp_token, request.state().as_str())
            .write_padded()
            .map_err(|_| SealError::TooLarge)?;
        let jwe = jwe::seal(&plaintext, request.release_key(), &context.info(), rng)?;
        if jwe.len() > jwe::LARGEST {
            return Err(SealError::TooLarge);
        }

        let claims = grant.claims();
        let claim =
            GrantClaim::new(bound_passport, &context, terms_hash, claims.clone(), hash_release(&jwe), now);
        let grant_claim = claim.sign(key.signing_key())?;
        let consent_receipt = ConsentReceipt::of(&grant, key, now).sign(key)?;
        Ok(Self { jwe, grant_claim, consent_receipt, claims })
    }

    /// `release_sha256` of the sealed attributes.
    #[must_use]
    pub fn release_sha256(&self) -> String {
        hash_release(&self.jwe)
    }

    /// `passerby_claim` of the grant claim.
    #[must_use]
    pub fn passerby_claim(&self) -> String {
        GrantClaim::hash(&self.grant_claim)
    }
}

/// `release_sha256 = b64u(SHA-256(ASCII(JWE)))`.
#[must_use]
pub fn hash_release(jwe: &str) -> String {
    crate::wire::b64u::sha256(jwe)
}
