//! What comes in the bodies and headers of HTTP calls, and in files that a shop's people edit or carry.

use passerby_protocol::keys::{ReleaseKey, SigningKey};
use passerby_protocol::proof::{DpopProof, HttpCall, ShopProof};
use passerby_protocol::wire::json;
use passerby_relay_api::answer::{AnswerBody, AnsweredBody};
use passerby_relay_api::attestation::{AttestationBody, AttestationRequestBody};
use passerby_relay_api::opening::{OpenedBody, OpeningRequestBody, OpeningsBody};
use passerby_relay_api::passport::{PassportBody, PassportRequestBody};
use passerby_relay_api::request::{ParkedBody, RequestBody};
use passerby_relay_api::transaction::{CollectBody, OutcomeBody, TransactionBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_shop::statement_draft::StatementDraft;

use super::{SCENE, message, text};
use crate::clock::NOON;

/// Where the scene's calls go.
pub const HTU: &str = "https://relay.example/v1/requests";

/// A wallet's answer as a form.
#[must_use]
pub fn answer_form(bytes: &[u8]) -> bool {
    let Ok(answer) = AnswerBody::parse_form(bytes) else { return false };
    let written = answer.to_form();
    assert_eq!(AnswerBody::parse_form(written.as_bytes()), Ok(answer), "a form is read as it was written");
    true
}

/// Every body in JSON of the relay's interface.
#[must_use]
pub fn relay_body(bytes: &[u8]) -> bool {
    let problem = json::parse::<ProblemBody>(bytes).is_ok_and(|body| Problem::find(body.word()).is_some());
    let others = [
        json::parse::<AnsweredBody>(bytes).is_ok(),
        json::parse::<AttestationRequestBody>(bytes).is_ok(),
        json::parse::<AttestationBody>(bytes).is_ok(),
        json::parse::<OpeningRequestBody>(bytes).is_ok(),
        json::parse::<OpenedBody>(bytes).is_ok(),
        json::parse::<OpeningsBody>(bytes).is_ok(),
        json::parse::<PassportRequestBody>(bytes).is_ok(),
        json::parse::<PassportBody>(bytes).is_ok(),
        json::parse::<RequestBody>(bytes).is_ok(),
        json::parse::<ParkedBody>(bytes).is_ok(),
        json::parse::<CollectBody>(bytes).is_ok(),
        json::parse::<OutcomeBody>(bytes).is_ok(),
        json::parse::<TransactionBody>(bytes).is_ok(),
    ];
    problem || others.contains(&true)
}

/// A DPoP proof.
#[must_use]
pub fn dpop(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.stranger) else { return false };
    DpopProof::parse(&compact, "GET", HTU, NOON).is_ok()
}

/// A shop proof.
#[must_use]
pub fn shop_proof(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.request_key) else { return false };
    let call = HttpCall { method: "POST", htu: HTU, body: b"{}" };
    ShopProof::parse(&compact, &SCENE.issuer, call, NOON).is_ok()
}

/// A key file of the shop or of its server.
#[must_use]
pub fn key_file(bytes: &[u8]) -> bool {
    let der = SigningKey::parse_pkcs8(bytes);
    let Some(text) = text(bytes) else { return der.is_ok() };
    if let Ok(key) = SigningKey::parse_jwk(text) {
        let again = key.to_jwk().ok().and_then(|jwk| SigningKey::parse_jwk(&jwk).ok());
        assert_eq!(again.map(|again| again.public().jkt()), Some(key.public().jkt()), "a key stays itself");
        return true;
    }
    let Ok(key) = ReleaseKey::parse_jwk(text) else { return false };
    let again = ReleaseKey::parse_jwk(&key.to_jwk()).ok();
    assert_eq!(again.map(|again| again.public().jkt()), Some(key.public().jkt()), "a key stays itself");
    true
}

/// `statement.json`, as people edit it.
///
/// # Panics
/// When a draft that was read cannot be written, or is read differently then.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn statement_draft(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Ok(draft) = StatementDraft::parse(text) else { return false };
    let written = draft.to_text().expect("a draft that was read");
    let again = StatementDraft::parse(&written).expect("a draft that was written");
    assert_eq!(again, draft, "a draft is read as it was written");
    draft.check().is_ok() && draft.find_unusual_claims().count() <= draft.allowed_claims.len()
}
