//! What lies under a period, and when one begins and ends.

use super::{NoTombstones, T0, answer, code, grant_id, park, request};
use crate::{Answered, KeptRelease, NewOpening, Period, RelayStore, WrappedRelease};

fn period(number: i64, mark: &str) -> Period {
    Period { number, mark: mark.into(), begun_at: T0 + number }
}

fn wrapped(mark: u8, number: i64) -> WrappedRelease {
    WrappedRelease { sealed: vec![mark; 40], wrapped_key: vec![mark, 1], period: number }
}

/// A grant whose release lies under a period, or as it came.
async fn give(store: &dyn RelayStore, mark: u8, under: Option<i64>) -> Answered {
    let id = format!("r{mark}");
    park(store, &request("shop.example", &id, &id)).await;
    let mut given = answer(&id, mark);
    if let (Some(grant), Some(number)) = (&mut given.grant, under) {
        grant.release = KeptRelease::Wrapped(wrapped(mark, number));
    }
    store.answer(&given).await.unwrap()
}

async fn open(store: &dyn RelayStore, mark: u8) -> KeptRelease {
    store.collect("shop.example", &format!("r{mark}"), &code(mark), T0 + 20, &NoTombstones).await.unwrap();
    let opening = NewOpening {
        grant_id: grant_id(mark),
        sector: "shop.example".into(),
        opened_at: T0 + 30,
        reason: "packing".into(),
    };
    store.open_release(&opening).await.unwrap().unwrap().release
}

/// Of those who begin a period at the same moment one has begun it, and all hear of that one.
pub async fn begins_each_period_once(store: &dyn RelayStore) {
    assert_eq!(store.list_periods().await.unwrap(), []);
    assert_eq!(store.begin_period(&period(1, "a"), 0).await.unwrap(), period(1, "a"));
    assert_eq!(store.begin_period(&period(1, "b"), 0).await.unwrap(), period(1, "a"));
    assert_eq!(store.begin_period(&period(2, "b"), 0).await.unwrap(), period(1, "a"), "somebody was faster");
    assert_eq!(
        store.begin_period(&period(4, "c"), 1).await.unwrap(),
        period(4, "c"),
        "numbers may be left out"
    );
    assert_eq!(store.begin_period(&period(3, "d"), 4).await.unwrap(), period(4, "c"), "and never come after");
    assert_eq!(store.list_periods().await.unwrap(), [period(1, "a"), period(4, "c")]);
}

/// Whatever lies elsewhere is found page by page, and put under the newest period once.
pub async fn puts_releases_under_the_newest_period(store: &dyn RelayStore) {
    store.begin_period(&period(1, "a"), 0).await.unwrap();
    give(store, 1, None).await;
    give(store, 2, Some(1)).await;
    give(store, 3, None).await;
    give(store, 4, Some(1)).await;
    assert_eq!(store.count_under().await.unwrap(), [(None, 2), (Some(1), 2)]);
    let first = store.find_as_they_came(None, 1).await.unwrap();
    assert_eq!(first, [(grant_id(1), "sealed 1".to_owned())]);
    let rest = store.find_as_they_came(Some(grant_id(1)), 10).await.unwrap();
    assert_eq!(rest, [(grant_id(3), "sealed 3".to_owned())]);
    let rows = [(grant_id(1), wrapped(1, 1)), (grant_id(3), wrapped(3, 1))];
    assert_eq!(store.seal_kept(&rows).await.unwrap(), 2);
    let other = [(grant_id(1), WrappedRelease { sealed: vec![9], wrapped_key: vec![9], period: 1 })];
    assert_eq!(store.seal_kept(&other).await.unwrap(), 0, "nothing is sealed twice");
    assert_eq!(open(store, 1).await, KeptRelease::Wrapped(wrapped(1, 1)));

    store.begin_period(&period(2, "b"), 1).await.unwrap();
    let two = store.find_under(1, None, 2).await.unwrap();
    assert_eq!(two, [(grant_id(1), vec![1, 1]), (grant_id(2), vec![2, 1])]);
    assert_eq!(store.rewrap(1, 2, &[(grant_id(1), vec![1, 2]), (grant_id(2), vec![2, 2])]).await.unwrap(), 2);
    assert_eq!(store.rewrap(1, 2, &[(grant_id(1), vec![9])]).await.unwrap(), 0, "it lies elsewhere already");
    let rest = store.find_under(1, Some(grant_id(2)), 10).await.unwrap();
    assert_eq!(rest.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [grant_id(3), grant_id(4)]);
    assert_eq!(store.count_under().await.unwrap(), [(Some(1), 2), (Some(2), 2)]);
    let moved = WrappedRelease { wrapped_key: vec![2, 2], ..wrapped(2, 2) };
    assert_eq!(open(store, 2).await, KeptRelease::Wrapped(moved), "the release itself stays as it was");
}

/// A relay that missed a rotation puts nothing under a key that is gone.
pub async fn keeps_no_release_under_a_period_that_is_over(store: &dyn RelayStore) {
    assert_eq!(give(store, 1, Some(1)).await, Answered::PeriodOver, "it never began");
    assert_eq!(store.find_answer("r1").await.unwrap(), None, "nothing was changed");
    for (number, mark) in [(1, "a"), (2, "b")] {
        store.begin_period(&period(number, mark), number - 1).await.unwrap();
    }
    assert!(store.end_period(1).await.unwrap());
    let mut given = answer("r1", 1);
    given.grant.as_mut().unwrap().release = KeptRelease::Wrapped(wrapped(1, 1));
    assert_eq!(store.answer(&given).await.unwrap(), Answered::PeriodOver);
    given.grant.as_mut().unwrap().release = KeptRelease::Wrapped(wrapped(1, 2));
    assert!(matches!(store.answer(&given).await.unwrap(), Answered::Stored(_)));
}

/// Neither the newest period nor one with a grant under it ends.
pub async fn ends_a_period_when_nothing_lies_under_it(store: &dyn RelayStore) {
    store.begin_period(&period(1, "a"), 0).await.unwrap();
    assert!(!store.end_period(1).await.unwrap(), "it is the newest");
    give(store, 1, Some(1)).await;
    store.begin_period(&period(2, "b"), 1).await.unwrap();
    assert!(!store.end_period(1).await.unwrap(), "a grant lies under it");
    store.rewrap(1, 2, &[(grant_id(1), vec![7])]).await.unwrap();
    assert!(store.end_period(1).await.unwrap());
    assert!(!store.end_period(1).await.unwrap(), "it has ended");
    assert_eq!(store.list_periods().await.unwrap(), [period(2, "b")]);
}
