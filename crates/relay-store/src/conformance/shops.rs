//! Shops and their Statements.

use super::{NoTombstones, T0, answer, park, request};
use crate::{KeepStatement, KeptStatement, RelayStore, RemovedShop, Suspension};

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
    assert_eq!(store.remove_shop("shop.example", &NoTombstones).await.unwrap(), Some(counted));
    assert_eq!(store.remove_shop("shop.example", &NoTombstones).await.unwrap(), None);
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

/// What the admin says of a shop stays until the admin says otherwise, and goes with the shop.
pub async fn remembers_what_the_admin_said(store: &dyn RelayStore) {
    let suspension = |since, reason: &str| Suspension { since, reason: reason.into() };
    let claims = ["name".to_owned(), "address.postal_code".to_owned()];
    assert!(!store.suspend_shop("shop.example", &suspension(T0, "unpaid")).await.unwrap());
    assert!(!store.resume_shop("shop.example").await.unwrap());
    assert!(!store.allow_claims("shop.example", Some(&claims)).await.unwrap());
    assert!(!store.limit_shop("shop.example", Some(5)).await.unwrap());
    let find = async || store.find_shop("shop.example").await.unwrap().unwrap();

    store.add_shop("shop.example", "root-1", T0).await.unwrap();
    store.add_shop("another.example", "root-1", T0).await.unwrap();
    let fresh = find().await;
    assert_eq!(
        (fresh.proof, fresh.suspension, fresh.allowed_claims, fresh.requests_a_day),
        (None, None, None, None)
    );
    assert!(store.suspend_shop("shop.example", &suspension(T0, "unpaid")).await.unwrap());
    assert!(store.suspend_shop("shop.example", &suspension(T0 + 1, "complaints")).await.unwrap());
    assert!(store.allow_claims("shop.example", Some(&claims)).await.unwrap());
    assert!(store.limit_shop("shop.example", Some(5)).await.unwrap());
    let told = find().await;
    assert_eq!(told.suspension, Some(suspension(T0 + 1, "complaints")));
    assert_eq!((told.allowed_claims, told.requests_a_day), (Some(claims.to_vec()), Some(5)));
    let another = store.find_shop("another.example").await.unwrap().unwrap();
    assert_eq!((another.suspension, another.allowed_claims, another.requests_a_day), (None, None, None));

    assert!(store.resume_shop("shop.example").await.unwrap());
    assert!(store.resume_shop("shop.example").await.unwrap(), "twice does no harm");
    assert!(store.allow_claims("shop.example", Some(&[])).await.unwrap());
    assert_eq!(find().await.allowed_claims, Some(Vec::new()), "nothing at all is not the same as everything");
    assert!(store.allow_claims("shop.example", None).await.unwrap());
    assert!(store.limit_shop("shop.example", None).await.unwrap());
    let again = find().await;
    assert_eq!((again.suspension, again.allowed_claims, again.requests_a_day), (None, None, None));
    assert_eq!(store.list_shops().await.unwrap().len(), 2);
}
