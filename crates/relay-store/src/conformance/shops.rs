//! Shops and their Statements.

use super::{T0, answer, park, request};
use crate::{KeepStatement, KeptStatement, RelayStore, RemovedShop};

/// A shop is added once, listed by sector, and removed with everything that hangs on it.
pub async fn adds_lists_and_removes_shops(store: &dyn RelayStore) {
    assert!(store.add_shop("shop.example", "root-1", T0).await.unwrap());
    assert!(!store.add_shop("shop.example", "root-2", T0 + 1).await.unwrap(), "added twice");
    assert!(store.add_shop("another.example", "root-3", T0).await.unwrap());
    let listed = store.list_shops().await.unwrap();
    let sectors: Vec<_> = listed.iter().map(|shop| shop.sector.as_str()).collect();
    assert_eq!(sectors, ["another.example", "shop.example"]);
    let shop = store.find_shop("shop.example").await.unwrap().unwrap();
    assert_eq!((shop.root_jkt.as_str(), shop.statement), ("root-1", None), "the second root changed nothing");

    park(store, &request("shop.example", "r1", "t1")).await;
    park(store, &request("another.example", "r2", "t1")).await;
    store.answer(&answer("r1", 1)).await.unwrap();
    let counted = RemovedShop { requests: 1, grants: 1 };
    assert_eq!(store.count_shop("shop.example").await.unwrap(), Some(counted));
    assert_eq!(store.remove_shop("shop.example").await.unwrap(), Some(counted));
    assert_eq!(store.remove_shop("shop.example").await.unwrap(), None);
    assert_eq!(store.count_shop("shop.example").await.unwrap(), None);
    assert!(store.find_request("r1").await.unwrap().is_none(), "its request went along");
    assert!(store.find_answer("r1").await.unwrap().is_none(), "and the answer");
    assert!(store.find_request("r2").await.unwrap().is_some(), "the other shop is untouched");
}

/// Only a higher `seq` replaces a Statement, and its root becomes the recorded one.
pub async fn keeps_the_newest_statement(store: &dyn RelayStore) {
    let statement = |seq, compact: &str, root: &str| KeptStatement {
        compact: compact.into(),
        seq,
        root_jkt: root.into(),
    };
    store.add_shop("shop.example", "root-1", T0).await.unwrap();
    let keep = |recorded: &'static str, kept: KeptStatement| async move {
        store.keep_statement("shop.example", recorded, &kept).await.unwrap()
    };
    assert_eq!(keep("root-1", statement(2, "two", "root-1")).await, KeepStatement::Kept);
    assert_eq!(keep("root-1", statement(2, "two", "root-1")).await, KeepStatement::Kept);
    assert_eq!(keep("root-1", statement(2, "other", "root-1")).await, KeepStatement::Equivocation);
    assert_eq!(keep("root-1", statement(1, "one", "root-1")).await, KeepStatement::Rollback);
    assert_eq!(keep("root-9", statement(3, "three", "root-9")).await, KeepStatement::Changed);
    assert_eq!(keep("root-1", statement(3, "three", "root-2")).await, KeepStatement::Kept);
    assert_eq!(keep("root-1", statement(4, "four", "root-1")).await, KeepStatement::Changed);
    let shop = store.find_shop("shop.example").await.unwrap().unwrap();
    assert_eq!(shop.root_jkt, "root-2");
    assert_eq!(shop.statement, Some(statement(3, "three", "root-2")));
    let nobody = store.keep_statement("nobody.example", "root-1", &statement(1, "one", "root-1")).await;
    assert_eq!(nobody.unwrap(), KeepStatement::Changed);
}
