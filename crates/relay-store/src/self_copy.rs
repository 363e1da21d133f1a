//! A self-copy: what a wallet leaves for its own person, sealed. One for each pseudonym.

use async_trait::async_trait;

use crate::StoreError;

/// A sealed self-copy. No time is kept with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfCopy {
    /// Thumbprint of the person's key at a shop: whose it is.
    pub holder_jkt: String,
    /// Raised by the wallet with each copy.
    pub seq: i64,
    /// Sealed to the person: nothing here can open it.
    pub copy: String,
}

/// What became of a self-copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaveCopy {
    /// It is kept, in place of any before it; or it was there already, byte for byte.
    Kept,
    /// One with this number or a higher one is there, with other bytes.
    Behind,
    /// Nothing else is here for this key: only who has a grant may leave a copy.
    Stranger,
}

/// Operations on self-copies.
#[async_trait]
pub trait SelfCopyStore: Send + Sync {
    /// Keeps a copy in place of the one before. One transaction.
    async fn leave_self_copy(&self, copy: &SelfCopy) -> Result<LeaveCopy, StoreError>;

    /// The copy of this key.
    async fn find_self_copy(&self, holder_jkt: &str) -> Result<Option<SelfCopy>, StoreError>;
}
