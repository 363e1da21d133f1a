//! How the relay says no: RFC 9457 problem details, with the words of docs/api.md.

use std::error::Error;

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passerby_protocol::issuer::Issuer;
use passerby_relay_api::Problem;
use passerby_relay_store::StoreError;
use problem_details::ProblemDetails;
use serde::Serialize;

use crate::meters;

/// A no, before it knows the issuer under whose address its word is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    problem: Problem,
    /// Which check failed, in the words of docs/protocol.md.
    refusal: Option<&'static str>,
    /// After how many seconds it makes sense to try again.
    retry_after: Option<u64>,
}

/// When a relay that is not well may be asked again.
const RECOVERY_SECONDS: u64 = 5;

impl Refused {
    /// A no with the word of the check that failed.
    #[must_use]
    pub fn because(problem: Problem, refusal: &'static str) -> Self {
        Self { refusal: Some(refusal), ..problem.into() }
    }

    /// A no that ends after so many seconds.
    #[must_use]
    pub fn after(problem: Problem, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..problem.into() }
    }

    /// The word of the no.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let retry_after = (problem == Problem::Unavailable).then_some(RECOVERY_SECONDS);
        Self { problem, refusal: None, retry_after }
    }
}

/// Logged here, once; the caller learns only whether trying again may help.
impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        meters::fail_store(&error);
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = %error, cause, "the store failed");
        match error {
            StoreError::Unavailable(_) => Problem::Unavailable.into(),
            _ => Problem::Failed.into(),
        }
    }
}

impl IntoResponse for Refused {
    /// The body is written by [`explain`], which knows the issuer.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Extension(self)).into_response()
    }
}

#[derive(Serialize)]
struct Members {
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'static str>,
}

/// Writes the body of a no.
pub async fn explain(issuer: Issuer, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(refused) = response.extensions().get::<Refused>().copied() else { return response };
    let problem = refused.problem;
    meters::refuse(problem);
    let mut details = ProblemDetails::from_status_code(response.status())
        .with_title(problem.title())
        .with_extensions(Members { refusal: refused.refusal });
    if let Ok(kind) = format!("{issuer}/problems/{}", problem.word()).parse::<axum::http::Uri>() {
        details = details.with_type(kind);
    }
    let mut explained = details.into_response();
    if let Some(seconds) = refused.retry_after {
        explained.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    // For the log, which stands around this.
    explained.extensions_mut().insert(refused);
    explained
}
