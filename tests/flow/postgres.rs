//! The story once more, with the relay on a real PostgreSQL. `street` looks at the name of this program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "the street has more than these tests need")]
mod street;

mod journey;

mod deliver;
mod reveal;
