//! Bodies of `/v1/self-copy`.

use serde::{Deserialize, Serialize};

/// A sealed self-copy (docs/protocol.md section 14): what a wallet leaves, and what it gets back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SelfCopyBody {
    /// From 1, raised with each copy.
    pub seq: u64,
    /// The sealed copy, base64url.
    pub copy: String,
}

/// Which copy is kept now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SelfCopyKeptBody {
    /// The number of the copy that was just left.
    pub seq: u64,
}
