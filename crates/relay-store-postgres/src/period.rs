//! Periods in PostgreSQL, and what lies under them.

use async_trait::async_trait;
use passerby_relay_store::row::parse_grant_id;
use passerby_relay_store::{GrantId, GrantsUnder, Period, PeriodStore, StoreError, WrappedRelease};
use sqlx::{query, query_as};

use crate::PostgresStore;
use crate::failure::{lies_under_no_period, store_error};

/// What every id comes after.
pub(crate) fn after_text(after: Option<GrantId>) -> String {
    after.map(|id| id.to_string()).unwrap_or_default()
}

impl PostgresStore {
    /// Rows are locked in the order of their ids, so that two relays that do the same wait for each other and go on.
    async fn try_seal_kept(&self, rows: &[(GrantId, WrappedRelease)]) -> Result<u64, StoreError> {
        let (mut transaction, mut sum) = (self.begin().await?, 0);
        for (id, release) in rows {
            sum += query!(
                "UPDATE grants SET release = '', sealed_release = $1, wrapped_key = $2, period = $3
                 WHERE id = $4 AND period IS NULL",
                release.sealed,
                release.wrapped_key,
                release.period,
                id.to_string()
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?
            .rows_affected();
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(sum)
    }

    async fn try_rewrap(&self, from: i64, to: i64, rows: &[(GrantId, Vec<u8>)]) -> Result<u64, StoreError> {
        let (mut transaction, mut sum) = (self.begin().await?, 0);
        for (id, wrapped_key) in rows {
            sum += query!(
                "UPDATE grants SET wrapped_key = $1, period = $2 WHERE id = $3 AND period = $4",
                wrapped_key,
                to,
                id.to_string(),
                from
            )
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?
            .rows_affected();
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(sum)
    }
}

#[async_trait]
impl PeriodStore for PostgresStore {
    async fn list_periods(&self) -> Result<Vec<Period>, StoreError> {
        query_as!(Period, "SELECT number, mark, begun_at FROM periods ORDER BY number")
            .fetch_all(self.pool())
            .await
            .map_err(store_error)
    }

    async fn begin_period(&self, next: &Period, newest_seen: i64) -> Result<Period, StoreError> {
        let mut transaction = self.begin().await?;
        // Of two relays that begin one at the same moment, the second waits here, and then sees the first's.
        query!("LOCK TABLE periods IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        query!(
            "INSERT INTO periods (number, mark, begun_at) SELECT $1::bigint, $2, $3
             WHERE $1 > $4::bigint AND $4 = (SELECT coalesce(max(number), 0) FROM periods)",
            next.number,
            next.mark,
            next.begun_at,
            newest_seen
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        let newest =
            query_as!(Period, "SELECT number, mark, begun_at FROM periods ORDER BY number DESC LIMIT 1")
                .fetch_one(&mut *transaction)
                .await
                .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(newest)
    }

    async fn end_period(&self, number: i64) -> Result<bool, StoreError> {
        let ended = query!(
            "DELETE FROM periods WHERE number = $1 AND NOT EXISTS (SELECT 1 FROM grants WHERE period = $1)
             AND EXISTS (SELECT 1 FROM periods WHERE number > $1)",
            number
        )
        .execute(self.pool())
        .await;
        match ended {
            Ok(ended) => Ok(ended.rows_affected() == 1),
            // A grant came under it after this looked.
            Err(error) if lies_under_no_period(&error) => Ok(false),
            Err(error) => Err(store_error(error)),
        }
    }

    async fn find_as_they_came(
        &self,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, String)>, StoreError> {
        let rows = query!(
            "SELECT id, release FROM grants WHERE period IS NULL AND id > $1 ORDER BY id LIMIT $2",
            after_text(after),
            i64::from(most)
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        rows.into_iter().map(|row| Ok((parse_grant_id(&row.id)?, row.release))).collect()
    }

    async fn seal_kept(&self, rows: &[(GrantId, WrappedRelease)]) -> Result<u64, StoreError> {
        self.again(|| self.try_seal_kept(rows)).await
    }

    async fn find_under(
        &self,
        period: i64,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, Vec<u8>)>, StoreError> {
        let rows = query!(
            "SELECT id, wrapped_key FROM grants WHERE period = $1 AND id > $2 ORDER BY id LIMIT $3",
            period,
            after_text(after),
            i64::from(most)
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        rows.into_iter()
            .map(|row| Ok((parse_grant_id(&row.id)?, row.wrapped_key.unwrap_or_default())))
            .collect()
    }

    async fn rewrap(&self, from: i64, to: i64, rows: &[(GrantId, Vec<u8>)]) -> Result<u64, StoreError> {
        self.again(|| self.try_rewrap(from, to, rows)).await
    }

    async fn count_under(&self) -> Result<Vec<GrantsUnder>, StoreError> {
        let rows = query!(
            r#"SELECT period, count(*) AS "many!" FROM grants GROUP BY period ORDER BY period NULLS FIRST"#
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.period, row.many.unsigned_abs())).collect())
    }
}
