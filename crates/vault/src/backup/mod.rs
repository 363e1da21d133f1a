//! One file that brings everything back.
//!
//! ```text
//! open vault --records as JSON, padded--> plaintext --XChaCha20-Poly1305--> data
//!            --slots for passphrase and words, as they stand--> head        |
//!                                          head --bound into the seal-------'  --> one file of JSON
//! ```
//!
//! The format is docs/vault-format.md, and is meant to be read in twenty years by somebody who has that document alone:
//! `tests/interop/python/read_backup.py` is written from it.
//!
//! What it must never do: hold a way in that works without a secret of the person's; take the place of the former backup
//! before the new one is whole; restore a part and call it the whole; overwrite a vault.

mod error;
mod form;
#[cfg(feature = "fuzzing")]
mod fuzz;
mod json;
mod place;
mod plaintext;
mod restore;
mod transcode;
mod write;

#[cfg(test)]
mod damage;
#[cfg(test)]
mod vectors;

pub use error::{BackupError, RestoreError};
#[cfg(feature = "fuzzing")]
pub use fuzz::backup_file;
#[cfg(feature = "fuzzing")]
pub(crate) use fuzz::seeds;
pub use restore::{Occupied, Restored};
pub use write::{BackupMade, DamagedRecords};
