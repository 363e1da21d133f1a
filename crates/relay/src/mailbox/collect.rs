//! `POST /v1/transactions/{transaction_id}/collect`: a shop collects the outcome, once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::random_id::TransactionId;
use passerby_protocol::wire::b64u;
use passerby_relay_api::transaction::{CollectBody, OutcomeBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{Collect, Collected, TombstoneStore, TransactionStore};

use crate::hazmat::sha256;
use crate::http::extract::Named;
use crate::http::problem::Refused;
use crate::http::shop_proof::ListedShop;
use crate::journal::Journal;
use crate::state::Now;
use crate::waiting::Waiting;

fn granted(collected: Collected) -> OutcomeBody {
    OutcomeBody::Granted {
        grant_id: collected.grant_id.to_string(),
        grant_claim: collected.grant_claim,
        consent_receipt: collected.consent_receipt,
        relay_receipt: collected.relay_receipt,
        release_sha256: b64u::encode(collected.release_sha256),
    }
}

/// Collect the outcome with the code that the browser brought back.
///
/// The same code is answered again for 120 seconds, then never. Three wrong codes end the transaction and delete its release.
#[utoipa::path(
    post,
    path = "/v1/transactions/{transaction_id}/collect",
    tag = "shop",
    security(("shop_proof" = [])),
    params(("transaction_id" = String, Path, description = "The shop's name for the purchase")),
    request_body = CollectBody,
    responses(
        (status = 200, body = OutcomeBody),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`code-wrong`, `shop-unknown`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "`code-used`, `burned`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn collect(
    State(transactions): State<Arc<dyn TransactionStore>>,
    State(tombstones): State<Arc<dyn TombstoneStore>>,
    State(journal): State<Journal>,
    State(waiting): State<Arc<Waiting>>,
    State(now): State<Now>,
    Named(id): Named<TransactionId>,
    shop: ListedShop,
) -> Result<Json<OutcomeBody>, Refused> {
    let body: CollectBody = shop.calling.parse_body()?;
    let (sector, code_sha256) = (shop.calling.sector, sha256(&body.response_code));
    // On its own, so that a shop that hangs up does not leave a tombstone without a deletion.
    let collecting = tokio::spawn(async move {
        let (note, now) = (journal.note(), now.read().seconds());
        let outcome = transactions.collect(sector.as_str(), id.as_str(), &code_sha256, now, &note).await;
        let settled = note.settle(&*tombstones, outcome).await;
        if matches!(settled, Ok(Collect::Burned)) {
            waiting.wake(sector.as_str(), id.as_str());
        }
        settled
    });
    match collecting.await.map_err(|_| Problem::Failed)?? {
        Collect::Granted(collected) => Ok(Json(granted(*collected))),
        Collect::Declined => Ok(Json(OutcomeBody::Declined)),
        Collect::Wrong => Err(Problem::CodeWrong.into()),
        Collect::Burned => Err(Problem::Burned.into()),
        Collect::Used => Err(Problem::CodeUsed.into()),
        _ => Err(Problem::NotFound.into()),
    }
}
