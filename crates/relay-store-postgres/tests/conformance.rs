//! The suite that every store must pass, on a fresh database for each case.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use passerby_relay_store_postgres::{PostgresStore, fresh};

passerby_relay_store::conformance_suite!(async || {
    let address = fresh::make_address().await.unwrap_or_else(|error| panic!("{error}"));
    (PostgresStore::open(&address).await.unwrap(), ())
});
