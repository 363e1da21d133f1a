//! The same relay on PostgreSQL: the tests of these files once more, each on a database of its own.
//!
//! `parts` looks at the name of this program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::duplicate_mod, reason = "each of the files brings the parts along")]

#[path = "hostile_shop.rs"]
mod hostile_shop;
#[path = "hostile_wallet.rs"]
mod hostile_wallet;
#[path = "journal.rs"]
mod journal;
#[path = "journey.rs"]
mod journey;
#[path = "periods.rs"]
mod periods;
#[path = "self_copy.rs"]
mod self_copy;
#[path = "waiting.rs"]
mod waiting;
