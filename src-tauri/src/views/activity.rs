//! The log as the window shows it: what happened, with whom, about which details. Never a value.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::moment::Moment;

/// Which lines are wanted.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ActivityFilter {
    /// Only these; all when empty.
    pub events: Vec<ActivityEvent>,
    /// Only with this host.
    pub host: Option<String>,
    /// Only older than this line.
    pub before: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityEvent {
    /// A shop asked.
    Asked,
    /// Something was sent.
    Sent,
    /// The person refused.
    Declined,
    /// The wallet stopped it.
    Stopped,
    /// The shop opened what it was sent.
    Opened,
    /// It left, and was not taken.
    NotTaken,
    /// Nobody can tell whether it arrived.
    Unclear,
}

/// One line of the log.
#[derive(Debug, Clone, Serialize, Type)]
pub struct ActivityLine {
    /// Its name in the log.
    pub id: String,
    /// When.
    pub at: Moment,
    /// With whom; merely claimed when the wallet stopped it.
    pub host: String,
    /// What happened.
    pub event: ActivityEvent,
    /// About which details.
    pub claims: Vec<String>,
    /// In the shop's words, where it opened something.
    pub reason: Option<String>,
}

/// A part of the log.
#[derive(Debug, Clone, Serialize, Type)]
pub struct ActivityView {
    /// The newest first.
    pub lines: Vec<ActivityLine>,
    /// Whether there are older ones.
    pub more: bool,
}
