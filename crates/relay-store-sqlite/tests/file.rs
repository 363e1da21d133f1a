//! The file: durable, for its owner only, and refused when it is not ours.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use passerby_relay_store::{Schema, ShopStore as _, StoreError, SweepStore as _};
use passerby_relay_store_sqlite::{SqliteStore, find_schema};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.add_shop("shop.example", "root", 1).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.list_shops().await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_processes_may_share_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let (serving, admin) = (SqliteStore::open(&path).await.unwrap(), SqliteStore::open(&path).await.unwrap());
    admin.add_shop("shop.example", "root", 1).await.unwrap();
    assert!(serving.find_shop("shop.example").await.unwrap().is_some(), "added while the relay serves");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let garbage = b"these are holiday pictures".repeat(300);
    std::fs::write(&path, &garbage).unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Broken(_))));
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
}

#[tokio::test]
async fn a_missing_folder_is_unavailable_not_broken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere").join("relay.db");
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Unavailable(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
    store.add_shop("shop.example", "root", 1).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 3, "the database, its write-ahead log and their index");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn how_far_a_file_is_can_be_seen_without_changing_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    assert!(find_schema(&path).await.is_err());
    assert!(!path.exists(), "looking makes no file");
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(find_schema(&path).await.unwrap(), Schema::Current, "also while it is open");
    store.close().await;
    let sql = |text: &'static str| {
        let path = path.clone();
        async move {
            let options = SqliteConnectOptions::new().filename(path);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    };
    sql("DELETE FROM _sqlx_migrations WHERE version = 3").await;
    assert_eq!(find_schema(&path).await.unwrap(), Schema::Behind(1));
    sql("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2").await;
    assert_eq!(find_schema(&path).await.unwrap(), Schema::Newer);
}
