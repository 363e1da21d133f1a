//! The shop's offline keys: makes them, signs Statements with the root key, opens releases.
//!
//! ```text
//! make_first_keys ──▶ KeysFolder ──Renewal::plan──▶ (a person reads the changes) ──Renewal::sign──▶ statement.jwt
//!                          └── release-keys.jwks ──open_release──▶ Disclosure ──▶ a label, and forgotten
//! ```
//!
//! The root key decides who may ask in the shop's name and what releases are sealed to (docs/protocol.md section 3), so
//! it lives away from the web server and the relay, on a computer or a stick that is offline most of the time.
//!
//! Never in here: the network; a value of a release in any file or log; a private key that leaves its folder; a file that is
//! overwritten without its predecessor being kept.

pub mod date;
pub mod fact;
pub mod first_keys;
pub mod keys_folder;
pub mod label;
pub mod open;
pub mod passphrase;
pub mod printable;
pub mod release_keys;
pub mod renewal;
pub mod root_key;
pub mod statement_draft;
pub mod statement_file;

mod whole_file;
