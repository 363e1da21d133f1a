//! Openings in SQLite.

use async_trait::async_trait;
use passerby_relay_store::row::parse_digest;
use passerby_relay_store::{
    Grant, GrantId, KeptRelease, NewOpening, Opening, OpeningStore, StoreError, WrappedRelease,
};
use sqlx::{SqliteConnection, query, query_as};

use crate::SqliteStore;
use crate::failure::store_error;

async fn note_opening(
    connection: &mut SqliteConnection,
    opening: &NewOpening,
) -> Result<Option<Grant>, StoreError> {
    let id = opening.grant_id.to_string();
    let found = query!(
        "SELECT sector, holder_jkt, release, release_sha256, granted_at, keep_until, collected_at, sealed_release,
                wrapped_key, period FROM grants
         WHERE id = ? AND sector = ? AND collected_at IS NOT NULL AND keep_until > ?",
        id,
        opening.sector,
        opening.opened_at
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    let Some(row) = found else { return Ok(None) };
    query!(
        "INSERT INTO openings (grant_id, opened_at, reason) VALUES (?, ?, ?)",
        id,
        opening.opened_at,
        opening.reason
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
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

#[async_trait]
impl OpeningStore for SqliteStore {
    async fn open_release(&self, opening: &NewOpening) -> Result<Option<Grant>, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = note_opening(&mut part, opening).await;
        part.end(outcome).await
    }

    async fn find_openings(
        &self,
        grant_id: GrantId,
        holder_jkt: &str,
    ) -> Result<Option<Vec<Opening>>, StoreError> {
        let id = grant_id.to_string();
        let mut transaction = self.readers().begin().await.map_err(store_error)?;
        let holder = query!("SELECT id FROM grants WHERE id = ? AND holder_jkt = ?", id, holder_jkt)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(store_error)?;
        if holder.is_none() {
            return Ok(None);
        }
        query_as!(Opening, "SELECT opened_at, reason FROM openings WHERE grant_id = ? ORDER BY id", id)
            .fetch_all(&mut *transaction)
            .await
            .map(Some)
            .map_err(store_error)
    }
}
