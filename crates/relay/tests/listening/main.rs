//! How the relay listens, as a process with a configuration: what it serves TLS with, whom it believes, how long it waits, and what it
//! tells the system that started it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod acme;
mod authority;
mod client;
mod doctor;
mod limits;
#[path = "../nginx/mod.rs"]
mod nginx;
mod proxy;
mod running;
mod slow;
mod system;
mod tls;
