//! The vault as the wallet meets it: real files, real SQLite, real key derivation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod anchor;
mod backup;
mod damage;
mod killed_rotation;
mod leaks;
mod luck;
mod manifest;
mod migration;
mod opening;
mod pages;
mod parts;
mod records;
mod rotation;
mod slot_changes;
mod tampering;
mod ways;
mod worker;
