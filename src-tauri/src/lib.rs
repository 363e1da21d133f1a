//! The shell: the wallet's window, and the desktop around it.
//!
//! ```text
//! ui/src/platform ──▶ commands/* ──▶ open_wallet.rs ──▶ passerby-wallet
//!        ▲                │
//!        └── change.rs ◀──┴──▶ desktop.rs (a trait) ──▶ desktop/* (Tauri, the system)
//! ```
//!
//! What it must never do: decide anything about a request; let one lower the lock; fetch anything without a click; hand the
//! window a key, a token, or a value of a screen that is not open.

pub mod arrivals;
pub mod auto_lock;
#[cfg(test)]
mod bad_luck;
pub mod change;
pub mod command_error;
pub mod commands;
pub mod desktop;
#[cfg(all(test, target_os = "linux"))]
mod inside;
mod open_wallet;
pub mod program;
mod qr;
mod self_copies;
pub mod settings;
pub mod shell;
mod typed;
mod views;
pub mod waiting_links;

pub use program::run;
