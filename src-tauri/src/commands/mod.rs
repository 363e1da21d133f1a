//! What the window may ask for, one file a room. Each asks the wallet and shows what it said.
//!
//! What it must never do: decide; believe a text from the window more than one from a stranger; answer with a value that is
//! hidden until asked for.

#![expect(clippy::needless_pass_by_value, reason = "Tauri hands a command what it asks for by value")]

pub mod activity;
pub mod consent;
pub mod details;
pub mod lock;
pub mod request;
pub mod reveal;
pub mod settings;
pub mod shops;
pub mod spare_key;
pub mod start;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod welcome;

use crate::command_error::CommandError;

/// What a command answers.
pub type Answered<T> = Result<T, CommandError>;
