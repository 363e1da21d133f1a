//! The person's encrypted store: one SQLite file that says nothing without one of its ways in.
//!
//! ```text
//!  passphrase, words, keyring --> slot key --opens--> slot: vault key --HKDF--> record key
//!                                                                                  |
//!  Record (the wallet's type) --CBOR, padded--> plaintext --XChaCha20-Poly1305--> row (id, ver, epoch, blob)
//! ```
//!
//! The vault knows *sealing*; what a record means is the wallet's business ([`Record`]). A row's place (vault, table,
//! id, version, epoch) is bound into its seal, so a blob that was moved, copied or put back under another version is
//! reported and never read. One open vault belongs to one process ([`VaultError::InUse`]).
//!
//! What it must never do: write a value, a kind or a label outside a sealed blob; accept a weaker key derivation than
//! [`unlock`](crate::Vault::open) prescribes because a file asked for it; read a clock or a random source of its own;
//! put a secret or a value into an error or a log.
//!
//! What belongs together is signed as a whole with each write ([`Wholeness`]), so that a row that was taken out, or put
//! back together with its version, is noticed too. Then everything can be read, and nothing is written until a person
//! decides.
//!
//! That the *whole file* was put back to an older state is noticed where something outside of it remembers its last
//! one ([`Anchor`]).
//!
//! A backup ([`Vault::back_up`], [`Vault::restore`]) is one file in an open format: docs/vault-format.md.

mod anchor;
mod backup;
mod error;
mod file;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod keyring;
mod manifest;
mod migration;
mod new_slots;
mod opening;
mod reading;
mod record;
mod rotation;
mod rows;
mod slot_changes;
mod slots;
mod state;
mod store;
mod unlock;
mod vault;
mod way;
mod wholeness;
mod writing;

pub use anchor::{Anchor, AnchorError, AnchorRefusal};
pub use backup::{BackupError, BackupMade, DamagedRecords, Occupied, RestoreError, Restored};
pub use error::{RecordError, StorageError, VaultError};
pub use keyring::{Keyring, KeyringAnchor, KeyringError, SystemKeyring};
pub use manifest::Mark;
pub use migration::SCHEMA;
pub use new_slots::NewSlots;
pub use record::{Batch, MAX_RECORD_LEN, Record, RecordId};
pub use rotation::{Damaged, RotateError, Rotated};
pub use slots::{Opens, SlotId, SlotView};
pub use unlock::{KeyError, RecoverySecret, SlotKind, Stretching};
pub use vault::Vault;
pub use way::WayIn;
pub use wholeness::Wholeness;

/// Where a test may end the program.
macro_rules! kill_point {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    };
}
pub(crate) use kill_point;
