//! Parked requests in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::row::parse_answer;
use passerby_relay_store::{
    Bind, DAY, NewRequest, Park, ParkedRequest, RequestStore, StoreError, ToAnswer, WRONG_CODES,
};
use sqlx::{PgExecutor, query, query_as, query_scalar};

use crate::PostgresStore;
use crate::failure::{is_taken, number, store_error};

/// In how many rows a shop's requests of a day are counted: those who park at the same moment wait for each other when the numbers of
/// their connections' processes leave the same rest. A shop may park more than its quota by as many as park at the same moment: the
/// connections of all relays but one.
const SLOTS: i64 = 32;

struct RequestRow {
    id: String,
    sector: String,
    transaction_id: String,
    request: String,
    redirect_uri: String,
    client_id: String,
    nonce: String,
    response_uri: String,
    terms_hash: String,
    exp: i64,
    response_by: i64,
    retention_days: i64,
    parked_at: i64,
    bound_jkt: Option<String>,
    wrong_codes: i64,
    /// Of the answer that stands, if there is one; with its reply.
    body_sha256: Option<Vec<u8>>,
    reply: Option<String>,
}

impl RequestRow {
    fn split_answer(mut self) -> Result<ToAnswer, StoreError> {
        let answered = parse_answer(self.body_sha256.take(), self.reply.take())?;
        Ok(ToAnswer { request: self.try_into()?, answered })
    }
}

impl TryFrom<RequestRow> for ParkedRequest {
    type Error = StoreError;

    fn try_from(row: RequestRow) -> Result<Self, StoreError> {
        Ok(Self {
            bound_jkt: row.bound_jkt,
            burned: number(row.wrong_codes)? >= WRONG_CODES,
            parked: NewRequest {
                id: row.id,
                sector: row.sector,
                transaction_id: row.transaction_id,
                request: row.request,
                redirect_uri: row.redirect_uri,
                client_id: row.client_id,
                nonce: row.nonce,
                response_uri: row.response_uri,
                terms_hash: row.terms_hash,
                exp: row.exp,
                response_by: row.response_by,
                retention_days: number(row.retention_days)?,
                parked_at: row.parked_at,
            },
        })
    }
}

/// With the answer that stands to it.
async fn find_row(executor: impl PgExecutor<'_>, id: &str) -> Result<Option<RequestRow>, StoreError> {
    query_as!(
        RequestRow,
        r#"SELECT r.id, r.sector, r.transaction_id, r.request, r.redirect_uri, r.client_id, r.nonce, r.response_uri,
                r.terms_hash, r.exp, r.response_by, r.retention_days, r.parked_at, r.bound_jkt, t.wrong_codes,
                a.body_sha256 AS "body_sha256?", a.reply AS "reply?"
         FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
         LEFT JOIN answers a ON a.request_id = r.id
         WHERE r.id = $1"#,
        id
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)
}

pub(crate) async fn find_to_answer(
    executor: impl PgExecutor<'_>,
    id: &str,
) -> Result<Option<ToAnswer>, StoreError> {
    find_row(executor, id).await?.map(RequestRow::split_answer).transpose()
}

/// Whether the same content was parked, whenever that was.
fn is_same(parked: &NewRequest, request: &NewRequest) -> bool {
    NewRequest { parked_at: parked.parked_at, ..request.clone() } == *parked
}

impl PostgresStore {
    /// `None`: nothing is parked under this id.
    async fn find_parked(&self, request: &NewRequest) -> Result<Option<Park>, StoreError> {
        let Some(parked) = self.find_request(&request.id).await? else { return Ok(None) };
        Ok(Some(if is_same(&parked.parked, request) { Park::Parked } else { Park::IdTaken }))
    }

    async fn is_closed(&self, sector: &str, id: &str) -> Result<bool, StoreError> {
        let closed = query_scalar!(
            r#"SELECT answered_at IS NOT NULL OR wrong_codes >= $3 AS "closed!" FROM transactions WHERE sector = $1 AND id = $2"#,
            sector,
            id,
            i64::from(WRONG_CODES)
        );
        Ok(closed.fetch_optional(self.pool()).await.map_err(store_error)?.unwrap_or(false))
    }

