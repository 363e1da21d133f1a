//! What comes sealed, looked at from outside: it belongs to this request, to a passport of this relay, and together.
//!
//! Never in here: a look inside.

use passerby_protocol::passport::{GrantClaim, RelayReceipt};
use passerby_protocol::seal::{Context, KeyBindingRules, hash_release};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::wire::jws::{self, Unverified};
use passerby_relay_api::Problem;
use passerby_relay_api::answer::AnswerBody;
use passerby_relay_store::{GrantId, KeptRelease, NewGrant, NewRequest, WrappedRelease};
use serde::de::IgnoredAny;

use crate::Identity;
use crate::hazmat::sha256;
use crate::http::problem::Refused;

fn refused(word: &'static str) -> Refused {
    Refused::because(Problem::ClaimRefused, word)
}

/// What a sealed answer brings, checked as far as a relay can.
pub(super) struct Sealed {
    release: String,
    grant_claim: Option<String>,
    consent_receipt: Option<String>,
    holder_jkt: Option<String>,
}

impl Sealed {
    pub(super) fn release(&self) -> &str {
        &self.release
    }
}

/// Five parts of base64url. What is inside is none of our business.
fn is_jwe(release: &str) -> bool {
    let (mut dots, mut foreign) = (0_usize, 0_usize);
    // No way out in between: so the compiler looks at many characters at once.
    for byte in release.bytes() {
        dots += usize::from(byte == b'.');
        foreign += usize::from(!(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')));
    }
    dots == 4 && foreign == 0
}

/// Checks the parts against the request and each other. An answer without a grant claim is one of a foreign wallet.
pub(super) fn check_sealed(
    body: AnswerBody,
    request: &NewRequest,
    identity: &Identity,
    now: Timestamp,
) -> Result<Sealed, Refused> {
    let release = body.response.ok_or(Problem::Malformed)?;
    if !is_jwe(&release) {
        return Err(Problem::Malformed.into());
    }
    let Some(grant_claim) = body.grant_claim else {
        return Ok(Sealed { release, grant_claim: None, consent_receipt: None, holder_jkt: None });
    };
    let sector = Sector::parse(&request.sector).map_err(|_| Problem::Failed)?;
    let context = Context {
        client_id: request.client_id.clone(),
        nonce: request.nonce.clone(),
        response_uri: request.response_uri.clone(),
    };
    let terms_hash = &request.terms_hash;
    let rules = KeyBindingRules { context: &context, terms_hash, now, any_age: false, any_wallet: false };
    let claim = GrantClaim::check(&grant_claim, identity.keys(now), &sector, &rules, now)
        .map_err(|no| refused(no.word()))?;
    if claim.release_sha256() != hash_release(&release) {
        return Err(refused("release-hash"));
    }
    let receipt = body.consent_receipt.ok_or_else(|| refused("consent-receipt"))?;
    Unverified::<IgnoredAny>::parse(&receipt, "consent-receipt+jwt")
        .and_then(|parsed| parsed.check(claim.holder()))
        .map_err(|_: jws::JwsError| refused("consent-receipt"))?;
    Ok(Sealed {
        release,
        holder_jkt: Some(claim.holder().jkt().into()),
        grant_claim: Some(grant_claim),
        consent_receipt: Some(receipt),
    })
}

/// When a grant ends: after its days of retention, and not before a shop has had a day to pack.
fn keep_until(request: &NewRequest, now: Timestamp) -> i64 {
    (now + i64::from(request.retention_days.max(1)) * DAY).seconds()
}

/// The grant with the relay's receipt for it.
pub(super) fn make_grant(
    sealed: Sealed,
    wrapped: WrappedRelease,
    request: &NewRequest,
    identity: &Identity,
    id: GrantId,
    now: Timestamp,
) -> Result<NewGrant, Refused> {
    let receipt = RelayReceipt {
        iss: identity.issuer().clone(),
        iat: now,
        grant_id: id.to_string(),
        response_uri: request.response_uri.clone(),
        release_sha256: hash_release(&sealed.release),
        claim_sha256: sealed.grant_claim.as_deref().map(GrantClaim::hash),
    };
    Ok(NewGrant {
        id,
        holder_jkt: sealed.holder_jkt,
        grant_claim: sealed.grant_claim,
        consent_receipt: sealed.consent_receipt,
        relay_receipt: receipt.sign(identity.key(now)).map_err(|_| Problem::Failed)?,
        release_sha256: sha256(&sealed.release),
        release: KeptRelease::Wrapped(wrapped),
        keep_until: keep_until(request, now),
    })
}
