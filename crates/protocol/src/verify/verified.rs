//! From a signed request to a verified one.

use super::attestation::Attestation;
use super::pin::{Familiarity, Pin};
use super::sources;
use super::statement::{ParsedStatement, Statement, StatementRefusal};
use crate::claim::ClaimName;
use crate::issuer::Issuer;
use crate::keys::ReleasePublicKey;
use crate::random_id::{Nonce, State};
use crate::request::{
    Asked, Flow, GradedClaims, OptionalClaim, RequestLink, SignedRequest, Terms, TermsText,
};
use crate::seal::Context;
use crate::sector::Sector;
use crate::time::Timestamp;

/// Why a shop may not ask, or not for that (docs/protocol.md section 6, steps 4 to 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyRefusal {
    /// A Statement does not hold by itself.
    #[error(transparent)]
    Statement(#[from] StatementRefusal),
    /// First sight: request, shop and relay do not name the same root key.
    #[error("the shop's own site, its request and the relay do not name the same keys")]
    RootMismatch,
    /// A new root key that the old one had not announced.
    #[error("the shop's main keys changed without the usual notice")]
    RootChanged,
    /// Older keys than this wallet has seen already.
    #[error("the shop shows older keys than it did before")]
    StatementRollback,
    /// Two different Statements with the same number.
    #[error("the shop tells different people different things about its keys")]
    StatementEquivocation,
    /// The chain from the last seen Statement is broken.
    #[error("the shop's new keys do not follow from the ones seen before")]
    StatementChain,
    /// The key that signed the request is not in the Statement, or was taken back.
    #[error("the request is signed by a key that the shop does not list")]
    RequestKeyUnlisted,
    /// Nothing to seal to.
    #[error("the shop has no key that this wallet can seal to")]
    ReleaseKeyMissing,
    /// The shop had shown a post-quantum key, and now shows none.
    #[error("the shop takes back the stronger protection that it had shown before")]
    ReleaseKeyDowngrade,
    /// Longer than the Statement allows.
    #[error("the shop wants to keep the details longer than it announced")]
    RetentionTooLong,
    /// A required attribute that the Statement does not allow.
    #[error("the shop requires a detail that it never announced it would ask for")]
    ClaimNotAllowed,
}

impl VerifyRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Statement(refused) => refused.word(),
            Self::RootMismatch => "root-mismatch",
            Self::RootChanged => "root-changed",
            Self::StatementRollback => "statement-rollback",
            Self::StatementEquivocation => "statement-equivocation",
            Self::StatementChain => "statement-chain",
            Self::RequestKeyUnlisted => "request-key-unlisted",
            Self::ReleaseKeyMissing => "release-key-missing",
            Self::ReleaseKeyDowngrade => "release-key-downgrade",
            Self::RetentionTooLong => "retention-too-long",
            Self::ClaimNotAllowed => "claim-not-allowed",
        }
    }
}

/// A request whose sector is proven, and that asks for nothing the shop may not have.
#[derive(Debug, Clone)]
pub struct VerifiedRequest {
    signed: SignedRequest,
    statement: Statement,
    release_key: ReleasePublicKey,
    familiarity: Familiarity,
    pin: Pin,
    optional: Vec<OptionalClaim>,
    graded: Vec<GradedClaims>,
    dropped: Vec<ClaimName>,
}

