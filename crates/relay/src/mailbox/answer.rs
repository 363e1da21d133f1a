//! `POST /v1/response/{id}`: a wallet answers, once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::random_id::{RequestId, ResponseCode};
use passerby_protocol::time::Timestamp;
use passerby_relay_api::answer::{AnswerBody, AnsweredBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{Answer, AnswerStore, Answered, GrantId, NewRequest, ParkedRequest};
use url::Url;

use super::sealed::{check_sealed, make_grant};
use crate::Identity;
use crate::hazmat::sha256;
use crate::http::dpop::Wallet;
use crate::http::extract::{FormBytes, Named};
use crate::http::problem::Refused;
use crate::period::ReleaseKeys;
use crate::state::{Now, Randomness};
use crate::waiting::Waiting;

/// The key that the request is bound to; or no proof at all, as long as no wallet has the request.
fn check_wallet(found: &ParkedRequest, wallet: Option<&Wallet>) -> Result<(), Refused> {
    match (&found.bound_jkt, wallet) {
        (Some(bound), Some(wallet)) if *bound == wallet.jkt => Ok(()),
        (Some(_), None) => Err(Problem::WalletProof.into()),
        (None, None) => Ok(()),
        _ => Err(Problem::AlreadyTaken.into()),
    }
}

fn redirect_uri(request: &NewRequest, code: &ResponseCode) -> Result<String, Refused> {
    let mut address = Url::parse(&request.redirect_uri).map_err(|_| Problem::Failed)?;
    address.query_pairs_mut().append_pair("response_code", code.as_str());
    Ok(address.into())
}

/// Answer a request.
///
/// The same bytes get the same answer; other bytes are refused. A wallet that knows OpenID4VP only sends neither a grant
/// claim nor a DPoP proof.
#[utoipa::path(
    post,
    path = "/v1/response/{id}",
    tag = "wallet",
    params(("id" = String, Path, description = "The request's id"), ("DPoP" = Option<String>, Header, description = "RFC 9449")),
    request_body(content = AnswerBody, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = AnsweredBody),
        (status = 400, description = "`malformed`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`already-taken`, `already-answered`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "`expired`, `burned`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`claim-refused`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
#[expect(clippy::too_many_arguments, reason = "a handler's signature is its list of needs")]
pub async fn answer(
    State(identity): State<Arc<Identity>>,
    State(answers): State<Arc<dyn AnswerStore>>,
    State(releases): State<Arc<ReleaseKeys>>,
    State(now): State<Now>,
    State(randomness): State<Randomness>,
    State(waiting): State<Arc<Waiting>>,
    wallet: Option<Wallet>,
    Named(id): Named<RequestId>,
    FormBytes(bytes): FormBytes,
) -> Result<Json<AnsweredBody>, Refused> {
    let now = now.read();
    let found = answers.find_to_answer(id.as_str()).await?.ok_or(Problem::NotFound)?;
    check_wallet(&found.request, wallet.as_ref())?;
    let body_sha256 = sha256(&bytes);
    if let Some((answered, reply)) = found.answered {
        return if answered == body_sha256 {
            read_reply(&reply)
        } else {
            Err(Problem::AlreadyAnswered.into())
        };
    }
    let request = found.request.parked;
    if Timestamp::from_seconds(request.response_by).has_ended(now) {
        return Err(Problem::Expired.into());
    }

    let body = AnswerBody::parse_form(&bytes).map_err(|_| Problem::Malformed)?;
    if body.grant_claim.is_some() && wallet.is_none() {
        return Err(Problem::WalletProof.into());
    }
    let code = randomness.draw(|mut rng| ResponseCode::make(&mut rng));
    let grant = if body.error.is_some() {
        None
    } else {
        let grant_id = randomness.draw(|rng| {
            let mut random = [0; 10];
            rng.fill_bytes(&mut random);
            GrantId::make(now.seconds().unsigned_abs().saturating_mul(1000), &random)
        });
        let sealed = check_sealed(body, &request, &identity, now)?;
        let wrapped = releases.seal(grant_id, sealed.release()).await?;
        Some(make_grant(sealed, wrapped, &request, &identity, grant_id, now)?)
    };
    let reply = AnsweredBody {
        redirect_uri: redirect_uri(&request, &code)?,
        grant_id: grant.as_ref().map(|grant| grant.id.to_string()),
        relay_receipt: grant.as_ref().map(|grant| grant.relay_receipt.clone()),
    };
    let answer = Answer {
        request_id: id.into(),
        body_sha256,
        reply: serde_json::to_string(&reply).map_err(|_| Problem::Failed)?,
        code_sha256: sha256(code.as_str()),
        answered_at: now.seconds(),
        grant,
    };
    match answers.answer(&answer).await? {
        Answered::Stored(reply) | Answered::Again(reply) => {
            waiting.wake(&request.sector, &request.transaction_id);
            read_reply(&reply)
        }
        Answered::Already => Err(Problem::AlreadyAnswered.into()),
        Answered::Burned => Err(Problem::Burned.into()),
        Answered::PeriodOver => {
            // Another relay has gone on to the next period; whoever comes again is answered under that.
            releases.look_again().await?;
            Err(Problem::Unavailable.into())
        }
        _ => Err(Problem::NotFound.into()),
    }
}

fn read_reply(stored: &str) -> Result<Json<AnsweredBody>, Refused> {
    serde_json::from_str(stored).map(Json).map_err(|_| Problem::Failed.into())
}
