//! No request takes for ever: a body that trickles in, or a store that is stuck, is given up.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passerby_relay_api::Problem;

use super::problem::Refused;

/// Gives up after `longest`, the time for a request with its body. What the store has begun it still finishes or undoes as a whole.
pub async fn keep(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refused::from(Problem::Unavailable).into_response(),
    }
}
