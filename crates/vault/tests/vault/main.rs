//! The vault as the wallet meets it: real files, real SQLite, real key derivation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod anchor;
mod damage;
mod leaks;
mod luck;
mod manifest;
mod migration;
mod opening;
mod parts;
mod records;
mod tampering;
mod ways;
mod worker;
