//! What a wallet reads of somebody who asks by a certificate alone.

use std::sync::LazyLock;

use passerby_protocol::foreign::{CertifiedRequest, Fetch, ForeignAsked, ForeignLink};
use passerby_protocol::wire::json;
use serde_json::Value;

use super::message;
use crate::clock::NOON;
use crate::verifier::{Verifier, WALLET_NONCE};

static VERIFIER: LazyLock<Verifier> = LazyLock::new(Verifier::new);

/// A request object with its certificate chain. Where the header has a member `x5c` that is no array, the verifier's own
/// chain is put in its place, since no fuzzer makes up a certificate that leads to an anchor.
///
/// # Panics
/// When the verifier's own link is refused.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn foreign_request(bytes: &[u8]) -> bool {
    let bytes = with_chain(bytes).unwrap_or_else(|| bytes.to_vec());
    let Some(compact) = message(&bytes, &VERIFIER.key) else { return false };
    let anchors = VERIFIER.anchors();
    let accepted = [VERIFIER.link("post"), VERIFIER.link_by_name("get")].map(|link| {
        let link = ForeignLink::parse(&link).expect("the verifier's link");
        [Some(WALLET_NONCE), None].map(|wallet_nonce| {
            let fetch = Fetch { wallet_nonce, at: NOON };
            CertifiedRequest::parse(&link, &compact, fetch, &anchors, NOON)
                .is_ok_and(|request| request.without_statement(None, None).is_ok())
        })
    });
    accepted.concat().contains(&true)
}

fn with_chain(bytes: &[u8]) -> Option<Vec<u8>> {
    let (header, payload) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    let mut header: Value = json::parse(header.as_bytes()).ok()?;
    if header.get("x5c")?.is_array() {
        return None;
    }
    header["x5c"] = VERIFIER.chain();
    Some(format!("{header}\n{payload}").into_bytes())
}

/// What a foreign verifier asks for.
#[must_use]
pub fn foreign_query(bytes: &[u8]) -> bool {
    let Ok(query) = json::parse::<Value>(bytes) else { return false };
    ForeignAsked::parse(&query).is_ok_and(|asked| asked.all().count() > 0)
}