impl SignedRequest {
    /// Decides whether this is the shop, from the Statement that the wallet fetched itself at
    /// [`Sector::statement_address`] and what it remembers.
    pub fn verify(
        self,
        fetched: &str,
        pin: Option<&Pin>,
        now: Timestamp,
    ) -> Result<VerifiedRequest, VerifyRefusal> {
        let in_request = ParsedStatement::parse(&self.statement, self.claimed_sector(), now)?;
        let fetched = ParsedStatement::parse(fetched, self.claimed_sector(), now)?;
        let (counts, familiarity) = sources::choose(&in_request, &fetched, self.attestation.root_jkt(), pin)?;

        let statement = counts.statement().clone();
        if !statement.lists_request_key(&self.attestation.request_key().jkt()) {
            return Err(VerifyRefusal::RequestKeyUnlisted);
        }
        let release_key = statement.find_release_key().ok_or(VerifyRefusal::ReleaseKeyMissing)?;
        if pin.is_some_and(|pin| pin.post_quantum) && !statement.is_post_quantum() {
            return Err(VerifyRefusal::ReleaseKeyDowngrade);
        }
        if self.terms.retention > statement.retention_max {
            return Err(VerifyRefusal::RetentionTooLong);
        }
        let allows = |claim: &ClaimName| statement.allowed_claims.contains(claim);
        let allows_all = |graded: &GradedClaims| graded.ways.all().all(allows);
        let mut needed = self.asked.graded.iter().filter(|graded| graded.ways.needed);
        if !self.asked.required.iter().all(allows) || !needed.all(allows_all) {
            return Err(VerifyRefusal::ClaimNotAllowed);
        }
        let (optional, dropped): (Vec<_>, Vec<_>) =
            self.asked.optional.iter().cloned().partition(|optional| allows(&optional.claim));
        let (graded, unannounced): (Vec<_>, Vec<_>) = self.asked.graded.iter().cloned().partition(allows_all);
        let dropped = dropped
            .into_iter()
            .map(|optional| optional.claim)
            .chain(unannounced.iter().flat_map(|graded| graded.ways.all().cloned()))
            .collect();
        let pin = Pin::of(counts, pin.map_or(now, |pin| pin.first_seen));
        Ok(VerifiedRequest {
            signed: self,
            statement,
            release_key,
            familiarity,
            pin,
            optional,
            graded,
            dropped,
        })
    }
}

impl VerifiedRequest {
    /// The proven sector.
    #[must_use]
    pub fn sector(&self) -> &Sector {
        self.signed.claimed_sector()
    }

    /// The Statement that counts.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// How well this wallet knows the shop.
    #[must_use]
    pub fn familiarity(&self) -> Familiarity {
        self.familiarity
    }

    /// What to remember of the shop's keys.
    #[must_use]
    pub fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The relay that carries the request.
    #[must_use]
    pub fn relay(&self) -> &Issuer {
        self.link().request_uri().issuer()
    }

    /// The link the request came by.
    #[must_use]
    pub fn link(&self) -> &RequestLink {
        &self.signed.link
    }

    /// On which terms.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.signed.terms
    }

    /// The exact text of the terms.
    #[must_use]
    pub fn terms_text(&self) -> &TermsText {
        &self.signed.terms_text
    }

    /// How the request came here.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.signed.flow
    }

    /// Attributes that are needed.
    #[must_use]
    pub fn required(&self) -> &[ClaimName] {
        &self.signed.asked.required
    }

    /// Attributes that are the person's choice.
    #[must_use]
    pub fn optional(&self) -> &[OptionalClaim] {
        &self.optional
    }

    /// What may be answered with less, needed or not.
    #[must_use]
    pub fn graded(&self) -> &[GradedClaims] {
        &self.graded
    }

    /// Every attribute that the shop may have, needed or not, in whole or in part.
    pub fn offered(&self) -> impl Iterator<Item = &ClaimName> {
        let optional = self.optional.iter().map(|optional| &optional.claim);
        let graded = self.graded.iter().flat_map(|graded| graded.ways.all());
        self.required().iter().chain(optional).chain(graded)
    }

    /// Attributes that the shop asks for but never announced: they will not be sent.
    #[must_use]
    pub fn dropped(&self) -> &[ClaimName] {
        &self.dropped
    }

    /// Everything the request names, dropped ones too.
    #[must_use]
    pub fn asked(&self) -> &Asked {
        &self.signed.asked
    }

    /// The last moment for an answer.
    #[must_use]
    pub fn response_by(&self) -> Timestamp {
        self.signed.object.response_by
    }

    /// Where the answer goes.
    #[must_use]
    pub fn response_uri(&self) -> &str {
        &self.signed.object.response_uri
    }

    /// The relay's word for the shop.
    #[must_use]
    pub fn attestation(&self) -> &Attestation {
        &self.signed.attestation
    }

    /// The one-time number of this request.
    #[must_use]
    pub fn nonce(&self) -> &Nonce {
        &self.signed.nonce
    }

    /// What an answer to this request is bound to.
    #[must_use]
    pub fn context(&self) -> Context {
        Context {
            client_id: self.sector().client_id(),
            nonce: self.signed.nonce.as_str().to_owned(),
            response_uri: self.signed.object.response_uri.clone(),
        }
    }

    pub(crate) fn state(&self) -> &State {
        &self.signed.state
    }

    pub(crate) fn release_key(&self) -> &ReleasePublicKey {
        &self.release_key
    }
}
