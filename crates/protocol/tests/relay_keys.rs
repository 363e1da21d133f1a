//! The relay's key document (docs/protocol.md section 4).

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::{RelayKeys, SigningKey};
use passerby_testkit::rng;
use serde_json::{Value, json};

#[test]
fn the_document_names_its_issuer_and_each_key_once() {
    let mut rng = rng::seeded(7);
    let (one, other) = (SigningKey::make(&mut rng), SigningKey::make(&mut rng));
    let issuer = Issuer::parse("https://relay.example").unwrap();
    let document = json!(RelayKeys::new(issuer.clone(), [one.public(), other.public()]));
    let read = |document: &Value| RelayKeys::parse(document.to_string().as_bytes(), &issuer);
    assert!(read(&document).unwrap().find(Some(one.public().jkt().as_str())).is_some());

    let mut foreign = document.clone();
    foreign["issuer"] = "https://other.example".into();
    assert!(read(&foreign).is_err());
    let mut twice = document.clone();
    twice["jwks"]["keys"][1]["kid"] = twice["jwks"]["keys"][0]["kid"].clone();
    assert!(read(&twice).is_err());

    let mut later = document.clone();
    let kid = one.public().jkt();
    let keys = later["jwks"]["keys"].as_array_mut().unwrap();
    keys.insert(0, json!({ "kty": "RSA", "kid": kid, "alg": "RS256", "n": "AQAB", "e": "AQAB" }));
    keys.push(json!(["EC", "P-256"]));
    assert!(read(&later).unwrap().find(Some(kid.as_str())).is_some(), "keys of other kinds are skipped");
    let mut other_alg = document;
    other_alg["jwks"]["keys"][0]["alg"] = "ES384".into();
    assert!(read(&other_alg).unwrap().find(Some(kid.as_str())).is_none());
}
