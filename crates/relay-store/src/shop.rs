//! A shop: who may ask through this relay.

use async_trait::async_trait;

use crate::{StoreError, Tombstones};

/// A shop that the relay's admin added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// The host that identifies it.
    pub sector: String,
    /// Thumbprint of its root key: as the admin recorded it, or as a Statement by the recorded root announced it.
    pub root_jkt: String,
    pub added_at: i64,
    /// The newest Statement it brought, `None` until the first.
    pub statement: Option<KeptStatement>,
    /// How its host proved itself; `None` when it was added at the admin's word.
    pub proof: Option<Proof>,
    /// Set while the admin lets it ask for nothing.
    pub suspension: Option<Suspension>,
    /// Claim names that the admin lets it ask for; `None` when nobody has looked, and then all that its Statement names.
    pub allowed_claims: Option<Vec<String>>,
    /// How many requests it may park a day, where that differs from what is usual at this relay.
    pub requests_a_day: Option<u32>,
}

/// Where a host showed its challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// In a file of its web site.
    File,
    /// In a TXT record.
    Dns,
}

impl Proof {
    /// The word for it, in tables and on the admin's screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Dns => "dns",
        }
    }

    /// The proof of a word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        [Self::File, Self::Dns].into_iter().find(|proof| proof.word() == word)
    }
}

/// Claim names as each store has them in its column, so that a row can go from one to another. No claim name holds a space.
#[must_use]
pub fn write_claims(claims: &[String]) -> String {
    claims.join(" ")
}

/// The claim names in such a column.
#[must_use]
pub fn read_claims(column: &str) -> Vec<String> {
    column.split_whitespace().map(str::to_owned).collect()
}

/// Why a shop may ask for nothing at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    pub since: i64,
    /// In the admin's words, for admins.
    pub reason: String,
}

/// A Statement whose signature, sector and time the caller has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStatement {
    /// The JWS, compact.
    pub compact: String,
    pub seq: i64,
    /// Thumbprint of the root key that signed it.
    pub root_jkt: String,
}

/// What became of a Statement that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeepStatement {
    /// It is now the shop's current Statement, or was already, byte for byte.
    Kept,
    /// A higher `seq` is kept already.
    Rollback,
    /// Other bytes are kept under the same `seq`.
    Equivocation,
    /// There is no such shop, or its recorded root is no longer the one the caller saw.
    Changed,
}

/// What went away with a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedShop {
    pub requests: u64,
    pub grants: u64,
}

/// Operations on shops.
#[async_trait]
pub trait ShopStore: Send + Sync {
    /// Adds a shop. `false` when the sector is there already; nothing is changed then.
    async fn add_shop(&self, sector: &str, root_jkt: &str, added_at: i64) -> Result<bool, StoreError>;

    async fn find_shop(&self, sector: &str) -> Result<Option<Shop>, StoreError>;

    /// All shops, by sector.
    async fn list_shops(&self) -> Result<Vec<Shop>, StoreError>;

    /// How many requests and grants would go with a shop; `None` when there is no such shop.
    async fn count_shop(&self, sector: &str) -> Result<Option<RemovedShop>, StoreError>;

    /// Removes a shop with its requests, transactions, grants and releases. `None` when there is no such shop. The tombstones of its
    /// grants are written before that counts.
    async fn remove_shop(
        &self,
        sector: &str,
        tombstones: &dyn Tombstones,
    ) -> Result<Option<RemovedShop>, StoreError>;

    /// Keeps a Statement if its `seq` is higher than the kept one's, and makes its root the recorded one. `recorded_root_jkt` is the root
    /// that the caller compared with. One transaction: of two callers with the same `seq`, one finds the other's bytes.
    async fn keep_statement(
        &self,
        sector: &str,
        recorded_root_jkt: &str,
        statement: &KeptStatement,
    ) -> Result<KeepStatement, StoreError>;

    /// Suspends a shop; one that is suspended already gets the new moment and reason. `false` when there is no such shop.
    async fn suspend_shop(&self, sector: &str, suspension: &Suspension) -> Result<bool, StoreError>;

    /// Ends a suspension, if there is one. `false` when there is no such shop.
    async fn resume_shop(&self, sector: &str) -> Result<bool, StoreError>;

    /// Says what a shop may ask for; `None`: all that its Statement names. `false` when there is no such shop.
    async fn allow_claims(&self, sector: &str, claims: Option<&[String]>) -> Result<bool, StoreError>;

    /// Says how many requests a shop may park a day; `None`: as usual at this relay. `false` when there is no such shop.
    async fn limit_shop(&self, sector: &str, requests_a_day: Option<u32>) -> Result<bool, StoreError>;
}
