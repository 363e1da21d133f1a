//! `GET /v1/transactions/{transaction_id}/events`: a shop is told how far a transaction is, whenever that changes.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use passerby_protocol::random_id::TransactionId;
use passerby_relay_api::transaction::TransactionState;
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::TransactionStore;

use super::{Waiting, Watcher};
use crate::http::extract::Named;
use crate::http::problem::Refused;
use crate::http::shop_proof::ListedShop;
use crate::state::{Now, Randomness};

/// When those come again whose stream ends too early: at the earliest, and spread over so many milliseconds, for they may all be cut off at once.
const EARLIEST: u64 = 1_000;
const SPREAD: u64 = 3_000;

/// What nginx, and proxies that know its word for it, must not hold back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The watcher of an answer. It is the body's, unless whoever has the connection takes it first and serves it by itself.
#[derive(Clone)]
pub(crate) struct WatcherSlot(Arc<Mutex<Option<Box<Watcher>>>>);

impl WatcherSlot {
    fn new(watcher: Watcher) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(watcher)))))
    }

    /// Takes it, once.
    pub fn take(&self) -> Option<Box<Watcher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn into_body(self) -> Body {
        Body::from_stream(stream::unfold((self, None::<Box<Watcher>>), async |(slot, watcher)| {
            let mut watcher = watcher.or_else(|| slot.take())?;
            let part = watcher.next().await?;
            Some((Ok::<_, Infallible>(part), (slot, Some(watcher))))
        }))
    }
}

fn find_known(headers: &HeaderMap) -> Option<TransactionState> {
    use TransactionState::{Answered, Expired, Fetched, Waiting};
    let word = headers.get(LAST_EVENT_ID)?.to_str().ok()?;
    [Waiting, Fetched, Answered, Expired].into_iter().find(|state| state.word() == word)
}

/// How far a transaction is, told when it changes.
///
/// An event stream: the state at once, then each further one, until it is `answered` or `expired`. Ends at any time; whoever still waits
/// calls again, with `Last-Event-ID`. Where a proxy holds streams back, ask for the transaction itself.
#[utoipa::path(
    get,
    path = "/v1/transactions/{transaction_id}/events",
    tag = "shop",
    security(("shop_proof" = [])),
    params(
        ("transaction_id" = String, Path, description = "The shop's name for the purchase"),
        ("Last-Event-ID" = Option<String>, Header, description = "The state that the shop was told last"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn events(
    State(waiting): State<Arc<Waiting>>,
    State(transactions): State<Arc<dyn TransactionStore>>,
    State(now): State<Now>,
    State(randomness): State<Randomness>,
    headers: HeaderMap,
    Named(id): Named<TransactionId>,
    shop: ListedShop,
) -> Result<Response, Refused> {
    let retry = EARLIEST + randomness.draw(|rng| u64::from(rng.next_u32())) % SPREAD;
    let mut watcher = Watcher::listen(waiting, transactions, now, shop.calling.sector, id)?;
    if !watcher.begin(find_known(&headers), retry).await? {
        return Err(Problem::NotFound.into());
    }
    let slot = WatcherSlot::new(watcher);
    let mut response = slot.clone().into_body().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response.extensions_mut().insert(slot);
    Ok(response)
}
