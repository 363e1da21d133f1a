//! `POST /v1/passports`: a wallet has a passport issued.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::passport::{Passport, PassportRequest};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_relay_api::passport::{PassportBody, PassportRequestBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::RequestStore;

use crate::Identity;
use crate::http::dpop::Wallet;
use crate::http::extract::StrictJson;
use crate::http::problem::Refused;
use crate::state::Now;

/// Have a passport issued for the shop of a request.
///
/// The DPoP proof must be by the key that the request is bound to; the proof in the body is by the person's key for this shop.
#[utoipa::path(
    post,
    path = "/v1/passports",
    tag = "wallet",
    params(("DPoP" = String, Header, description = "RFC 9449")),
    request_body = PassportRequestBody,
    responses(
        (status = 200, body = PassportBody),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`already-taken`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "`expired`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`passport-refused`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn issue(
    State(identity): State<Arc<Identity>>,
    State(requests): State<Arc<dyn RequestStore>>,
    State(now): State<Now>,
    wallet: Wallet,
    StrictJson(body): StrictJson<PassportRequestBody>,
) -> Result<Json<PassportBody>, Refused> {
    let now = now.read();
    let id = RequestId::parse(&body.request).map_err(|_| Problem::NotFound)?;
    let found = requests.find_request(id.as_str()).await?.ok_or(Problem::NotFound)?;
    if found.bound_jkt.as_deref() != Some(&wallet.jkt) {
        return Err(Problem::AlreadyTaken.into());
    }
    if Timestamp::from_seconds(found.parked.response_by).has_ended(now) || found.burned {
        return Err(Problem::Expired.into());
    }
    let sector = Sector::parse(&found.parked.sector).map_err(|_| Problem::Failed)?;
    let holder = PassportRequest::parse(&body.proof, identity.issuer(), &sector, &id, now)
        .map_err(|_| Problem::PassportRefused)?;
    let passport = Passport::issue(identity.issuer(), identity.key(now), &holder, &sector, now)
        .map_err(|_| Problem::Failed)?;
    Ok(Json(PassportBody { passport }))
}