    /// `None`: it was not parked. One statement: it stands as a whole or not at all, and nobody waits for this relay between its parts.
    async fn try_park(&self, request: &NewRequest, most_a_day: u32) -> Result<Option<Park>, StoreError> {
        // The shop comes first: its row is locked against being removed, which goes from the shop to its transactions. A transaction
        // that stands is locked as it stands: between two statements it could be swept away. What others park at this moment is not in
        // the sum yet.
        let parked = query!(
            r#"WITH shop AS MATERIALIZED (SELECT sector FROM shops WHERE sector = $2 FOR KEY SHARE),
                    opened AS (
                        INSERT INTO transactions (sector, id)
                        SELECT sector, $3 FROM shop
                        WHERE (SELECT coalesce(sum(parked), 0) FROM (
                                   SELECT parked FROM parked_by_slot WHERE sector = $2 AND day = $14
                                   UNION ALL SELECT parked FROM parked_by_day WHERE sector = $2 AND day = $14) AS today) < $15::bigint
                          AND NOT EXISTS (SELECT 1 FROM requests WHERE id = $1)
                        ON CONFLICT (sector, id) DO UPDATE SET wrong_codes = transactions.wrong_codes
                        RETURNING sector, id, wrong_codes, answered_at),
                    parked AS (
                        INSERT INTO requests (id, sector, transaction_id, request, redirect_uri, client_id, nonce, response_uri,
                                              terms_hash, exp, response_by, retention_days, parked_at)
                        SELECT $1, sector, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM opened
                        WHERE answered_at IS NULL AND wrong_codes < $16
                        RETURNING sector),
                    counted AS (
                        INSERT INTO parked_by_slot (sector, day, slot, parked)
                        SELECT sector, $14, pg_backend_pid() % $17::bigint, 1 FROM parked
                        ON CONFLICT (sector, day, slot) DO UPDATE SET parked = parked_by_slot.parked + 1)
               SELECT EXISTS (SELECT 1 FROM parked) AS "parked!" FROM shop"#,
            request.id,
            request.sector,
            request.transaction_id,
            request.request,
            request.redirect_uri,
            request.client_id,
            request.nonce,
            request.response_uri,
            request.terms_hash,
            request.exp,
            request.response_by,
            i64::from(request.retention_days),
            request.parked_at,
            request.parked_at.div_euclid(DAY),
            i64::from(most_a_day),
            i64::from(WRONG_CODES),
            SLOTS
        )
        .fetch_one(self.pool())
        .await;
        match parked {
            Ok(row) => Ok(row.parked.then_some(Park::Parked)),
            // Somebody else parked this id at the same moment.
            Err(error) if is_taken(&error) => Ok(None),
            Err(error) => Err(store_error(error)),
        }
    }
}

#[async_trait]
impl RequestStore for PostgresStore {
    async fn park_request(&self, request: &NewRequest, most_a_day: u32) -> Result<Park, StoreError> {
        if let Some(parked) = self.again(|| self.try_park(request, most_a_day)).await? {
            return Ok(parked);
        }
        if let Some(known) = self.find_parked(request).await? {
            return Ok(known);
        }
        let closed = self.is_closed(&request.sector, &request.transaction_id).await?;
        Ok(if closed { Park::TransactionClosed } else { Park::OverQuota })
    }

    async fn find_request(&self, id: &str) -> Result<Option<ParkedRequest>, StoreError> {
        find_row(self.pool(), id).await?.map(ParkedRequest::try_from).transpose()
    }

    async fn bind_request(&self, id: &str, jkt: &str, now: i64, leeway: i64) -> Result<Bind, StoreError> {
        let bound = query_as!(
            RequestRow,
            r#"UPDATE requests r SET bound_jkt = $2 FROM transactions t
               WHERE r.id = $1 AND r.bound_jkt IS NULL AND r.exp > $3 AND t.sector = r.sector AND t.id = r.transaction_id
                 AND t.answered_at IS NULL AND t.wrong_codes < $4
               RETURNING r.id, r.sector, r.transaction_id, r.request, r.redirect_uri, r.client_id, r.nonce, r.response_uri,
                         r.terms_hash, r.exp, r.response_by, r.retention_days, r.parked_at, r.bound_jkt, t.wrong_codes,
                         NULL::bytea AS body_sha256, NULL::text AS reply"#,
            id,
            jkt,
            now.saturating_sub(leeway),
            i64::from(WRONG_CODES)
        )
        .fetch_optional(self.pool())
        .await
        .map_err(store_error)?;
        let row = match bound {
            Some(row) => row,
            None => match find_row(self.pool(), id).await? {
                None => return Ok(Bind::NotFound),
                Some(row) => row,
            },
        };
        match row.bound_jkt.as_deref() {
            Some(bound) if bound == jkt => Ok(Bind::Bound(Box::new(row.try_into()?))),
            Some(_) => Ok(Bind::TakenByAnother),
            None => Ok(Bind::TooLate),
        }
    }
}
