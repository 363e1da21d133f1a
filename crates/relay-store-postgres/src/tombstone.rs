//! Replaying tombstones in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::parse_grant_id;
use passerby_relay_store::{GrantId, StoreError, TombstoneStore};
use sqlx::{query, query_scalar};

use crate::PostgresStore;
use crate::failure::store_error;
use crate::period::after_text;

#[async_trait]
impl TombstoneStore for PostgresStore {
    async fn list_grants(&self, after: Option<GrantId>, most: u32) -> Result<Vec<GrantId>, StoreError> {
        let (after, most) = (after_text(after), i64::from(most));
        let ids = query_scalar!("SELECT id FROM grants WHERE id > $1 ORDER BY id LIMIT $2", after, most)
            .fetch_all(self.pool())
            .await
            .map_err(store_error)?;
        ids.iter().map(|id| Ok(parse_grant_id(id)?)).collect()
    }

    async fn has_grant(&self, id: GrantId) -> Result<bool, StoreError> {
        let found = query_scalar!("SELECT id FROM grants WHERE id = $1", id.to_string())
            .fetch_optional(self.pool())
            .await
            .map_err(store_error)?;
        Ok(found.is_some())
    }

    async fn delete_grants(&self, ids: &[GrantId]) -> Result<u64, StoreError> {
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let ids = &ids;
        self.again(|| async move {
            let deleted = query!("DELETE FROM grants WHERE id = ANY($1)", ids).execute(self.pool()).await;
            Ok(deleted.map_err(store_error)?.rows_affected())
        })
        .await
    }

    async fn find_seen(&self) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar!("SELECT state FROM journal_seen").fetch_optional(self.pool()).await.map_err(store_error)
    }

    async fn keep_seen(&self, journal: &[u8]) -> Result<(), StoreError> {
        query!(
            "INSERT INTO journal_seen (id, state) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            journal
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        Ok(())
    }
}
