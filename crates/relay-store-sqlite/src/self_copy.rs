//! Self-copies in SQLite. A trigger of the schema deletes them with the last grant of their key.

use async_trait::async_trait;
use passerby_relay_store::{LeaveCopy, SelfCopy, SelfCopyStore, StoreError};
use sqlx::{SqliteConnection, query, query_as};

use crate::SqliteStore;
use crate::failure::store_error;

async fn replace_copy(connection: &mut SqliteConnection, copy: &SelfCopy) -> Result<LeaveCopy, StoreError> {
    let grant = query!("SELECT id FROM grants WHERE holder_jkt = ? LIMIT 1", copy.holder_jkt)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store_error)?;
    if grant.is_none() {
        return Ok(LeaveCopy::Stranger);
    }
    let known = query!("SELECT seq, copy FROM self_copies WHERE holder_jkt = ?", copy.holder_jkt)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store_error)?;
    if let Some(known) = known.filter(|known| known.seq >= copy.seq) {
        let same = known.seq == copy.seq && known.copy == copy.copy;
        return Ok(if same { LeaveCopy::Kept } else { LeaveCopy::Behind });
    }
    query!(
        "INSERT INTO self_copies (holder_jkt, seq, copy) VALUES (?, ?, ?)
         ON CONFLICT (holder_jkt) DO UPDATE SET seq = excluded.seq, copy = excluded.copy",
        copy.holder_jkt,
        copy.seq,
        copy.copy
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    Ok(LeaveCopy::Kept)
}

#[async_trait]
impl SelfCopyStore for SqliteStore {
    async fn leave_self_copy(&self, copy: &SelfCopy) -> Result<LeaveCopy, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = replace_copy(&mut part, copy).await;
        part.end(outcome).await
    }

    async fn find_self_copy(&self, holder_jkt: &str) -> Result<Option<SelfCopy>, StoreError> {
        query_as!(SelfCopy, "SELECT holder_jkt, seq, copy FROM self_copies WHERE holder_jkt = ?", holder_jkt)
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)
    }
}
