//! Less instead of the whole, as a library of another make reads it: a wallet that follows DCQL to the letter takes the first way
//! it can, and a verifier that does takes our answers.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use affinidi_openid4vp::dcql::{CandidateCredential, ClaimPathSegment, DcqlQuery};
use passerby_protocol::request::PROFILE_VCT;
use passerby_testkit::scene::{ADDRESS_QUERY, BIRTH_QUERY, Scene, ask_graded};
use serde_json::{Value, json};

fn query(scene: &Scene) -> DcqlQuery {
    DcqlQuery::from_json(&ask_graded().to_query(&scene.issuer)).unwrap()
}

fn held(id: &str, vct: &str, claims: Value) -> CandidateCredential {
    CandidateCredential {
        id: id.to_owned(),
        format: "dc+sd-jwt".to_owned(),
        claims,
        vct: Some(vct.to_owned()),
        doctype: None,
        supports_holder_binding: true,
    }
}

#[test]
fn another_wallet_takes_the_first_way_that_it_can() {
    let scene = Scene::new();
    let passport = held("passport", &scene.issuer.passport_vct(), json!({}));
    let cases = [
        (json!({ "locality": "Berlin", "country": "Germany" }), vec!["address.locality", "address.country"]),
        (json!({ "region": "Berlin", "country": "Germany" }), vec!["address.country"]),
    ];
    for (address, expected) in cases {
        let claims =
            json!({ "name": "Anna", "address": address, "age_over_18": "true", "birth_year": "1990" });
        let found = query(&scene).match_credentials(&[passport.clone(), held("own", PROFILE_VCT, claims)]);
        let told = |id: &str| {
            let found = found.as_ref().unwrap().matches.iter().find(|found| found.credential_query_id == id);
            let path = |path: &Vec<ClaimPathSegment>| {
                let name = |segment: &ClaimPathSegment| match segment {
                    ClaimPathSegment::Name(name) => name.clone(),
                    other => format!("{other:?}"),
                };
                path.iter().map(name).collect::<Vec<_>>().join(".")
            };
            found.unwrap().disclosed_paths.iter().map(path).collect::<Vec<_>>()
        };
        assert_eq!(told(ADDRESS_QUERY), expected);
        assert_eq!(told(BIRTH_QUERY), ["age_over_18"], "the shop's order");
    }
    let nowhere = held("own", PROFILE_VCT, json!({ "name": "Anna", "age_over_18": "true" }));
    assert!(
        query(&scene).match_credentials(&[passport, nowhere]).is_err(),
        "the address is needed, some of it"
    );
}

#[test]
fn another_verifier_takes_each_way_and_no_part_of_one() {
    let scene = Scene::new();
    let answer = |address: Value, birth: Option<Value>| {
        let profile = |claims| vec![held("own", PROFILE_VCT, claims)];
        let mut presented = BTreeMap::from([
            ("passport".to_owned(), vec![held("passport", &scene.issuer.passport_vct(), json!({}))]),
            ("profile".to_owned(), profile(json!({ "name": "Anna" }))),
            (ADDRESS_QUERY.to_owned(), profile(json!({ "address": address }))),
        ]);
        presented.extend(birth.map(|birth| (BIRTH_QUERY.to_owned(), profile(birth))));
        query(&scene).evaluate_presentation(&presented).is_ok()
    };
    assert!(answer(json!({ "country": "Germany" }), None));
    assert!(answer(
        json!({ "locality": "Berlin", "country": "Germany" }),
        Some(json!({ "birth_year": "1990" }))
    ));
    assert!(!answer(json!({ "locality": "Berlin" }), None), "part of a way");
    assert!(!answer(json!({ "country": "Germany" }), Some(json!({ "nickname": "Annie" }))));
}
