//! Bodies of `/v1/transactions/{transaction_id}` and its `collect`.

use serde::{Deserialize, Serialize};

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TransactionState {
    /// No wallet has fetched a request of it yet.
    Waiting,
    /// A wallet has fetched one; the person is deciding.
    Fetched,
    /// There is an outcome to collect.
    Answered,
    /// Nothing can come any more.
    Expired,
}

impl TransactionState {
    /// Its word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Fetched => "fetched",
            Self::Answered => "answered",
            Self::Expired => "expired",
        }
    }
}

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TransactionBody {
    pub state: TransactionState,
}

/// The code that the browser brought back.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CollectBody {
    pub response_code: String,
}

/// Redacted: whoever has the code may act on it.
impl std::fmt::Debug for CollectBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CollectBody(..)")
    }
}

/// The outcome of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum OutcomeBody {
    Granted {
        grant_id: String,
        /// `null` from a wallet that knows OpenID4VP only.
        grant_claim: Option<String>,
        /// `null` from a wallet that knows OpenID4VP only.
        consent_receipt: Option<String>,
        relay_receipt: String,
        release_sha256: String,
    },
    Declined,
}
