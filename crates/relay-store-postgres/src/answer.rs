//! Answers in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::{Answer, AnswerStore, Answered, NewGrant, Sha256, StoreError, WRONG_CODES};
use sqlx::{PgConnection, query};

use crate::PostgresStore;
use crate::failure::{digest, number, store_error};

async fn insert_grant(
    connection: &mut PgConnection,
    sector: &str,
    grant: &NewGrant,
    granted_at: i64,
) -> Result<(), StoreError> {
    query!(
        "INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release, release_sha256,
                             granted_at, keep_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        grant.id.to_string(),
        sector,
        grant.holder_jkt,
        grant.grant_claim,
        grant.consent_receipt,
        grant.relay_receipt,
        grant.release,
        grant.release_sha256.as_slice(),
        granted_at,
        grant.keep_until
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

impl PostgresStore {
    async fn try_answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        let mut transaction = self.begin().await?;
        // Of two answers for one transaction, the second waits here, and then sees the first.
        let locked = query!(
            "SELECT t.sector, t.id, t.answered_at, t.wrong_codes
             FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
             WHERE r.id = $1 FOR NO KEY UPDATE OF t",
            answer.request_id
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
        let Some(row) = locked else { return Ok(Answered::NotFound) };
        let known = query!("SELECT body_sha256, reply FROM answers WHERE request_id = $1", answer.request_id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(store_error)?;
        if let Some(known) = known {
            let same = known.body_sha256 == answer.body_sha256;
            return Ok(if same { Answered::Again(known.reply) } else { Answered::Already });
        }
        if row.answered_at.is_some() {
            return Ok(Answered::Already);
        }
        if number(row.wrong_codes)? >= WRONG_CODES {
            return Ok(Answered::Burned);
        }

        query!(
            "INSERT INTO answers (request_id, body_sha256, reply, answered_at) VALUES ($1, $2, $3, $4)",
            answer.request_id,
            answer.body_sha256.as_slice(),
            answer.reply,
            answer.answered_at
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        if let Some(grant) = &answer.grant {
            insert_grant(&mut transaction, &row.sector, grant, answer.answered_at).await?;
        }
        query!(
            "UPDATE transactions SET answered_at = $1, code_sha256 = $2, grant_id = $3, declined = $4 WHERE sector = $5 AND id = $6",
            answer.answered_at,
            answer.code_sha256.as_slice(),
            answer.grant.as_ref().map(|grant| grant.id.to_string()),
            answer.grant.is_none(),
            row.sector,
            row.id
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Answered::Stored(answer.reply.clone()))
    }
}

#[async_trait]
impl AnswerStore for PostgresStore {
    async fn find_answer(&self, request_id: &str) -> Result<Option<(Sha256, String)>, StoreError> {
        let row = query!("SELECT body_sha256, reply FROM answers WHERE request_id = $1", request_id)
            .fetch_optional(self.pool())
            .await
            .map_err(store_error)?;
        row.map(|row| Ok((digest(&row.body_sha256)?, row.reply))).transpose()
    }

    async fn answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        self.again(|| self.try_answer(answer)).await
    }
}
