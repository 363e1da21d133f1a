//! What lies in the database opens with the keys that lie beside it, and only as long as they do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod parts;

use std::sync::Arc;

use parts::{Home, Stage, code_of};
use passerby_protocol::time::DAY;
use passerby_relay::period::{KeysFolder, ReleaseKeys, Turned};
use passerby_relay::state::{Now, Randomness};
use passerby_relay_store::conformance::{NoTombstones, T0, answer, code, grant_id, park, request};
use passerby_relay_store::{Answered, GrantId, KeptRelease, NewOpening, RelayStore};
use passerby_testkit::clock::TestClock;
use passerby_testkit::rng;

/// As many as there are.
const ALL: u32 = u32::MAX;

/// The files of keys, by name.
fn list(folder: &KeysFolder) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder.path()) else { return Vec::new() };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("period-")).collect();
    names.sort();
    names
}

/// A store and the keys beside it, after which nobody looks but the test.
struct Room {
    store: Arc<dyn RelayStore>,
    clock: Arc<TestClock>,
    keys: ReleaseKeys,
    home: Home,
}

impl Room {
    async fn make() -> Self {
        let home = Home::make().await;
        let (store, clock) = (home.open().await, Arc::new(TestClock::default()));
        let keys = look_after(&home, &store, &clock, 1);
        Self { store, clock, keys, home }
    }

    /// Another relay on the same store and folder.
    fn make_other(&self) -> ReleaseKeys {
        look_after(&self.home, &self.store, &self.clock, 2)
    }
}

fn look_after(home: &Home, store: &Arc<dyn RelayStore>, clock: &Arc<TestClock>, seed: u64) -> ReleaseKeys {
    let randomness = Randomness::by(rng::seeded(seed));
    ReleaseKeys::new(Arc::clone(store), home.keys(), Now::by(clock.clone()), randomness)
}

/// A grant from before there were periods.
async fn give(store: &dyn RelayStore, mark: u8) {
    let id = format!("r{mark}");
    park(store, &request("old.example", &id, &id)).await;
    assert!(matches!(store.answer(&answer(&id, mark)).await.unwrap(), Answered::Stored(_)));
    store.collect("old.example", &id, &code(mark), T0 + 20, &NoTombstones).await.unwrap();
}

async fn find(store: &dyn RelayStore, id: GrantId, sector: &str, at: i64) -> KeptRelease {
    let opening = NewOpening { grant_id: id, sector: sector.into(), opened_at: at, reason: "packing".into() };
    store.open_release(&opening).await.unwrap().unwrap().release
}

#[tokio::test]
async fn a_release_lies_sealed_and_leaves_as_it_came() {
    let (stage, reply) = Stage::answered().await;
    let periods = stage.store.list_periods().await.unwrap();
    assert_eq!(periods.len(), 1, "the first answer or the first sweep begins the first period");
    assert_eq!(stage.collect(&code_of(&reply)).await.status, 200);
    let id = reply["grant_id"].as_str().unwrap();
    let KeptRelease::Wrapped(kept) =
        find(&*stage.store, id.parse().unwrap(), stage.scene.sector.as_str(), stage.now()).await
    else {
        panic!("it lies as it came")
    };
    assert_eq!(kept.period, 1);
    let inside = stage.sealed.jwe.as_bytes();
    assert!(!kept.sealed.windows(16).any(|part| inside.windows(16).any(|other| part == other)));
    assert_eq!(stage.open(id, "packing").await.json()["release"], stage.sealed.jwe.as_str());
}

