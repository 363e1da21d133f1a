//! Sealing and opening, over many values; and what secrets look like when printed.

#![allow(clippy::unwrap_used, reason = "a test")]

use passerby_protocol::claim::AttributeValue;
use passerby_protocol::keys::ReleaseKey;
use passerby_protocol::random_id::ResponseCode;
use passerby_protocol::wire::jwe;
use passerby_testkit::rng;
use passerby_testkit::scene::Scene;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_sealed_opens_with_the_key_and_the_context_only(plaintext in prop::collection::vec(any::<u8>(), 0..2_000), seed: u64) {
        let mut rng = rng::seeded(seed);
        let (key, other) = (ReleaseKey::make(&mut rng), ReleaseKey::make(&mut rng));
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
        let _ = passerby_protocol::request::RequestLink::parse(&text);
        let _ = passerby_protocol::wire::sd_jwt::Presentation::parse(&text);
        let _ = passerby_protocol::verify::ParsedStatement::parse(&text, &scene.sector, passerby_testkit::clock::NOON);
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
