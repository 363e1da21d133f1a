//! Nothing is deleted before its time without a tombstone, and tombstones can be replayed.

use std::sync::Mutex;

use async_trait::async_trait;

use super::{T0, answer, code, grant_id, park, request};
use crate::{Collect, GrantId, RelayStore, StoreError, Tombstones};

/// Writes none: for tests that restore nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoTombstones;

#[async_trait]
impl Tombstones for NoTombstones {
    async fn write(&self, _: &[GrantId]) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Remembers, or cannot write.
struct Pencil {
    written: Mutex<Vec<GrantId>>,
    broken: bool,
}

#[async_trait]
impl Tombstones for Pencil {
    async fn write(&self, grants: &[GrantId]) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Unavailable("a full disk".into()));
        }
        self.written.lock().unwrap().extend(grants);
        Ok(())
    }
}

fn pencil(broken: bool) -> Pencil {
    Pencil { written: Mutex::default(), broken }
}

/// What has no tombstone is not deleted.
pub async fn writes_a_tombstone_before_it_deletes(store: &dyn RelayStore) {
    for (id, mark) in [("r1", 1), ("r2", 2), ("r3", 3)] {
        park(store, &request("shop.example", id, id)).await;
        store.answer(&answer(id, mark)).await.unwrap();
    }
    let (good, broken) = (pencil(false), pencil(true));
    let wrong =
        async |tombstones: &Pencil| store.collect("shop.example", "r1", &code(9), T0, tombstones).await;
    assert_eq!(wrong(&good).await.unwrap(), Collect::Wrong);
    assert_eq!(wrong(&good).await.unwrap(), Collect::Wrong);
    assert!(good.written.lock().unwrap().is_empty(), "nothing was deleted yet");
    assert!(matches!(wrong(&broken).await, Err(StoreError::Unavailable(_))));
    assert!(store.has_grant(grant_id(1)).await.unwrap());
    assert!(!store.find_transaction("shop.example", "r1").await.unwrap().unwrap().burned);
    assert_eq!(wrong(&good).await.unwrap(), Collect::Burned);
    assert_eq!(*good.written.lock().unwrap(), [grant_id(1)]);
    assert!(!store.has_grant(grant_id(1)).await.unwrap());

    assert!(store.remove_shop("shop.example", &broken).await.is_err());
    assert_eq!(store.count_shop("shop.example").await.unwrap().unwrap().grants, 2);
    assert_eq!(store.remove_shop("shop.example", &good).await.unwrap().unwrap().grants, 2);
    let mut written = good.written.lock().unwrap().clone();
    written.sort_unstable();
    assert_eq!(written, [grant_id(1), grant_id(2), grant_id(3)]);
    assert_eq!(store.remove_shop("shop.example", &good).await.unwrap(), None);
}

/// All grants are found page by page, and those that are named are deleted.
pub async fn deletes_what_tombstones_say(store: &dyn RelayStore) {
    for (id, mark) in [("r1", 1), ("r2", 2), ("r3", 3)] {
        park(store, &request("shop.example", id, id)).await;
        store.answer(&answer(id, mark)).await.unwrap();
    }
    assert_eq!(store.list_grants(None, 2).await.unwrap(), [grant_id(1), grant_id(2)]);
    assert_eq!(store.list_grants(Some(grant_id(2)), 2).await.unwrap(), [grant_id(3)]);
    assert_eq!(store.delete_grants(&[grant_id(2), grant_id(9)]).await.unwrap(), 1);
    assert_eq!(store.list_grants(None, 9).await.unwrap(), [grant_id(1), grant_id(3)]);
    let late = store.collect("shop.example", "r2", &code(2), T0 + 20, &NoTombstones).await.unwrap();
    assert_eq!(late, Collect::Used);
}

/// The newest state counts.
pub async fn remembers_which_journal_it_saw(store: &dyn RelayStore) {
    assert_eq!(store.find_seen().await.unwrap(), None);
    store.keep_seen(b"one").await.unwrap();
    store.keep_seen(b"two").await.unwrap();
    assert_eq!(store.find_seen().await.unwrap(), Some(b"two".to_vec()));
}