#[tokio::test]
async fn each_week_has_its_key_and_the_one_before_goes() {
    let room = Room::make().await;
    give(&*room.store, 1).await;
    let (id, keys) = (grant_id(1), &room.keys);
    assert_eq!(keys.turn(ALL).await.unwrap(), Turned { begun: true, sealed: 1, ..Turned::default() });
    assert_eq!(keys.turn(ALL).await.unwrap(), Turned::default(), "it is not time");
    let first = list(keys.folder());

    room.clock.turn(7 * DAY);
    let turned = keys.turn(ALL).await.unwrap();
    assert_eq!(turned, Turned { begun: true, rewrapped: 1, ..Turned::default() });
    assert_eq!(list(keys.folder()).len(), 2, "yesterday's backup still opens");

    room.clock.turn(2 * DAY);
    assert_eq!(keys.turn(ALL).await.unwrap(), Turned { ended: 1, ..Turned::default() });
    let second = list(keys.folder());
    assert!(second.len() == 1 && second != first, "{second:?}");
    let kept = find(&*room.store, id, "old.example", T0 + 40).await;
    assert_eq!(keys.open(id, kept).await.unwrap(), "sealed 1");
}

#[tokio::test]
async fn what_lay_there_before_is_sealed_in_batches() {
    let room = Room::make().await;
    for mark in 1..=150 {
        give(&*room.store, mark).await;
    }
    let keys = &room.keys;
    assert_eq!(keys.turn(1).await.unwrap(), Turned { begun: true, sealed: 100, ..Turned::default() });
    assert_eq!(room.store.count_under().await.unwrap(), [(None, 50), (Some(1), 100)]);
    for mark in [1, 150] {
        let kept = find(&*room.store, grant_id(mark), "old.example", T0 + 40).await;
        assert_eq!(keys.open(grant_id(mark), kept).await.unwrap(), format!("sealed {mark}"));
    }
    assert_eq!(keys.turn(1).await.unwrap(), Turned { sealed: 50, ..Turned::default() });
    assert_eq!(room.store.count_under().await.unwrap(), [(Some(1), 150)]);
    let kept = find(&*room.store, grant_id(1), "old.example", T0 + 40).await;
    assert!(keys.open(grant_id(2), kept).await.is_err(), "a release opens at its own place only");

    room.clock.turn(9 * DAY);
    let turned = keys.turn(1).await.unwrap();
    assert_eq!((turned.begun, turned.rewrapped, turned.ended), (true, 100, 0));
    room.clock.turn(2 * DAY);
    let turned = keys.turn(1).await.unwrap();
    assert_eq!((turned.rewrapped, turned.ended), (50, 1));
    let kept = find(&*room.store, grant_id(150), "old.example", T0 + 40).await;
    assert_eq!(keys.open(grant_id(150), kept).await.unwrap(), "sealed 150");
}

#[tokio::test]
async fn a_relay_without_the_key_says_so_until_it_has_it() {
    let (mut stage, reply) = Stage::answered().await;
    assert_eq!(stage.collect(&code_of(&reply)).await.status, 200);
    let id = reply["grant_id"].as_str().unwrap().to_owned();
    let folder = stage.state.releases().folder().path().to_owned();
    let aside = folder.with_file_name("aside");
    std::fs::rename(&folder, &aside).unwrap();
    stage.restart().await;
    stage.open(&id, "packing").await.says(503, "unavailable");
    let trouble = stage.state.releases().turn(ALL).await.unwrap_err().to_string();
    assert!(trouble.contains("copy the keys folder") && !trouble.contains(&id), "{trouble}");
    assert!(list(stage.state.releases().folder()).is_empty(), "nothing is made in place of it");
    std::fs::rename(&aside, &folder).unwrap();
    assert_eq!(stage.open(&id, "packing").await.json()["release"], stage.sealed.jwe.as_str());
}

#[tokio::test]
async fn a_relay_that_missed_a_rotation_finds_the_new_key() {
    let room = Room::make().await;
    let (asleep, awake, id) = (&room.keys, room.make_other(), grant_id(1));
    assert_eq!(asleep.seal(id, "a release").await.unwrap().period, 1);
    room.clock.turn(7 * DAY);
    awake.turn(ALL).await.unwrap();
    let kept = awake.seal(id, "a release").await.unwrap();
    assert_eq!(kept.period, 2);
    assert_eq!(asleep.open(id, KeptRelease::Wrapped(kept)).await.unwrap(), "a release");
}

