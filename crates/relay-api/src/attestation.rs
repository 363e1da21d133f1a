//! Bodies of `POST /v1/attestations`.

use serde::{Deserialize, Serialize};

/// A shop's current Statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AttestationRequestBody {
    /// The Statement, a compact JWS signed by the shop's root key.
    pub statement: String,
}

/// The attestation of the key that signed the shop proof.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AttestationBody {
    /// A verifier attestation JWT (OpenID4VP 1.0 section 12), for the header of request objects.
    pub attestation: String,
}
