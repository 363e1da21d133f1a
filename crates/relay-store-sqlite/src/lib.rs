//! A relay's store in one SQLite file: the default.
//!
//! One connection writes, a few read (write-ahead log). Each write is on the disk before it is acknowledged
//! (`synchronous = FULL`); those that wait together share one commit (`group`). Deleted pages are overwritten (`secure_delete`),
//! temporary tables stay in memory.
//!
//! One file a noun, as in `passerby-relay-store`; the queries are checked against the migrations when this crate is compiled, from
//! the descriptions in `.sqlx/`. After changing a query or adding a migration, renew them with `cargo xtask generate`.
//!
//! This crate must never edit a migration that has landed.

mod answer;
mod challenge;
mod connect;
mod contents;
mod copying;
#[cfg(feature = "dump")]
mod dump;
mod failure;
mod group;
mod opening;
mod period;
mod request;
mod schema;
mod self_copy;
mod shop;
mod sweep;
mod tombstone;
mod transaction;
#[cfg(test)]
mod upgrade;
mod wake;

pub use connect::SqliteStore;
pub use contents::SqliteContents;
pub use copying::copy_into;
#[cfg(feature = "dump")]
pub use dump::Dump;
pub use schema::find_schema;
