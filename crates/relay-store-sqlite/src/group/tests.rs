//! What is shared, what is taken back, and who is told.

use std::sync::atomic::{AtomicU32, Ordering};

use passerby_relay_store::ShopStore as _;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::SqliteStore;

struct Watched {
    store: SqliteStore,
    commits: Arc<AtomicU32>,
    folder: TempDir,
}

impl Watched {
    /// `allowed`: how many commits SQLite carries out; the others it turns into the opposite.
    async fn open(allowed: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
        let commits: Arc<AtomicU32> = Arc::default();
        let counted = Arc::clone(&commits);
        let mut connection = store.writer().pool().acquire().await.unwrap();
        let mut handle = connection.lock_handle().await.unwrap();
        handle.set_commit_hook(move || counted.fetch_add(1, Ordering::SeqCst) < allowed);
        drop(handle);
        drop(connection);
        Self { store, commits, folder }
    }

    async fn shops(&self) -> Vec<String> {
        self.store.list_shops().await.unwrap().into_iter().map(|shop| shop.sector).collect()
    }

    fn add(&self, name: &'static str) -> JoinHandle<Result<bool, StoreError>> {
        let store = self.store.clone();
        tokio::spawn(async move { store.add_shop(name, "root", 1).await })
    }

    /// Adds a shop, and then does not end as others do.
    fn add_and(&self, name: &'static str, then: Then) -> JoinHandle<Result<(), StoreError>> {
        let writer = self.store.writer().clone();
        tokio::spawn(async move {
            let mut part = writer.begin().await?;
            let sql = "INSERT INTO shops (sector, root_jkt, added_at) VALUES (?, 'root', 1)";
            sqlx::query(sql).bind(name).execute(&mut *part).await.unwrap();
            if then == Then::SqliteTakesItBack {
                // As on a full disk.
                sqlx::raw_sql("ROLLBACK").execute(&mut *part).await.unwrap();
            }
            match then {
                Then::GivesUp => Ok(()),
                _ => part.end(Err(store_error(sqlx::Error::RowNotFound))).await,
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    GivesUp,
    Fails,
    SqliteTakesItBack,
}

/// Until everybody waits: each has been asked, in the order in which they were made.
async fn all_wait() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn those_who_wait_together_share_a_commit() {
    let watched = Watched::open(u32::MAX).await;
    let first = watched.store.writer().begin().await.unwrap();
    all_wait().await;
    let others = ["a", "b", "c", "d", "e", "f"].map(|name| watched.add(name));
    all_wait().await;
    first.end(Ok(())).await.unwrap();
    for other in others {
        assert!(other.await.unwrap().unwrap());
    }
    assert_eq!(watched.shops().await.len(), 6);
    assert_eq!(watched.commits.load(Ordering::SeqCst), 2, "the first, whom nobody joined, and all others");
}

#[tokio::test]
async fn what_fails_or_is_given_up_takes_back_its_own_only() {
    let watched = Watched::open(u32::MAX).await;
    let first = watched.store.writer().begin().await.unwrap();
    all_wait().await;
    let (before, fails) = (watched.add("before"), watched.add_and("fails", Then::Fails));
    let (between, gives_up) = (watched.add("between"), watched.add_and("gives up", Then::GivesUp));
    let after = watched.add("zz after");
    all_wait().await;
    first.end(Ok(())).await.unwrap();
    assert!(fails.await.unwrap().is_err() && gives_up.await.unwrap().is_ok());
    for good in [before, between, after] {
        assert!(good.await.unwrap().unwrap());
    }
    assert_eq!(watched.shops().await, ["before", "between", "zz after"]);
    assert_eq!(watched.commits.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn whoever_gives_up_alone_holds_nobody_up() {
    let watched = Watched::open(u32::MAX).await;
    watched.add_and("gives up", Then::GivesUp).await.unwrap().unwrap();
    let other = SqliteStore::open(&watched.folder.path().join("relay.db")).await.unwrap();
    assert!(other.add_shop("another process", "root", 1).await.unwrap());
    assert_eq!(watched.shops().await, ["another process"]);
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all_who_shared_it() {
    let watched = Watched::open(1).await;
    let first = watched.store.writer().begin().await.unwrap();
    all_wait().await;
    let others = ["a", "b"].map(|name| watched.add(name));
    // Sees what the others wrote, and must not say so.
    let reads = watched.add("a");
    all_wait().await;
    first.end(Ok(())).await.unwrap();
    for other in others {
        assert!(other.await.unwrap().is_err());
    }
    assert!(reads.await.unwrap().is_err());
    assert!(watched.shops().await.is_empty());
}

#[tokio::test]
async fn what_sqlite_took_back_by_itself_was_nobodys_success_and_is_not_the_end() {
    let watched = Watched::open(u32::MAX).await;
    for _ in 0..3 {
        let first = watched.store.writer().begin().await.unwrap();
        all_wait().await;
        let before = watched.add("before");
        let full = watched.add_and("full", Then::SqliteTakesItBack);
        let after = watched.add("after");
        all_wait().await;
        first.end(Ok(())).await.unwrap();
        assert!(before.await.unwrap().is_err() && full.await.unwrap().is_err());
        after.await.unwrap().unwrap();
        assert_eq!(watched.shops().await, ["after"]);
    }
}

#[tokio::test]
async fn whoever_goes_away_at_any_moment_leaves_nothing_open() {
    let watched = Watched::open(u32::MAX).await;
    for patience in (0..500).rev() {
        let gone = async {
            for _ in 0..patience {
                tokio::task::yield_now().await;
            }
        };
        let store = watched.store.clone();
        tokio::select! {
            part = store.writer().begin() => drop(part),
            () = gone => {}
        }
    }
    for number in 0..20 {
        assert!(watched.store.add_shop(&format!("shop{number}"), "root", 1).await.unwrap());
    }
    let other = SqliteStore::open(&watched.folder.path().join("relay.db")).await.unwrap();
    assert_eq!(other.list_shops().await.unwrap().len(), 20);
}
