//! A permission that was given: to whom, for what, until when. Names only.

use std::collections::BTreeMap;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::issuer::Issuer;
use passerby_protocol::request::Terms;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

use crate::label::Label;

/// How far a grant has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Given, and not yet confirmed by the relay.
    Sending,
    /// The relay confirmed that it holds the release.
    Sent,
    /// The relay said that it did not take the release. It had it in its hands, so this is its word and no more.
    NotTaken,
    /// It may have arrived, and nobody can tell any more.
    Unclear,
}

/// The shop opened the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub at: Timestamp,
    pub reason: String,
}

/// Where a detail that was sent is saved: under this label, and it was the value since then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub label: Label,
    pub since: Timestamp,
}

/// The sources of what was sent. What is not in here was typed for one order.
pub(crate) type Sources = BTreeMap<ClaimName, Source>;

/// A grant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GrantRecord {
    pub sector: Sector,
    pub relay: Issuer,
    /// What was sent.
    pub claims: Vec<ClaimName>,
    /// Where that is saved; absent in grants of older programs.
    #[serde(default)]
    pub sources: Option<Sources>,
    /// What could have been sent: everything that was offered to the person. Absent where nobody here remembers: in grants of
    /// older programs, and in those that a copy at a relay brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Vec<ClaimName>>,
    pub terms: Terms,
    pub terms_hash: String,
    /// The number of the person's key that it was given under: 0 for the regular one, any other for a stranger.
    #[serde(default)]
    pub key_number: u32,
    /// The pseudonym that the shop knows this person by.
    pub user_ref: String,
    pub given: Timestamp,
    pub kept_until: Timestamp,
    pub release_sha256: String,
    pub state: GrantState,
    /// The relay's name for it, once it answered.
    #[serde(default)]
    pub grant_id: Option<String>,
    /// When the shop opened it, as far as the relay was asked.
    #[serde(default)]
    pub openings: Vec<Opening>,
}

impl Record for GrantRecord {
    const KIND: &'static str = "grant";
}
