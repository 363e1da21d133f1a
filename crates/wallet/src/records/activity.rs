//! One line of the log: what happened, with whom, about which details. Never a value.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

use crate::bring_back::BroughtBack;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A request was looked at and checked.
    Asked,
    /// A request was stopped.
    Stopped {
        /// The protocol's word for the reason.
        refusal: String,
    },
    /// The person agreed; the sealed release is on its way.
    Approved,
    /// The relay confirmed that it has the sealed release.
    Sent,
    /// The relay did not take it: nothing was sent.
    NotTaken {
        /// The relay's word for the reason.
        reason: String,
    },
    /// Nobody can tell any more whether it arrived.
    Unclear,
    /// The person refused.
    Declined,
    /// A relay was asked what it still had of the time before a restore.
    BroughtBack(BroughtBack),
    /// The shop opened what was sent.
    Opened {
        /// In the shop's words.
        reason: String,
    },
}

/// A line of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ActivityRecord {
    pub at: Timestamp,
    /// Who asked. Merely claimed when `what` is `Stopped`.
    pub sector: Sector,
    pub what: What,
    /// Which details it was about.
    #[serde(default)]
    pub claims: Vec<ClaimName>,
}

impl Record for ActivityRecord {
    const KIND: &'static str = "activity";
}
