//! A period: a stretch of time whose key, kept in no database, the keys of grants are wrapped under.
//!
//! What the relay keeps of a release is sealed under a key of the grant's own, and that key is wrapped under the period's. A store
//! keeps the bytes of both and the period's number, and never looks inside.

use async_trait::async_trait;

use crate::{GrantId, StoreError};

/// A period. The newest one is what grants are wrapped under; older ones stay until nothing is under them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Goes up, and never comes again.
    pub number: i64,
    /// Tells its key from another one that was made for the same number at the same moment, and lost. No secret.
    pub mark: String,
    pub begun_at: i64,
}

/// A release as it lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptRelease {
    /// From before there were periods: as the wallet sent it, sealed to the shop, compact JWE.
    AsItCame(String),
    Wrapped(WrappedRelease),
}

/// A release that the relay has sealed once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedRelease {
    /// The release under the grant's own key.
    pub sealed: Vec<u8>,
    /// That key under the period's.
    pub wrapped_key: Vec<u8>,
    /// The number of the period.
    pub period: i64,
}

/// How many grants lie under a period; `None`: as they came.
pub type GrantsUnder = (Option<i64>, u64);

/// Operations on periods, and on what lies under them.
#[async_trait]
pub trait PeriodStore: Send + Sync {
    /// All that have not ended, the oldest first.
    async fn list_periods(&self) -> Result<Vec<Period>, StoreError>;

    /// Begins a period after the newest one that the caller has seen (0: none), unless another one has begun since. Its number is higher.
    /// Gives the newest period, whoever began it.
    async fn begin_period(&self, next: &Period, newest_seen: i64) -> Result<Period, StoreError>;

    /// Ends a period. `false`, and nothing is changed: a grant lies under it, or it is the newest one.
    async fn end_period(&self, number: i64) -> Result<bool, StoreError>;

    /// The next grants whose release lies as it came, in the order of their ids.
    async fn find_as_they_came(
        &self,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, String)>, StoreError>;

    /// Keeps these releases sealed from now on, as far as they still lie as they came. All of them or none; gives how many.
    async fn seal_kept(&self, rows: &[(GrantId, WrappedRelease)]) -> Result<u64, StoreError>;

    /// The next grants under a period with their wrapped keys, in the order of their ids.
    async fn find_under(
        &self,
        period: i64,
        after: Option<GrantId>,
        most: u32,
    ) -> Result<Vec<(GrantId, Vec<u8>)>, StoreError>;

    /// Puts grants that still lie under one period under another. All of them or none; gives how many.
    async fn rewrap(&self, from: i64, to: i64, rows: &[(GrantId, Vec<u8>)]) -> Result<u64, StoreError>;

    /// How many grants lie under what, the oldest period first.
    async fn count_under(&self) -> Result<Vec<GrantsUnder>, StoreError>;
}
