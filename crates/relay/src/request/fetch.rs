//! `GET /r/{id}`: a wallet fetches a request.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use passerby_protocol::random_id::RequestId;
use passerby_protocol::time::{SKEW, Timestamp};
use passerby_relay_api::request::REQUEST_OBJECT;
use passerby_relay_api::{Problem, ProblemBody};
use passerby_relay_store::{Bind, ParkedRequest, RequestStore};

use crate::http::dpop::Wallet;
use crate::http::extract::Named;
use crate::http::problem::Refused;
use crate::state::Now;
use crate::waiting::Waiting;

/// For a browser that opened, or prefetched, what a wallet should open. Says nothing of the request, not even whether there is one.
const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>A request for your wallet</title>
<h1>Open this link in your wallet</h1>
<p>A shop has left a request here. Your browser cannot answer it: open the link or scan the code with your Passerby wallet.</p>
</html>
";

fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "text/html")
}

fn request_object(request: ParkedRequest) -> Response {
    let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(REQUEST_OBJECT))];
    (media_type, request.parked.request).into_response()
}

/// Fetch a request object.
///
/// With a DPoP proof the request is bound to the proof's key, and belongs to it from then on. Without one nothing is bound:
/// a browser gets a page, a wallet that knows OpenID4VP only gets the request object as long as no other wallet has it.
#[utoipa::path(
    get,
    path = "/r/{id}",
    tag = "wallet",
    params(("id" = String, Path, description = "The request's id"), ("DPoP" = Option<String>, Header, description = "RFC 9449")),
    responses(
        (status = 200, body = String, content_type = "application/oauth-authz-req+jwt"),
        (status = 401, description = "`wallet-proof`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`already-taken`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "`expired`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn fetch(
    State(requests): State<Arc<dyn RequestStore>>,
    State(waiting): State<Arc<Waiting>>,
    State(now): State<Now>,
    headers: HeaderMap,
    wallet: Option<Wallet>,
    Named(id): Named<RequestId>,
) -> Result<Response, Refused> {
    let now = now.read();
    let Some(wallet) = wallet else {
        if wants_page(&headers) {
            return Ok(Html(PAGE).into_response());
        }
        let found = requests.find_request(id.as_str()).await?.ok_or(Problem::NotFound)?;
        if found.bound_jkt.is_some() {
            return Err(Problem::AlreadyTaken.into());
        }
        let ended = Timestamp::from_seconds(found.parked.exp).has_ended(now);
        return if ended || found.burned { Err(Problem::Expired.into()) } else { Ok(request_object(found)) };
    };
    match requests.bind_request(id.as_str(), &wallet.jkt, now.seconds(), SKEW).await? {
        Bind::Bound(found) => {
            waiting.wake(&found.parked.sector, &found.parked.transaction_id);
            let ended = Timestamp::from_seconds(found.parked.response_by).has_ended(now);
            if ended || found.burned { Err(Problem::Expired.into()) } else { Ok(request_object(*found)) }
        }
        Bind::TakenByAnother => Err(Problem::AlreadyTaken.into()),
        Bind::TooLate => Err(Problem::Expired.into()),
        _ => Err(Problem::NotFound.into()),
    }
}
