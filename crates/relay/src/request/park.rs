//! `POST /v1/requests`: a shop parks a request.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use passerby_protocol::random_id::{RequestId, TransactionId};
use passerby_protocol::request::{
    RequestLink, RequestObject, RequestUri, SignedRequest, TYP, TermsText, TimeLimit,
};
use passerby_protocol::time::Timestamp;
use passerby_protocol::wire::jws::Unverified;
use passerby_relay_api::request::{ParkedBody, RequestBody};
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{DAY, NewRequest, Park, RequestStore};
use url::Url;

use crate::Identity;
use crate::http::problem::Refused;
use crate::http::shop_proof::ListedShop;
use crate::state::{Now, ShopLimits};
use crate::waiting::Waiting;

/// The longest `redirect_uri`, in bytes.
const LONGEST_ADDRESS: usize = 2_048;

fn refused(word: &'static str) -> Refused {
    Refused::because(Problem::RequestRefused, word)
}

/// The address must be one that this shop's Statement lets browsers return to, and leave room for our parameters.
fn check_redirect_uri(text: &str, shop: &ListedShop) -> Result<(), Refused> {
    let address = Url::parse(text).map_err(|_| refused("redirect-foreign"))?;
    let ours = address.query_pairs().any(|(name, _)| name == "response_code" || name == "passerby_claim");
    let fits = text.len() <= LONGEST_ADDRESS
        && address.fragment().is_none()
        && !ours
        && shop.statement().allows_return_to(&address);
    if fits { Ok(()) } else { Err(refused("redirect-foreign")) }
}

/// Nothing is parked that asks for more than the relay's admin has allowed this shop, however optional. What the shop's own Statement
/// does not name is no matter of the relay: wallets pass over it, or refuse.
fn check_asked(signed: &SignedRequest, shop: &ListedShop) -> Result<(), Refused> {
    let Some(allowed) = &shop.calling.record.allowed_claims else { return Ok(()) };
    let mut could_go = signed.asked().all().filter(|claim| shop.statement().allowed_claims.contains(claim));
    let fits = could_go.all(|claim| allowed.iter().any(|name| name == claim.as_str()));
    if fits { Ok(()) } else { Err(refused("claim-not-allowed")) }
}

/// Seconds until a shop's requests are counted from nothing again.
fn until_midnight(now: Timestamp) -> u64 {
    (DAY - now.seconds().rem_euclid(DAY)).unsigned_abs()
}

/// Park a request.
///
/// The request object is checked as a wallet would, as far as a relay can. The same id with the same content is answered again;
/// `redirect_uri` must be on the sector or on one of the Statement's `return_origins`.
#[utoipa::path(
    post,
    path = "/v1/requests",
    tag = "shop",
    security(("shop_proof" = [])),
    request_body = RequestBody,
    responses(
        (status = 201, body = ParkedBody),
        (status = 401, description = "`shop-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`shop-unknown`, `shop-suspended`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`already-parked`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`request-refused`, `statement-refused`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "`over-quota`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn park(
    State(identity): State<Arc<Identity>>,
    State(requests): State<Arc<dyn RequestStore>>,
    State(now): State<Now>,
    State(limits): State<ShopLimits>,
    State(waiting): State<Arc<Waiting>>,
    shop: ListedShop,
) -> Result<(StatusCode, Json<ParkedBody>), Refused> {
    shop.calling.require_active()?;
    let now = now.read();
    let body: RequestBody = shop.calling.parse_body()?;
    let id = RequestId::parse(&body.id).map_err(|_| Problem::Malformed)?;
    let transaction_id = TransactionId::parse(&body.transaction_id).map_err(|_| Problem::Malformed)?;
    check_redirect_uri(&body.redirect_uri, &shop)?;

    let uri = RequestUri::new(identity.issuer().clone(), id.clone());
    let link = RequestLink::new(shop.calling.sector.clone(), uri.clone());
    let signed = SignedRequest::parse(&link, &body.request, identity.keys(now), TimeLimit::FirstFetch, now)
        .map_err(|no| refused(no.word()))?;
    check_asked(&signed, &shop)?;
    // Read again for what the relay keeps of it; every member was checked above.
    let read = Unverified::<RequestObject>::parse(&body.request, TYP).map_err(|_| Problem::Failed)?;
    if read.header().kid.as_deref() != Some(shop.calling.call.key.jkt().as_str()) {
        return Err(refused("request-signature"));
    }
    let object = read.peek();
    let terms = find_terms(object).ok_or(Problem::Failed)?;
    let retention_days = terms.read().map_err(|_| Problem::Failed)?.retention;
    if retention_days > shop.statement().retention_max.min(limits.retention_days) {
        return Err(refused("retention-too-long"));
    }

    let most_a_day = shop.calling.record.requests_a_day;
    let new = NewRequest {
        id: id.into(),
        sector: shop.calling.sector.into(),
        transaction_id: transaction_id.into(),
        redirect_uri: body.redirect_uri,
        client_id: object.client_id.clone(),
        nonce: object.nonce.clone(),
        response_uri: object.response_uri.clone(),
        terms_hash: terms.hash(),
        exp: object.exp.seconds(),
        response_by: object.response_by.seconds(),
        retention_days,
        request: body.request,
        parked_at: now.seconds(),
    };
    let most_a_day = most_a_day.unwrap_or(limits.requests_a_day);
    match requests.park_request(&new, most_a_day).await? {
        Park::OverQuota => Err(Refused::after(Problem::OverQuota, until_midnight(now))),
        Park::Parked => {
            waiting.wake(&new.sector, &new.transaction_id);
            Ok((StatusCode::CREATED, Json(ParkedBody { request_uri: uri.to_text() })))
        }
        _ => Err(Problem::AlreadyParked.into()),
    }
}

fn find_terms(object: &RequestObject) -> Option<TermsText> {
    let entry = object.verifier_info.iter().find(|entry| entry.format == "passerby-terms")?;
    Some(TermsText::from_text(entry.data.as_str()?.to_owned()))
}
