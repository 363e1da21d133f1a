//! Sealing and opening, over many values; and what secrets look like when printed.

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::claim::AttributeValue;
use passerby_protocol::keys::{ReleaseKey, ReleasePublicKey, ReleaseSuite};
use passerby_protocol::random_id::ResponseCode;
use passerby_protocol::request::{RequestLink, SignedRequest, TimeLimit};
use passerby_protocol::reveal;
use passerby_protocol::seal::SealedRelease;
use passerby_protocol::verify::ParsedStatement;
use passerby_protocol::wire::jwe;
use passerby_testkit::clock::NOON;
use passerby_testkit::rng;
use passerby_testkit::scene::{Answer, DETAILS, Scene};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_sealed_opens_with_the_key_and_the_context_only(plaintext in prop::collection::vec(any::<u8>(), 0..2_000), seed: u64, post_quantum: bool) {
        let mut rng = rng::seeded(seed);
        let suite = if post_quantum { ReleaseSuite::Hpke9 } else { ReleaseSuite::Hpke4 };
        let (key, other) = (ReleaseKey::make(suite, &mut rng), ReleaseKey::make(suite, &mut rng));
        let sealed = jwe::seal(&plaintext, key.public(), b"context", &mut rng).unwrap();
        let opened = jwe::open(&sealed, &[other.clone(), key.clone()], b"context").unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        prop_assert!(jwe::open(&sealed, &[other], b"context").is_err());
        prop_assert!(jwe::open(&sealed, &[key], b"contexu").is_err());
    }

    #[test]
    fn readers_do_not_panic(text in "[A-Za-z0-9_~.-]{0,300}") {
        let scene = Scene::new();
        let _ = jwe::open(&text, std::slice::from_ref(&scene.release_key), b"");
        let _ = RequestLink::parse(&text);
        let _ = passerby_protocol::wire::sd_jwt::Presentation::parse(&text);
        let _ = ParsedStatement::parse(&text, &scene.sector, NOON);
    }
}

#[test]
fn secrets_do_not_print() {
    let scene = Scene::new();
    let printed = format!(
        "{:#?}",
        (
            &scene.request_key,
            &scene.release_key,
            &scene.person,
            scene.pairwise(),
            AttributeValue::new("Anna".into()),
            ResponseCode::make(&mut rng::seeded(1)),
        )
    );
    insta::assert_snapshot!(printed);
}

#[test]
fn two_seals_of_one_choice_differ() {
    let scene = Scene::new();
    let (one, other) = (scene.answer(1), scene.answer(2));
    assert_ne!(one.sealed.jwe, other.sealed.jwe);
    assert_eq!(one.sealed.jwe.len(), other.sealed.jwe.len(), "the length tells the bucket only");
}

#[test]
fn the_post_quantum_key_is_taken_wherever_it_stands() {
    let scene = Scene::new();
    let (hybrid, classical) = (scene.post_quantum_key.public(), scene.release_key.public());
    let chosen = |keys: [&ReleasePublicKey; 2], revoked: &[&ReleasePublicKey]| {
        let compact = scene.statement(|p| {
            p["release_keys"] = serde_json::json!(keys);
            p["revoked_jkts"] = revoked.iter().map(|key| key.jkt().to_string()).collect();
        });
        let parsed = ParsedStatement::parse(&compact, &scene.sector, NOON).unwrap();
        parsed.statement().find_release_key()
    };
    assert_eq!(chosen([hybrid, classical], &[]).as_ref(), Some(hybrid));
    assert_eq!(chosen([classical, hybrid], &[]).as_ref(), Some(hybrid));
    assert_eq!(chosen([hybrid, classical], &[hybrid]).as_ref(), Some(classical));
    assert_eq!(chosen([hybrid, classical], &[hybrid, classical]), None);
}

#[test]
fn a_key_in_client_metadata_is_not_sealed_to() {
    let scene = Scene::new();
    let other = ReleaseKey::make(ReleaseSuite::Hpke9, &mut rng::seeded(3));
    let request =
        scene.request(|p| p["client_metadata"]["jwks"]["keys"] = serde_json::json!([other.public()]));
    let link = RequestLink::parse(&scene.link()).unwrap();
    let grant = SignedRequest::parse(&link, &request, &scene.relay_keys(), TimeLimit::FirstFetch, NOON)
        .unwrap()
        .verify(scene.first_statement(), None, NOON)
        .unwrap()
        .consent(&scene.choice())
        .unwrap();
    let (passport, key) = (scene.passport(NOON), scene.pairwise());
    let sealed = SealedRelease::seal(grant, &passport, &key, NOON, &mut rng::seeded(4)).unwrap();
    let info = scene.answer(1).order.context;
    let info =
        ["OpenID4VP-si", &info.client_id, &info.nonce, &info.response_uri].map(str::as_bytes).join(&0xff);
    assert!(jwe::open(&sealed.jwe, std::slice::from_ref(&other), &info).is_err());
    assert!(jwe::open(&sealed.jwe, std::slice::from_ref(&scene.release_key), &info).is_ok());
}

#[test]
fn what_a_person_chose_is_what_is_opened() {
    let scene = Scene::new();
    let Answer { sealed, order } = scene.answer(1);
    let opened = reveal::open(&order, &sealed.jwe, std::slice::from_ref(&scene.release_key), NOON).unwrap();
    assert!(!opened.by_another_wallet);
    let mut expected = DETAILS;
    expected.sort_unstable();
    let values: Vec<_> =
        opened.values.iter().map(|(claim, value)| (claim.as_str(), value.expose())).collect();
    assert_eq!(values, expected);
}
