//! A place of the system that keeps small secrets for its user: Secret Service, Keychain, Credential Manager.
//!
//! The vault keeps the key of a slot there, under a name made of the vault's and the slot's id. Whoever runs a program as
//! this user can read an unlocked keyring: the slot protects a switched-off computer and against other users, no more.
//!
//! What it must never do: be the only way in; hold up an async thread; put a secret, or what a keyring said in its own
//! words, into an error.

mod anchor;
mod ask;
mod system;

use secrecy::SecretSlice;

pub use anchor::KeyringAnchor;
pub(crate) use ask::{find, put, remove};
pub use system::SystemKeyring;

/// A store of named secrets. Its calls block, for as long as a person takes to unlock it: the vault makes them on threads
/// of their own.
pub trait Keyring: Send + Sync {
    /// What kind of store this is, in a word: `secret-service`. At most 32 lower-case letters, digits and hyphens. It stands
    /// in the slot, so that a program that meets another store can say so.
    fn store(&self) -> &str;

    /// The secret of this name, if there is one.
    fn find(&self, name: &str) -> Result<Option<SecretSlice<u8>>, KeyringError>;

    /// Keeps a secret under this name, in place of what was there.
    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeyringError>;

    /// Forgets the secret of this name. Forgetting what is not there is no fault.
    fn remove(&self, name: &str) -> Result<(), KeyringError>;
}

/// The keyring does not help. Every vault has another way in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is no such service on this computer, or none in this session.
    #[error("no keyring answers in this session")]
    Absent,
    /// It is locked and was not unlocked, or it has no place to keep anything.
    #[error("the keyring is locked, and was not unlocked when it was asked")]
    Locked,
    /// It works, and does not hold what was put there: emptied, another user's, or another program behind the same name.
    #[error("the keyring does not hold the key of this vault (any more)")]
    Forgotten,
    /// The slot was made with another kind of store.
    #[error(
        "the key of this vault is in a keyring of the kind {recorded}, and here is one of the kind {found}"
    )]
    OtherStore {
        /// The kind that stands in the slot.
        recorded: String,
        /// The kind that was asked.
        found: String,
    },
    /// It holds something else under the slot's name.
    #[error("what the keyring holds under the name of this vault is not its key")]
    Replaced,
    /// It broke off, or refused.
    #[error("the keyring broke off or refused")]
    Failed,
    /// Nothing came back in the time a person needs to unlock it.
    #[error("the keyring did not answer in time")]
    Silent,
}
