//! Step 6: opened where the release key is, for the order it belongs to, and seen by the person.

use passerby_protocol::reveal::RevealRefusal;
use passerby_wallet::Answer;

use crate::street::Street;

#[tokio::test]
async fn a_label_opens_for_its_own_order_only() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let asking = street.ask().await;
        let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
        let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
        orders.push(
            street
                .shop
                .collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng)
                .await
                .unwrap(),
        );
    }
    street.shop.open_label(&orders[0], "packing", &mut street.rng).await.unwrap();

    // A relay that hands out another release for the first order.
    let mut mixed_up = orders[0].clone();
    mixed_up.grant_id.clone_from(&orders[1].grant_id);
    let refused = street.shop.open_label(&mixed_up, "packing", &mut street.rng).await.unwrap_err();
    assert_eq!(refused, RevealRefusal::ReleaseHash);
}

#[tokio::test]
async fn every_opening_is_seen_by_the_person() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    let order = street
        .shop
        .collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng)
        .await
        .unwrap();
    for reason in ["packing order 7", "the label was torn"] {
        street.shop.open_label(&order, reason, &mut street.rng).await.unwrap();
    }
    anna.refresh_openings(None, &mut street.rng).await.unwrap();
    let shops = anna.shops().await.unwrap();
    let reasons: Vec<_> = shops[0].grants[0].openings.iter().map(|opening| opening.reason.as_str()).collect();
    assert_eq!(reasons, ["packing order 7", "the label was torn"]);
}
