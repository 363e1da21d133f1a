//! Challenges in SQLite.

use async_trait::async_trait;
use passerby_relay_store::{Challenge, ChallengeStore, Met, ProvenShop, StoreError, write_claims};
use sqlx::{SqliteConnection, query, query_as};

use crate::SqliteStore;
use crate::failure::store_error;

async fn add_proven(connection: &mut SqliteConnection, shop: &ProvenShop) -> Result<Met, StoreError> {
    let met = query!("SELECT sector FROM challenges WHERE sector = ? AND token = ?", shop.sector, shop.token)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store_error)?;
    if met.is_none() {
        return Ok(Met::NoSuchChallenge);
    }
    let (claims, proof) = (write_claims(&shop.allowed_claims), shop.proof.word());
    let added = query!(
        "INSERT INTO shops (sector, root_jkt, added_at, statement, statement_seq, statement_root_jkt, proof, allowed_claims)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sector) DO NOTHING",
        shop.sector,
        shop.statement.root_jkt,
        shop.added_at,
        shop.statement.compact,
        shop.statement.seq,
        shop.statement.root_jkt,
        proof,
        claims
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    if added.rows_affected() == 0 {
        return Ok(Met::AlreadyThere);
    }
    query!("DELETE FROM challenges WHERE sector = ?", shop.sector)
        .execute(connection)
        .await
        .map_err(store_error)?;
    Ok(Met::Added)
}

#[async_trait]
impl ChallengeStore for SqliteStore {
    async fn keep_challenge(&self, challenge: &Challenge) -> Result<(), StoreError> {
        let mut part = self.writer().begin().await?;
        let kept = query!(
            "INSERT INTO challenges (sector, token, made_at) VALUES (?, ?, ?)
             ON CONFLICT (sector) DO UPDATE SET token = excluded.token, made_at = excluded.made_at",
            challenge.sector,
            challenge.token,
            challenge.made_at
        )
        .execute(&mut *part)
        .await
        .map_err(store_error);
        part.end(kept).await?;
        Ok(())
    }

    async fn find_challenge(&self, sector: &str) -> Result<Option<Challenge>, StoreError> {
        query_as!(Challenge, "SELECT sector, token, made_at FROM challenges WHERE sector = ?", sector)
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)
    }

    async fn meet_challenge(&self, shop: &ProvenShop) -> Result<Met, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = add_proven(&mut part, shop).await;
        part.end(outcome).await
    }
}
