//! Answers in SQLite.

use async_trait::async_trait;
use passerby_relay_store::{Answer, AnswerStore, Answered, NewGrant, Sha256, StoreError, WRONG_CODES};
use sqlx::{SqliteConnection, query};

use crate::SqliteStore;
use crate::failure::{digest, store_error};

async fn insert_grant(
    connection: &mut SqliteConnection,
    sector: &str,
    grant: &NewGrant,
    granted_at: i64,
) -> Result<(), StoreError> {
    let (id, release_sha256) = (grant.id.to_string(), grant.release_sha256.as_slice());
    query!(
        "INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release, release_sha256,
                             granted_at, keep_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        sector,
        grant.holder_jkt,
        grant.grant_claim,
        grant.consent_receipt,
        grant.relay_receipt,
        grant.release,
        release_sha256,
        granted_at,
        grant.keep_until
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

#[async_trait]
impl AnswerStore for SqliteStore {
    async fn find_answer(&self, request_id: &str) -> Result<Option<(Sha256, String)>, StoreError> {
        let row = query!("SELECT body_sha256, reply FROM answers WHERE request_id = ?", request_id)
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)?;
        row.map(|row| Ok((digest(&row.body_sha256)?, row.reply))).transpose()
    }

    async fn answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        let mut transaction = self.begin().await?;
        let found = query!(
            r#"SELECT r.sector, r.transaction_id, t.answered_at, t.wrong_codes AS "wrong_codes: u32",
                      a.body_sha256 AS "body_sha256?", a.reply AS "reply?"
               FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
               LEFT JOIN answers a ON a.request_id = r.id
               WHERE r.id = ?"#,
            answer.request_id
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(store_error)?;
        let Some(row) = found else { return Ok(Answered::NotFound) };
        if let (Some(body_sha256), Some(reply)) = (row.body_sha256, row.reply) {
            let same = body_sha256 == answer.body_sha256;
            return Ok(if same { Answered::Again(reply) } else { Answered::Already });
        }
        if row.answered_at.is_some() {
            return Ok(Answered::Already);
        }
        if row.wrong_codes >= WRONG_CODES {
            return Ok(Answered::Burned);
        }

        let (body_sha256, code_sha256) = (answer.body_sha256.as_slice(), answer.code_sha256.as_slice());
        query!(
            "INSERT INTO answers (request_id, body_sha256, reply, answered_at) VALUES (?, ?, ?, ?)",
            answer.request_id,
            body_sha256,
            answer.reply,
            answer.answered_at
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        if let Some(grant) = &answer.grant {
            insert_grant(&mut transaction, &row.sector, grant, answer.answered_at).await?;
        }
        let grant_id = answer.grant.as_ref().map(|grant| grant.id.to_string());
        let declined = grant_id.is_none();
        query!(
            "UPDATE transactions SET answered_at = ?, code_sha256 = ?, grant_id = ?, declined = ? WHERE sector = ? AND id = ?",
            answer.answered_at,
            code_sha256,
            grant_id,
            declined,
            row.sector,
            row.transaction_id
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Answered::Stored(answer.reply.clone()))
    }
}
