//! What a relay and a shop read of a wallet, and a wallet of its relay.

use std::sync::LazyLock;

use passerby_protocol::consent::ConsentReceipt;
use passerby_protocol::keys::{PairwiseKey, RootSecret};
use passerby_protocol::passport::{GrantClaim, Order, Passport, PassportRequest, RelayReceipt};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::request::PROFILE_QUERY;
use passerby_protocol::reveal;
use passerby_protocol::seal::hash_release;
use passerby_protocol::self_copy::{SealedCopy, SelfCopy};
use passerby_protocol::wire::sd_jwt::Presentation;
use passerby_protocol::wire::{b64u, json, jwe};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{PAIRWISE, SCENE, message, text};
use crate::clock::NOON;
use crate::scene::{Answer, GRANT_ID, REQUEST_ID};
use crate::{forge, rng};

static ANSWER: LazyLock<Answer> = LazyLock::new(|| SCENE.answer(1));

/// An SD-JWT with key binding.
#[must_use]
pub fn presentation(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Ok(presentation) = Presentation::parse(text) else { return false };
    let whole = format!("{}{}", presentation.unbound(), presentation.key_binding());
    assert_eq!(whole, text, "nothing of a presentation is lost");
    // The issuer of a passport is the relay, and that of a profile the person.
    [SCENE.relay_key.public(), PAIRWISE.public()].into_iter().any(|key| presentation.resolve(key).is_ok())
}

/// A grant claim, with the passport inside.
#[must_use]
pub fn grant_claim(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, PAIRWISE.signing_key()) else { return false };
    let (question, hash) = (SCENE.question(), GrantClaim::hash(&compact));
    question.accept(GRANT_ID, &compact, &hash, &SCENE.relay_keys(), &SCENE.sector, NOON).is_ok()
}

/// A passport without key binding; what is to be signed lacks its `~`.
#[must_use]
pub fn passport(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.relay_key) else { return false };
    let unbound = if bytes.contains(&b'\n') { format!("{compact}~") } else { compact };
    Passport::parse(&unbound, &SCENE.relay_keys(), &SCENE.sector, NOON).is_ok()
}

/// The proof that comes with a wish for a passport.
///
/// # Panics
/// When the scene's own id is refused.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn passport_request(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, PAIRWISE.signing_key()) else { return false };
    let request = RequestId::parse(REQUEST_ID).expect("the scene's id");
    PassportRequest::parse(&compact, &SCENE.issuer, &SCENE.sector, &request, NOON).is_ok()
}

/// The release and the claim that a receipt is for. Fixed, because the scene's are signed anew in every run.
pub const RECEIPT_HASHES: [&str; 2] = ["cmVsZWFzZQ", "Y2xhaW0"];

/// A self-copy as its relay keeps it; or what stands inside one, to be really sealed.
///
/// # Panics
/// When a copy that was sealed does not open as it was.
#[must_use]
pub fn self_copy(bytes: &[u8]) -> bool {
    let root = RootSecret::from_bytes(Zeroizing::new([7; 32]));
    if let Ok(sealed) = json::parse::<SealedCopy>(bytes) {
        return sealed.open(&root, &SCENE.issuer, &SCENE.sector, 0).is_ok();
    }
    let Ok(copy) = json::parse::<SelfCopy>(bytes) else { return false };
    let Ok(sealed) = copy.seal(&root, 0, &mut rng::seeded(3)) else { return false };
    let opened = sealed.open(&root, &copy.relay, &copy.sector, 0);
    let own = PairwiseKey::derive(&root, &copy.sector, 0).is_ok_and(|key| key.user_ref() == copy.user_ref);
    if own && copy.pin.sector == copy.sector && sealed.is_well_formed() {
        assert_eq!(opened.as_ref(), Ok(&copy), "a copy is opened as it was sealed");
    }
    opened.is_ok()
}

