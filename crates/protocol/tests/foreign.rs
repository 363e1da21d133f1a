//! An answer to a foreign verifier: what goes into it, under which key, and that nobody else opens it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use affinidi_oid4vc_core::jwe::{ContentEncryption, EcdhEsDecryptionKey, decrypt_compact};
use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::{Choice, ConsentRefusal};
use passerby_protocol::foreign::{CertifiedRequest, Fetch, ForeignAnswer, ForeignLink, ForeignRequest};
use passerby_protocol::keys::{PairwiseKey, RootSecret};
use passerby_protocol::request::LinkRefusal;
use passerby_protocol::sector::Sector;
use passerby_protocol::wire::b64u;
use passerby_testkit::clock::NOON;
use passerby_testkit::verifier::{Verifier, WALLET_NONCE, query};
use passerby_testkit::{forge, rng};
use serde_json::{Value, json};
use zeroize::Zeroizing;

const ENCRYPTIONS: [ContentEncryption; 2] = [ContentEncryption::A128Gcm, ContentEncryption::A256Gcm];

fn asked(verifier: &Verifier, alter: impl FnOnce(&mut Value)) -> ForeignRequest {
    let link = ForeignLink::parse(&verifier.link("post")).unwrap();
    let fetch = Fetch { wallet_nonce: Some(WALLET_NONCE), at: NOON };
    let request =
        CertifiedRequest::parse(&link, &verifier.request(alter), fetch, &verifier.anchors(), NOON).unwrap();
    request.without_statement(None, None).unwrap()
}

fn choice(values: &[(&str, &str)], ticked: &[&str]) -> Choice {
    let claim = |name: &&str| ClaimName::parse(name).unwrap();
    let value = |(name, value): &(&str, &str)| (claim(name), AttributeValue::new((*value).to_owned()));
    Choice {
        values: values.iter().map(value).collect::<BTreeMap<_, _>>(),
        ticked: ticked.iter().map(claim).collect::<BTreeSet<_>>(),
        ..Choice::default()
    }
}

fn root() -> RootSecret {
    RootSecret::from_bytes(Zeroizing::new([7; 32]))
}

fn seal(request: ForeignRequest, choice: &Choice) -> ForeignAnswer {
    request.consent(choice).unwrap().seal(&root(), NOON, &mut rng::seeded(1)).unwrap()
}

/// A verifier that can open what it is sent.
fn opener() -> (EcdhEsDecryptionKey, Value) {
    let key = EcdhEsDecryptionKey::generate("own");
    let jwk = key.public_jwk().unwrap();
    (key, jwk)
}

const ANNA: [(&str, &str); 2] = [("name", "Anna Beispiel"), ("email", "anna@example.org")];

#[test]
fn the_answer_is_plain_openid4vp_and_padded() {
    let (verifier, (key, jwk)) = (Verifier::new(), opener());
    let request = asked(&verifier, |payload| payload["client_metadata"]["jwks"]["keys"] = json!([jwk]));
    let answer = seal(request, &choice(&ANNA, &[]));
    let opened = decrypt_compact(&answer.jwe, &key, &ENCRYPTIONS[1..]).unwrap();
    assert_eq!(opened.header["alg"], "ECDH-ES");
    assert_eq!(opened.header["enc"], "A256GCM", "the stronger one that was offered");
    assert_eq!(opened.header["kid"], "own");
    assert!([2_048, 4_096].contains(&opened.plaintext.len()), "the length tells only its bucket");

    let response: Value = serde_json::from_slice(&opened.plaintext).unwrap();
    assert_eq!(response["state"], verifier.payload()["state"]);
    let [presentation] = response["vp_token"]["who"].as_array().unwrap().as_slice() else { panic!("one") };
    let (unbound, binding) = presentation.as_str().unwrap().rsplit_once('~').unwrap();
    let binding = forge::payload_of(binding);
    let expected = json!({
        "iat": NOON,
        "aud": verifier.client_id(),
        "nonce": verifier.payload()["nonce"],
        "sd_hash": b64u::sha256(format!("{unbound}~")),
    });
    assert_eq!(binding, expected, "nothing of ours in it");
    let issued = forge::payload_of(unbound.split('~').next().unwrap());
    let at_the_sector = PairwiseKey::derive(&root(), &Sector::parse("bank.example").unwrap(), 0).unwrap();
    assert_ne!(
        issued["cnf"]["jwk"],
        json!(at_the_sector.public()),
        "a certificate does not get a shop's pseudonym"
    );
    assert!(!presentation.as_str().unwrap().contains("passport"));
}

