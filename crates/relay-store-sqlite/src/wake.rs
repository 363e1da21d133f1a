//! Waking in SQLite: one process has the file, and wakes whoever waits in it by itself.

use async_trait::async_trait;
use passerby_relay_store::{Ears, Sha256, StoreError, WakeStore};

use crate::SqliteStore;

#[async_trait]
impl WakeStore for SqliteStore {
    async fn tell(&self, _changed: &[Sha256]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn listen(&self) -> Result<Option<Box<dyn Ears>>, StoreError> {
        Ok(None)
    }
}
