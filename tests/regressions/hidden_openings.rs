//! A shop that opened a release some hundred times, each with a long reason, made the list longer than a wallet reads: the
//! person saw none of its openings any more.

use passerby_relay_store::{NewOpening, OpeningStore as _};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_wallet::Answer;

use crate::street::Street;

#[tokio::test]
async fn many_openings_do_not_hide_themselves() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    street.shop.collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng).await.unwrap();

    let store = SqliteStore::open(&street.folder.path().join("relay.db")).await.unwrap();
    for second in 0..300 {
        let opening = NewOpening {
            grant_id: delivered.grant_id.parse().unwrap(),
            sector: street.shop.sector.to_string(),
            opened_at: 1_700_000_000 + second,
            reason: "\u{1f4e6}".repeat(120),
        };
        store.open_release(&opening).await.unwrap().unwrap();
    }
    let (new, troubles) = anna.refresh_openings(None, &mut street.rng).await.unwrap();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(new, 100);
    let shops = anna.shops().await.unwrap();
    let newest = shops[0].grants[0].openings.iter().map(|opening| opening.at.seconds()).max();
    assert_eq!(newest, Some(1_700_000_299));
}
