//! What a released version said is understood by today's: an old wallet and an old shop by today's relay, an old relay by today's
//! wallet. `README.md` says how a version is recorded.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod former_relay;
mod former_wallet;
mod likeness;
mod new_relay;
mod new_wallet;
mod story;
