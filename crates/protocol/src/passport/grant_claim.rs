//! The grant claim: what the wallet says of its release, in the open (docs/protocol.md section 9.2, ext.).

use serde::{Deserialize, Serialize};

use super::{Passport, PassportRefusal};
use crate::claim::ClaimName;
use crate::keys::{PublicKey, RelayKeys, SigningKey};
use crate::seal::{Context, KeyBinding, KeyBindingRefusal, KeyBindingRules};
use crate::sector::Sector;
use crate::time::Timestamp;
use crate::wire::b64u;
use crate::wire::jws::{self, JwsError, Unverified};
use crate::wire::sd_jwt::Presentation;

const TYP: &str = "passerby-grant+jwt";

/// Why a grant claim was refused (docs/protocol.md section 9.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantClaimRefusal {
    /// Not a grant claim.
    #[error("the grant claim is malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the grant claim is of another type")]
    Type,
    /// Its passport does not hold.
    #[error(transparent)]
    Passport(#[from] PassportRefusal),
    /// The passport was not presented for this request.
    #[error(transparent)]
    KeyBinding(#[from] KeyBindingRefusal),
    /// Not signed by the passport's key.
    #[error("the grant claim is not signed by the holder of the passport")]
    Signature,
    /// Made for another request or other terms.
    #[error("the grant claim was made for another request")]
    Binding,
    /// Something needed is missing, or something is in it that was not asked for.
    #[error("the grant claim names other details than the request")]
    Claims,
    /// The browser vouches for another grant claim than the relay handed over.
    #[error("the relay handed over another grant claim than the wallet sent")]
    Mismatch,
    /// A wallet of another make answered, or so the relay says, and the shop takes no such answers.
    #[error("the answer came without a grant claim, and the shop takes answers of Passerby wallets only")]
    Missing,
}

impl GrantClaimRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "claim-malformed",
            Self::Type => "claim-type",
            Self::Passport(refused) => refused.word(),
            Self::KeyBinding(refused) => refused.word(),
            Self::Signature => "claim-signature",
            Self::Binding => "claim-binding",
            Self::Claims => "claim-claims",
            Self::Mismatch => "claim-mismatch",
            Self::Missing => "claim-missing",
        }
    }
}

impl From<JwsError> for GrantClaimRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge | JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// The payload of a grant claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GrantClaim {
    aud: String,
    iat: Timestamp,
    /// `<passport>~<KB-JWT>`.
    passport: String,
    client_id: String,
    nonce: String,
    response_uri: String,
    seq: u64,
    terms_hash: String,
    claims: Vec<ClaimName>,
    completion: String,
    release_sha256: String,
}

/// A grant claim whose passport, key binding and signature hold.
#[derive(Debug, Clone)]
pub struct CheckedGrantClaim {
    /// Who.
    pub(crate) passport: Passport,
    /// Which attributes.
    pub(crate) claims: Vec<ClaimName>,
    /// Which sealed release.
    pub(crate) release_sha256: String,
}

impl GrantClaim {
    /// What the wallet says of a release.
    pub(crate) fn new(
        passport: String,
        context: &Context,
        terms_hash: String,
        claims: Vec<ClaimName>,
        release_sha256: String,
        now: Timestamp,
    ) -> Self {
        Self {
            aud: context.client_id.clone(),
            iat: now,
            passport,
            client_id: context.client_id.clone(),
            nonce: context.nonce.clone(),
            response_uri: context.response_uri.clone(),
            seq: 0,
            terms_hash,
            claims,
            completion: "redirect".to_owned(),
            release_sha256,
        }
    }

    /// Signs it with the pairwise key.
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(&jws::Header::new(TYP).with_kid(key.public()), self, key)
    }

    /// `passerby_claim = b64u(SHA-256(ASCII(grant claim)))`.
    #[must_use]
    pub fn hash(compact: &str) -> String {
        b64u::sha256(compact)
    }

    /// Checks a grant claim against the request it answers: steps 1 to 5 of section 9.4, without what was asked.
    ///
    /// The relay stores nothing that does not pass this; the shop checks the rest in [`super::Question::accept`].
    pub fn check(
        compact: &str,
        keys: &RelayKeys,
        sector: &Sector,
        rules: &KeyBindingRules<'_>,
        now: Timestamp,
    ) -> Result<CheckedGrantClaim, GrantClaimRefusal> {
        let parsed = Unverified::<Self>::parse(compact, TYP)?;
        if !b64u::decode(&parsed.peek().release_sha256).is_ok_and(|hash| hash.len() == 32) {
            return Err(GrantClaimRefusal::Malformed);
        }
        let presentation =
            Presentation::parse(&parsed.peek().passport).map_err(|_| PassportRefusal::Malformed)?;
        let passport = Passport::parse(presentation.unbound(), keys, sector, now)?;
        KeyBinding::check(&presentation, passport.holder(), rules)?;

        if parsed.header().kid.as_deref() != Some(passport.holder().jkt().as_str()) {
            return Err(GrantClaimRefusal::Signature);
        }
        let claim = parsed.verify(passport.holder())?;
        let context = rules.context;
        let bound = claim.aud == context.client_id
            && claim.client_id == context.client_id
            && claim.nonce == context.nonce
            && claim.response_uri == context.response_uri
            && claim.terms_hash == rules.terms_hash
            && claim.seq == 0
            && claim.completion == "redirect";
        if !bound {
            return Err(GrantClaimRefusal::Binding);
        }
        Ok(CheckedGrantClaim { passport, claims: claim.claims, release_sha256: claim.release_sha256 })
    }
}

impl CheckedGrantClaim {
    /// The pseudonym at this shop.
    #[must_use]
    pub fn user_ref(&self) -> &str {
        self.passport.user_ref()
    }

    /// The key of the person at this shop.
    #[must_use]
    pub fn holder(&self) -> &PublicKey {
        self.passport.holder()
    }

    /// Which sealed release this is about.
    #[must_use]
    pub fn release_sha256(&self) -> &str {
        &self.release_sha256
    }

    /// The names of what is in it.
    #[must_use]
    pub fn claims(&self) -> &[ClaimName] {
        &self.claims
    }
}
