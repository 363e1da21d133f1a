//! The relay: a server between wallets and shops. It parks requests, vouches for which root key its admin recorded for a shop,
//! issues pseudonymous passports, keeps sealed releases until they are collected and opened, and forgets.
//!
//! ```text
//! shop ──▶ shop/attest, request/park        wallet ──▶ request/fetch, passport/issue, mailbox/answer
//! shop ──▶ mailbox/transaction, collect, open_release          wallet ──▶ mailbox/openings
//! shop ──▶ waiting/events
//! ```
//!
//! A step of the story is a room, an endpoint is a file, and the first line of the file is its route. To add an endpoint: write
//! its file in the room of its step, add it to [`router`], describe it in docs/api.md, run `cargo xtask generate`.
//!
//! The relay must never see a plaintext or an attribute's value, hold a shop's root or release key, link two shops of a
//! person, or write an id, a key, a token, a code, a pseudonym or an address into its log.

pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod hazmat;
pub mod health;
pub mod http;
pub mod identity;
pub mod journal;
pub mod listen;
pub mod mailbox;
pub mod meters;
pub mod passport;
pub mod period;
mod private_file;
pub mod request;
pub mod router;
pub mod self_copy;
pub mod serve;
pub mod shop;
pub mod state;
pub mod sweep;
pub mod waiting;

pub use identity::{HeldKey, Identity, IdentityError};
pub use serve::serve;
pub use state::RelayState;
