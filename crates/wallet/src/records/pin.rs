//! What is remembered of a shop's keys.

use passerby_protocol::verify::Pin;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

/// The pin of one sector; one record a sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PinRecord(pub Pin);

impl Record for PinRecord {
    const KIND: &'static str = "pin";
}
