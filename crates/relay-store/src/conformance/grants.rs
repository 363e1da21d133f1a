//! Collecting and opening.

use super::{MANY, NoTombstones, T0, answer, code, grant_id, park, request};
use crate::{Answered, Collect, Collected, KeptRelease, NewOpening, Opening, Park, RelayStore, UNCOLLECTED};

/// The right code works, works again for 120 seconds, and then never.
pub async fn collects_once(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    let collect = |sector: &'static str, mark: u8, at: i64| async move {
        store.collect(sector, "t1", &code(mark), at, &NoTombstones).await.unwrap()
    };
    assert_eq!(collect("another.example", 1, T0).await, Collect::NotFound);
    let expected = Collect::Granted(Box::new(Collected {
        grant_id: grant_id(1),
        grant_claim: Some("claim".into()),
        consent_receipt: Some("consent".into()),
        relay_receipt: "receipt".into(),
        release_sha256: [51; 32],
    }));
    assert_eq!(collect("shop.example", 1, T0 + 20).await, expected);
    assert_eq!(collect("shop.example", 1, T0 + 140).await, expected, "120 seconds later");
    assert_eq!(collect("shop.example", 1, T0 + 141).await, Collect::Used);
    for _ in 0..4 {
        assert_eq!(collect("shop.example", 9, T0 + 30).await, Collect::Wrong, "nothing is left to burn");
    }
    assert_eq!(collect("shop.example", 1, T0 + 30).await, expected);
}

/// What nobody collected in time is gone, even before anybody swept.
pub async fn forfeits_what_nobody_collects(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    let collect = |at: i64| async move {
        store.collect("shop.example", "t1", &code(1), at, &NoTombstones).await.unwrap()
    };
    assert_eq!(collect(T0 + 10 + UNCOLLECTED).await, Collect::Used);
    assert!(matches!(collect(T0 + 9 + UNCOLLECTED).await, Collect::Granted(_)));
}

/// A refusal is collected like a grant.
pub async fn hands_out_a_refusal(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    let mut refusal = answer("r1", 1);
    refusal.grant = None;
    store.answer(&refusal).await.unwrap();
    assert_eq!(
        store.collect("shop.example", "t1", &code(1), T0, &NoTombstones).await.unwrap(),
        Collect::Declined
    );
    assert_eq!(
        store.collect("shop.example", "t1", &code(1), T0 + 120, &NoTombstones).await.unwrap(),
        Collect::Declined
    );
    assert_eq!(
        store.collect("shop.example", "t1", &code(1), T0 + 121, &NoTombstones).await.unwrap(),
        Collect::Used
    );
}

/// Three wrong codes end a transaction, answered or not, with its grant.
pub async fn burns_after_three_wrong_codes(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    let collect = |transaction: &'static str, mark: u8| async move {
        store.collect("shop.example", transaction, &code(mark), T0, &NoTombstones).await.unwrap()
    };
    assert_eq!(collect("t1", 7).await, Collect::Wrong);
    assert_eq!(collect("t1", 8).await, Collect::Wrong);
    assert_eq!(collect("t1", 9).await, Collect::Burned);
    assert_eq!(collect("t1", 1).await, Collect::Burned, "the right one comes too late");
    assert_eq!(store.count_shop("shop.example").await.unwrap().unwrap().grants, 0, "the release is gone");
    assert_eq!(store.answer(&answer("r1", 1)).await.unwrap(), Answered::Again("reply 1".into()));

    park(store, &request("shop.example", "r2", "t2")).await;
    for _ in 0..3 {
        collect("t2", 9).await;
    }
    assert!(store.find_transaction("shop.example", "t2").await.unwrap().unwrap().burned);
    assert!(store.find_request("r2").await.unwrap().unwrap().burned);
    assert_eq!(store.answer(&answer("r2", 2)).await.unwrap(), Answered::Burned);
    let late = store.park_request(&request("shop.example", "r3", "t2"), MANY).await.unwrap();
    assert_eq!(late, Park::TransactionClosed);
}

/// A release goes to its own shop only, after it was collected and before its end, and never unrecorded.
pub async fn opens_only_the_shops_own(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.add_shop("another.example", "root", T0).await.unwrap();
    store.answer(&answer("r1", 1)).await.unwrap();
    let open = |sector: &'static str, at: i64| async move {
        let opening = NewOpening {
            grant_id: grant_id(1),
            sector: sector.into(),
            opened_at: at,
            reason: "packing".into(),
        };
        store.open_release(&opening).await.unwrap().map(|grant| (grant.release, grant.release_sha256))
    };
    assert_eq!(open("shop.example", T0 + 11).await, None, "not collected yet");
    store.collect("shop.example", "t1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    assert_eq!(open("another.example", T0 + 30).await, None);
    assert_eq!(open("shop.example", T0 + 30 * 86_400).await, None, "its time is over");
    let sealed = Some((KeptRelease::AsItCame("sealed 1".into()), [51; 32]));
    assert_eq!(open("shop.example", T0 + 40).await, sealed);
    assert_eq!(open("shop.example", T0 + 50).await, sealed);
    let seen = store.find_openings(grant_id(1), "holder 1").await.unwrap().unwrap();
    let times: Vec<_> = seen.iter().map(|opening| opening.opened_at).collect();
    assert_eq!(times, [T0 + 40, T0 + 50], "the tries that gave nothing out are no openings");
}

/// Only the key that made the grant sees who opened it.
pub async fn openings_are_the_holders_to_see(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    assert_eq!(store.find_openings(grant_id(1), "holder 1").await.unwrap(), Some(vec![]));
    assert_eq!(store.find_openings(grant_id(1), "holder 2").await.unwrap(), None);
    assert_eq!(store.find_openings(grant_id(2), "holder 1").await.unwrap(), None);
    store.collect("shop.example", "t1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    let opening = NewOpening {
        grant_id: grant_id(1),
        sector: "shop.example".into(),
        opened_at: T0 + 60,
        reason: "printing the label".into(),
    };
    store.open_release(&opening).await.unwrap();
    let expected = Opening { opened_at: T0 + 60, reason: "printing the label".into() };
    assert_eq!(store.find_openings(grant_id(1), "holder 1").await.unwrap(), Some(vec![expected]));
}
