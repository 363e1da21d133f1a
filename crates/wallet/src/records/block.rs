//! A host that the person wants nothing from.

use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

/// One record a host; lifting it removes the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockRecord {
    pub sector: Sector,
    pub since: Timestamp,
}

impl Record for BlockRecord {
    const KIND: &'static str = "block";
}
