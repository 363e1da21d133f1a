//! A request that was opened: waiting for the person, on its way, or over.

use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::Familiarity;
use passerby_vault::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::bring_back::BroughtBack;

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// The person has not decided.
    Waiting,
    /// The answer is written down and not confirmed.
    Sending,
    /// The relay confirmed the answer.
    Sent,
    /// The person refused.
    Declined,
    /// An answer may have arrived, and nobody can tell any more.
    Unclear,
}

/// The request object as it was fetched.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Fetched {
    /// Compact JWS.
    pub object: String,
    pub at: Timestamp,
}

/// The Statement as it was fetched from the shop's own host.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FetchedStatement {
    /// Compact JWS.
    pub text: String,
    pub at: Timestamp,
}

/// A request.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RequestRecord {
    /// What the person calls it: counted up from 1.
    pub number: u32,
    /// The link it came by.
    pub link: String,
    /// The key of this request only (PKCS#8): the relay binds the request to it at the first fetch.
    pub key: Zeroizing<Vec<u8>>,
    pub opened: Timestamp,
    pub state: RequestState,
    #[serde(default)]
    pub fetched: Option<Fetched>,
    #[serde(default)]
    pub statement: Option<FetchedStatement>,
    /// How well the shop was known when this request was first checked: a later look must not soften it.
    #[serde(default)]
    pub familiarity: Option<Familiarity>,
    /// The number of the person's key at this shop that the answer was begun under, from before the relay saw that key.
    #[serde(default)]
    pub key_number: Option<u32>,
    /// The last moment for an answer, once checked.
    #[serde(default)]
    pub answer_by: Option<Timestamp>,
    /// What its relay had left of the time before a restore, if it was asked.
    #[serde(default)]
    pub brought_back: Option<BroughtBack>,
    /// Where the browser goes back to, once answered.
    #[serde(default)]
    pub return_to: Option<String>,
}

impl Record for RequestRecord {
    const KIND: &'static str = "request";
}
