//! The vault as the wallet meets it: real files, real SQLite, real key derivation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod leaks;
mod manifest;
mod migration;
mod opening;
mod parts;
mod records;
mod tampering;
