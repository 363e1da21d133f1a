//! How far the copy is that this wallet leaves for its own person at a relay, should only the words remain.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::sector::Sector;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

/// One record for each sector and relay. The copy itself is made when it is left, from what stands then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SelfCopyRecord {
    pub sector: Sector,
    pub relay: Issuer,
    /// The number of the copy that ought to stand at the relay. Raised with each change.
    pub wanted: u64,
    /// The number of the copy that the relay confirmed, 0 before the first.
    pub left: u64,
}

impl SelfCopyRecord {
    /// Whether the relay has not confirmed the last change.
    pub fn is_due(&self) -> bool {
        self.wanted > self.left
    }
}

impl Record for SelfCopyRecord {
    const KIND: &'static str = "self-copy";
}
