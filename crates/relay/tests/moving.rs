//! A relay moves from SQLite to PostgreSQL with everything it holds, or with nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use passerby_relay_store::conformance::{NoTombstones, T0, answer, code, grant_id, park, request};
use passerby_relay_store::{
    AnswerStore as _, Answered, Collect, NewOpening, OpeningStore as _, RequestStore as _, SelfCopy,
    SelfCopyStore as _, ShopStore as _, SweepStore as _, TransactionStore as _,
};
use passerby_relay_store_postgres::{PostgresAddress, PostgresStore, fresh};
use passerby_relay_store_sqlite::SqliteStore;

fn relay(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_passerby-relay")).args(args).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn open_release(reason: &str) -> NewOpening {
    let (sector, reason) = ("shop.example".into(), reason.into());
    NewOpening { grant_id: grant_id(1), sector, opened_at: T0 + 40, reason }
}

/// Something in every table, and more requests than are read at once.
async fn fill(store: &SqliteStore) {
    for number in 0..1_203 {
        park(store, &request("shop.example", &format!("r{number}"), &format!("t{number}"))).await;
    }
    store.answer(&answer("r1", 1)).await.unwrap();
    let mut refusal = answer("r2", 2);
    refusal.grant = None;
    store.answer(&refusal).await.unwrap();
    store.bind_request("r3", "key", T0, 0).await.unwrap();
    store.collect("shop.example", "t1", &code(1), T0 + 20, &NoTombstones).await.unwrap();
    for reason in ["packing", "Größe geprüft 📦"] {
        store.open_release(&open_release(reason)).await.unwrap();
    }
    let copy = SelfCopy { holder_jkt: "holder 1".into(), seq: 7, copy: "sealed".into() };
    store.leave_self_copy(&copy).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_along_and_the_file_stays_as_it_was() {
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(relay(folder.path(), &["init", "--issuer", "https://relay.example"]).0, Some(0));
    let file = folder.path().join("relay.db");
    let from = SqliteStore::open(&file).await.unwrap();
    fill(&from).await;

    let (code_of, said) = relay(folder.path(), &["move", "--to", &address]);
    assert_eq!(code_of, Some(1), "{said}");
    assert!(said.contains("in use"), "somebody has the file open: {said}");
    from.close().await;

    let (code_of, said) = relay(folder.path(), &["move", "--to", &address]);
    assert_eq!(code_of, Some(0), "{said}");
    assert!(said.contains("1203  requests") && !said.contains("passerby:"), "{said}");
    let to = PostgresStore::open(&PostgresAddress::parse(&address).unwrap()).await.unwrap();
    let from = SqliteStore::open(&file).await.unwrap();
    assert_eq!(to.list_shops().await.unwrap(), from.list_shops().await.unwrap());
    for number in [0, 1, 2, 3, 500, 1_202] {
        let (id, transaction) = (format!("r{number}"), format!("t{number}"));
        assert_eq!(to.find_request(&id).await.unwrap(), from.find_request(&id).await.unwrap());
        assert_eq!(to.find_answer(&id).await.unwrap(), from.find_answer(&id).await.unwrap());
        let sector = "shop.example";
        assert_eq!(
            to.find_transaction(sector, &transaction).await.unwrap(),
            from.find_transaction(sector, &transaction).await.unwrap()
        );
    }
    assert_eq!(to.find_self_copy("holder 1").await.unwrap(), from.find_self_copy("holder 1").await.unwrap());
    let seen = to.find_openings(grant_id(1), "holder 1").await.unwrap();
    assert_eq!(seen, from.find_openings(grant_id(1), "holder 1").await.unwrap());

    // And it lives on.
    assert_eq!(
        to.collect("shop.example", "t2", &code(2), T0 + 30, &NoTombstones).await.unwrap(),
        Collect::Declined
    );
    assert_eq!(to.answer(&answer("r1", 1)).await.unwrap(), Answered::Again("reply 1".into()));
    assert!(to.open_release(&open_release("again")).await.unwrap().is_some(), "the next number is free");
    assert_eq!(to.find_openings(grant_id(1), "holder 1").await.unwrap().unwrap().len(), 3);

    from.close().await;
    let (code_of, said) = relay(folder.path(), &["move", "--to", &address]);
    assert_eq!(code_of, Some(1), "{said}");
    assert!(said.contains("not empty"), "{said}");
    assert_eq!(to.list_shops().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_fails_leaves_nothing_behind() {
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(relay(folder.path(), &["init", "--issuer", "https://relay.example"]).0, Some(0));
    let from = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
    // SQLite keeps a zero byte in a text, PostgreSQL does not: a row in the middle cannot go over.
    from.add_shop("a.example", "root", 1).await.unwrap();
    from.add_shop("b.example", "ro\0ot", 1).await.unwrap();
    from.close().await;
    let (code_of, said) = relay(folder.path(), &["move", "--to", &address]);
    assert_eq!(code_of, Some(1), "{said}");
    assert!(said.contains("moving the table shops"), "{said}");
    let to = PostgresStore::open(&PostgresAddress::parse(&address).unwrap()).await.unwrap();
    assert_eq!(to.list_shops().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_not_the_same_when_it_is_read_again_ends_the_move() {
    let address = fresh::make_database().await.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(relay(folder.path(), &["init", "--issuer", "https://relay.example"]).0, Some(0));
    let from = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
    from.add_shop("a.example", "root", 1).await.unwrap();
    from.close().await;
    let to = PostgresStore::open(&PostgresAddress::parse(&address).unwrap()).await.unwrap();
    // A database that does not keep what it is given.
    let meddle = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN new.root_jkt := 'another'; RETURN new; END $$;
        CREATE TRIGGER meddle BEFORE INSERT ON shops FOR EACH ROW EXECUTE FUNCTION meddle()";
    let psql = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--command", meddle, &address])
        .status()
        .unwrap();
    assert!(psql.success());
    let (code_of, said) = relay(folder.path(), &["move", "--to", &address]);
    assert_eq!(code_of, Some(1), "{said}");
    assert!(said.contains("the table shops was not the same"), "{said}");
    assert_eq!(to.list_shops().await.unwrap(), []);
}
