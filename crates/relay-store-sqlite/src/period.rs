//! Periods in SQLite, and what lies under them.

use async_trait::async_trait;
use passerby_relay_store::row::parse_grant_id;
use passerby_relay_store::{GrantId, GrantsUnder, Period, PeriodStore, StoreError, WrappedRelease};
use sqlx::{SqliteConnection, query, query_as};

use crate::SqliteStore;
use crate::failure::store_error;

/// What every id comes after.
pub(crate) fn after_text(after: Option<GrantId>) -> String {
    after.map(|id| id.to_string()).unwrap_or_default()
}

async fn insert_period(
    connection: &mut SqliteConnection,
    next: &Period,
    newest_seen: i64,
) -> Result<Period, StoreError> {
    query!(
        "INSERT INTO periods (number, mark, begun_at) SELECT ?1, ?2, ?3
         WHERE ?1 > ?4 AND ?4 = (SELECT coalesce(max(number), 0) FROM periods)",
        next.number,
        next.mark,
        next.begun_at,
        newest_seen
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    let newest = query_as!(Period, "SELECT number, mark, begun_at FROM periods ORDER BY number DESC LIMIT 1")
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    Ok(newest)
}

async fn replace_kept(
    connection: &mut SqliteConnection,
    rows: &[(GrantId, WrappedRelease)],
) -> Result<u64, StoreError> {
    let mut sum = 0;
    for (id, release) in rows {
        let id = id.to_string();
        sum += query!(
            "UPDATE grants SET release = '', sealed_release = ?, wrapped_key = ?, period = ? WHERE id = ? AND period IS NULL",
            release.sealed,
            release.wrapped_key,
            release.period,
            id
        )
        .execute(&mut *connection)
        .await
        .map_err(store_error)?
        .rows_affected();
    }
    Ok(sum)
}

async fn replace_wrapped(
    connection: &mut SqliteConnection,
    from: i64,
    to: i64,
    rows: &[(GrantId, Vec<u8>)],
) -> Result<u64, StoreError> {
    let mut sum = 0;
    for (id, wrapped_key) in rows {
        let id = id.to_string();
        sum += query!(
            "UPDATE grants SET wrapped_key = ?, period = ? WHERE id = ? AND period = ?",
            wrapped_key,
            to,
            id,
            from
        )
        .execute(&mut *connection)
        .await
        .map_err(store_error)?
        .rows_affected();
    }
    Ok(sum)
}

#[async_trait]
impl PeriodStore for SqliteStore {
    async fn list_periods(&self) -> Result<Vec<Period>, StoreError> {
        query_as!(Period, "SELECT number, mark, begun_at FROM periods ORDER BY number")
            .fetch_all(self.readers())
            .await
            .map_err(store_error)
    }

    async fn begin_period(&self, next: &Period, newest_seen: i64) -> Result<Period, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = insert_period(&mut part, next, newest_seen).await;
        part.end(outcome).await
    }

    async fn end_period(&self, number: i64) -> Result<bool, StoreError> {
        let mut part = self.writer().begin().await?;
        let ended = query!(
            "DELETE FROM periods WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM grants WHERE period = ?1)
             AND EXISTS (SELECT 1 FROM periods WHERE number > ?1)",
            number
        )
        .execute(&mut *part)
        .await
        .map_err(store_error);
        let ended = part.end(ended).await?;
        Ok(ended.rows_affected() == 1)
    }

    async fn find_as_they_came(
        &self,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, String)>, StoreError> {
        let after = after_text(after);
        let rows = query!(
            "SELECT id, release FROM grants WHERE period IS NULL AND id > ? ORDER BY id LIMIT ?",
            after,
            most
        )
        .fetch_all(self.readers())
        .await
        .map_err(store_error)?;
        rows.into_iter().map(|row| Ok((parse_grant_id(&row.id)?, row.release))).collect()
    }

    async fn seal_kept(&self, rows: &[(GrantId, WrappedRelease)]) -> Result<u64, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = replace_kept(&mut part, rows).await;
        part.end(outcome).await
    }

    async fn find_under(
        &self,
        period: i64,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, Vec<u8>)>, StoreError> {
        let after = after_text(after);
        let rows = query!(
            "SELECT id, wrapped_key FROM grants WHERE period = ? AND id > ? ORDER BY id LIMIT ?",
            period,
            after,
            most
        )
        .fetch_all(self.readers())
        .await
        .map_err(store_error)?;
        rows.into_iter()
            .map(|row| Ok((parse_grant_id(&row.id)?, row.wrapped_key.unwrap_or_default())))
            .collect()
    }

    async fn rewrap(&self, from: i64, to: i64, rows: &[(GrantId, Vec<u8>)]) -> Result<u64, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = replace_wrapped(&mut part, from, to, rows).await;
        part.end(outcome).await
    }

    async fn count_under(&self) -> Result<Vec<GrantsUnder>, StoreError> {
        let rows = query!("SELECT period, count(*) AS many FROM grants GROUP BY period ORDER BY period")
            .fetch_all(self.readers())
            .await
            .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| (row.period, row.many.unsigned_abs())).collect())
    }
}