/// What a relay confirms of an answer.
#[must_use]
pub fn relay_receipt(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, &SCENE.relay_key) else { return false };
    let (uri, [release, claim]) = (SCENE.question().context.response_uri, RECEIPT_HASHES);
    RelayReceipt::check(&compact, &SCENE.relay_keys(), &uri, release, claim, GRANT_ID).is_ok()
}

/// A consent receipt.
#[must_use]
pub fn consent_receipt(bytes: &[u8]) -> bool {
    let Some(compact) = message(bytes, PAIRWISE.signing_key()) else { return false };
    ConsentReceipt::parse(&compact, PAIRWISE.public()).is_ok()
}

/// A sealed release as it travels.
#[must_use]
pub fn release(bytes: &[u8]) -> bool {
    let Some(jwe) = text(bytes) else { return false };
    open(jwe)
}

/// What is inside a sealed release: any bytes, really sealed to the shop.
#[must_use]
pub fn response(bytes: &[u8]) -> bool {
    seal_and_open(bytes)
}

/// A profile inside a release, really signed and bound: a line for the header, one for the payload and one for each
/// disclosure. `"#0"` stands for the digest of the first disclosure, and so on.
///
/// # Panics
/// When the scene's own answer cannot be read.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn profile(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let mut lines: Vec<String> = text.split('\n').take(2 + MOST_DISCLOSURES).map(str::to_owned).collect();
    if lines.len() < 2 {
        return false;
    }
    // From the last to the first: a disclosure may name digests of later ones.
    for number in (0..lines.len() - 2).rev() {
        let encoded = b64u::encode(&lines[number + 2]);
        let (mark, digest) = (format!("\"#{number}\""), format!("\"{}\"", b64u::sha256(&encoded)));
        for line in &mut lines[..number + 2] {
            *line = line.replace(&mark, &digest);
        }
        lines[number + 2] = encoded;
    }
    let mut presentation = forge::jws_of_text(&lines[0], &lines[1], PAIRWISE.signing_key());
    presentation.push('~');
    for disclosure in &lines[2..] {
        presentation.push_str(disclosure);
        presentation.push('~');
    }
    let order = &ANSWER.order;
    let binding = serde_json::json!({
        "iat": NOON,
        "aud": order.context.client_id,
        "nonce": order.context.nonce,
        "sd_hash": b64u::sha256(&presentation),
        "passerby_terms_hash": order.terms_hash,
    });
    let header = serde_json::json!({ "alg": "ES256", "typ": "kb+jwt" });
    presentation.push_str(&forge::jws(&header, &binding, PAIRWISE.signing_key()));

    let mut response: Value = serde_json::from_slice(&plaintext()).expect("the scene's answer");
    response["vp_token"][PROFILE_QUERY] = serde_json::json!([presentation]);
    seal_and_open(response.to_string().as_bytes())
}

const MOST_DISCLOSURES: usize = 40;

/// What the person of the scene answers, before it is sealed.
///
/// # Panics
/// When the scene's own answer cannot be opened.
#[must_use]
#[expect(clippy::expect_used, reason = "a test tool")]
pub fn plaintext() -> Vec<u8> {
    let keys = std::slice::from_ref(&SCENE.release_key);
    jwe::open(&ANSWER.sealed.jwe, keys, &info(&ANSWER.order)).expect("the scene's answer").to_vec()
}

fn seal_and_open(plaintext: &[u8]) -> bool {
    let to = SCENE.release_key.public();
    jwe::seal(plaintext, to, &info(&ANSWER.order), &mut rng::seeded(2)).is_ok_and(|jwe| open(&jwe))
}

fn open(jwe: &str) -> bool {
    let order = Order { release_sha256: hash_release(jwe), ..ANSWER.order.clone() };
    reveal::open(&order, jwe, std::slice::from_ref(&SCENE.release_key), NOON).is_ok()
}

/// What a release is bound to (docs/protocol.md section 8).
#[must_use]
pub fn info(order: &Order) -> Vec<u8> {
    let context = &order.context;
    let parts = ["OpenID4VP-si", &context.client_id, &context.nonce, &context.response_uri];
    parts.map(str::as_bytes).join(&0xff)
}
