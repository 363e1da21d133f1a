//! `GET /v1/transactions/{transaction_id}`: how far a transaction is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::random_id::TransactionId;
use passerby_protocol::time::{SKEW, Timestamp};
use passerby_relay_api::transaction::{TransactionBody, TransactionState};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{Transaction, TransactionStore};

use crate::http::extract::Named;
use crate::http::problem::Refused;
use crate::http::shop_proof::ListedShop;
use crate::state::Now;

/// The state that a shop is told.
pub(crate) fn state_of(transaction: &Transaction, now: Timestamp) -> TransactionState {
    let ended = |end| Timestamp::from_seconds(end).has_ended(now);
    if transaction.burned {
        TransactionState::Expired
    } else if transaction.answered {
        TransactionState::Answered
    } else if transaction.asked.iter().any(|asked| asked.bound && !ended(asked.response_by)) {
        TransactionState::Fetched
    } else if transaction.asked.iter().any(|asked| !asked.bound && !ended(asked.exp)) {
        TransactionState::Waiting
    } else {
        TransactionState::Expired
    }
}

/// When the state may be another one although nobody does anything, in seconds since 1970.
pub(crate) fn find_next_change(transaction: &Transaction, now: Timestamp) -> Option<i64> {
    let ends = transaction.asked.iter().map(|asked| if asked.bound { asked.response_by } else { asked.exp });
    let ends = ends.filter(|end| !Timestamp::from_seconds(*end).has_ended(now));
    ends.map(|end| end.saturating_add(SKEW)).min()
}

/// How far a transaction is.
#[utoipa::path(
    get,
    path = "/v1/transactions/{transaction_id}",
    tag = "shop",
    security(("shop_proof" = [])),
    params(("transaction_id" = String, Path, description = "The shop's name for the purchase")),
    responses(
        (status = 200, body = TransactionBody),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn transaction(
    State(transactions): State<Arc<dyn TransactionStore>>,
    State(now): State<Now>,
    Named(id): Named<TransactionId>,
    shop: ListedShop,
) -> Result<Json<TransactionBody>, Refused> {
    let sector = shop.calling.sector.as_str();
    let found = transactions.find_transaction(sector, id.as_str()).await?.ok_or(Problem::NotFound)?;
    Ok(Json(TransactionBody { state: state_of(&found, now.read()) }))
}
