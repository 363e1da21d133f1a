//! One file for each bug that was found: what happened, and that it does not happen again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../flow/street/mod.rs"]
#[allow(dead_code, reason = "the street has more than these tests need")]
mod street;

mod hidden_openings;
mod key_names;
mod oversized_release;
mod poisoned_opening;
mod sector_hosts;
mod way_back;
