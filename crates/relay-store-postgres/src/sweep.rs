//! Sweeping in PostgreSQL: in small transactions, and past whatever somebody holds.

use async_trait::async_trait;
use passerby_relay_store::{
    AFTER_RESPONSE_BY, CHALLENGE_LIFE, COLLECT_AGAIN, DAY, PoolUse, StoreError, SweepStore, Swept,
    UNCOLLECTED,
};
use sqlx::{query, query_scalar};

use crate::PostgresStore;
use crate::failure::store_error;

/// How many rows go in one transaction: rows that are locked keep others waiting.
const BATCH: i64 = 500;

impl PostgresStore {
    /// Some requests that have reached their end, and the transactions that have none left. Gives how many of both were looked at and
    /// went.
    async fn sweep_requests(&self, before: i64) -> Result<(usize, u64), StoreError> {
        let mut transaction = self.begin().await?;
        // Locked first, and looked at again afterwards: a request that was parked meanwhile keeps its transaction.
        let ended = query!(
            "SELECT t.sector, t.id FROM transactions t WHERE EXISTS
             (SELECT 1 FROM requests r WHERE r.sector = t.sector AND r.transaction_id = t.id AND r.response_by <= $1)
             LIMIT $2 FOR UPDATE OF t SKIP LOCKED",
            before,
            BATCH
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(store_error)?;
        let looked_at = ended.len();
        let (sectors, ids): (Vec<_>, Vec<_>) = ended.into_iter().map(|row| (row.sector, row.id)).unzip();
        let requests = query!(
            "DELETE FROM requests r USING unnest($1::text[], $2::text[]) AS ended (sector, id)
             WHERE r.sector = ended.sector AND r.transaction_id = ended.id AND r.response_by <= $3",
            &sectors,
            &ids,
            before
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?
        .rows_affected();
        query!(
            "DELETE FROM transactions t USING unnest($1::text[], $2::text[]) AS ended (sector, id)
             WHERE t.sector = ended.sector AND t.id = ended.id AND NOT EXISTS
             (SELECT 1 FROM requests r WHERE r.sector = t.sector AND r.transaction_id = t.id)",
            &sectors,
            &ids
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok((looked_at, requests))
    }

    async fn sweep_uncollected(&self, before: i64) -> Result<u64, StoreError> {
        let deleted = query!(
            "WITH ended AS MATERIALIZED
             (SELECT id FROM grants WHERE collected_at IS NULL AND granted_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
             DELETE FROM grants USING ended WHERE grants.id = ended.id",
            before,
            BATCH
        )
        .execute(self.pool())
        .await;
        Ok(deleted.map_err(store_error)?.rows_affected())
    }

    async fn sweep_expired(&self, now: i64) -> Result<u64, StoreError> {
        let deleted = query!(
            "WITH ended AS MATERIALIZED
             (SELECT id FROM grants WHERE keep_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
             DELETE FROM grants USING ended WHERE grants.id = ended.id",
            now,
            BATCH
        )
        .execute(self.pool())
        .await;
        Ok(deleted.map_err(store_error)?.rows_affected())
    }

    async fn forget_claims(&self, before: i64) -> Result<u64, StoreError> {
        let forgotten = query!(
            "WITH ended AS MATERIALIZED
             (SELECT id FROM grants WHERE collected_at < $1 AND relay_receipt IS NOT NULL LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
             UPDATE grants SET grant_claim = NULL, consent_receipt = NULL, relay_receipt = NULL
             FROM ended WHERE grants.id = ended.id",
            before,
            BATCH
        )
        .execute(self.pool())
        .await;
        Ok(forgotten.map_err(store_error)?.rows_affected())
    }

    /// What few rows there are of shops and of hosts that want to be one.
    async fn sweep_shops(&self, now: i64) -> Result<(), StoreError> {
        let before = now.saturating_sub(CHALLENGE_LIFE);
        query!(
            "WITH ended AS MATERIALIZED (SELECT sector FROM challenges WHERE made_at <= $1 FOR UPDATE SKIP LOCKED)
             DELETE FROM challenges USING ended WHERE challenges.sector = ended.sector",
            before
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        let today = now.div_euclid(DAY);
        query!(
            "WITH ended AS MATERIALIZED (SELECT sector, day FROM parked_by_day WHERE day < $1 FOR UPDATE SKIP LOCKED)
             DELETE FROM parked_by_day p USING ended WHERE p.sector = ended.sector AND p.day = ended.day",
            today
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        query!(
            "WITH ended AS MATERIALIZED (SELECT sector, day, slot FROM parked_by_slot WHERE day < $1 FOR UPDATE SKIP LOCKED)
             DELETE FROM parked_by_slot p USING ended
             WHERE p.sector = ended.sector AND p.day = ended.day AND p.slot = ended.slot",
            today
        )
        .execute(self.pool())
        .await
        .map_err(store_error)?;
        Ok(())
    }

    /// Repeats a step until it finds less than a whole batch, and gives the sum.
    async fn until_done<F>(&self, step: impl Fn() -> F + Sync) -> Result<u64, StoreError>
    where
        F: Future<Output = Result<u64, StoreError>> + Send,
    {
        let mut sum = 0;
        loop {
            let found = self.again(&step).await?;
            sum += found;
            if found < BATCH.unsigned_abs() {
                return Ok(sum);
            }
        }
    }
}

#[async_trait]
impl SweepStore for PostgresStore {
    async fn sweep(&self, now: i64) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        let before = now.saturating_sub(AFTER_RESPONSE_BY);
        loop {
            let (looked_at, requests) = self.again(|| self.sweep_requests(before)).await?;
            swept.requests += requests;
            if looked_at < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                break;
            }
        }
        let before = now.saturating_sub(UNCOLLECTED);
        swept.uncollected = self.until_done(|| self.sweep_uncollected(before)).await?;
        swept.expired = self.until_done(|| self.sweep_expired(now)).await?;
        let before = now.saturating_sub(COLLECT_AGAIN);
        swept.forgotten_claims = self.until_done(|| self.forget_claims(before)).await?;
        self.again(|| self.sweep_shops(now)).await?;
        Ok(swept)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        query_scalar!("SELECT count(*) FROM shops").fetch_one(self.pool()).await.map_err(store_error)?;
        Ok(())
    }

    fn find_pools(&self) -> Vec<PoolUse> {
        [("all", self.pool())]
            .map(|(name, pool)| {
                let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
                let most = pool.options().get_max_connections();
                PoolUse { name, used: pool.size().saturating_sub(idle), idle, most }
            })
            .into()
    }

    async fn close(&self) {
        self.pool().close().await;
    }
}
