//! What `GET /.well-known/jwt-vc-issuer` looks like in `OpenAPI` (SD-JWT VC, JWT VC issuer metadata). The document itself is
//! written and read by `passerby_protocol::keys::RelayKeys`.

use serde::Serialize;

/// The relay's keys.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct IssuerKeysBody {
    /// Equal to the issuer that was asked.
    pub issuer: String,
    pub jwks: JwksBody,
}

/// A JWK Set (RFC 7517).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JwksBody {
    pub keys: Vec<JwkBody>,
}

/// A public P-256 key.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JwkBody {
    /// Unique in the set: the key's thumbprint.
    pub kid: String,
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    pub x: String,
    pub y: String,
    /// `ES256`.
    pub alg: String,
}
