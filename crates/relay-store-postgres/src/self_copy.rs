//! Self-copies in PostgreSQL. A trigger of the schema deletes them with the last grant of their key.

use async_trait::async_trait;
use passerby_relay_store::{LeaveCopy, SelfCopy, SelfCopyStore, StoreError};
use sqlx::{query, query_as};

use crate::PostgresStore;
use crate::failure::store_error;

impl PostgresStore {
    async fn try_leave(&self, copy: &SelfCopy) -> Result<LeaveCopy, StoreError> {
        let mut transaction = self.begin().await?;
        // Holding one grant is enough: it cannot go before this copy is there for the trigger to see.
        let grant =
            query!("SELECT id FROM grants WHERE holder_jkt = $1 LIMIT 1 FOR KEY SHARE", copy.holder_jkt)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(store_error)?;
        if grant.is_none() {
            return Ok(LeaveCopy::Stranger);
        }
        let kept = query!(
            "INSERT INTO self_copies AS known (holder_jkt, seq, copy) VALUES ($1, $2, $3)
             ON CONFLICT (holder_jkt) DO UPDATE SET seq = excluded.seq, copy = excluded.copy WHERE known.seq < excluded.seq",
            copy.holder_jkt,
            copy.seq,
            copy.copy
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?
        .rows_affected();
        if kept == 0 {
            let known = query!("SELECT seq, copy FROM self_copies WHERE holder_jkt = $1", copy.holder_jkt)
                .fetch_one(&mut *transaction)
                .await
                .map_err(store_error)?;
            let same = known.seq == copy.seq && known.copy == copy.copy;
            return Ok(if same { LeaveCopy::Kept } else { LeaveCopy::Behind });
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(LeaveCopy::Kept)
    }
}

#[async_trait]
impl SelfCopyStore for PostgresStore {
    async fn leave_self_copy(&self, copy: &SelfCopy) -> Result<LeaveCopy, StoreError> {
        self.again(|| self.try_leave(copy)).await
    }

    async fn find_self_copy(&self, holder_jkt: &str) -> Result<Option<SelfCopy>, StoreError> {
        query_as!(SelfCopy, "SELECT holder_jkt, seq, copy FROM self_copies WHERE holder_jkt = $1", holder_jkt)
            .fetch_optional(self.pool())
            .await
            .map_err(store_error)
    }
}
