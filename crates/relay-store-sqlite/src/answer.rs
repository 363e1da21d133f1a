//! Answers in SQLite.

use async_trait::async_trait;
use passerby_relay_store::row::parse_digest;
use passerby_relay_store::{
    Answer, AnswerStore, Answered, KeptRelease, NewGrant, Sha256, StoreError, ToAnswer, WRONG_CODES,
};
use sqlx::{SqliteConnection, query, query_scalar};

use crate::failure::store_error;
use crate::{SqliteStore, request};

/// Whether the period that a release is to lie under is over.
async fn is_period_over(
    connection: &mut SqliteConnection,
    release: &KeptRelease,
) -> Result<bool, StoreError> {
    let KeptRelease::Wrapped(wrapped) = release else { return Ok(false) };
    let begun = query_scalar!("SELECT number FROM periods WHERE number = ?", wrapped.period)
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    Ok(begun.is_none())
}

async fn insert_grant(
    connection: &mut SqliteConnection,
    sector: &str,
    grant: &NewGrant,
    granted_at: i64,
) -> Result<(), StoreError> {
    let (id, release_sha256) = (grant.id.to_string(), grant.release_sha256.as_slice());
    let (as_it_came, wrapped) = match &grant.release {
        KeptRelease::AsItCame(release) => (release.as_str(), None),
        KeptRelease::Wrapped(wrapped) => ("", Some(wrapped)),
    };
    let period = wrapped.map(|wrapped| wrapped.period);
    let sealed = wrapped.map(|wrapped| wrapped.sealed.as_slice());
    let wrapped_key = wrapped.map(|wrapped| wrapped.wrapped_key.as_slice());
    query!(
        "INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release, release_sha256,
                             granted_at, keep_until, sealed_release, wrapped_key, period)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        sector,
        grant.holder_jkt,
        grant.grant_claim,
        grant.consent_receipt,
        grant.relay_receipt,
        as_it_came,
        release_sha256,
        granted_at,
        grant.keep_until,
        sealed,
        wrapped_key,
        period
    )
    .execute(connection)
    .await
    .map_err(store_error)?;
    Ok(())
}

async fn keep_answer(connection: &mut SqliteConnection, answer: &Answer) -> Result<Answered, StoreError> {
    let found = query!(
        r#"SELECT r.sector, r.transaction_id, t.answered_at, t.wrong_codes AS "wrong_codes: u32",
                  a.body_sha256 AS "body_sha256?", a.reply AS "reply?"
           FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
           LEFT JOIN answers a ON a.request_id = r.id
           WHERE r.id = ?"#,
        answer.request_id
    )
    .fetch_optional(&mut *connection)
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
    if let Some(grant) = &answer.grant
        && is_period_over(connection, &grant.release).await?
    {
        return Ok(Answered::PeriodOver);
    }

    let (body_sha256, code_sha256) = (answer.body_sha256.as_slice(), answer.code_sha256.as_slice());
    query!(
        "INSERT INTO answers (request_id, body_sha256, reply, answered_at) VALUES (?, ?, ?, ?)",
        answer.request_id,
        body_sha256,
        answer.reply,
        answer.answered_at
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    if let Some(grant) = &answer.grant {
        insert_grant(connection, &row.sector, grant, answer.answered_at).await?;
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
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    Ok(Answered::Stored(answer.reply.clone()))
}

#[async_trait]
impl AnswerStore for SqliteStore {
    async fn find_answer(&self, request_id: &str) -> Result<Option<(Sha256, String)>, StoreError> {
        let row = query!("SELECT body_sha256, reply FROM answers WHERE request_id = ?", request_id)
            .fetch_optional(self.readers())
            .await
            .map_err(store_error)?;
        row.map(|row| Ok((parse_digest(&row.body_sha256)?, row.reply))).transpose()
    }

    async fn find_to_answer(&self, request_id: &str) -> Result<Option<ToAnswer>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(store_error)?;
        request::find_to_answer(&mut connection, request_id).await
    }

    async fn answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = keep_answer(&mut part, answer).await;
        part.end(outcome).await
    }
}
