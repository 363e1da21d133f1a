//! Parked requests in SQLite.

use async_trait::async_trait;
use passerby_relay_store::row::parse_answer;
use passerby_relay_store::{
    Bind, DAY, NewRequest, Park, ParkedRequest, RequestStore, StoreError, ToAnswer, WRONG_CODES,
};
use sqlx::{SqliteConnection, query, query_as};

use crate::SqliteStore;
use crate::failure::store_error;

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
    retention_days: u32,
    parked_at: i64,
    bound_jkt: Option<String>,
    wrong_codes: u32,
    answered_at: Option<i64>,
    /// Of the answer that stands, if there is one; with its reply.
    body_sha256: Option<Vec<u8>>,
    reply: Option<String>,
}

impl RequestRow {
    fn closed(&self) -> bool {
        self.answered_at.is_some() || self.wrong_codes >= WRONG_CODES
    }

    fn split_answer(mut self) -> Result<ToAnswer, StoreError> {
        let answered = parse_answer(self.body_sha256.take(), self.reply.take())?;
        Ok(ToAnswer { request: self.into(), answered })
    }
}

impl From<RequestRow> for ParkedRequest {
    fn from(row: RequestRow) -> Self {
        Self {
            bound_jkt: row.bound_jkt,
            burned: row.wrong_codes >= WRONG_CODES,
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
                retention_days: row.retention_days,
                parked_at: row.parked_at,
            },
        }
    }
}

/// With the answer that stands to it.
async fn find_row(connection: &mut SqliteConnection, id: &str) -> Result<Option<RequestRow>, StoreError> {
    query_as!(
        RequestRow,
        r#"SELECT r.id, r.sector, r.transaction_id, r.request, r.redirect_uri, r.client_id, r.nonce, r.response_uri,
                  r.terms_hash, r.exp, r.response_by, r.retention_days AS "retention_days: u32", r.parked_at, r.bound_jkt,
                  t.wrong_codes AS "wrong_codes: u32", t.answered_at,
                  a.body_sha256 AS "body_sha256?", a.reply AS "reply?"
           FROM requests r JOIN transactions t ON t.sector = r.sector AND t.id = r.transaction_id
           LEFT JOIN answers a ON a.request_id = r.id
           WHERE r.id = ?"#,
        id
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)
}

pub(crate) async fn find_to_answer(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<ToAnswer>, StoreError> {
    find_row(connection, id).await?.map(RequestRow::split_answer).transpose()
}

/// Whether the same content was parked, whenever that was.
fn is_same(parked: &NewRequest, request: &NewRequest) -> bool {
    NewRequest { parked_at: parked.parked_at, ..request.clone() } == *parked
}

async fn insert_request(
    connection: &mut SqliteConnection,
    request: &NewRequest,
    most_a_day: u32,
) -> Result<Park, StoreError> {
    if let Some(row) = find_row(connection, &request.id).await? {
        let same = is_same(&ParkedRequest::from(row).parked, request);
        return Ok(if same { Park::Parked } else { Park::IdTaken });
    }
    let closed = query!(
        "SELECT id FROM transactions WHERE sector = ? AND id = ? AND (answered_at IS NOT NULL OR wrong_codes >= ?)",
        request.sector,
        request.transaction_id,
        WRONG_CODES
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    if closed.is_some() {
        return Ok(Park::TransactionClosed);
    }
    let day = request.parked_at.div_euclid(DAY);
    let counted = query!(
        "INSERT INTO parked_by_day (sector, day, parked) SELECT ?1, ?2, 1 WHERE ?3 > 0
         ON CONFLICT (sector, day) DO UPDATE SET parked = parked + 1 WHERE parked < ?3",
        request.sector,
        day,
        most_a_day
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    if counted.rows_affected() == 0 {
        return Ok(Park::OverQuota);
    }
    query!(
        "INSERT INTO transactions (sector, id) VALUES (?, ?) ON CONFLICT (sector, id) DO NOTHING",
        request.sector,
        request.transaction_id
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    query!(
        "INSERT INTO requests (id, sector, transaction_id, request, redirect_uri, client_id, nonce, response_uri,
                               terms_hash, exp, response_by, retention_days, parked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        request.retention_days,
        request.parked_at
    )
    .execute(&mut *connection)
    .await
    .map_err(store_error)?;
    Ok(Park::Parked)
}

async fn bind(
    connection: &mut SqliteConnection,
    id: &str,
    jkt: &str,
    now: i64,
    leeway: i64,
) -> Result<Bind, StoreError> {
    let Some(mut row) = find_row(connection, id).await? else { return Ok(Bind::NotFound) };
    match row.bound_jkt.as_deref() {
        Some(bound) if bound == jkt => return Ok(Bind::Bound(Box::new(row.into()))),
        Some(_) => return Ok(Bind::TakenByAnother),
        None if row.closed() || now >= row.exp.saturating_add(leeway) => return Ok(Bind::TooLate),
        None => {}
    }
    query!("UPDATE requests SET bound_jkt = ? WHERE id = ?", jkt, id)
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    row.bound_jkt = Some(jkt.to_owned());
    Ok(Bind::Bound(Box::new(row.into())))
}

#[async_trait]
impl RequestStore for SqliteStore {
    async fn park_request(&self, request: &NewRequest, most_a_day: u32) -> Result<Park, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = insert_request(&mut part, request, most_a_day).await;
        part.end(outcome).await
    }

    async fn find_request(&self, id: &str) -> Result<Option<ParkedRequest>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(store_error)?;
        Ok(find_row(&mut connection, id).await?.map(ParkedRequest::from))
    }

    async fn bind_request(&self, id: &str, jkt: &str, now: i64, leeway: i64) -> Result<Bind, StoreError> {
        let mut part = self.writer().begin().await?;
        let outcome = bind(&mut part, id, jkt, now, leeway).await;
        part.end(outcome).await
    }
}