#[test]
fn the_same_host_meets_the_same_key_and_another_host_another() {
    let holder = |verifier: &Verifier| {
        let (key, jwk) = opener();
        let request = asked(verifier, |payload| payload["client_metadata"]["jwks"]["keys"] = json!([jwk]));
        let answer = seal(request, &choice(&ANNA, &[]));
        let opened = decrypt_compact(&answer.jwe, &key, &ENCRYPTIONS).unwrap();
        let response: Value = serde_json::from_slice(&opened.plaintext).unwrap();
        let presentation = response["vp_token"]["who"][0].as_str().unwrap().to_owned();
        forge::payload_of(presentation.split('~').next().unwrap())["cnf"]["jwk"].clone()
    };
    let verifier = Verifier::new();
    assert_eq!(holder(&verifier), holder(&verifier));
    // The formula of protocol.md section 2 over the name in section 13.4, computed apart.
    let expected = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "q1_dOAD5NaEA4AuxU7suzxjmw1mJGqDWXqAcrZXZv5o",
        "y": "rKfIOqolcYsxsHAaewRXZ3IkYdyGkQ5CRQDSNaOLLaI",
    });
    assert_eq!(holder(&verifier), expected);
}

#[test]
fn a_key_of_somebody_else_and_a_turned_bit_do_not_open() {
    let (verifier, (key, jwk), (other, _)) = (Verifier::new(), opener(), opener());
    let request = asked(&verifier, |payload| payload["client_metadata"]["jwks"]["keys"] = json!([jwk]));
    let jwe = seal(request, &choice(&ANNA, &[])).jwe;
    assert!(decrypt_compact(&jwe, &other, &ENCRYPTIONS).is_err());
    let (head, tag) = jwe.rsplit_once('.').unwrap();
    let mut tag = b64u::decode(tag).unwrap();
    tag[0] ^= 1;
    assert!(decrypt_compact(&format!("{head}.{}", b64u::encode(tag)), &key, &ENCRYPTIONS).is_err());
    assert!(decrypt_compact(&jwe, &key, &ENCRYPTIONS).is_ok());
}

#[test]
fn exactly_what_was_chosen_goes() {
    let verifier = Verifier::new();
    let optional = |payload: &mut Value| {
        payload["dcql_query"] = json!({
            "credentials": [query("who", &["name"]), query("mail", &["email"])],
            "credential_sets": [{ "options": [["who"]] }, { "options": [["mail"]], "required": false }],
        });
    };
    let claims = |answer: ForeignAnswer| answer.claims.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(claims(seal(asked(&verifier, optional), &choice(&ANNA, &[]))), ["name"]);
    assert_eq!(claims(seal(asked(&verifier, optional), &choice(&ANNA, &["email"]))), ["email", "name"]);

    let refused = |choice: &Choice| asked(&verifier, optional).consent(choice).unwrap_err();
    assert!(matches!(refused(&choice(&ANNA[1..], &[])), ConsentRefusal::Missing(_)));
    assert!(matches!(refused(&choice(&ANNA, &["phone_number"])), ConsentRefusal::NotOffered(_)));
    let nothing_needed = |payload: &mut Value| {
        payload["dcql_query"] = json!({
            "credentials": [query("mail", &["email"])],
            "credential_sets": [{ "options": [["mail"]], "required": false }],
        });
    };
    let empty = asked(&verifier, nothing_needed).consent(&choice(&[], &[])).unwrap_err();
    assert_eq!(empty, ConsentRefusal::Nothing);
}

#[test]
fn a_link_that_grows_when_it_is_written_is_read_again_or_not_at_all() {
    let hash = "5WblWhiQW43dYfhb9wUZ8PKBN65SmG5RorY1SKCifvU";
    let link = |length: usize| {
        let address = format!("https://verifier.example/r/{}x", "\u{1}".repeat(length));
        format!("openid4vp://?client_id=x509_hash:{hash}&request_uri={address}")
    };
    let short = ForeignLink::parse(&link(100)).unwrap();
    assert_eq!(ForeignLink::parse(&short.to_text("openid4vp")), Ok(short));
    assert_eq!(ForeignLink::parse(&link(700)), Err(LinkRefusal::Malformed));
}
