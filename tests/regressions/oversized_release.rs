//! More than 40 KiB of details were sealed into a JWE that no reader accepts: the relay refused it after the person had agreed.

use std::collections::BTreeMap;

use passerby_protocol::claim::AttributeValue;
use passerby_protocol::consent::Choice;
use passerby_protocol::seal::{SealError, SealedRelease};
use passerby_testkit::clock::NOON;
use passerby_testkit::rng;
use passerby_testkit::scene::Scene;

fn seal(length: usize) -> Result<SealedRelease, SealError> {
    let scene = Scene::new();
    let verified = scene.verified();
    let values: BTreeMap<_, _> = verified
        .required()
        .iter()
        .map(|claim| (claim.clone(), AttributeValue::new("x".repeat(length / verified.required().len()))))
        .collect();
    let grant = verified.consent(&Choice { values, ..Choice::default() }).unwrap();
    let key = scene.pairwise();
    SealedRelease::seal(grant, &scene.passport(NOON), &key, NOON, &mut rng::seeded(1))
}

#[test]
fn what_nobody_would_accept_is_refused_before_it_is_sent() {
    assert!(seal(20_000).unwrap().jwe.len() <= 65_536);
    assert_eq!(seal(33_000).unwrap_err(), SealError::TooLarge);
}
