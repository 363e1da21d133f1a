//! Parked requests in PostgreSQL.

use async_trait::async_trait;
use passerby_relay_store::{
    Bind, DAY, NewRequest, Park, ParkedRequest, RequestStore, StoreError, WRONG_CODES,
};
use sqlx::{PgExecutor, query, query_as, query_scalar};

use crate::PostgresStore;
use crate::failure::{number, store_error};

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
    answered_at: Option<i64>,
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

async fn find_row(executor: impl PgExecutor<'_>, id: &str) -> Result<Option<RequestRow>, StoreError> {
    query_as!(
        RequestRow,
        "SELECT r.id, r.sector, r.transaction_id, r.request, r.redirect_uri, r.client_id, r.nonce, r.response_uri,
                r.terms_hash, r.exp, r.response_by, r.retention_days, r.parked_at, r.bound_jkt, t.wrong_codes, t.answered_at
         FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
         WHERE r.id = $1",
        id
    )
    .fetch_optional(executor)
    .await
    .map_err(store_error)
}

/// Whether the same content was parked, whenever that was.
fn is_same(parked: &NewRequest, request: &NewRequest) -> bool {
    NewRequest { parked_at: parked.parked_at, ..request.clone() } == *parked
}

impl PostgresStore {
    /// `None`: somebody else parked this id meanwhile, and it is gone again.
    async fn find_parked(&self, request: &NewRequest) -> Result<Option<Park>, StoreError> {
        let Some(parked) = self.find_request(&request.id).await? else { return Ok(None) };
        Ok(Some(if is_same(&parked.parked, request) { Park::Parked } else { Park::IdTaken }))
    }

    /// `None`: the id is taken.
    async fn try_park(&self, request: &NewRequest, most_a_day: u32) -> Result<Option<Park>, StoreError> {
        let mut transaction = self.begin().await?;
        // First of all: it locks the shop's row against being removed, which goes from the shop to its transactions.
        let day = request.parked_at.div_euclid(DAY);
        let parked_today = query_scalar!(
            "INSERT INTO parked_by_day (sector, day, parked) VALUES ($1, $2, 1)
             ON CONFLICT (sector, day) DO UPDATE SET parked = parked_by_day.parked + 1 RETURNING parked",
            request.sector,
            day
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(store_error)?;
        // Makes the transaction, or waits for it and locks it as it stands, in one statement: between two it could be swept away.
        let opened = query!(
            "INSERT INTO transactions (sector, id) VALUES ($1, $2)
             ON CONFLICT (sector, id) DO UPDATE SET wrong_codes = transactions.wrong_codes
             RETURNING wrong_codes, answered_at",
            request.sector,
            request.transaction_id
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(store_error)?;
        if opened.answered_at.is_some() || number(opened.wrong_codes)? >= WRONG_CODES {
            return Ok(Some(Park::TransactionClosed));
        }
        if parked_today > i64::from(most_a_day) {
            return Ok(Some(Park::OverQuota));
        }
        let retention_days = i64::from(request.retention_days);
        let parked = query!(
            "INSERT INTO requests (id, sector, transaction_id, request, redirect_uri, client_id, nonce, response_uri,
                                   terms_hash, exp, response_by, retention_days, parked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (id) DO NOTHING",
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
            retention_days,
            request.parked_at
        )
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        if parked.rows_affected() == 0 {
            return Ok(None);
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(Some(Park::Parked))
    }
}

#[async_trait]
impl RequestStore for PostgresStore {
    async fn park_request(&self, request: &NewRequest, most_a_day: u32) -> Result<Park, StoreError> {
        if let Some(known) = self.find_parked(request).await? {
            return Ok(known);
        }
        match self.again(|| self.try_park(request, most_a_day)).await? {
            Some(outcome) => Ok(outcome),
            None => Ok(self.find_parked(request).await?.unwrap_or(Park::IdTaken)),
        }
    }

    async fn find_request(&self, id: &str) -> Result<Option<ParkedRequest>, StoreError> {
        find_row(self.pool(), id).await?.map(ParkedRequest::try_from).transpose()
    }

    async fn bind_request(&self, id: &str, jkt: &str, now: i64, leeway: i64) -> Result<Bind, StoreError> {
        let mut transaction = self.begin().await?;
        query!("SELECT id FROM requests WHERE id = $1 FOR NO KEY UPDATE", id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(store_error)?;
        let Some(mut row) = find_row(&mut *transaction, id).await? else { return Ok(Bind::NotFound) };
        let closed = row.answered_at.is_some() || number(row.wrong_codes)? >= WRONG_CODES;
        match row.bound_jkt.as_deref() {
            Some(bound) if bound == jkt => return Ok(Bind::Bound(Box::new(row.try_into()?))),
            Some(_) => return Ok(Bind::TakenByAnother),
            None if closed || now >= row.exp.saturating_add(leeway) => return Ok(Bind::TooLate),
            None => {}
        }
        query!("UPDATE requests SET bound_jkt = $1 WHERE id = $2", jkt, id)
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        row.bound_jkt = Some(jkt.to_owned());
        Ok(Bind::Bound(Box::new(row.try_into()?)))
    }
}
