//! Whether the person has their spare key on paper.

use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

/// When the words were shown and checked; not the words, which the root secret spells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpareKeyRecord {
    /// When they were last shown.
    #[serde(default)]
    pub shown: Option<Timestamp>,
    /// When two of them were last typed from the sheet.
    #[serde(default)]
    pub checked: Option<Timestamp>,
}

impl Record for SpareKeyRecord {
    const KIND: &'static str = "spare-key";
}
