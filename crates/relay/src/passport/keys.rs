//! `GET /.well-known/jwt-vc-issuer`: the relay's keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use passerby_protocol::keys::RelayKeys;
use passerby_relay_api::issuer_keys::IssuerKeysBody;

use crate::Identity;
use crate::state::Now;

/// The relay's public keys, as JWT VC issuer metadata.
#[utoipa::path(
    get,
    path = "/.well-known/jwt-vc-issuer",
    tag = "everyone",
    responses((status = 200, body = IssuerKeysBody)),
)]
pub async fn keys(State(identity): State<Arc<Identity>>, State(now): State<Now>) -> Json<RelayKeys> {
    Json(identity.keys(now.read()).clone())
}
