//! Proofs that come with a call (docs/protocol.md sections 5.4, 9.1 and 12) and the relay's receipt (section 9.3): good as they are, and
//! refused when one thing in them is another.

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::keys::SigningKey;
use passerby_protocol::passport::{PassportRequest, RelayReceipt};
use passerby_protocol::proof::{DpopProof, HttpCall, ShopProof};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::time::Timestamp;
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::forge;
use passerby_testkit::scene::{REQUEST_ID, Scene};
use serde_json::{Value, json};

const ADDRESS: &str = "https://relay.example/v1/requests";

/// A proof before it is signed.
struct Proof {
    header: Value,
    payload: Value,
    key: SigningKey,
}

impl Proof {
    fn new(typ: &str, payload: Value, key: &SigningKey) -> Self {
        let header = json!({ "alg": "ES256", "typ": typ, "jwk": key.public() });
        Self { header, payload, key: key.clone() }
    }

    fn sign(&self) -> String {
        forge::jws(&self.header, &self.payload, &self.key)
    }

    /// The same with a member set to another value.
    fn with(&self, member: &str, value: impl Into<Value>) -> String {
        let mut payload = self.payload.clone();
        payload[member] = value.into();
        forge::jws(&self.header, &payload, &self.key)
    }

    /// What every proof is refused for: another `typ`, no key, another key, a missing member.
    fn spoiled(&self, stranger: &SigningKey) -> Vec<String> {
        let header = |alter: &dyn Fn(&mut Value)| {
            let mut header = self.header.clone();
            alter(&mut header);
            forge::jws(&header, &self.payload, &self.key)
        };
        let mut spoiled = vec![
            header(&|h| h["typ"] = "JWT".into()),
            header(&|h| h["crit"] = json!([])),
            header(&|h| drop(h.as_object_mut().unwrap().remove("jwk"))),
            header(&|h| h["jwk"] = json!(stranger.public())),
            forge::with_broken_signature(&self.sign()),
        ];
        for member in self.payload.as_object().unwrap().keys() {
            let mut payload = self.payload.clone();
            payload.as_object_mut().unwrap().remove(member);
            spoiled.push(forge::jws(&self.header, &payload, &self.key));
        }
        spoiled
    }
}

/// `iat` as old and as far ahead as it may be, and one second more.
fn check_freshness(fresh: impl Fn(Timestamp) -> bool) {
    for (seconds, good) in [(0, true), (180, true), (181, false), (-120, true), (-121, false)] {
        assert_eq!(fresh(NOON + seconds), good, "{seconds} s later");
    }
}

#[test]
fn a_wallets_proof_is_for_one_method_and_address() {
    let scene = Scene::new();
    let payload = json!({ "jti": "j", "htm": "POST", "htu": ADDRESS, "iat": NOON });
    let proof = Proof::new("dpop+jwt", payload, &scene.request_key);
    let check = |compact: &str, now| DpopProof::parse(compact, "POST", ADDRESS, now);
    let call = check(&proof.sign(), NOON).unwrap();
    assert_eq!((call.key.jkt(), call.jti.as_str()), (scene.request_key.public().jkt(), "j"));
    assert_eq!(call.stale_at, NOON + 181, "remembered for as long as it would be taken");
    check_freshness(|now| check(&proof.sign(), now).is_ok());
    for compact in proof.spoiled(&scene.stranger) {
        assert!(check(&compact, NOON).is_err());
    }
    assert!(check(&proof.with("jti", "j".repeat(128)), NOON).is_ok());
    for (member, value) in [
        ("htm", "GET".to_owned()),
        ("htu", format!("{ADDRESS}/x")),
        ("jti", String::new()),
        ("jti", "j".repeat(129)),
    ] {
        assert!(check(&proof.with(member, value), NOON).is_err(), "{member}");
    }
}

