//! What has reached its end goes, and nothing else.

use super::{NoTombstones, T0, answer, code, grant_id, park, request};
use crate::{CHALLENGE_LIFE, Challenge, Collect, DAY, RelayStore, Swept};

/// A request goes a day after its `response_by`, with its answer and its transaction.
pub async fn sweeps_requests(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    let mut longer = request("shop.example", "r2", "t2");
    longer.response_by += 1;
    park(store, &longer).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    store.collect("shop.example", "t1", &code(1), T0, &NoTombstones).await.unwrap();
    let end = T0 + 1800 + DAY;
    assert_eq!(store.sweep(end - 1).await.unwrap().requests, 0);
    assert_eq!(store.sweep(end).await.unwrap().requests, 1);
    assert!(store.find_request("r1").await.unwrap().is_none());
    assert_eq!(store.find_answer("r1").await.unwrap(), None);
    assert_eq!(store.find_transaction("shop.example", "t1").await.unwrap(), None);
    assert!(store.find_request("r2").await.unwrap().is_some());
    assert!(store.find_transaction("shop.example", "t2").await.unwrap().is_some());
    assert!(store.find_openings(grant_id(1), "holder 1").await.unwrap().is_some(), "the grant lives on");
    store.ping().await.unwrap();
}

/// A grant that nobody collected goes after a day, a collected one after its retention.
pub async fn sweeps_grants(store: &dyn RelayStore) {
    for (mark, id) in [(1, "r1"), (2, "r2")] {
        let mut long = request("shop.example", id, id);
        long.response_by = T0 + 100 * DAY;
        park(store, &long).await;
        store.answer(&answer(id, mark)).await.unwrap();
    }
    store.collect("shop.example", "r1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    let end = T0 + 10 + DAY;
    assert_eq!(store.sweep(end - 1).await.unwrap().uncollected, 0);
    let swept = store.sweep(end).await.unwrap();
    assert_eq!((swept.uncollected, swept.expired), (1, 0));
    assert_eq!(
        store.collect("shop.example", "r2", &code(2), end, &NoTombstones).await.unwrap(),
        Collect::Used
    );
    assert!(store.find_openings(grant_id(1), "holder 1").await.unwrap().is_some());

    let end = T0 + 30 * DAY;
    assert_eq!(store.sweep(end - 1).await.unwrap().expired, 0);
    assert_eq!(store.sweep(end).await.unwrap().expired, 1);
    assert!(store.find_openings(grant_id(1), "holder 1").await.unwrap().is_none());
    assert_eq!(store.sweep(end).await.unwrap(), Swept::default(), "a second sweep finds nothing");
}

/// A challenge that nobody met goes after its week.
pub async fn sweeps_challenges(store: &dyn RelayStore) {
    let challenge = Challenge { sector: "shop.example".into(), token: "token".into(), made_at: T0 };
    store.keep_challenge(&challenge).await.unwrap();
    store.sweep(T0 + CHALLENGE_LIFE - 1).await.unwrap();
    assert_eq!(store.find_challenge("shop.example").await.unwrap(), Some(challenge));
    store.sweep(T0 + CHALLENGE_LIFE).await.unwrap();
    assert_eq!(store.find_challenge("shop.example").await.unwrap(), None);
}

/// Claim and receipts are forgotten when they can no longer be collected; the release stays.
pub async fn forgets_claims(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    store.collect("shop.example", "t1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    assert_eq!(store.sweep(T0 + 140).await.unwrap().forgotten_claims, 0);
    let again = store.collect("shop.example", "t1", &code(1), T0 + 140, &NoTombstones).await.unwrap();
    assert!(matches!(again, Collect::Granted(_)));
    assert_eq!(store.sweep(T0 + 141).await.unwrap().forgotten_claims, 1);
    assert_eq!(
        store.collect("shop.example", "t1", &code(1), T0 + 140, &NoTombstones).await.unwrap(),
        Collect::Used
    );
    assert!(store.find_openings(grant_id(1), "holder 1").await.unwrap().is_some());
}
