//! A challenge: what a host has to show before it is added as a shop, so that nobody is added who does not hold it.

use async_trait::async_trait;

use crate::{KeptStatement, Proof, StoreError};

/// A challenge that was given to somebody who says that a host is theirs. One for each host; it is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub sector: String,
    /// Random. No secret: it is to be published.
    pub token: String,
    pub made_at: i64,
}

/// A shop whose host showed the token. The caller has seen it, and has checked the Statement that the host shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenShop {
    pub sector: String,
    /// The token that was shown.
    pub token: String,
    /// Where it was shown.
    pub proof: Proof,
    /// What the shop may ask for, as the admin saw it.
    pub allowed_claims: Vec<String>,
    /// What stood at the host; its root becomes the recorded one.
    pub statement: KeptStatement,
    pub added_at: i64,
}

/// What became of a shop that met its challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Met {
    Added,
    /// The sector is there already. Nothing was changed.
    AlreadyThere,
    /// This token is not, or no longer, the sector's challenge. Nothing was changed.
    NoSuchChallenge,
}

/// Operations on challenges.
#[async_trait]
pub trait ChallengeStore: Send + Sync {
    /// Keeps a challenge in place of the one that its sector had.
    async fn keep_challenge(&self, challenge: &Challenge) -> Result<(), StoreError>;

    async fn find_challenge(&self, sector: &str) -> Result<Option<Challenge>, StoreError>;

    /// Adds the shop and takes its challenge away, both or neither.
    async fn meet_challenge(&self, shop: &ProvenShop) -> Result<Met, StoreError>;
}
