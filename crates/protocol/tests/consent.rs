//! Sent = shown: the release holds exactly what was needed and what was ticked.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::{ConsentReceipt, ConsentRefusal};
use passerby_protocol::reveal;
use passerby_protocol::seal::SealedRelease;
use passerby_testkit::clock::NOON;
use passerby_testkit::rng;
use passerby_testkit::scene::Scene;

fn claim(text: &str) -> ClaimName {
    ClaimName::parse(text).unwrap()
}

#[test]
fn what_was_not_ticked_is_not_sent() {
    let scene = Scene::new();
    let mut choice = scene.choice();
    choice.ticked = BTreeSet::new();
    let grant = scene.verified().consent(&choice).unwrap();
    assert!(!grant.claims().contains(&claim("email")), "a value without a tick stays here");

    choice.ticked = [claim("email")].into();
    choice.values.insert(claim("phone_number"), AttributeValue::new("+49 30 1".into()));
    let claims = scene.verified().consent(&choice).unwrap().claims();
    assert!(claims.contains(&claim("email")) && !claims.contains(&claim("phone_number")));
}

#[test]
fn what_is_sealed_is_what_the_grant_names() {
    let scene = Scene::new();
    let answer = scene.answer(3);
    let disclosed =
        reveal::open(&answer.order, &answer.sealed.jwe, std::slice::from_ref(&scene.release_key), NOON)
            .unwrap();
    assert!(disclosed.values.keys().eq(answer.sealed.claims.iter()));
}

#[test]
fn a_choice_must_fit_the_request() {
    let scene = Scene::new();
    let mut choice = scene.choice();
    choice.values.remove(&claim("name"));
    assert_eq!(scene.verified().consent(&choice).unwrap_err(), ConsentRefusal::Missing(claim("name")));
    choice.values.insert(claim("name"), AttributeValue::new(String::new()));
    assert_eq!(
        scene.verified().consent(&choice).unwrap_err(),
        ConsentRefusal::Missing(claim("name")),
        "empty is missing"
    );

    let mut choice = scene.choice();
    choice.ticked.insert(claim("birthdate"));
    let refused = scene.verified().consent(&choice).unwrap_err();
    assert_eq!(
        refused,
        ConsentRefusal::NotOffered(claim("birthdate")),
        "the shop asked, but never announced it"
    );
}

#[test]
fn a_grant_is_sealed_for_its_own_shop_and_person_only() {
    let scene = Scene::new();
    let other = passerby_protocol::sector::Sector::parse("books.example").unwrap();
    let key = passerby_protocol::keys::PairwiseKey::derive(&scene.person, &other, 0).unwrap();
    let grant = scene.verified().consent(&scene.choice()).unwrap();
    let sealed = SealedRelease::seal(grant, &scene.passport(NOON), &key, NOON, &mut rng::seeded(1));
    assert!(sealed.is_err(), "a key of another shop");
}

#[test]
fn the_receipt_names_everything_and_holds_no_value() {
    let scene = Scene::new();
    let answer = scene.answer(4);
    let receipt = ConsentReceipt::parse(&answer.sealed.consent_receipt, scene.pairwise().public()).unwrap();
    let text = receipt.as_json().to_string();
    for (name, value) in passerby_testkit::scene::DETAILS {
        assert!(text.contains(name) && !text.contains(value), "{name}");
    }
    assert!(ConsentReceipt::parse(&answer.sealed.consent_receipt, scene.stranger.public()).is_err());
    insta::assert_json_snapshot!(receipt.as_json());
}
