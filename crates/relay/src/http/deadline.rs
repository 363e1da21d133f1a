//! No request takes for ever: a body that trickles in, or a store that is stuck, is given up.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passerby_relay_api::Problem;

use super::problem::Refused;
use crate::meters::{self, Late};

/// Gives up after `longest`, the time for a request with its body. What the store has begun it still finishes or undoes as a whole.
pub async fn keep(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(longest, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        meters::give_up(Late::Request);
        Refused::from(Problem::Unavailable).into_response()
    })
}
