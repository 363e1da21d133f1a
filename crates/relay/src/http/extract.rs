//! How bodies and paths are read: strictly, and with a no in our words.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use passerby_protocol::random_id::{RequestId, TransactionId};
use passerby_protocol::wire::json;
use passerby_relay_api::Problem;
use passerby_relay_store::GrantId;
use serde::de::DeserializeOwned;

use super::problem::Refused;

/// Reads a whole body; the router has set the limit.
pub(super) async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refused> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(cause) if cause.status() == 413 => Problem::TooLarge.into(),
        _ => Problem::Malformed.into(),
    })
}

/// The body must be of this media type; parameters such as `charset` do not count.
pub(super) fn require_media_type(headers: &HeaderMap, expected: &str) -> Result<(), Refused> {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = named.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Problem::MediaType.into()) }
}

/// A JSON object without repeated members.
pub struct StrictJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        require_media_type(request.headers(), "application/json")?;
        let body = read_body(request, state).await?;
        json::parse(&body).map(Self).map_err(|_| Problem::Malformed.into())
    }
}

/// The bytes of a form.
pub struct FormBytes(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for FormBytes {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        require_media_type(request.headers(), passerby_relay_api::answer::FORM)?;
        read_body(request, state).await.map(Self)
    }
}

/// The one parameter of a path. What cannot be an id of ours names nothing.
pub struct Named<T>(pub T);

/// An id as it stands in a path.
pub trait PathId: Sized {
    fn find(text: &str) -> Option<Self>;
}

impl PathId for RequestId {
    fn find(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl PathId for TransactionId {
    fn find(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl PathId for GrantId {
    fn find(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        T::find(&text).map(Self).ok_or_else(|| Problem::NotFound.into())
    }
}