#[tokio::test]
async fn a_relay_that_slept_puts_nothing_under_a_key_that_is_gone() {
    let room = Room::make().await;
    let (asleep, awake) = (&room.keys, room.make_other());
    asleep.seal(grant_id(1), "a release").await.unwrap();
    room.clock.turn(7 * DAY);
    awake.turn(ALL).await.unwrap();
    room.clock.turn(2 * DAY);
    assert_eq!(awake.turn(ALL).await.unwrap().ended, 1);
    park(&*room.store, &request("old.example", "r1", "t1")).await;
    let mut late = answer("r1", 1);
    let sealed = asleep.seal(grant_id(1), "a release").await.unwrap();
    assert_eq!(sealed.period, 1, "it has not heard of it");
    late.grant.as_mut().unwrap().release = KeptRelease::Wrapped(sealed);
    assert_eq!(room.store.answer(&late).await.unwrap(), Answered::PeriodOver);
    asleep.look_again().await.unwrap();
    late.grant.as_mut().unwrap().release =
        KeptRelease::Wrapped(asleep.seal(grant_id(1), "a release").await.unwrap());
    assert!(matches!(room.store.answer(&late).await.unwrap(), Answered::Stored(_)));
}

#[tokio::test]
async fn of_two_that_begin_a_period_one_does_and_no_key_is_left_over() {
    let room = Room::make().await;
    let other = room.make_other();
    let (one, two) = tokio::join!(room.keys.begin(), other.begin());
    let periods = room.store.list_periods().await.unwrap();
    assert!([one.unwrap(), two.unwrap()].contains(periods.last().unwrap()));
    assert_eq!(list(room.keys.folder()).len(), periods.len());
}

/// Cut off between the file and the row.
#[tokio::test]
async fn a_key_whose_period_never_began_goes_when_its_time_is_over() {
    let room = Room::make().await;
    let keys = &room.keys;
    keys.begin().await.unwrap();
    let file = keys.folder().path().join(&list(keys.folder())[0]);
    let mark = &room.store.list_periods().await.unwrap()[0].mark;
    let stray = keys.folder().path().join("period-0000000001-00000000000000aa.key");
    // With the mode of the other.
    std::fs::copy(&file, &stray).unwrap();
    std::fs::write(&stray, std::fs::read_to_string(&file).unwrap().replace(mark, "00000000000000aa"))
        .unwrap();
    keys.turn(ALL).await.unwrap();
    assert!(stray.exists(), "another backup may still need it");
    room.clock.turn(9 * DAY);
    keys.turn(ALL).await.unwrap();
    assert!(!stray.exists());
}

/// The database is empty by mistake, and its backup waits to be restored.
#[tokio::test]
async fn a_new_database_destroys_no_key_of_another() {
    let (room, other) = (Room::make().await, Home::make().await);
    room.keys.begin().await.unwrap();
    let key = list(room.keys.folder()).remove(0);
    room.clock.turn(21 * DAY);
    let empty = other.open().await;
    let randomness = Randomness::by(rng::seeded(7));
    let keys = ReleaseKeys::new(empty, room.home.keys(), Now::by(room.clock.clone()), randomness);
    assert!(keys.turn(ALL).await.unwrap().begun);
    let listed = list(room.keys.folder());
    assert!(listed.contains(&key) && listed.len() == 2, "{listed:?}");
    assert!(listed[1].contains("0000000002"), "nor takes its number");
}

#[tokio::test]
async fn a_clock_that_jumped_does_not_stop_the_periods() {
    let room = Room::make().await;
    room.clock.turn(365 * DAY);
    assert!(room.keys.turn(ALL).await.unwrap().begun);
    room.clock.turn(-365 * DAY);
    assert!(room.keys.turn(ALL).await.unwrap().begun, "the period began in the future");
    assert!(!room.keys.turn(ALL).await.unwrap().begun);
}
