//! Bodies of `/v1/grants/{grant_id}/openings`.

use serde::{Deserialize, Serialize};

/// Why a shop opens a release. The person reads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpeningRequestBody {
    /// 1 to 120 characters, such as `packing order 1234`.
    pub reason: String,
}

/// A sealed release.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpenedBody {
    /// The sealed release, a compact JWE.
    pub release: String,
    /// Seconds since 1970: as the person sees it.
    pub opened_at: i64,
}

/// Who opened a grant's release, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpeningsBody {
    pub openings: Vec<OpeningBody>,
}

/// One opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OpeningBody {
    /// Seconds since 1970.
    pub opened_at: i64,
    /// In the shop's words.
    pub reason: String,
}
