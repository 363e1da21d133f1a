//! A detail of the person.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// One value under one claim name. Wiped when dropped; not `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AttributeRecord {
    pub claim: ClaimName,
    value: Zeroizing<String>,
    /// For several values under one name; always absent in this revision.
    #[serde(default)]
    pub label: Option<String>,
    pub changed: Timestamp,
}

impl AttributeRecord {
    pub fn new(claim: ClaimName, value: &AttributeValue, changed: Timestamp) -> Self {
        Self { claim, value: Zeroizing::new(value.expose().to_owned()), label: None, changed }
    }

    pub fn value(&self) -> AttributeValue {
        AttributeValue::new(self.value.as_str().to_owned())
    }
}

impl Record for AttributeRecord {
    const KIND: &'static str = "attribute";
}
