//! Proof of what was agreed to: the consent receipt by the person, the delivery receipt by the relay.

use passerby_vault::{Record, RecordId};
use serde::{Deserialize, Serialize};

/// The receipts of one grant, as compact JWS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReceiptRecord {
    /// The [`super::GrantRecord`] they belong to.
    pub grant: RecordId,
    /// Signed by the person's key at this shop (docs/receipt.md).
    pub consent: String,
    /// Signed by the relay, once it answered.
    #[serde(default)]
    pub relay: Option<String>,
}

impl Record for ReceiptRecord {
    const KIND: &'static str = "receipt";
}
