//! The self-copy (docs/protocol.md section 14): a wallet leaves a sealed copy for its own person, and whoever comes back with
//! nothing but the 24 words fetches it.
//!
//! Never in here: a key that opens it, or a time.

pub mod fetch;
pub mod leave;
