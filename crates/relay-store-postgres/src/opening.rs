//! Openings in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::parse_digest;
use passerby_relay_store::{
    Grant, GrantId, KeptRelease, NewOpening, Opening, OpeningStore, StoreError, WrappedRelease,
};
use sqlx::query;

use crate::PostgresStore;
use crate::failure::store_error;

#[async_trait]
impl OpeningStore for PostgresStore {
    async fn open_release(&self, opening: &NewOpening) -> Result<Option<Grant>, StoreError> {
        let id = opening.grant_id.to_string();
        // It cannot go while it is opened.
        let found = query!(
            "WITH found AS MATERIALIZED (SELECT * FROM grants
                 WHERE id = $1 AND sector = $2 AND collected_at IS NOT NULL AND keep_until > $3 FOR KEY SHARE),
             opened AS (INSERT INTO openings (grant_id, opened_at, reason) SELECT id, $3, $4 FROM found)
             SELECT sector, holder_jkt, release, release_sha256, granted_at, keep_until, collected_at, sealed_release,
                    wrapped_key, period FROM found",
            id,
            opening.sector,
            opening.opened_at,
            opening.reason
        )
        .fetch_optional(self.pool())
        .await
        .map_err(store_error)?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(Grant {
            id: opening.grant_id,
            sector: row.sector,
            holder_jkt: row.holder_jkt,
            release: match (row.sealed_release, row.wrapped_key, row.period) {
                (Some(sealed), Some(wrapped_key), Some(period)) => {
                    KeptRelease::Wrapped(WrappedRelease { sealed, wrapped_key, period })
                }
                _ => KeptRelease::AsItCame(row.release),
            },
            release_sha256: parse_digest(&row.release_sha256)?,
            granted_at: row.granted_at,
            keep_until: row.keep_until,
            collected_at: row.collected_at,
        }))
    }

    async fn find_openings(
        &self,
        grant_id: GrantId,
        holder_jkt: &str,
    ) -> Result<Option<Vec<Opening>>, StoreError> {
        // One statement, so that grant and openings are of one moment: a grant without openings is one row with nothing in it.
        let rows = query!(
            r#"SELECT o.opened_at AS "opened_at?", o.reason AS "reason?"
               FROM grants g LEFT JOIN openings o ON o.grant_id = g.id
               WHERE g.id = $1 AND g.holder_jkt = $2 ORDER BY o.id"#,
            grant_id.to_string(),
            holder_jkt
        )
        .fetch_all(self.pool())
        .await
        .map_err(store_error)?;
        if rows.is_empty() {
            return Ok(None);
        }
        let openings = rows.into_iter().filter_map(|row| row.opened_at.zip(row.reason));
        Ok(Some(openings.map(|(opened_at, reason)| Opening { opened_at, reason }).collect()))
    }
}
