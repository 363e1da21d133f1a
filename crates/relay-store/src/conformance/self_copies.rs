//! A wallet leaves a copy for its own person; it goes with the last grant.

use super::{NoTombstones, T0, answer, code, park, request};
use crate::{LeaveCopy, RelayStore, SelfCopy};

const DAY: i64 = 86_400;

fn copy(holder: &str, seq: i64, text: &str) -> SelfCopy {
    SelfCopy { holder_jkt: holder.into(), seq, copy: text.into() }
}

/// One copy a key; a newer one replaces it, an older one does not, the same one may come again.
pub async fn keeps_the_newest_copy(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    assert_eq!(store.find_self_copy("holder 1").await.unwrap(), None);
    let leave = async |seq, text| store.leave_self_copy(&copy("holder 1", seq, text)).await.unwrap();
    assert_eq!(leave(2, "two").await, LeaveCopy::Kept);
    assert_eq!(leave(2, "two").await, LeaveCopy::Kept, "the same bytes again");
    assert_eq!(leave(2, "other").await, LeaveCopy::Behind);
    assert_eq!(leave(1, "one").await, LeaveCopy::Behind);
    assert_eq!(store.find_self_copy("holder 1").await.unwrap(), Some(copy("holder 1", 2, "two")));
    let highest = (1 << 53) - 1;
    assert_eq!(leave(highest, "last").await, LeaveCopy::Kept);
    assert_eq!(store.find_self_copy("holder 1").await.unwrap(), Some(copy("holder 1", highest, "last")));
    assert_eq!(store.find_self_copy("holder 2").await.unwrap(), None, "each key sees its own");
}

/// Who has no grant here leaves nothing here.
pub async fn keeps_copies_of_holders_only(store: &dyn RelayStore) {
    park(store, &request("shop.example", "r1", "t1")).await;
    let leave = async |holder| store.leave_self_copy(&copy(holder, 1, "sealed")).await.unwrap();
    assert_eq!(leave("holder 1").await, LeaveCopy::Stranger);
    store.answer(&answer("r1", 1)).await.unwrap();
    assert_eq!(leave("holder 1").await, LeaveCopy::Kept);
    assert_eq!(leave("holder 2").await, LeaveCopy::Stranger);
}

/// A copy goes with the last grant of its key, and with the shop.
pub async fn copies_go_with_the_last_grant(store: &dyn RelayStore) {
    for (request_id, transaction_id, mark) in [("r1", "t1", 1), ("r2", "t2", 2), ("r3", "t3", 3)] {
        park(store, &request("shop.example", request_id, transaction_id)).await;
        let mut given = answer(request_id, mark);
        if let Some(grant) = &mut given.grant {
            // The first two are of one person, and the second ends ten days later.
            grant.holder_jkt = Some(if mark == 3 { "other" } else { "person" }.into());
            grant.keep_until = T0 + if mark == 1 { 30 } else { 40 } * DAY;
        }
        store.answer(&given).await.unwrap();
        store.collect("shop.example", transaction_id, &code(mark), T0 + 20, &NoTombstones).await.unwrap();
    }
    for holder in ["person", "other"] {
        store.leave_self_copy(&copy(holder, 1, "sealed")).await.unwrap();
    }
    store.sweep(T0 + 30 * DAY).await.unwrap();
    assert!(store.find_self_copy("person").await.unwrap().is_some(), "one grant is left");
    store.sweep(T0 + 40 * DAY).await.unwrap();
    assert_eq!(store.find_self_copy("person").await.unwrap(), None);
    assert_eq!(store.find_self_copy("other").await.unwrap(), None);

    park(store, &request("books.example", "r4", "t4")).await;
    store.answer(&answer("r4", 4)).await.unwrap();
    store.leave_self_copy(&copy("holder 4", 1, "sealed")).await.unwrap();
    store.remove_shop("books.example", &NoTombstones).await.unwrap();
    assert_eq!(store.find_self_copy("holder 4").await.unwrap(), None, "at once, not at the next sweep");
}
