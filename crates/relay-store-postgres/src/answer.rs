//! Answers in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::parse_digest;
use passerby_relay_store::{
    Answer, AnswerStore, Answered, KeptRelease, Sha256, StoreError, ToAnswer, WRONG_CODES,
};
use sqlx::query;

use crate::PostgresStore;
use crate::failure::{lies_under_no_period, number, store_error};
use crate::request;

impl PostgresStore {
    /// One statement: it stands as a whole or not at all, and nobody waits for this relay between its parts.
    async fn try_answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        let grant = answer.grant.as_ref();
        let (as_it_came, wrapped) = match grant.map(|grant| &grant.release) {
            Some(KeptRelease::AsItCame(release)) => (release.as_str(), None),
            Some(KeptRelease::Wrapped(wrapped)) => ("", Some(wrapped)),
            None => ("", None),
        };
        let grant_id = grant.map(|grant| grant.id.to_string());
        // Of two answers for one transaction, the second waits where the row is locked, and then sees what the first left there.
        let locked = query!(
            "WITH locked AS MATERIALIZED (
                 SELECT t.sector, t.id, t.answered_at, t.wrong_codes
                 FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
                 WHERE r.id = $1 FOR NO KEY UPDATE OF t),
             open AS (SELECT sector, id FROM locked WHERE answered_at IS NULL AND wrong_codes < $2),
             closed AS (
                 UPDATE transactions t SET answered_at = $3, code_sha256 = $4, grant_id = $5, declined = $5::text IS NULL
                 FROM open WHERE t.sector = open.sector AND t.id = open.id),
             answered AS (
                 INSERT INTO answers (request_id, body_sha256, reply, answered_at) SELECT $1, $6, $7, $3 FROM open),
             granted AS (
                 INSERT INTO grants (id, sector, holder_jkt, grant_claim, consent_receipt, relay_receipt, release,
                                     release_sha256, granted_at, keep_until, sealed_release, wrapped_key, period)
                 SELECT $5, sector, $8, $9, $10, $11, $12, $13, $3, $14, $15, $16, $17 FROM open WHERE $5::text IS NOT NULL)
             SELECT answered_at, wrong_codes FROM locked",
            answer.request_id,
            i64::from(WRONG_CODES),
            answer.answered_at,
            answer.code_sha256.as_slice(),
            grant_id,
            answer.body_sha256.as_slice(),
            answer.reply,
            grant.and_then(|grant| grant.holder_jkt.as_deref()),
            grant.and_then(|grant| grant.grant_claim.as_deref()),
            grant.and_then(|grant| grant.consent_receipt.as_deref()),
            grant.map(|grant| grant.relay_receipt.as_str()),
            as_it_came,
            grant.map(|grant| grant.release_sha256.as_slice()),
            grant.map(|grant| grant.keep_until),
            wrapped.map(|wrapped| wrapped.sealed.as_slice()),
            wrapped.map(|wrapped| wrapped.wrapped_key.as_slice()),
            wrapped.map(|wrapped| wrapped.period)
        )
        .fetch_optional(self.pool())
        .await;
        let row = match locked {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Answered::NotFound),
            // Its foreign key asks, so that the shortest way asks nothing more.
            Err(error) if lies_under_no_period(&error) => return Ok(Answered::PeriodOver),
            Err(error) => return Err(store_error(error)),
        };
        if row.answered_at.is_some() {
            return Ok(match self.find_answer(&answer.request_id).await? {
                Some((body_sha256, reply)) if body_sha256 == answer.body_sha256 => Answered::Again(reply),
                _ => Answered::Already,
            });
        }
        if number(row.wrong_codes)? >= WRONG_CODES {
            return Ok(Answered::Burned);
        }
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
        row.map(|row| Ok((parse_digest(&row.body_sha256)?, row.reply))).transpose()
    }

    async fn find_to_answer(&self, request_id: &str) -> Result<Option<ToAnswer>, StoreError> {
        request::find_to_answer(self.pool(), request_id).await
    }

    async fn answer(&self, answer: &Answer) -> Result<Answered, StoreError> {
        self.again(|| self.try_answer(answer)).await
    }
}
