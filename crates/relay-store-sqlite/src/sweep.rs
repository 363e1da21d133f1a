//! Sweeping in SQLite.

use async_trait::async_trait;
use passerby_relay_store::{
    AFTER_RESPONSE_BY, CHALLENGE_LIFE, COLLECT_AGAIN, DAY, PoolUse, StoreError, SweepStore, Swept,
    UNCOLLECTED,
};
use sqlx::{SqliteConnection, query, query_scalar};

use crate::SqliteStore;
use crate::failure::store_error;

async fn sweep_all(connection: &mut SqliteConnection, now: i64) -> Result<Swept, StoreError> {
    let before = now.saturating_sub(AFTER_RESPONSE_BY);
    let requests = query!("DELETE FROM requests WHERE response_by <= ?", before)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?
        .rows_affected();
    query!(
        "DELETE FROM transactions WHERE NOT EXISTS
         (SELECT 1 FROM requests r WHERE r.sector = transactions.sector AND r.transaction_id = transactions.id)"
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    let before = now.saturating_sub(UNCOLLECTED);
    let uncollected = query!("DELETE FROM grants WHERE collected_at IS NULL AND granted_at <= ?", before)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?
        .rows_affected();
    let expired = query!("DELETE FROM grants WHERE keep_until <= ?", now)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?
        .rows_affected();
    let before = now.saturating_sub(COLLECT_AGAIN);
    let forgotten_claims = query!(
        "UPDATE grants SET grant_claim = NULL, consent_receipt = NULL, relay_receipt = NULL
         WHERE collected_at < ? AND relay_receipt IS NOT NULL",
        before
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?
    .rows_affected();
    let before = now.saturating_sub(CHALLENGE_LIFE);
    query!("DELETE FROM challenges WHERE made_at <= ?", before)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    let today = now.div_euclid(DAY);
    query!("DELETE FROM parked_by_day WHERE day < ?", today)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    Ok(Swept { requests, uncollected, expired, forgotten_claims })
}

#[async_trait]
impl SweepStore for SqliteStore {
    async fn sweep(&self, now: i64) -> Result<Swept, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = sweep_all(&mut part, now).await;
        part.end(outcome).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        query_scalar!("SELECT count(*) FROM shops").fetch_one(self.readers()).await.map_err(store_error)?;
        Ok(())
    }

    fn find_pools(&self) -> Vec<PoolUse> {
        [("writer", self.writer().pool()), ("readers", self.readers())]
            .map(|(name, pool)| {
                let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
                let most = pool.options().get_max_connections();
                PoolUse { name, used: pool.size().saturating_sub(idle), idle, most }
            })
            .into()
    }

    /// The write-ahead log goes into the file.
    async fn close(&self) {
        self.readers().close().await;
        self.writer().pool().close().await;
    }
}
