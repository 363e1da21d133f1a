//! Step 2: who is really asking.

use passerby_protocol::keys::SigningKey;
use passerby_protocol::time::{Clock as _, Timestamp};
use passerby_testkit::forge;
use passerby_testkit::scene::statement_header;
use passerby_wallet::Trouble as _;

use crate::street::Street;

/// The shop's own host is taken over: it shows a Statement by another root, under the next number.
fn take_over_host(street: &mut Street) {
    let stranger = SigningKey::make(&mut street.rng);
    let mut payload = forge::payload_of(&street.shop.statement.lock().unwrap());
    payload["seq"] = 2.into();
    payload["prev"] = passerby_protocol::wire::b64u::sha256("x").into();
    let forged = forge::jws(&statement_header(&stranger), &payload, &stranger);
    *street.shop.statement.lock().unwrap() = forged;
}

#[tokio::test]
async fn at_first_sight_all_three_sources_must_agree() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    take_over_host(&mut street);
    let refused = anna.open_request(&asking.link, &mut street.rng).await.unwrap_err();
    assert_eq!(refused.code(), "root-mismatch");
    assert!(anna.shops().await.unwrap().is_empty(), "what was refused is not remembered as a shop");
}

#[tokio::test]
async fn a_shop_that_is_known_cannot_become_another_one() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    anna.approve(&request, &passerby_wallet::Answer::default(), &mut street.rng).await.unwrap();

    let asking = street.ask().await;
    take_over_host(&mut street);
    let refused = anna.open_request(&asking.link, &mut street.rng).await.unwrap_err();
    assert!(["root-changed", "statement-chain"].contains(&refused.code()), "{}", refused.code());
    let since: Timestamp = anna.shops().await.unwrap()[0].first_seen;
    assert_eq!(since, street.clock.now(), "what was known stays known");
}
