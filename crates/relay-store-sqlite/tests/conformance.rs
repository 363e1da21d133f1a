//! The suite that every store must pass, on a fresh file for each case.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use passerby_relay_store_sqlite::SqliteStore;

passerby_relay_store::conformance_suite!(async || {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("relay.db")).await.unwrap();
    (store, folder)
});
