//! Where backups go by themselves, and since when that fails.

use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

use crate::backup::BackupTrouble;

/// The folder that the person chose; at most one record.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BackupPlaceRecord {
    /// An absolute path.
    pub folder: String,
    /// Since when backups fail. Written once when it begins and once when it ends, so that a folder that is missing for a
    /// year costs two writes.
    #[serde(default)]
    pub failing: Option<Failing>,
}

/// A backup that could not be written.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Failing {
    pub since: Timestamp,
    pub trouble: BackupTrouble,
}

impl Record for BackupPlaceRecord {
    const KIND: &'static str = "backup-place";
}
