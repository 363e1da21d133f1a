//! Parking and binding.

use super::{MANY, T0, answer, park, request};
use crate::{Bind, DAY, NewRequest, Park, RelayStore};

/// The same content is parked once, however often it comes; other content under the same id is refused.
pub async fn parks_once(store: &dyn RelayStore) {
    let first = request("shop.example", "r1", "t1");
    park(store, &first).await;
    let later = NewRequest { parked_at: T0 + 5, ..first.clone() };
    assert_eq!(store.park_request(&later, MANY).await.unwrap(), Park::Parked);
    let found = store.find_request("r1").await.unwrap().unwrap();
    assert_eq!(found.parked, first, "the first stands");
    assert_eq!(found.bound_jkt, None);
    let other = NewRequest { request: "other bytes".into(), ..first.clone() };
    assert_eq!(store.park_request(&other, MANY).await.unwrap(), Park::IdTaken);
    store.add_shop("thief.example", "root", T0).await.unwrap();
    let thief = request("thief.example", "r1", "t1");
    assert_eq!(store.park_request(&thief, MANY).await.unwrap(), Park::IdTaken);

    let qr = request("shop.example", "r2", "t1");
    assert_eq!(
        store.park_request(&qr, MANY).await.unwrap(),
        Park::Parked,
        "a link and a QR code share a transaction"
    );
    store.answer(&answer("r2", 1)).await.unwrap();
    let late = request("shop.example", "r3", "t1");
    assert_eq!(store.park_request(&late, MANY).await.unwrap(), Park::TransactionClosed);
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

/// A shop parks so many between two midnights and no more; another shop and another day are not touched by it.
pub async fn parks_no_more_than_a_days_quota(store: &dyn RelayStore) {
    let midnight = T0 - T0 % DAY + DAY;
    let at = |id: &str, parked_at: i64| NewRequest { parked_at, ..request("shop.example", id, "t1") };
    store.add_shop("shop.example", "root", T0).await.unwrap();
    store.add_shop("another.example", "root", T0).await.unwrap();
    let park = |request: NewRequest| async move { store.park_request(&request, 2).await.unwrap() };
    assert_eq!(park(at("r1", midnight)).await, Park::Parked);
    assert_eq!(park(at("r1", midnight)).await, Park::Parked, "the same again is counted once");
    assert_eq!(park(at("r2", midnight + 5)).await, Park::Parked);
    assert_eq!(park(at("r3", midnight + DAY - 1)).await, Park::OverQuota);
    assert!(store.find_request("r3").await.unwrap().is_none());
    assert_eq!(park(at("r2", midnight + 6)).await, Park::Parked, "what is parked is answered again");
    assert_eq!(
        store.park_request(&at("r3", midnight + 7), 3).await.unwrap(),
        Park::Parked,
        "a raised quota counts at once"
    );
    assert_eq!(park(at("r4", midnight + DAY)).await, Park::Parked, "a new day");
    assert_eq!(park(request("another.example", "r5", "t1")).await, Park::Parked);
    store.sweep(midnight + DAY - 1).await.unwrap();
    assert!(store.find_request("r1").await.unwrap().is_none(), "its time was over");
    assert_eq!(park(at("r7", midnight + DAY - 1)).await, Park::OverQuota, "and it counts all the same");

    let lone = NewRequest { parked_at: midnight, ..request("shop.example", "r6", "t6") };
    assert_eq!(store.park_request(&lone, 0).await.unwrap(), Park::OverQuota);
    assert_eq!(store.find_transaction("shop.example", "t6").await.unwrap(), None, "nothing of it stays");
}
