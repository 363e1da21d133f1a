//! Deleting anew what the journal says was deleted.

use passerby_relay_store::{RelayStore, StoreError};

use super::Journal;
use super::entry::digest_of;
use super::file::JournalError;

/// How many grants are looked at, and deleted, at once.
const PAGE: u32 = 1000;

/// What a replay did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Tombstones in the journals.
    pub tombstones: usize,
    /// Grants that stood although there was a tombstone, and are deleted now.
    pub deleted: u64,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// The journal could not be replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("deleting anew what the journal of tombstones names")]
    Store(#[from] StoreError),
}

impl Journal {
    /// Deletes what stands although there is a tombstone, unless this database has been through the same journal before. `None`: it has.
    pub async fn replay(&self, store: &dyn RelayStore) -> Result<Option<Replayed>, ReplayError> {
        let buried = self.read()?;
        let is_known = store.find_seen().await?.as_deref() == Some(&buried.state);
        if is_known || (buried.is_empty() && buried.unreadable == 0) {
            return Ok(None);
        }
        let mut replayed = Replayed { tombstones: buried.len(), deleted: 0, unreadable: buried.unreadable };
        let mut after = None;
        loop {
            let page = store.list_grants(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            let dead: Vec<_> =
                page.into_iter().filter(|id| buried.digests.contains(&digest_of(*id))).collect();
            if !dead.is_empty() {
                replayed.deleted += store.delete_grants(&dead).await?;
            }
        }
        store.keep_seen(&buried.state).await?;
        Ok(Some(replayed))
    }
}
