//! An answer on its way: the exact bytes, written down before they are sent, so that trying again sends the same.

use passerby_protocol::issuer::Issuer;
use passerby_protocol::keys::RelayKeys;
use passerby_protocol::sector::Sector;
use passerby_protocol::verify::Statement;
use passerby_vault::{Record, RecordId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// An answer that is not settled yet.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct OutboxRecord {
    /// The [`super::RequestRecord`] it answers.
    pub request: RecordId,
    /// The [`super::GrantRecord`] it carries out.
    pub grant: RecordId,
    /// The [`super::ReceiptRecord`] that the relay's receipt goes to.
    pub receipt: RecordId,
    pub number: u32,
    pub sector: Sector,
    pub relay: Issuer,
    /// What the relay's receipt is checked with.
    pub relay_keys: RelayKeys,
    /// Where a browser may be sent back to.
    pub statement: Statement,
    pub response_uri: String,
    /// The body, byte for byte.
    pub form: String,
    pub release_sha256: String,
    pub passerby_claim: String,
    /// The key of this request (PKCS#8) that the relay knows this wallet by.
    pub key: Zeroizing<Vec<u8>>,
    /// Whether an earlier attempt may have arrived. Written as `true` before each attempt, and back only when it is
    /// certain that no connection came about.
    pub may_have_left: bool,
}

impl Record for OutboxRecord {
    const KIND: &'static str = "outbox";
}
