//! Several relays on one database, beside each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use passerby_relay_store::conformance::{NoTombstones, T0, answer, code, park, request};
use passerby_relay_store::{
    AnswerStore as _, Answered, Collect, LeaveCopy, News, Park, RequestStore as _, SelfCopy,
    SelfCopyStore as _, ShopStore as _, SweepStore as _, TransactionStore as _, UNCOLLECTED, WakeStore as _,
};
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore, fresh};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

async fn open(address: &str) -> PostgresStore {
    PostgresStore::open(&PostgresAddress::parse(address).unwrap()).await.unwrap()
}

async fn make_database() -> String {
    fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"))
}

async fn run(connection: &mut PgConnection, statement: &'static str) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

/// Until so many others wait for a lock.
async fn until_waiting(connection: &mut PgConnection, others: i64) {
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        if waiting == others {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn relays_that_start_at_once_lay_out_the_tables_once() {
    let address = make_database().await;
    let (one, two, three) = tokio::join!(open(&address), open(&address), open(&address));
    for store in [one, two, three] {
        store.ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_answers_at_several_relays_one_stands() {
    let address = make_database().await;
    let (here, there) = (open(&address).await, open(&address).await);
    for round in 0..10_u8 {
        let (link, qr, id) = (format!("link {round}"), format!("qr {round}"), format!("t {round}"));
        park(&here, &request("shop.example", &link, &id)).await;
        park(&there, &request("shop.example", &qr, &id)).await;
        let tasks: Vec<_> = (0..6_u8)
            .map(|n| {
                let store = if n % 2 == 0 { here.clone() } else { there.clone() };
                let answer = answer(if n < 3 { &link } else { &qr }, round * 8 + n);
                tokio::spawn(async move { store.answer(&answer).await.unwrap() })
            })
            .collect();
        let mut stored = 0;
        for task in tasks {
            match task.await.unwrap() {
                Answered::Stored(_) => stored += 1,
                outcome => assert_eq!(outcome, Answered::Already),
            }
        }
        assert_eq!(stored, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_waits_for_its_transaction_counts_on_what_it_finds_then() {
    let address = make_database().await;
    let store = open(&address).await;
    let mut holder = PgConnection::connect(&address).await.unwrap();
    let mut watcher = PgConnection::connect(&address).await.unwrap();
    for (id, meanwhile, mark) in [
        ("once", "BEGIN; UPDATE transactions SET wrong_codes = 1 WHERE id = 'once'", 1),
        ("burned", "BEGIN; UPDATE transactions SET wrong_codes = 3 WHERE id = 'burned'", 2),
    ] {
        park(&store, &request("shop.example", id, id)).await;
        run(&mut holder, meanwhile).await;
        let answering = tokio::spawn({
            let (store, answer) = (store.clone(), answer(id, mark));
            async move { store.answer(&answer).await.unwrap() }
        });
        until_waiting(&mut watcher, 1).await;
        run(&mut holder, "COMMIT").await;
        let outcome = answering.await.unwrap();
        let found = store.find_to_answer(id).await.unwrap().unwrap();
        if mark == 1 {
            assert_eq!(outcome, Answered::Stored("reply 1".into()));
            assert_eq!(found.answered, Some(([1; 32], "reply 1".into())));
            let collected =
                store.collect("shop.example", id, &code(1), T0 + 20, &NoTombstones).await.unwrap();
            assert!(matches!(collected, Collect::Granted(_)), "{collected:?}");
        } else {
            assert_eq!(outcome, Answered::Burned);
            assert!(found.answered.is_none() && found.request.burned);
        }
    }
    assert_eq!(
        store.count_shop("shop.example").await.unwrap().unwrap().grants,
        1,
        "nothing of a refused one"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_parks_does_not_wait_for_another_of_the_same_shop() {
    let address = make_database().await;
    let store = open(&address).await;
    park(&store, &request("shop.example", "r", "t")).await;
    let mut others = PgConnection::connect(&address).await.unwrap();
    let mut watcher = PgConnection::connect(&address).await.unwrap();
    // Each of the store's connections is open once all of them wait for one row.
    run(&mut others, "BEGIN; SELECT 1 FROM transactions FOR UPDATE").await;
    let connections = store.find_pools()[0].most;
    let tasks: Vec<_> = (0..connections)
        .map(|n| {
            let (store, request) = (store.clone(), request("shop.example", &format!("r{n}"), "t"));
            tokio::spawn(async move { store.park_request(&request, 100).await.unwrap() })
        })
        .collect();
    until_waiting(&mut watcher, connections.into()).await;
    run(&mut others, "COMMIT").await;
    for task in tasks {
        assert_eq!(task.await.unwrap(), Park::Parked);
    }

    // Everybody else's counts, and who counts is not done yet: whoever waited for one of them would not get the lock in time.
    run(
        &mut others,
        "BEGIN; INSERT INTO parked_by_slot (sector, day, slot, parked)
         SELECT DISTINCT p.sector, p.day, n, 100 FROM parked_by_slot p, generate_series(0, 31) AS n
         WHERE n NOT IN (SELECT pid % 32 FROM pg_stat_activity WHERE application_name = 'passerby-relay'
                         AND datname = current_database())",
    )
    .await;
    let [next, last] = ["next", "last"].map(|id| request("shop.example", id, id));
    assert_eq!(store.park_request(&next, 100).await.unwrap(), Park::Parked);
    run(&mut others, "COMMIT").await;
    assert_eq!(store.park_request(&last, 100).await.unwrap(), Park::OverQuota, "all of them are counted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_ends_for_those_who_park_at_once_too() {
    const QUOTA: u32 = 20;
    let address = make_database().await;
    let (here, there) = (open(&address).await, open(&address).await);
    here.add_shop("shop.example", "root", T0).await.unwrap();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = if n % 2 == 0 { here.clone() } else { there.clone() };
            let request = request("shop.example", &format!("r{n}"), &format!("t{n}"));
            tokio::spawn(async move { store.park_request(&request, QUOTA).await.unwrap() })
        })
        .collect();
    let mut parked = 0;
    for task in tasks {
        match task.await.unwrap() {
            Park::Parked => parked += 1,
            outcome => assert_eq!(outcome, Park::OverQuota),
        }
    }
    let connections: u32 = here.find_pools().iter().chain(&there.find_pools()).map(|pool| pool.most).sum();
    assert!((QUOTA..QUOTA + connections).contains(&parked), "{parked}");
    let kept = here.count_shop("shop.example").await.unwrap().unwrap().requests;
    assert_eq!(kept, u64::from(parked), "each one that was parked counts, and no other");
    let late = request("shop.example", "late", "late");
    assert_eq!(here.park_request(&late, parked).await.unwrap(), Park::OverQuota);
    assert_eq!(here.park_request(&late, parked + 1).await.unwrap(), Park::Parked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_park_under_one_id_at_once_one_is_told_so() {
    let address = make_database().await;
    let store = open(&address).await;
    let ours = request("shop.example", "r1", "t1");
    park(&store, &request("shop.example", "r0", "t0")).await;
    let mut other = PgConnection::connect(&address).await.unwrap();
    run(
        &mut other,
        "BEGIN; INSERT INTO transactions (sector, id) VALUES ('shop.example', 'theirs');
         INSERT INTO requests SELECT 'r1', sector, 'theirs', request, redirect_uri, client_id, nonce, response_uri, terms_hash, exp,
                                     response_by, retention_days, parked_at FROM requests WHERE id = 'r0'",
    )
    .await;
    let parking = tokio::spawn({
        let (store, ours) = (store.clone(), ours.clone());
        async move { store.park_request(&ours, 9).await.unwrap() }
    });
    let mut watcher = PgConnection::connect(&address).await.unwrap();
    until_waiting(&mut watcher, 1).await;
    run(&mut other, "COMMIT").await;
    assert_eq!(parking.await.unwrap(), Park::IdTaken);
    assert_eq!(store.find_transaction("shop.example", "t1").await.unwrap(), None, "nothing of it stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_parked_while_its_transaction_is_swept_stays() {
    let address = make_database().await;
    let store = open(&address).await;
    let old = request("shop.example", "old", "t1");
    park(&store, &old).await;
    let end = old.response_by + 24 * 3600;
    // Somebody holds the transaction: whoever parks waits, and the sweep passes over it.
    let mut holder = PgConnection::connect(&address).await.unwrap();
    run(&mut holder, "BEGIN; SELECT 1 FROM transactions WHERE id = 't1' FOR UPDATE").await;
    let parking = tokio::spawn({
        let (store, mut new) = (store.clone(), request("shop.example", "new", "t1"));
        new.response_by = end + 1800;
        async move { park(&store, &new).await }
    });
    let mut watcher = PgConnection::connect(&address).await.unwrap();
    until_waiting(&mut watcher, 1).await;
    assert_eq!(store.sweep(end).await.unwrap().requests, 0, "passed over");
    run(&mut holder, "COMMIT").await;
    parking.await.unwrap();
    assert_eq!(store.sweep(end).await.unwrap().requests, 1);
    assert!(store.find_request("new").await.unwrap().is_some());
    assert!(store.find_transaction("shop.example", "t1").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_goes_when_two_last_grants_go_at_the_same_moment() {
    let address = make_database().await;
    let store = open(&address).await;
    for (id, mark) in [("r1", 1), ("r2", 2)] {
        park(&store, &request("shop.example", id, id)).await;
        let mut given = answer(id, mark);
        given.grant.as_mut().unwrap().holder_jkt = Some("person".into());
        store.answer(&given).await.unwrap();
    }
    let copy = SelfCopy { holder_jkt: "person".into(), seq: 1, copy: "sealed".into() };
    assert_eq!(store.leave_self_copy(&copy).await.unwrap(), LeaveCopy::Kept);
    store.collect("shop.example", "r1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    // One goes with three wrong codes, in a transaction that is not over yet; the sweep takes the other.
    let mut other = PgConnection::connect(&address).await.unwrap();
    run(&mut other, "BEGIN; DELETE FROM grants WHERE collected_at IS NOT NULL").await;
    let sweeping = tokio::spawn({
        let store = store.clone();
        async move { store.sweep(T0 + 10 + UNCOLLECTED).await.unwrap() }
    });
    let mut watcher = PgConnection::connect(&address).await.unwrap();
    until_waiting(&mut watcher, 1).await;
    run(&mut other, "COMMIT").await;
    assert_eq!(sweeping.await.unwrap().uncollected, 1);
    assert_eq!(store.find_self_copy("person").await.unwrap(), None);
}

#[tokio::test]
async fn what_one_relay_tells_another_one_hears() {
    let address = make_database().await;
    let (here, there) = (open(&address).await, open(&address).await);
    let mut ears = there.listen().await.unwrap().unwrap();
    let mut stranger = PgConnection::connect(&address).await.unwrap();
    run(&mut stranger, "NOTIFY passerby_changed, 'something else'").await;
    here.tell(&[[7; 32]]).await.unwrap();
    assert_eq!(ears.hear().await.unwrap(), News::Changed([7; 32]));
}

#[tokio::test]
async fn ears_that_were_cut_off_say_that_they_missed_something() {
    let address = make_database().await;
    let (here, there) = (open(&address).await, open(&address).await);
    let mut ears = there.listen().await.unwrap().unwrap();
    fresh::cut_off_listeners(&PostgresAddress::parse(&address).unwrap()).await.unwrap();
    // Either the connection is made anew at once, or its end is told and whoever listens begins again: nothing is missed without a word.
    match ears.hear().await {
        Ok(news) => assert_eq!(news, News::Missed),
        Err(_) => ears = there.listen().await.unwrap().unwrap(),
    }
    here.tell(&[[8; 32]]).await.unwrap();
    assert_eq!(ears.hear().await.unwrap(), News::Changed([8; 32]));
    // A relay that stops is not held up by its ears.
    let ((), ()) = tokio::join!(there.close(), async move {
        ears.hear().await.unwrap_err();
    });
}
