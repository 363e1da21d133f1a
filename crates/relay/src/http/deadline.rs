//! No request takes for ever: a body that trickles in, or a store that is stuck, is given up.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passerby_relay_api::Problem;

use super::problem::Refused;

/// How long a request may take, with its body.
const LONGEST: Duration = Duration::from_secs(30);

/// Gives up after [`LONGEST`]. What the store has begun it still finishes or undoes as a whole.
pub async fn keep(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refused::from(Problem::Unavailable).into_response(),
    }
}
