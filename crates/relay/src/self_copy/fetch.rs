//! `GET /v1/self-copy`: a person comes back for their copy.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_relay_api::self_copy::SelfCopyBody;
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::SelfCopyStore;

use crate::http::dpop::Wallet;
use crate::http::problem::Refused;

/// The sealed copy of the key of the DPoP proof.
#[utoipa::path(
    get,
    path = "/v1/self-copy",
    tag = "wallet",
    params(("DPoP" = String, Header, description = "RFC 9449")),
    responses(
        (status = 200, body = SelfCopyBody),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn fetch(
    State(copies): State<Arc<dyn SelfCopyStore>>,
    wallet: Wallet,
) -> Result<Json<SelfCopyBody>, Refused> {
    let found = copies.find_self_copy(&wallet.jkt).await?.ok_or(Problem::NotFound)?;
    let seq = u64::try_from(found.seq).map_err(|_| Problem::Failed)?;
    Ok(Json(SelfCopyBody { seq, copy: found.copy }))
}
