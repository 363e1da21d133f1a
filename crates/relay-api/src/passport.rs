//! Bodies of `POST /v1/passports`.

use serde::{Deserialize, Serialize};

/// A wallet asks for a passport for one shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PassportRequestBody {
    /// The id of the request it answers.
    pub request: String,
    /// A JWS by the person's key for this shop (docs/protocol.md section 9.1).
    pub proof: String,
}

/// A passport.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PassportBody {
    /// An SD-JWT VC without disclosures, ending in `~`.
    pub passport: String,
}
