//! Sent = shown: the release holds exactly what was needed and what was ticked.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::{Choice, ConsentReceipt, ConsentRefusal};
use passerby_protocol::request::{RequestLink, SignedRequest, TimeLimit};
use passerby_protocol::reveal;
use passerby_protocol::seal::SealedRelease;
use passerby_testkit::clock::NOON;
use passerby_testkit::rng;
use passerby_testkit::scene::{ADDRESS_QUERY, BIRTH_QUERY, Scene, ask_graded};

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

#[test]
fn of_a_graded_query_exactly_one_set_goes() {
    let scene = Scene::new();
    let asked = ask_graded();
    let sent = |ways: &[(&str, usize)]| {
        let answer = scene.answer_to(&asked, ways, 4);
        let keys = std::slice::from_ref(&scene.release_key);
        let opened = reveal::open(&answer.order, &answer.sealed.jwe, keys, NOON).unwrap();
        opened.values.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    // The choice holds values for every set; none of them goes along.
    assert_eq!(sent(&[(ADDRESS_QUERY, 2)]), ["address.country", "name"]);
    assert_eq!(
        sent(&[(ADDRESS_QUERY, 1), (BIRTH_QUERY, 1)]),
        ["address.country", "address.locality", "age_over_18", "name"]
    );
}

#[test]
fn a_choice_names_a_way_that_there_is() {
    let scene = Scene::new();
    let statement = scene.curious_statement();
    let request = scene.request(|payload| {
        payload["dcql_query"] = ask_graded().to_query(&scene.issuer);
        payload["verifier_info"][0]["data"] = statement.clone().into();
    });
    let link = RequestLink::parse(&scene.link()).unwrap();
    let verified =
        SignedRequest::parse(&link, &request, &scene.relay_keys(), TimeLimit::FirstFetch, NOON).unwrap();
    let verified = verified.verify(&statement, None, NOON).unwrap();
    let value = |text: &str| (claim(text), AttributeValue::new("x".into()));
    let choose = |graded: &[(&str, usize)], values: &[&str]| {
        let graded = graded.iter().map(|(query, way)| ((*query).to_owned(), *way)).collect();
        let values = values.iter().map(|name| value(name)).collect();
        verified.clone().consent(&Choice { values, graded, ..Choice::default() }).map(|grant| grant.claims())
    };
    let street = ConsentRefusal::Missing(claim("address.street_address"));
    let none = ConsentRefusal::NoSuchWay(ADDRESS_QUERY.into());
    assert_eq!(choose(&[], &["name", "address.country"]), Err(street.clone()), "needed, and not chosen");
    assert_eq!(choose(&[(ADDRESS_QUERY, 0)], &["name", "address.country"]), Err(street), "chosen, no value");
    assert_eq!(choose(&[(ADDRESS_QUERY, 3)], &["name", "address.country"]), Err(none));
    let email = ConsentRefusal::NotOffered(claim("email"));
    assert_eq!(choose(&[(ADDRESS_QUERY, 2)], &["name", "address.country", "email"]), Err(email));
    let grant = choose(&[(ADDRESS_QUERY, 2)], &["name", "address.country", "birthdate"]);
    assert_eq!(grant, Ok(vec![claim("address.country"), claim("name")]), "a value that nobody chose stays");
}
