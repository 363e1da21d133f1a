//! The mark of a vault that was made from the words alone.

use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

/// Its person may have met shops that this vault knows nothing of: their relays are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RestoredRecord {
    pub at: Timestamp,
}

impl Record for RestoredRecord {
    const KIND: &'static str = "restored";
}
