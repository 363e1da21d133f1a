//! What the computer under a wallet brings, for the programs that open one: where the vault is, how much work a passphrase
//! costs, its keyring, its randomness, and what it keeps from other programs.
//!
//! What it must never do: decide anything about a request.

pub mod hygiene;
mod keyring;
mod place;
mod randomness;
mod stretching;

pub use keyring::{NotByKeyring, accept_restored, has_keyring, hold_to_keyring, keyring, open_by_keyring};
pub use place::{find_config_folder, find_vault};
pub use randomness::{NoRandomness, make_rng};
pub use stretching::calibrate;
