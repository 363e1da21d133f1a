//! Parking and binding.

use super::{T0, answer, park, request};
use crate::{Bind, NewRequest, Park, RelayStore};

/// The same content is parked once, however often it comes; other content under the same id is refused.
pub async fn parks_once(store: &dyn RelayStore) {
    let first = request("shop.example", "r1", "t1");
    park(store, &first).await;
    let later = NewRequest { parked_at: T0 + 5, ..first.clone() };
    assert_eq!(store.park_request(&later).await.unwrap(), Park::Parked);
    let found = store.find_request("r1").await.unwrap().unwrap();
    assert_eq!(found.parked, first, "the first stands");
    assert_eq!(found.bound_jkt, None);
    let other = NewRequest { request: "other bytes".into(), ..first.clone() };
    assert_eq!(store.park_request(&other).await.unwrap(), Park::IdTaken);
    store.add_shop("thief.example", "root", T0).await.unwrap();
    let thief = request("thief.example", "r1", "t1");
    assert_eq!(store.park_request(&thief).await.unwrap(), Park::IdTaken);

    let qr = request("shop.example", "r2", "t1");
    assert_eq!(
        store.park_request(&qr).await.unwrap(),
        Park::Parked,
        "a link and a QR code share a transaction"
    );
    store.answer(&answer("r2", 1)).await.unwrap();
    let late = request("shop.example", "r3", "t1");
    assert_eq!(store.park_request(&late).await.unwrap(), Park::TransactionClosed);
    assert!(store.find_request("r3").await.unwrap().is_none());
}

/// The first key has the request to itself; time limits only the first fetch.
pub async fn binds_to_the_first_key(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    assert_eq!(store.bind_request("nothing", "key-1", T0, 0).await.unwrap(), Bind::NotFound);
    let Bind::Bound(bound) = store.bind_request("r1", "key-1", T0 + 419, 120).await.unwrap() else {
        panic!("the leeway counts")
    };
    assert_eq!(bound.bound_jkt.as_deref(), Some("key-1"));
    assert_eq!(store.bind_request("r1", "key-2", T0, 120).await.unwrap(), Bind::TakenByAnother);
    assert_eq!(store.bind_request("r1", "key-1", T0 + 9999, 120).await.unwrap(), Bind::Bound(bound));

    park(store, &request("shop.example", "r2", "t2")).await;
    assert_eq!(store.bind_request("r2", "key-1", T0 + 420, 120).await.unwrap(), Bind::TooLate);

    park(store, &request("shop.example", "r3", "t3")).await;
    park(store, &request("shop.example", "r4", "t3")).await;
    store.answer(&answer("r3", 1)).await.unwrap();
    let sibling = store.bind_request("r4", "key-1", T0, 120).await.unwrap();
    assert_eq!(sibling, Bind::TooLate, "its transaction has its answer");
}

/// Two shops may use one transaction id; neither sees the other's.
pub async fn keeps_transactions_of_shops_apart(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    park(store, &request("another.example", "r2", "t1")).await;
    store.bind_request("r1", "key", T0, 0).await.unwrap();
    store.answer(&answer("r1", 1)).await.unwrap();
    let ours = store.find_transaction("shop.example", "t1").await.unwrap().unwrap();
    let theirs = store.find_transaction("another.example", "t1").await.unwrap().unwrap();
    assert!(ours.answered && ours.asked.len() == 1 && ours.asked[0].bound);
    assert!(!theirs.answered && theirs.asked.len() == 1 && !theirs.asked[0].bound);
    assert_eq!((ours.asked[0].exp, ours.asked[0].response_by), (T0 + 300, T0 + 1800));
    assert_eq!(store.find_transaction("third.example", "t1").await.unwrap(), None);
}
