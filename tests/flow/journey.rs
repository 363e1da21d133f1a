//! The whole story, once, to be read aloud.

use passerby_protocol::claim::ClaimName;
use passerby_wallet::GrantState;

use crate::street::{Street, claim, details, yes_and};

#[tokio::test]
async fn anna_buys_shoes_and_the_shop_learns_only_what_she_sends() {
    let mut street = Street::new().await;
    let anna = street.anna().await;

    // request: the shop asks, and the browser gets a link.
    let asking = street.ask().await;

    // verify: the wallet finds out who is really asking.
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert_eq!(request.sector, street.shop.sector);
    assert_eq!(request.known_since, None, "they have never met");
    assert_eq!(request.dropped, [claim("birthdate")], "the shop never announced that it would ask for this");

    // consent, seal, deliver: Anna adds her phone number, and keeps her e-mail to herself.
    let delivered = anna.approve(&request, &yes_and(&["phone_number"]), &mut street.rng).await.unwrap();
    assert!(delivered.return_to.as_str().starts_with(&street.shop.sector.origin()), "back to the shop");

    // The browser is back at the shop; the shop checks, and has an order with nothing of Anna in it.
    let order = street
        .shop
        .collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng)
        .await
        .unwrap();
    let stored = serde_json::to_string(&order).unwrap();
    for value in details().values() {
        assert!(!stored.contains(value.expose()));
    }

    // reveal: the packer opens the label, and it says what Anna sent, to the letter.
    let label = street.shop.open_label(&order, "packing order 1042", &mut street.rng).await.unwrap();
    let sent = ["address.locality", "address.postal_code", "address.street_address", "name", "phone_number"];
    assert!(label.keys().map(ClaimName::as_str).eq(sent));
    assert!(label.iter().all(|(name, value)| details()[name].expose() == value));

    // Anna sees that it was opened, and why.
    let (new, troubles) = anna.refresh_openings(None, &mut street.rng).await.unwrap();
    assert_eq!((new, troubles.len()), (1, 0));
    let shops = anna.shops().await.unwrap();
    let grant = &shops[0].grants[0];
    assert_eq!(grant.state, GrantState::Sent);
    assert_eq!(grant.openings[0].reason, "packing order 1042");

    // The next time they know each other, and Anna is the same customer.
    street.clock.turn(3 * 86_400);
    street.shop.attest(&mut street.rng).await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    assert!(request.known_since.is_some() && request.news.is_nothing_new());
    let delivered = anna.approve(&request, &yes_and(&[]), &mut street.rng).await.unwrap();
    let again = street
        .shop
        .collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng)
        .await
        .unwrap();
    assert_eq!(again.find_user_ref(), order.find_user_ref());
    assert_ne!(again.grant_id, order.grant_id);
}
