//! Replaying tombstones in SQLite.

use async_trait::async_trait;
use passerby_relay_store::row::parse_grant_id;
use passerby_relay_store::{GrantId, StoreError, TombstoneStore};
use sqlx::{SqliteConnection, query, query_scalar};

use crate::SqliteStore;
use crate::failure::store_error;
use crate::period::after_text;

async fn delete_each(connection: &mut SqliteConnection, ids: &[GrantId]) -> Result<u64, StoreError> {
    let mut sum = 0;
    for id in ids {
        let id = id.to_string();
        sum += query!("DELETE FROM grants WHERE id = ?", id)
            .execute(&mut *connection)
            .await
            .map_err(store_error)?
            .rows_affected();
    }
    Ok(sum)
}

#[async_trait]
impl TombstoneStore for SqliteStore {
    async fn list_grants(&self, after: Option<GrantId>, most: u32) -> Result<Vec<GrantId>, StoreError> {
        let after = after_text(after);
        let ids = query_scalar!("SELECT id FROM grants WHERE id > ? ORDER BY id LIMIT ?", after, most)
            .fetch_all(self.readers())
            .await
            .map_err(store_error)?;
        ids.iter().map(|id| Ok(parse_grant_id(id)?)).collect()
    }

    async fn has_grant(&self, id: GrantId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let found = query_scalar!("SELECT id FROM grants WHERE id = ?", id)
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)?;
        Ok(found.is_some())
    }

    async fn delete_grants(&self, ids: &[GrantId]) -> Result<u64, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = delete_each(&mut part, ids).await;
        part.end(outcome).await
    }

    async fn find_seen(&self) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar!("SELECT state FROM journal_seen")
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)
    }

    async fn keep_seen(&self, journal: &[u8]) -> Result<(), StoreError> {
        let mut part = self.writer().begin().await?;
        let kept = query!(
            "INSERT INTO journal_seen (id, state) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            journal
        )
        .execute(&mut *part)
        .await
        .map_err(store_error);
        part.end(kept).await?;
        Ok(())
    }
}
