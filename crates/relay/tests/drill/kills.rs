//! The power fails between two steps. The test starts itself anew, does the first step, and kills itself before the second.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use passerby_protocol::time::DAY;
use passerby_relay::clock::SystemClock;
use passerby_relay::journal::{Journal, Note};
use passerby_relay::period::{KeysFolder, ReleaseKeys, Turned};
use passerby_relay::state::{Now, Randomness};
use passerby_relay_store::conformance::{NoTombstones, T0, answer, code, grant_id, park, request};
use passerby_relay_store::{GrantId, NewOpening, RelayStore, StoreError, Tombstones};
use passerby_relay_store_sqlite::SqliteStore;
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng;
use tempfile::TempDir;

use crate::till::{Serving, relay, say};

/// Names the folder to the part of a test that dies.
const FOLDER: &str = "PASSERBY_TEST_DYING_IN";
const ALL: u32 = u32::MAX;

/// The folder, in the process that is to die.
fn find_dying() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

fn die() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    unreachable!("nobody outlives that signal")
}

/// Runs this very test again, in a process that kills itself.
fn run_and_die(test: &str, folder: &Path) {
    let this = std::env::current_exe().unwrap();
    let status =
        Command::new(this).args(["--exact", test, "--nocapture"]).env(FOLDER, folder).status().unwrap();
    assert_eq!(status.signal(), Some(9), "{status:?}");
}

async fn open(folder: &Path) -> Arc<dyn RelayStore> {
    Arc::new(SqliteStore::open(&folder.join("relay.db")).await.unwrap())
}

/// With a clock at `at` days after the scene's noon.
fn look_after(folder: &Path, store: &Arc<dyn RelayStore>, at: i64) -> ReleaseKeys {
    let clock = TestClock::default();
    clock.turn(at * DAY);
    let (now, randomness) = (Now::by(Arc::new(clock)), Randomness::by(rng::seeded(5)));
    ReleaseKeys::new(Arc::clone(store), KeysFolder::at(folder.join("keys")), now, randomness)
}

/// A relay's folder with so many grants, under period 1.
async fn furnish(grants: u8) -> TempDir {
    let folder = TempDir::new().unwrap();
    say(&relay(folder.path(), &[], &["init", "--development", "--listen", "127.0.0.1:0"]), 0);
    let store = open(folder.path()).await;
    for mark in 1..=grants {
        let id = format!("r{mark}");
        park(&*store, &request("shop.example", &id, &id)).await;
        store.answer(&answer(&id, mark)).await.unwrap();
        store.collect("shop.example", &id, &code(mark), T0 + 20, &NoTombstones).await.unwrap();
    }
    look_after(folder.path(), &store, 0).turn(ALL).await.unwrap();
    store.close().await;
    folder
}

/// All of them open to the same bytes, and lie under this period.
async fn assert_open(store: &Arc<dyn RelayStore>, keys: &ReleaseKeys, grants: u8, period: i64) {
    assert_eq!(store.count_under().await.unwrap(), [(Some(period), u64::from(grants))]);
    for mark in 1..=grants {
        let (sector, reason) = ("shop.example".into(), "packing".into());
        let opening = NewOpening { grant_id: grant_id(mark), sector, opened_at: T0 + 30, reason };
        let kept = store.open_release(&opening).await.unwrap().unwrap().release;
        assert_eq!(keys.open(grant_id(mark), kept).await.unwrap(), format!("sealed {mark}"));
    }
}

#[tokio::test]
async fn between_the_new_key_and_the_rewrapping() {
    if let Some(folder) = find_dying() {
        let store = open(&folder).await;
        let turned = look_after(&folder, &store, 7).turn(0).await.unwrap();
        assert_eq!(turned, Turned { begun: true, ..Turned::default() });
        die();
    }
    let folder = furnish(5).await;
    run_and_die("kills::between_the_new_key_and_the_rewrapping", folder.path());
    let store = open(folder.path()).await;
    assert_eq!(store.count_under().await.unwrap(), [(Some(1), 5)]);
    let keys = look_after(folder.path(), &store, 7);
    assert_eq!(keys.turn(ALL).await.unwrap(), Turned { rewrapped: 5, ..Turned::default() });
    assert_open(&store, &keys, 5, 2).await;
}

#[tokio::test]
async fn halfway_through_the_rewrapping() {
    if let Some(folder) = find_dying() {
        let store = open(&folder).await;
        assert_eq!(look_after(&folder, &store, 7).turn(1).await.unwrap().rewrapped, 100);
        die();
    }
    let folder = furnish(150).await;
    run_and_die("kills::halfway_through_the_rewrapping", folder.path());
    let store = open(folder.path()).await;
    assert_eq!(store.count_under().await.unwrap(), [(Some(1), 50), (Some(2), 100)]);
    // Two days later the old key may go, and it goes only when nothing needs it.
    let keys = look_after(folder.path(), &store, 9);
    let turned = keys.turn(ALL).await.unwrap();
    assert_eq!((turned.rewrapped, turned.ended, turned.left), (50, 1, 0));
    assert_open(&store, &keys, 150, 2).await;
}

/// Writes the tombstone, and then the power fails.
struct LastWords(Note);

#[async_trait]
impl Tombstones for LastWords {
    async fn write(&self, grants: &[GrantId]) -> Result<(), StoreError> {
        self.0.write(grants).await?;
        die()
    }
}

#[tokio::test]
async fn between_the_tombstone_and_the_deletion() {
    let now = || Now::by(Arc::new(SystemClock));
    if let Some(folder) = find_dying() {
        let store = open(&folder).await;
        let journal = Journal::new(KeysFolder::at(folder.join("keys")), now());
        let _ = store.remove_shop("shop.example", &LastWords(journal.note())).await;
        unreachable!("it died before");
    }
    let folder = furnish(3).await;
    run_and_die("kills::between_the_tombstone_and_the_deletion", folder.path());
    let store = open(folder.path()).await;
    assert!(store.has_grant(grant_id(1)).await.unwrap(), "the deletion did not count");
    let journal = Journal::new(KeysFolder::at(folder.path().join("keys")), now());
    assert_eq!(journal.read().unwrap().len(), 3);
    store.close().await;

    // Whoever asked was not told that it is done; it is done all the same, before anybody is listened to.
    let serving = Serving::start(folder.path(), &[]);
    let store = open(folder.path()).await;
    for mark in 1..=3 {
        assert!(!store.has_grant(grant_id(mark)).await.unwrap());
    }
    serving.kill();
}
