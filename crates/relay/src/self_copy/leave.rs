//! `PUT /v1/self-copy`: a wallet leaves a copy for its own person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::self_copy::SealedCopy;
use passerby_relay_api::self_copy::{SelfCopyBody, SelfCopyKeptBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{LeaveCopy, SelfCopy, SelfCopyStore};

use crate::http::dpop::Wallet;
use crate::http::extract::StrictJson;
use crate::http::problem::Refused;

/// Leave a sealed copy, in place of the one before. The DPoP proof is by the person's key for a shop.
///
/// Only a key with a grant at this relay may; the copy goes with the last of them. The same copy may come again.
#[utoipa::path(
    put,
    path = "/v1/self-copy",
    tag = "wallet",
    params(("DPoP" = String, Header, description = "RFC 9449")),
    request_body = SelfCopyBody,
    responses(
        (status = 200, body = SelfCopyKeptBody),
        (status = 400, description = "`malformed`: also of any other length than the three", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`: this key has no grant here", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`self-copy-behind`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn leave(
    State(copies): State<Arc<dyn SelfCopyStore>>,
    wallet: Wallet,
    StrictJson(body): StrictJson<SelfCopyBody>,
) -> Result<Json<SelfCopyKeptBody>, Refused> {
    let sealed = SealedCopy { seq: body.seq, copy: body.copy };
    if !sealed.is_well_formed() {
        return Err(Problem::Malformed.into());
    }
    let seq = i64::try_from(sealed.seq).map_err(|_| Problem::Malformed)?;
    let copy = SelfCopy { holder_jkt: wallet.jkt, seq, copy: sealed.copy };
    match copies.leave_self_copy(&copy).await? {
        LeaveCopy::Kept => Ok(Json(SelfCopyKeptBody { seq: sealed.seq })),
        LeaveCopy::Behind => Err(Problem::SelfCopyBehind.into()),
        _ => Err(Problem::NotFound.into()),
    }
}
