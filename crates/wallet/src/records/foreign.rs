//! A request of a foreign verifier: waiting for the person, on its way, or over. One record, with its answer in it.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};

use super::grant::Sources;
use super::request::{Fetched, RequestState};

/// An answer: the exact bytes, written down before they are sent.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ForeignOutbox {
    pub response_uri: String,
    /// The body, byte for byte; empty once it was taken.
    pub form: String,
    /// The names of what is in it.
    pub claims: Vec<ClaimName>,
    /// Where that is saved; absent in answers of older programs.
    #[serde(default)]
    pub sources: Option<Sources>,
    pub given: Timestamp,
    /// Whether an earlier attempt may have arrived: see [`super::OutboxRecord`].
    pub may_have_left: bool,
}

/// A request. Its numbers are counted together with those of shops' requests.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ForeignRequestRecord {
    pub number: u32,
    /// The link it came by.
    pub link: String,
    /// What was sent along with a fetch by POST.
    pub wallet_nonce: String,
    pub opened: Timestamp,
    pub state: RequestState,
    #[serde(default)]
    pub fetched: Option<Fetched>,
    /// The host that asks, once its certificate was checked.
    #[serde(default)]
    pub host: Option<Sector>,
    /// The last moment for an answer, once checked.
    #[serde(default)]
    pub answer_by: Option<Timestamp>,
    #[serde(default)]
    pub answer: Option<ForeignOutbox>,
    /// Where the browser goes back to, once answered.
    #[serde(default)]
    pub return_to: Option<String>,
}

impl Record for ForeignRequestRecord {
    const KIND: &'static str = "foreign_request";
}
