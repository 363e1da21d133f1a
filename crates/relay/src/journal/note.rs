//! The pen that a deletion is handed.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use passerby_relay_store::{GrantId, StoreError, TombstoneStore, Tombstones};

use super::Journal;
use super::entry::{Entry, digest_of};
use super::file::JournalError;

/// Writes the tombstones of one deletion, and remembers which, in case that it fails afterwards.
pub struct Note {
    journal: Journal,
    written: Mutex<Vec<GrantId>>,
}

impl Note {
    pub(super) fn new(journal: Journal) -> Self {
        Self { journal, written: Mutex::default() }
    }

    async fn add(&self, grants: &[GrantId], buried: bool) -> Result<(), JournalError> {
        let at = self.journal.now.read().seconds();
        let entries: Vec<_> = grants.iter().map(|id| Entry { at, buried, digest: digest_of(*id) }).collect();
        let journal = self.journal.clone();
        let wrote = tokio::task::spawn_blocking(move || journal.append(&entries)).await;
        // The whole program is about to end: nothing that was not written may count.
        wrote.unwrap_or_else(|ended| Err(JournalError::Ended(ended)))
    }

    /// To be called with the deletion's outcome, which it gives back. When it failed, tombstones of grants that stand are taken back: they
    /// would be deleted at the next start, long after somebody has gone on with them.
    pub async fn settle<T>(
        self,
        store: &dyn TombstoneStore,
        outcome: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if outcome.is_err() {
            let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for id in written {
                if let Ok(true) = store.has_grant(id).await
                    && let Err(error) = self.add(&[id], false).await
                {
                    tracing::error!(%error, "a tombstone could not be taken back");
                }
            }
        }
        outcome
    }
}

#[async_trait]
impl Tombstones for Note {
    async fn write(&self, grants: &[GrantId]) -> Result<(), StoreError> {
        self.add(grants, true).await.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        self.written.lock().unwrap_or_else(PoisonError::into_inner).extend(grants);
        Ok(())
    }
}
