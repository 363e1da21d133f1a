//! Bodies of `POST /v1/requests`.

use serde::{Deserialize, Serialize};

/// The media type of a request object (RFC 9101).
pub const REQUEST_OBJECT: &str = "application/oauth-authz-req+jwt";

/// A request that a shop parks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RequestBody {
    /// The request's id: 22 to 128 characters of `[A-Za-z0-9_-]`, made at random by the shop.
    pub id: String,
    /// The shop's name for the purchase, of the same form. A link and a QR code may share one.
    pub transaction_id: String,
    /// The request object, a compact JWS.
    pub request: String,
    /// Where the person's browser goes afterwards. On the sector or one of the Statement's `return_origins`.
    pub redirect_uri: String,
}

/// A request is parked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ParkedBody {
    /// Where wallets fetch it.
    pub request_uri: String,
}
