//! Step 6, reveal, and everything else that happened: the log as people read it. Names and times, never a value.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;

use crate::records::{ActivityRecord, What};
use crate::wallet::Wallet;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityView {
    /// When.
    pub at: Timestamp,
    /// With whom. Merely claimed when the request was stopped.
    pub sector: Sector,
    /// What happened.
    pub what: What,
    /// Which details it was about, by name.
    pub claims: Vec<ClaimName>,
}

impl Wallet {
    /// The log, oldest line first.
    pub async fn activity(&self) -> Result<Vec<ActivityView>, RecordError> {
        let lines = self.vault().list::<ActivityRecord>().await?.into_iter();
        let view = |(_, line): (_, ActivityRecord)| ActivityView {
            at: line.at,
            sector: line.sector,
            what: line.what,
            claims: line.claims,
        };
        Ok(lines.map(view).collect())
    }
}
