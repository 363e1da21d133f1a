//! Sweeping: what has reached its end is deleted. And what else concerns the store as a whole.

use async_trait::async_trait;

use crate::StoreError;

/// How many rows a sweep took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Requests a day past their `response_by`, with their answers.
    pub requests: u64,
    /// Grants that nobody collected within a day, with their releases.
    pub uncollected: u64,
    /// Grants past their retention, with their releases and openings.
    pub expired: u64,
    /// Grants whose claim and receipts were forgotten, because they can no longer be collected.
    pub forgotten_claims: u64,
}

/// The connections of a store, of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// A word, the same for all relays.
    pub name: &'static str,
    /// Connections that somebody has at present.
    pub used: u32,
    /// Connections that wait for somebody.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

/// Operations of the sweep.
#[async_trait]
pub trait SweepStore: Send + Sync {
    /// Deletes everything that has reached its end at `now`.
    async fn sweep(&self, now: i64) -> Result<Swept, StoreError>;

    /// Answers when the database does.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Looks at the connections, without waiting for one.
    fn find_pools(&self) -> Vec<PoolUse>;

    /// Gives the connections back. What was acknowledged is durable without it.
    async fn close(&self);
}
