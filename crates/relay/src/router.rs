//! Every route, and the layers around them. The only place with routes.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::routing::get;
use axum::{Json, Router};
use passerby_relay_api::{LARGEST_BODY, Problem, paths};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::RelayState;
use crate::http::problem::{self, Refused};
use crate::http::{deadline, headers, metrics, rate, request_log};
use crate::{health, mailbox, passport, request, self_copy, shop, waiting};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Passerby relay",
        description = "Carries sealed releases between wallets and shops, and cannot open them. The meaning of each message is in docs/protocol.md, that of each problem in docs/api.md.",
    ),
    tags(
        (name = "shop", description = "With a shop proof"),
        (name = "wallet", description = "With a DPoP proof"),
        (name = "everyone", description = "Open"),
    ),
)]
struct Api;

/// The endpoints of docs/protocol.md section 12, with their description.
fn endpoints() -> OpenApiRouter<RelayState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(shop::attest::attest))
        .routes(routes!(request::park::park))
        .routes(routes!(request::fetch::fetch))
        .routes(routes!(passport::issue::issue))
        .routes(routes!(mailbox::answer::answer))
        .routes(routes!(mailbox::transaction::transaction))
        .routes(routes!(waiting::events::events))
        .routes(routes!(mailbox::collect::collect))
        .routes(routes!(mailbox::open_release::open_release, mailbox::openings::openings))
        .routes(routes!(self_copy::leave::leave, self_copy::fetch::fetch))
        .routes(routes!(passport::keys::keys))
        .routes(routes!(health::health))
}

/// What every route may answer before its room hears of the request.
const EVERYWHERE: [(&str, Problem); 2] =
    [("TooMany", Problem::TooMany), ("Unavailable", Problem::Unavailable)];
/// What every route that reads a body may answer.
const WITH_A_BODY: [(&str, Problem); 3] =
    [("Malformed", Problem::Malformed), ("TooLarge", Problem::TooLarge), ("MediaType", Problem::MediaType)];
/// What every route for shops may answer.
const FOR_SHOPS: [(&str, Problem); 3] = [
    ("ShopProof", Problem::ShopProof),
    ("ShopUnknown", Problem::ShopUnknown),
    ("StatementRefused", Problem::StatementRefused),
];
const PROBLEM_JSON: &str = "application/problem+json";

/// The interface as `OpenAPI` 3.1. The same for every relay.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut api = endpoints().into_openapi();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.bearer_format = Some("passerby-shop+jwt".to_owned());
    let components = api.components.get_or_insert_with(Default::default);
    components.add_security_scheme("shop_proof", SecurityScheme::Http(bearer));
    for (name, problem) in EVERYWHERE.into_iter().chain(WITH_A_BODY).chain(FOR_SHOPS) {
        let schema = Ref::from_schema_name("ProblemBody");
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let more = if matches!(problem.status(), 429 | 503) { ", with `Retry-After`" } else { "" };
        let description = format!("`{}`{more}", problem.word());
        let response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build();
        components.responses.insert(name.to_owned(), response.into());
    }
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let with_a_body = operation.request_body.is_some().then_some(WITH_A_BODY);
            let for_shops = operation.security.is_some().then_some(FOR_SHOPS);
            let some = with_a_body.into_iter().chain(for_shops).flatten();
            for (name, problem) in EVERYWHERE.into_iter().chain(some) {
                let status = problem.status().to_string();
                let described = operation.responses.responses.entry(status);
                described.or_insert_with(|| RefOr::Ref(Ref::from_response_name(name)));
            }
        }
    }
    api
}

/// The relay as a service. `has_metrics`: they stand at `/metrics` here; else elsewhere or nowhere. A request has `longest`, with its body.
pub fn router(state: RelayState, longest: Duration, has_metrics: bool) -> Router {
    let issuer = state.identity().issuer().clone();
    let (router, _) = endpoints().split_for_parts();
    let described = openapi();
    let mut router = router.route(paths::OPENAPI, get(async move || Json(described)));
    if has_metrics {
        router = router.route(paths::METRICS, get(write_metrics));
    }
    router
        .fallback(async || Refused::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Refused::from(Problem::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(Refused::from(Problem::Failed))
        }))
        .layer(middleware::from_fn_with_state(longest, deadline::keep))
        .layer(middleware::from_fn_with_state(state.clone(), rate::keep))
        .layer(middleware::from_fn_with_state(issuer, async |State(issuer), request: Request, next: Next| {
            problem::explain(issuer, request, next).await
        }))
        .layer(middleware::from_fn(headers::harden))
        .layer(middleware::from_fn(request_log::write))
        .layer(metrics::layer())
        .with_state(state)
}

/// Only the metrics, for a listener of their own.
pub fn metrics_router(state: RelayState) -> Router {
    Router::new().route(paths::METRICS, get(write_metrics)).with_state(state)
}

async fn write_metrics(State(state): State<RelayState>) -> String {
    metrics::write(&state)
}
