//! What a wallet reads of a shop and a relay before it shows a request.

use passerby_protocol::foreign::{ForeignLink, Link};
use passerby_protocol::keys::RelayKeys;
use passerby_protocol::request::{Asked, RequestLink, RequestUri, SignedRequest, TermsText, TimeLimit};
use passerby_protocol::verify::{Attestation, ParsedStatement, Pin};
use passerby_protocol::wire::{b64u, json};
use serde_json::Value;

use super::{SCENE, message, text};
use crate::clock::NOON;

/// A link from a page or a QR code.
#[must_use]
pub fn link(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    if let Ok(uri) = RequestUri::parse(text) {
        assert_eq!(RequestUri::parse(&uri.to_text()), Ok(uri), "a request URI is read as it was written");
    }
    match Link::parse(text) {
        Ok(Link::Shop(link)) => {
            assert_eq!(
                RequestLink::parse(&link.to_text("openid4vp")),
                Ok(link),
                "a link is read as it was written"
            );
        }
        Ok(Link::Foreign(link)) => {
            assert_eq!(
                ForeignLink::parse(&link.to_text("haip-vp")),
                Ok(link),
                "a verifier's link is read as it was written"
            );
        }
        Err(_) => return false,
    }
    true
}

/// A request object: its header, what it asks, its attestation, terms and Statement.
///
/// # Panics
/// When the scene's own link is refused.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn request(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.request_key) else { return false };
    let link = RequestLink::parse(&SCENE.link()).expect("the scene's link");
    let statement = find_statement(&compact).unwrap_or_default();
    let verified = [TimeLimit::FirstFetch, TimeLimit::Answer].map(|limit| {
        SignedRequest::parse(&link, &compact, &SCENE.relay_keys(), limit, NOON)
            .is_ok_and(|signed| signed.verify(&statement, None, NOON).is_ok())
    });
    verified.contains(&true)
}

/// The Statement inside a request, as the shop would also publish it.
fn find_statement(compact: &str) -> Option<String> {
    let payload = b64u::decode(compact.split('.').nth(1)?).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    let infos = payload["verifier_info"].as_array()?;
    let found = infos.iter().find(|entry| entry["format"] == "passerby-statement+jwt")?;
    found["data"].as_str().map(str::to_owned)
}

/// A Statement.
#[must_use]
pub fn statement(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.root) else { return false };
    let Ok(parsed) = ParsedStatement::parse(&compact, &SCENE.sector, NOON) else { return false };
    assert_eq!(Pin::of(&parsed, NOON).root_jkt, parsed.root_jkt(), "a pin holds the root that signed");
    parsed.statement().find_release_key().is_some()
}

/// A relay's word for a shop.
#[must_use]
pub fn attestation(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.relay_key) else { return false };
    Attestation::parse(&compact, &SCENE.relay_keys(), &SCENE.sector, NOON).is_ok()
}

/// What a request asks for.
#[must_use]
pub fn dcql(bytes: &[u8]) -> bool {
    let Ok(query) = json::parse::<Value>(bytes) else { return false };
    let Ok(asked) = Asked::parse(&query, &SCENE.issuer) else { return false };
    let written = asked.to_query(&SCENE.issuer);
    assert_eq!(Asked::parse(&written, &SCENE.issuer), Ok(asked), "a query is read as it was written");
    true
}

/// The terms: their text in base64url, or the JSON inside.
///
/// # Panics
/// When terms that were read cannot be written, or are read differently then.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn terms(bytes: &[u8]) -> bool {
    let inside = TermsText::from_text(b64u::encode(bytes));
    let outside = text(bytes).map(|text| TermsText::from_text(text.to_owned()));
    let mut accepted = false;
    for terms in outside.into_iter().chain([inside]).filter_map(|text| text.read().ok()) {
        let written = TermsText::write(&terms).expect("terms that were read");
        assert_eq!(written.read().ok(), Some(terms), "terms are read as they were written");
        accepted = true;
    }
    accepted
}

/// A relay's published keys.
#[must_use]
pub fn relay_keys(bytes: &[u8]) -> bool {
    RelayKeys::parse(bytes, &SCENE.issuer).is_ok_and(|keys| keys.find(None).is_none())
}
