//! The drill: a relay at work is backed up, dies, and comes back elsewhere. What lives opens, and what was taken away does not.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../hosts/mod.rs"]
mod hosts;
mod kills;
mod restoring;
mod till;
