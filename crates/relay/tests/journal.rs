//! What was deleted early stays deleted, whatever database is put back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use parts::{Home, Stage, code_of};
use passerby_protocol::time::{Clock as _, DAY};
use passerby_relay::journal::{Journal, Replayed};
use passerby_relay::state::Now;
use passerby_relay_store::conformance::{answer, grant_id, park, request};
use passerby_relay_store::{GrantId, RelayStore, StoreError, Tombstones as _};
use passerby_testkit::clock::TestClock;

/// A store with three grants, and the journal beside it.
struct Room {
    store: Arc<dyn RelayStore>,
    clock: Arc<TestClock>,
    journal: Journal,
    file: PathBuf,
    _home: Home,
}

impl Room {
    async fn make() -> Self {
        let home = Home::make().await;
        let (store, clock) = (home.open().await, Arc::new(TestClock::default()));
        for mark in 1..=3 {
            let id = format!("r{mark}");
            park(&*store, &request("old.example", &id, &id)).await;
            store.answer(&answer(&id, mark)).await.unwrap();
        }
        let journal = Journal::new(home.keys(), Now::by(clock.clone()));
        let file = home.keys().path().join("tombstones");
        Self { store, clock, journal, file, _home: home }
    }

    async fn replay(&self) -> Option<Replayed> {
        self.journal.replay(&*self.store).await.unwrap()
    }
}

#[tokio::test]
async fn three_wrong_codes_leave_a_tombstone_and_no_id() {
    let (stage, reply) = Stage::answered().await;
    let read = || stage.state.journal().read().unwrap().len();
    for _ in 0..2 {
        stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await.says(403, "code-wrong");
    }
    assert_eq!(read(), 0);
    stage.collect("d3Jvbmctb25lLW9mLXRocmVl").await.says(410, "burned");
    assert_eq!(read(), 1);
    let id: GrantId = reply["grant_id"].as_str().unwrap().parse().unwrap();
    let file = stage.state.releases().folder().path().join("tombstones");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(&id.to_string()) && !text.contains(stage.scene.sector.as_str()), "{text}");
    stage.collect(&code_of(&reply)).await.says(410, "burned");
}

#[tokio::test]
async fn a_database_that_has_not_been_through_it_is_brought_up_once() {
    let room = Room::make().await;
    assert_eq!(room.replay().await, None, "there is no journal");
    room.journal.note().write(&[grant_id(2)]).await.unwrap();
    let replayed = Replayed { tombstones: 1, deleted: 1, unreadable: 0 };
    assert_eq!(room.replay().await, Some(replayed));
    assert!(!room.store.has_grant(grant_id(2)).await.unwrap());
    assert!(room.store.has_grant(grant_id(1)).await.unwrap());
    assert_eq!(room.replay().await, None, "it has been through this one");
    room.journal.note().write(&[grant_id(3)]).await.unwrap();
    assert_eq!(room.replay().await.unwrap().deleted, 1);
}

#[tokio::test]
async fn a_deletion_that_failed_takes_its_tombstone_back_as_far_as_the_grant_stands() {
    let room = Room::make().await;
    room.store.delete_grants(&[grant_id(1)]).await.unwrap();
    let note = room.journal.note();
    note.write(&[grant_id(1), grant_id(2)]).await.unwrap();
    let failed: Result<(), _> = Err(StoreError::Unavailable("the database went away".into()));
    assert!(note.settle(&*room.store, failed).await.is_err());
    assert_eq!(room.journal.read().unwrap().len(), 1, "the one that is gone stays gone");
    assert_eq!(room.replay().await.unwrap().deleted, 0);
    assert!(room.store.has_grant(grant_id(2)).await.unwrap());
    room.journal.note().write(&[grant_id(2)]).await.unwrap();
    assert_eq!(room.replay().await.unwrap().deleted, 1, "the second time it succeeds");
}

#[tokio::test]
async fn a_line_that_was_torn_spoils_no_other() {
    let room = Room::make().await;
    room.journal.note().write(&[grant_id(1)]).await.unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&room.file).unwrap();
    file.write_all(b"1795348800 + AAAA").unwrap();
    room.journal.note().write(&[grant_id(3)]).await.unwrap();
    assert_eq!(room.replay().await, Some(Replayed { tombstones: 2, deleted: 2, unreadable: 1 }));
}

#[tokio::test]
async fn journals_of_other_relays_count_and_old_lines_go() {
    let room = Room::make().await;
    room.journal.note().write(&[grant_id(1)]).await.unwrap();
    // With its mode.
    std::fs::rename(&room.file, room.file.with_file_name("tombstones-2")).unwrap();
    room.clock.turn(2 * DAY);
    room.journal.note().write(&[grant_id(2)]).await.unwrap();
    room.clock.turn(DAY);
    room.journal.note().write(&[grant_id(3)]).await.unwrap();
    assert_eq!(room.journal.read().unwrap().len(), 3);
    room.journal.forget_old(room.clock.now().seconds() + 3650 * DAY).unwrap();
    assert_eq!(room.journal.read().unwrap().len(), 2, "one's own only, and what is older than any grant");
    assert_eq!(room.replay().await.unwrap().deleted, 2);
    assert!(room.store.has_grant(grant_id(2)).await.unwrap());
}