#[test]
fn a_shops_proof_is_for_one_call_with_its_body() {
    let scene = Scene::new();
    let payload = json!({
        "iss": scene.sector, "aud": scene.issuer, "iat": NOON, "jti": "j", "htm": "POST", "htu": ADDRESS,
        "body_sha256": b64u::sha256("{}"),
    });
    let proof = Proof::new("passerby-shop+jwt", payload, &scene.request_key);
    let call = HttpCall { method: "POST", htu: ADDRESS, body: b"{}" };
    let check = |compact: &str, now| ShopProof::parse(compact, &scene.issuer, call, now);
    let (sector, proven) = check(&proof.sign(), NOON).unwrap();
    assert_eq!((sector, proven.jti.as_str()), (scene.sector.clone(), "j"));
    assert_eq!((proven.key.jkt(), proven.stale_at), (scene.request_key.public().jkt(), NOON + 181));
    check_freshness(|now| check(&proof.sign(), now).is_ok());
    for compact in proof.spoiled(&scene.stranger) {
        assert!(check(&compact, NOON).is_err());
    }
    assert!(check(&proof.with("jti", "j".repeat(128)), NOON).is_ok());
    for (member, value) in [
        ("aud", "https://other.example".to_owned()),
        ("htm", "GET".to_owned()),
        ("htu", format!("{ADDRESS}/x")),
        ("body_sha256", b64u::sha256("")),
        ("iss", "Shoes.example".to_owned()),
        ("jti", String::new()),
        ("jti", "j".repeat(129)),
    ] {
        assert!(check(&proof.with(member, value), NOON).is_err(), "{member}");
    }
}

#[test]
fn a_wish_for_a_passport_is_for_one_request_of_one_shop() {
    let scene = Scene::new();
    let request = RequestId::parse(REQUEST_ID).unwrap();
    let payload = json!({ "aud": scene.issuer, "iat": NOON, "sector": scene.sector, "request": REQUEST_ID });
    let key = scene.pairwise().signing_key().clone();
    let proof = Proof::new("passerby-passport-request+jwt", payload, &key);
    let check =
        |compact: &str, now| PassportRequest::parse(compact, &scene.issuer, &scene.sector, &request, now);
    assert_eq!(check(&proof.sign(), NOON).unwrap(), *key.public());
    check_freshness(|now| check(&proof.sign(), now).is_ok());
    for compact in proof.spoiled(&scene.stranger) {
        assert!(check(&compact, NOON).is_err());
    }
    for (member, value) in [
        ("aud", "https://other.example"),
        ("sector", "books.example"),
        ("request", "b3RoZXItcmVxdWVzdC1vdGhlcg"),
    ] {
        assert!(check(&proof.with(member, value), NOON).is_err(), "{member}");
    }
}

#[test]
fn a_receipt_confirms_what_was_sent_and_nothing_else() {
    let scene = Scene::new();
    let (uri, release, claim) =
        ("https://relay.example/v1/response/x", b64u::sha256("release"), b64u::sha256("claim"));
    let payload = json!({
        "iss": scene.issuer, "iat": NOON, "grant_id": "g", "response_uri": uri, "release_sha256": release, "claim_sha256": claim,
    });
    let header =
        json!({ "alg": "ES256", "typ": "passerby-relay-receipt+jwt", "kid": scene.relay_key.public().jkt() });
    let check = |compact: &str| RelayReceipt::check(compact, &scene.relay_keys(), uri, &release, &claim, "g");
    assert_eq!(check(&forge::jws(&header, &payload, &scene.relay_key)).unwrap().grant_id, "g");
    for (member, value) in [
        ("iss", "https://other.example".into()),
        ("grant_id", "h".into()),
        ("response_uri", "https://relay.example/v1/response/y".into()),
        ("release_sha256", claim.clone().into()),
        ("claim_sha256", release.clone().into()),
        ("claim_sha256", Value::Null),
    ] {
        let mut payload = payload.clone();
        payload[member] = value;
        assert!(check(&forge::jws(&header, &payload, &scene.relay_key)).is_err(), "{member}");
    }
    assert!(check(&forge::jws(&header, &payload, &scene.stranger)).is_err());
    let mut other_typ = header.clone();
    other_typ["typ"] = "JWT".into();
    assert!(check(&forge::jws(&other_typ, &payload, &scene.relay_key)).is_err());
    let mut other_kid = header;
    other_kid["kid"] = json!(scene.stranger.public().jkt());
    assert!(check(&forge::jws(&other_kid, &payload, &scene.relay_key)).is_err());
}
