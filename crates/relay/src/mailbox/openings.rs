//! `GET /v1/grants/{grant_id}/openings`: a person sees who opened a release.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_relay_api::opening::{OpeningBody, OpeningsBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{GrantId, OpeningStore};

use crate::http::dpop::Wallet;
use crate::http::extract::Named;
use crate::http::problem::Refused;

/// How many openings are told, the newest. With the longest reasons they fit into what a wallet reads: a shop must not hide one
/// behind many.
const MOST: usize = 100;

/// Who opened the release of a grant. The DPoP proof is by the person's key for the shop.
#[utoipa::path(
    get,
    path = "/v1/grants/{grant_id}/openings",
    tag = "wallet",
    params(("grant_id" = String, Path, description = "The grant's id"), ("DPoP" = String, Header, description = "RFC 9449")),
    responses(
        (status = 200, body = OpeningsBody),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`: also for any other key", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn openings(
    State(openings): State<Arc<dyn OpeningStore>>,
    wallet: Wallet,
    Named(grant_id): Named<GrantId>,
) -> Result<Json<OpeningsBody>, Refused> {
    let found = openings.find_openings(grant_id, &wallet.jkt).await?.ok_or(Problem::NotFound)?;
    let too_many = found.len().saturating_sub(MOST);
    let openings = found
        .into_iter()
        .skip(too_many)
        .map(|o| OpeningBody { opened_at: o.opened_at, reason: o.reason })
        .collect();
    Ok(Json(OpeningsBody { openings }))
}
