//! The story, with a real wallet on a real vault, a real relay on a real SQLite file, and a shop: one file a step.
//!
//! `journey.rs` tells it once, from the question to the opened label. Read it first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod street;

mod journey;

mod consent;
mod deliver;
mod request;
mod restore;
mod reveal;
mod seal;
mod verify;
