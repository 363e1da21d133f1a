//! `POST /v1/grants/{grant_id}/openings`: a shop asks for a sealed release; the person can see that it did.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_relay_api::opening::{OpenedBody, OpeningRequestBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{GrantId, NewOpening, OpeningStore};

use crate::http::extract::Named;
use crate::http::problem::Refused;
use crate::http::shop_proof::ListedShop;
use crate::period::ReleaseKeys;
use crate::state::Now;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 120;

/// A reason is shown to a person: one line of plain text.
fn is_reason(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !text.trim().is_empty()
        && text.chars().count() <= LONGEST_REASON
        && !text.chars().any(|c| c.is_control() || turns(c))
}

/// Ask for a sealed release. The opening is recorded before the release leaves.
#[utoipa::path(
    post,
    path = "/v1/grants/{grant_id}/openings",
    tag = "shop",
    security(("shop_proof" = [])),
    params(("grant_id" = String, Path, description = "The grant's id")),
    request_body = OpeningRequestBody,
    responses(
        (status = 200, body = OpenedBody),
        (status = 400, description = "`malformed`: no reason, or more than 120 characters", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn open_release(
    State(openings): State<Arc<dyn OpeningStore>>,
    State(releases): State<Arc<ReleaseKeys>>,
    State(now): State<Now>,
    Named(grant_id): Named<GrantId>,
    shop: ListedShop,
) -> Result<Json<OpenedBody>, Refused> {
    let reason = shop.calling.parse_body::<OpeningRequestBody>()?.reason;
    if !is_reason(&reason) {
        return Err(Problem::Malformed.into());
    }
    let opened_at = now.read().seconds();
    let opening = NewOpening { grant_id, sector: shop.calling.sector.into(), opened_at, reason };
    let grant = openings.open_release(&opening).await?.ok_or(Problem::NotFound)?;
    // Recorded already: a release that cannot be read just now was asked for all the same.
    let release = releases.open(grant_id, grant.release).await?;
    Ok(Json(OpenedBody { release, opened_at }))
}
