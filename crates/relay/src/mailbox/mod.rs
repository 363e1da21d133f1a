//! Step 5, deliver, second half, and step 6, reveal: sealed releases come in, are collected once, and go out on request, with
//! a record that the person can see.
//!
//! Never in here: a key that opens a release.

pub mod answer;
pub mod collect;
pub mod open_release;
pub mod openings;
mod sealed;
pub mod transaction;
