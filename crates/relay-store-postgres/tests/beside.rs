//! Several relays on one database, beside each other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use passerby_relay_store::conformance::{T0, answer, code, park, request};
use passerby_relay_store::{
    AnswerStore as _, Answered, LeaveCopy, RequestStore as _, SelfCopy, SelfCopyStore as _, SweepStore as _,
    TransactionStore as _, UNCOLLECTED,
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
    store.collect("shop.example", "r1", &code(1), T0 + 20).await.unwrap();
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
