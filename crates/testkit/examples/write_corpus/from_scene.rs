//! Seeds from the scene: what is accepted, as it travels and as its content.

use passerby_protocol::passport::{PassportRequest, RelayReceipt};
use passerby_protocol::proof::{DpopProof, HttpCall, ShopProof};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::wire::b64u;
use passerby_relay_api::answer::AnswerBody;
use passerby_testkit::clock::NOON;
use passerby_testkit::fuzz::{HTU, RECEIPT_HASHES, plaintext};
use passerby_testkit::rng;
use passerby_testkit::scene::{GRANT_ID, REQUEST_ID, Scene, terms, unaltered};

use crate::{Corpora, find_content};

pub fn put(corpora: &mut Corpora) -> std::io::Result<()> {
    let scene = Scene::new();
    let answer = scene.answer(1);
    let (sealed, order) = (answer.sealed, answer.order);

    let receipt = RelayReceipt {
        iss: scene.issuer.clone(),
        iat: NOON,
        grant_id: GRANT_ID.into(),
        response_uri: order.context.response_uri.clone(),
        release_sha256: RECEIPT_HASHES[0].into(),
        claim_sha256: Some(RECEIPT_HASHES[1].into()),
    };
    let id = RequestId::parse(REQUEST_ID).expect("the scene's id");
    let call = HttpCall { method: "POST", htu: HTU, body: b"{}" };
    let (shop, stranger, rng) = (&scene.request_key, &scene.stranger, &mut rng::seeded(3));
    let passport_request = PassportRequest::sign(&scene.issuer, &id, &scene.pairwise(), NOON);
    let messages = [
        ("attestation", scene.attestation(unaltered)),
        ("consent_receipt", sealed.consent_receipt.clone()),
        ("dpop", DpopProof::make("GET", HTU, stranger, NOON, rng).expect("a proof")),
        ("grant_claim", sealed.grant_claim.clone()),
        ("passport_request", passport_request.expect("a proof")),
        ("relay_receipt", receipt.sign(&scene.relay_key).expect("a receipt")),
        ("request", scene.request(unaltered)),
        (
            "shop_proof",
            ShopProof::make(&scene.sector, &scene.issuer, call, shop, NOON, rng).expect("a proof"),
        ),
        ("statement", scene.statement(unaltered)),
    ];
    for (target, compact) in messages {
        corpora.put(target, "scene.jwt", &compact)?;
        corpora.put(target, "scene", find_content(&compact).expect("the content of a message"))?;
    }
    corpora.put("passport", "scene.jwt", scene.passport(NOON).unbound())?;
    corpora.put("link", "scene", scene.link())?;
    corpora.put("link", "request-uri", format!("{}/r/{REQUEST_ID}", scene.issuer))?;
    corpora.put("terms", "scene.b64u", terms().as_str())?;
    corpora.put("release", "scene", &sealed.jwe)?;
    corpora.put("response", "scene", plaintext())?;
    corpora.put("key_file", "signing.jwk", scene.stranger.to_jwk().expect("a key").as_bytes())?;
    corpora.put("key_file", "signing.der", scene.stranger.pkcs8())?;
    corpora.put("key_file", "release.jwk", scene.release_key.to_jwk().as_bytes())?;

    let form = AnswerBody {
        response: Some(sealed.jwe.clone()),
        grant_claim: Some(sealed.grant_claim.clone()),
        consent_receipt: Some(sealed.consent_receipt.clone()),
        error: None,
    };
    corpora.put("answer_form", "answer", form.to_form())?;
    corpora.put("answer_form", "refusal", AnswerBody::refusal().to_form())?;
    let mut draft = scene.statement_payload();
    if let Some(members) = draft.as_object_mut() {
        for signing in ["seq", "iat", "exp", "next_root_jkt_hash"] {
            members.remove(signing);
        }
    }
    corpora.put("statement_draft", "scene", format!("{draft:#}\n"))?;
    corpora.put("statement_draft", "encoded", b64u::encode(draft.to_string()))
}
