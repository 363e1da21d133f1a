//! A relay's store in PostgreSQL: for several relay processes, or an admin who runs a database anyway.
//!
//! # What happens at the same moment
//!
//! Transactions run at READ COMMITTED, where each statement sees what was committed before it began, and lock the rows they decide
//! by; SERIALIZABLE would be shorter to write, but takes back transactions of strangers when a sweep reads a whole table. What
//! decides, and is locked:
//!
//! | row | decides | locked by |
//! |---|---|---|
//! | shop | which Statement is kept | `keep_statement`, `remove_shop` |
//! | transaction | who answers, who collects, whether a further request may join | `park_request`, `answer`, `collect`, the sweep |
//! | request | which wallet it belongs to | `bind_request`, the sweep |
//! | grant | whether it is still there, and under which period | `collect`, `open_release`, `leave_self_copy`, `rewrap`, the sweep |
//! | period | whether a grant may lie under it | `answer`, `rewrap` (by its foreign key), `end_period` |
//!
//! Locks are taken in the order of the table. The sweep passes over what somebody holds (`SKIP LOCKED`): the next one gets it, and
//! several relays may sweep beside each other. Foreign keys take locks in an order of their own, so that PostgreSQL may have to end a
//! deadlock: the transaction it took back is begun anew ([`PostgresStore::again`]).
//!
//! A method that changes something returns when the change is on the server's disk: `synchronous_commit` is turned on for each
//! connection, whatever the server says.
//!
//! One file a noun, as in `passerby-relay-store`; the queries are checked against the migrations when this crate is compiled, from
//! the descriptions in `.sqlx/`. After changing a query or adding a migration, renew them with `cargo xtask generate`.
//!
//! This crate must never edit a migration that has landed, nor name an address with its password to anybody.

mod address;
mod answer;
mod challenge;
mod connect;
mod failure;
#[cfg(feature = "fresh")]
pub mod fresh;
mod intake;
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

pub use address::{AddressError, PostgresAddress};
pub use connect::PostgresStore;
pub use intake::{Intake, Shelf};
pub use schema::{find_last_migration, find_schema};
