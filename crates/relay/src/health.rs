//! `GET /health`: whether the relay and its store are alive.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_relay_api::ProblemBody;
use passerby_relay_store::SweepStore;
use serde::Serialize;

use crate::http::problem::Refused;

/// The relay is well.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HealthBody {
    /// `ok`.
    status: &'static str,
}

/// Whether the relay and its store are alive.
#[utoipa::path(
    get,
    path = "/health",
    tag = "everyone",
    responses(
        (status = 200, body = HealthBody),
        (status = 503, description = "`unavailable`", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn health(State(store): State<Arc<dyn SweepStore>>) -> Result<Json<HealthBody>, Refused> {
    store.ping().await?;
    Ok(Json(HealthBody { status: "ok" }))
}
