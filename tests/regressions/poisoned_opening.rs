//! A relay said that a release was opened before 1970. The wallet wrote it down, and could read none of its grants again: no
//! list of shops, no further request.

use passerby_relay_store::{NewOpening, OpeningStore as _};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_wallet::Answer;

use crate::street::Street;

#[tokio::test]
async fn a_lying_relay_cannot_make_the_grants_unreadable() {
    let mut street = Street::new().await;
    let anna = street.anna().await;
    let asking = street.ask().await;
    let request = anna.open_request(&asking.link, &mut street.rng).await.unwrap();
    let delivered = anna.approve(&request, &Answer::default(), &mut street.rng).await.unwrap();
    street.shop.collect(&asking, &delivered.return_to, &street.relay_keys, &mut street.rng).await.unwrap();

    let store = SqliteStore::open(&street.folder.path().join("relay.db")).await.unwrap();
    for opened_at in [-1, 1_700_000_000] {
        let opening = NewOpening {
            grant_id: delivered.grant_id.parse().unwrap(),
            sector: street.shop.sector.to_string(),
            opened_at,
            reason: "packing".to_owned(),
        };
        store.open_release(&opening).await.unwrap().unwrap();
    }
    anna.refresh_openings(None, &mut street.rng).await.unwrap();

    let shops = anna.shops().await.unwrap();
    assert_eq!(shops[0].grants[0].openings.len(), 1, "only what has a time is kept");
    anna.activity().await.unwrap();
    let asking = street.ask().await;
    anna.open_request(&asking.link, &mut street.rng).await.unwrap();
}
