//! What stands inside a self-copy.

use serde::{Deserialize, Serialize};

use crate::claim::ClaimName;
use crate::issuer::Issuer;
use crate::request::Terms;
use crate::sector::Sector;
use crate::time::Timestamp;
use crate::verify::Pin;

/// The whole of a self-copy: one person's memory of one shop at one relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfCopy {
    /// The relay that keeps it.
    pub relay: Issuer,
    /// The shop it is about.
    pub sector: Sector,
    /// The person's pseudonym there.
    pub user_ref: String,
    /// Raised with each copy.
    pub seq: u64,
    /// When it was made.
    pub made: Timestamp,
    /// The shop's keys as last seen.
    pub pin: Pin,
    /// What was given to the shop by way of this relay and has not ended, oldest first.
    pub grants: Vec<CopiedGrant>,
}

/// A grant, by names and terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedGrant {
    /// The relay's name for it.
    pub id: String,
    /// The names of what was sent.
    pub claims: Vec<ClaimName>,
    /// On which terms.
    pub terms: Terms,
    /// The hash that the receipts name.
    pub terms_hash: String,
    /// When it was given.
    pub given: Timestamp,
    /// Until when the shop promised to have deleted it.
    pub kept_until: Timestamp,
    /// Which sealed release it was.
    pub release_sha256: String,
    /// How it stands.
    pub state: CopiedState,
}

/// How a copied grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CopiedState {
    /// The relay confirmed that it holds the release.
    Sent,
    /// A word of a later revision.
    #[serde(other)]
    Other,
}
