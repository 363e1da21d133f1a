//! An opening: the shop asked for a sealed release. The person can see that it did.

use async_trait::async_trait;

use crate::{Grant, GrantId, StoreError};

/// An opening as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub opened_at: i64,
    /// In the shop's words.
    pub reason: String,
}

/// An opening that is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOpening {
    pub grant_id: GrantId,
    /// Only a grant of this shop is opened.
    pub sector: String,
    pub opened_at: i64,
    pub reason: String,
}

/// Operations on openings.
#[async_trait]
pub trait OpeningStore: Send + Sync {
    /// Records an opening and returns the grant with its release, in one transaction: no release leaves unrecorded. `None`: no such
    /// grant of this shop, or it was never collected, or its time is over.
    async fn open_release(&self, opening: &NewOpening) -> Result<Option<Grant>, StoreError>;

    /// The openings of a grant, oldest first, for the key that made the grant. `None` for any other key.
    async fn find_openings(
        &self,
        grant_id: GrantId,
        holder_jkt: &str,
    ) -> Result<Option<Vec<Opening>>, StoreError>;
}
